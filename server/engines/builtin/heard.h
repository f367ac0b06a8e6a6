/* A conversation as the engine hears it: every speaker's words in order, lower-cased, without
 * punctuation and fillers, short forms written out ("i'll" = "i will", "goodbye" = "good bye"), so
 * that one phrase fits what different speech engines write. Tokens remember the word they came
 * from, for evidence is cited in words of the transcript. */
#ifndef RINGSIGHT_ENGINES_BUILTIN_HEARD_H
#define RINGSIGHT_ENGINES_BUILTIN_HEARD_H

#include "engines/language.h"

/* A pause of this length ends a phrase: nothing is matched across it. */
#define HEARD_BREAK_MS 3000
/* A pause of this length ends a clause. */
#define HEARD_CLAUSE_MS 600
#define HEARD_PIECES 6

struct token {
    struct str t;
    size_t turn, word;
    int32_t start_ms, end_ms;
    bool stop; /* nothing may be matched across the edge behind this token */
    bool ask;  /* a question mark follows */
};

struct lane {
    size_t n;
    struct token *t;
};

/* Words first..last of one turn that belong together: up to a full stop, a pause or the end. */
struct clause {
    size_t turn, first, last;
    enum speaker speaker;
};

struct heard {
    const struct conversation *c;
    struct lane lane[3]; /* by enum speaker */
    size_t n_words[3];
    int32_t first_ms, last_ms; /* from the first spoken word to the end of the last */
    bool punctuated;           /* the speech engine writes full stops or question marks */
    size_t n_clauses;
    struct clause *clauses;
};

/* Reads the whole conversation once. Views into c's words or copies in the arena. */
struct heard heard_new(struct arena *a, const struct conversation *c);

/* The clause that holds a word of a turn; NULL if there is none. */
const struct clause *heard_clause(const struct heard *h, size_t turn, size_t word);

/* The tokens that one written word stands for: 0 for fillers and bare punctuation. */
size_t heard_expand(struct arena *a, struct str word, struct str ret_tokens[HEARD_PIECES]);

/* True for a turn of nothing but "yes", "right", "mm hm" and the like: listening, not talking. */
bool heard_is_nod(const struct conversation *c, size_t turn);

/* Words first..last of a turn, joined by single blanks, exactly as the transcript has them. */
struct str heard_words(struct arena *a, const struct conversation *c, struct span s);

/* "2:05" */
struct str heard_clock(struct arena *a, int32_t ms);

#endif
