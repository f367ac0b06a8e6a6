/* Words of a text as said.c and said_days.c take them apart. */
#ifndef RINGSIGHT_CORE_SAID_INT_H
#define RINGSIGHT_CORE_SAID_INT_H

#include "core/said.h"

#define SAID_WORDS 64
#define SAID_WORD_MAX 48

/* The first words of a text, in lower case, without the signs around them; currency signs are words,
 * and a dash between letters parts two. Longer words are left out. */
struct said_words {
    size_t n;
    struct said_word {
        size_t n;
        char p[SAID_WORD_MAX];
    } w[SAID_WORDS];
};

void said_split(struct str text, struct said_words *ret);
bool said_is(const struct said_words *x, size_t i, const char *word); /* false beyond the end */
struct str said_at(const struct said_words *x, size_t i);             /* "" beyond the end */
/* Which of a list that ends with NULL; -1. */
int said_which(const struct said_words *x, size_t i, const char *const *list);
/* A number from word i on: how many words it takes, 0 if there is none. */
size_t said_number_at(const struct said_words *x, size_t i, int64_t *ret_hundredths);

#endif
