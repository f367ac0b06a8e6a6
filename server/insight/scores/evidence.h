/* Claims of an engine and the words they rest on. Nothing counts on an engine's word alone: every
 * cited span carries the words the engine says are there, and they are looked up. Pure. */
#ifndef RINGSIGHT_INSIGHT_SCORES_EVIDENCE_H
#define RINGSIGHT_INSIGHT_SCORES_EVIDENCE_H

#include "core/json.h"
#include "engines/language.h"

struct cited {
    struct span span;
    struct str words; /* as the engine quotes them */
};

/* A verdict as it is stored: the raw answer that a score pins and that replay reads again. */
struct claim {
    struct str key;
    enum answer answer;
    bool by_rule;
    bool by_person;   /* a reviewer's own answer: may stand without words cited */
    struct str value; /* with ANSWER_VALUE; beside another answer it must say the same */
    struct str reason;
    size_t n_spans;
    struct cited *spans;
};

/* True if turn and words exist and are the quoted ones, one by one. ASCII case and punctuation at
 * the edges of a word do not count; anything else does. */
bool evidence_holds(struct arena *a, const struct conversation *c, const struct cited *x);

/* The transcript's own words of a span that holds, joined by blanks; "" outside the transcript. */
struct str evidence_words(struct arena *a, const struct conversation *c, struct span s);

/* Verdicts with the words quoted from the conversation that the engine was given. Spans outside
 * it keep an empty quote and will not hold. */
struct claim *claims_of(struct arena *a, const struct conversation *c, const struct verdict *v,
                        size_t n);

/* Claims as JSON and back: [{"key","answer","by_rule","reason","spans":[{"turn","first","last",
 * "words"}]}], with "value" and "by_person" where there are any. Equal claims give equal bytes. Reading: E_BAD_PAYLOAD with the reason; an unknown
 * answer is "not_assessed". */
struct str claims_json(struct arena *a, const struct claim *claims, size_t n);
const struct err *claims_parse(struct arena *a, struct str text, struct claim **ret_claims,
                               size_t *ret_n) MUST_USE;

/* "yes", "partly", "no", "na", "value", "not_assessed" */
const char *answer_name(enum answer a);
/* "agent", "customer", "unknown" */
const char *speaker_name(enum speaker s);

#endif
