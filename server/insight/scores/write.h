/* Analyses and scores as JSON, in the shapes of GET /calls/{id}/analysis and /calls/{id}/score.
 * Equal input gives equal bytes. Pure. */
#ifndef RINGSIGHT_INSIGHT_SCORES_WRITE_H
#define RINGSIGHT_INSIGHT_SCORES_WRITE_H

#include "insight/scores/arith.h"

/* What the database knows of a score beside the score itself. */
struct score_head {
    struct uuid id, card_id;
    int64_t card_version;
    struct str engine, engine_version;
    int64_t created_at;
    int32_t team_average_bp; /* below 0: none */
};

struct str score_json(struct arena *a, const struct score_head *head, const struct card *card,
                      const struct conversation *c, const struct score *s);

/* The same of a card that is only tried: without a head. */
struct str score_try_json(struct arena *a, const struct card *card, const struct conversation *c,
                          const struct score *s);

/* The parts "sections" and "criteria" alone, where they are stored as columns. */
struct str score_sections_json(struct arena *a, const struct score *s);
struct str score_criteria_json(struct arena *a, const struct card *card,
                               const struct conversation *c, const struct score *s);

struct str analysis_json(struct arena *a, struct str engine, struct str engine_version,
                         const struct conversation *c, const struct analysis *x);

/* "POSITIVE", "NEUTRAL", "NEGATIVE", "MIXED" */
const char *sentiment_name(enum sentiment s);

#endif
