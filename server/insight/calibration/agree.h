/* How far two ratings of the same calls agree: shares, Cohen's kappa, bias and mean error. Whole
 * numbers only, each figure rounded once, half away from zero. Pure. */
#ifndef RINGSIGHT_INSIGHT_CALIBRATION_AGREE_H
#define RINGSIGHT_INSIGHT_CALIBRATION_AGREE_H

#include "core/arena.h"
#include "core/uuid.h"

/* No figure: nothing to divide by. */
#define AGREE_NONE INT32_MIN
/* Scores at most so far apart agree. */
#define AGREE_WITHIN_BP 1000

/* One answer as it is compared. */
struct rated {
    struct str key;
    struct str label;  /* "yes", "na", "3"; STR_NONE: not assessed, or its evidence does not hold */
    int32_t points_bp; /* -1: none, as for N/A */
};

/* What one rater (a person, or the machine) says of one call. */
struct rating {
    struct str rater;
    struct uuid call;
    int32_t score_bp; /* -1: none */
    size_t n;
    const struct rated *answers;
};

struct rating_pair {
    const struct rating *first, *second;
};

/* In basis points, AGREE_NONE where there is nothing to go by. Bias and error are of the first less
 * the second: 100 is one point of a hundred. */
struct agreement {
    int64_t pairs;     /* that both sides rated */
    int64_t left_out;  /* that one side or both did not */
    int32_t within_bp; /* share with scores or points at most ten apart */
    int32_t exact_bp;  /* share with the same answer */
    int32_t kappa_bp;  /* (observed - expected) / (1 - expected), over the answers as categories;
                        * none where both sides always gave one and the same answer */
    int32_t bias_bp, error_bp;
};

/* Of the whole scores; exact and kappa stay AGREE_NONE. */
struct agreement agree_on_scores(const struct rating_pair *pairs, size_t n);
/* Of the answers to one question. within, bias and error over pairs that have points on both sides. */
struct agreement agree_on_question(struct arena *a, const struct rating_pair *pairs, size_t n,
                                   struct str key);
/* Of whole scores, with `exact` over the answers to all questions together. */
struct agreement agree_of_raters(const struct rating_pair *pairs, size_t n);

#endif
