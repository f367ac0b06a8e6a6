/* People who score calls: a review is open and blind until its answers are submitted; then it is a
 * score like any other, and stands before the machine's. And what agents say to their scores: seen,
 * or disputed within two weeks. */
#ifndef RINGSIGHT_INSIGHT_REVIEWS_H
#define RINGSIGHT_INSIGHT_REVIEWS_H

#include "core/json.h"
#include "insight/scores/scores.h"

struct feature;
extern const struct feature reviews_feature;

/* Days after a score within which its agent may dispute it. */
#define REVIEW_DISPUTE_DAYS 14
#define REVIEW_MAX_FAULTS 16

struct review_faults {
    size_t n;
    struct {
        struct str field, why;
    } v[REVIEW_MAX_FAULTS];
};

/* A reviewer's answers, [{"key","answer","value","comment","spans":[{"turn","first","last"}]}], as
 * claims by a person; the words come from the transcript. Every question that applies needs an
 * answer that it takes, and a comment where the card asks for one. E_BAD_INPUT with each fault at
 * "answers.<key>". */
const struct err *review_claims(struct arena *a, struct str card, const struct conversation *c,
                                const struct json *answers, struct str *ret_raw,
                                struct review_faults *io_faults) MUST_USE;

#endif
