/* Lists of phrases looked for in what one side says, and findings made of what was met. */
#ifndef RINGSIGHT_ENGINES_BUILTIN_SIGNS_H
#define RINGSIGHT_ENGINES_BUILTIN_SIGNS_H

#include "engines/builtin/phrase.h"

#define SIGNS_MAX 14
#define FINDING_SPANS 3

struct signs {
    size_t n;
    const struct phrase *p[SIGNS_MAX + 2];
};

/* Phrases of a table's row; `room` is how many it may have, a NULL ends it earlier. */
struct signs signs_new(struct arena *a, const char *const *list, size_t room);

/* How many tokens the longest phrase that begins at token i takes; 0 if none does. */
size_t signs_at(const struct signs *s, const struct lane *l, size_t i);

/* True if a word of `unless` lies within the n tokens at i or up to four tokens before them. */
bool signs_excused(const struct signs *unless, const struct lane *l, size_t i, size_t n);

/* The part of a match that lies in the turn where it begins. */
struct span signs_span(const struct lane *l, size_t i, size_t n);

/* Adds a span to the finding; those beyond FINDING_SPANS are left out. */
void finding_cite(struct arena *a, struct finding *f, struct span s);

/* When its first span begins; 0 without one. */
int32_t finding_start(const struct conversation *c, const struct finding *f);

/* Puts findings in order of their first span's time; equal ones keep their order. */
void findings_sort(const struct conversation *c, struct finding *f, size_t n);

#endif
