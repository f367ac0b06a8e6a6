/* What the files of this folder share: words as tokens, and what they may mean. */
#ifndef RINGSIGHT_INSIGHT_SENSITIVE_INT_H
#define RINGSIGHT_INSIGHT_SENSITIVE_INT_H

#include "insight/sensitive/sensitive.h"

/* What is spoken about near a token; bits. */
enum cue {
    CUE_CARD = 1 << 0,
    CUE_CODE = 1 << 1,
    CUE_EXPIRY = 1 << 2,
    CUE_SSN = 1 << 3,
    CUE_AADHAAR = 1 << 4,
    CUE_ACCOUNT = 1 << 5,
    CUE_BIRTH = 1 << 6,
    CUE_MAIL = 1 << 7,
    CUE_PHONE = 1 << 8,
    CUE_REFERENCE = 1 << 9, /* of an order, a ticket: a number that may be read */
    CUE_ROUTING = 1 << 10,  /* sort code, routing number */
    CUE_AMOUNT = 1 << 11,   /* behind a number: money, percent, minutes */
};

enum tongue { TONGUE_ANY = 0, TONGUE_EN, TONGUE_ES, TONGUE_DE, TONGUE_FR, TONGUE_HI };

/* How a word stands in a number. */
enum how {
    HOW_NOT = 0,
    HOW_DIGITS, /* its digits are part of it: "4111", "seven", "eleven" */
    HOW_TENS,   /* the same, but "forty one" is 41 */
    HOW_TIMES,  /* "double": the next digit so often */
    HOW_ZEROS,  /* "hundred" */
    HOW_FILLER, /* "uh", "dash", "okay": may stand within a number */
};

struct token {
    struct span at; /* one word: first == last */
    enum speaker speaker;
    int32_t start_ms, end_ms;
    struct str text;   /* lower case, without marks around it */
    enum how how;
    enum tongue tongue;
    bool doubtful;     /* a number only among numbers of its tongue: "do", "once" */
    bool ordinal;
    bool plus;         /* begins with + */
    bool grouped;      /* digits as a phone or identity number is written: (…) or 123-45-6789 */
    struct str digits; /* of HOW_DIGITS and HOW_TENS; a count for HOW_TIMES, zeros for HOW_ZEROS */
    char letter;       /* of a spelled one, upper case; else 0 */
    unsigned cues;     /* that begin here */
};

struct tokens {
    size_t n;
    struct token *at;
};

/* All words in order of turns. */
struct tokens tokens_of(struct arena *a, const struct conversation *c);

/* Fills in what a word means as a number, from tables and rules of five languages. */
void number_word(struct arena *a, struct token *t);
/* A letter spelled: by itself or by name of the NATO alphabet; 0: none. */
char spelled_letter(struct str word);
/* The cues of phrases that begin at token i. */
unsigned cues_at(const struct tokens *t, size_t i);
/* A month's name or its usual short form. */
bool is_month(struct str word);
/* Whether one of these is spoken of in the `before` tokens before i or the `after` from i on. */
bool cue_near(const struct tokens *t, size_t i, unsigned cues, size_t before, size_t after);

/* What is found goes here: a run of tokens of `order` (indices into tokens). */
struct found {
    struct arena *a;
    const struct tokens *t;
    unsigned kinds;
    uint8_t *mark; /* by token: 1 + kind, 0: none */
};
/* Marks order[first..last]; a token that has an earlier kind keeps it. */
void found_mark(struct found *f, const size_t *order, size_t first, size_t last,
                enum sensitive_kind kind);

/* The finders; order: n indices into f->t, rising. */
void find_numbers(struct found *f, const size_t *order, size_t n);
void find_codes(struct found *f, const size_t *order, size_t n);
void find_mail(struct found *f, const size_t *order, size_t n);
void find_dates(struct found *f, const size_t *order, size_t n);

#endif
