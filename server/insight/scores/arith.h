/* The arithmetic of scores: card, transcript and claims in, a score out. Integers only, no clock,
 * no database: the same input gives the same score for ever. */
#ifndef RINGSIGHT_INSIGHT_SCORES_ARITH_H
#define RINGSIGHT_INSIGHT_SCORES_ARITH_H

#include "insight/scores/card.h"
#include "insight/scores/evidence.h"

/* Too little speech to score: fewer words, or less time filled with words, than this; or, where
 * the two sides are told apart, fewer words by either side. */
#define SCORE_LEAST_WORDS 25
#define SCORE_LEAST_TALK_MS 8000
#define SCORE_LEAST_SIDE_WORDS 3
/* Mean word confidence below which a score is held for review. Derived by tests/bench/gate (arguments
 * 3 2 3: 126 samples, 76 of them fit): 43 % holds 10.5 % of the fit back and lets 6.0 % of the unfit pass.
 * A stored score pins the gate it was made under, so another one here changes none of them. */
#define SCORE_GATE_BP 4300
#define SCORE_POINTS 10000

enum score_state { SCORE_SCORED = 0, SCORE_NOT_SCORABLE, SCORE_NO_SPEECH, SCORE_HELD };

/* One question as it counts. */
struct mark {
    const struct card_question *question;
    struct claim claim; /* what was claimed; "not assessed" if nothing was */
    bool unsupported;   /* a cited span does not hold, or the answer rests on nothing, or it
                         * contradicts itself */
    bool off;           /* its condition is not met: N/A whatever was claimed */
    bool counts;        /* answered, supported, not N/A */
    int32_t points_bp;  /* 0..10000 where it counts */
};

struct section_score {
    struct str name;
    int32_t weight;   /* of all its questions */
    int32_t score_bp; /* -1: none of its questions counts */
};

struct score {
    enum score_state state;
    struct str reason;     /* one sentence, STR_NONE if there is nothing to say */
    int32_t score_bp;      /* -1 unless scored */
    int32_t confidence_bp; /* mean over the words of the transcript */
    bool auto_fail;
    size_t n_sections, n_marks;
    struct section_score *sections;
    struct mark *marks; /* one for each question of the card, in its order */
};

/* score = sum(weight * points) / sum(weight) over the marks that count, rounded half up; a section
 * likewise over its own. Where sections weigh, the score is the mean of the sections' rounded
 * scores by their weights, over those with a score. N/A, not assessed and unsupported leave the
 * sum, and so does a question whose condition is not met; where the answer it hangs on is not known,
 * it is not assessed. An auto-fail question with an answer worth nothing makes the score 0. Where
 * less than half of the weight that applies (all but N/A, and but what only people answer and
 * nobody did) counts, the call is not scorable: a few answers must not speak for the rest. Claims
 * are found by key; one for no question of the card is ignored, of two the first counts; an answer
 * that the question does not take is not assessed. A held score keeps its marks for the reviewer
 * but has no figures. The card must outlive the score. */
struct score score_compute(struct arena *a, const struct card *card, const struct conversation *c,
                           const struct claim *claims, size_t n, int32_t gate_bp);

/* "scored", "not_scorable", "no_speech", "held" */
const char *score_state_name(enum score_state s);

#endif
