/* Scores: a call judged by a scorecard, with the evidence under every verdict. Everything that a
 * score rests on is stored with it, so that it can be derived again to the byte. */
#ifndef RINGSIGHT_INSIGHT_SCORES_H
#define RINGSIGHT_INSIGHT_SCORES_H

#include "insight/scores/arith.h"
#include "insight/scores/write.h"

struct feature;
extern const struct feature scores_feature;

/* Asks for verdicts and writes them down as they will be stored (claims_json). What a rule decides
 * the built-in engine answers; only the rest is put to another engine. Errors of the engine. */
const struct err *score_ask(struct arena *a, const struct language_engine *engine,
                            const struct card *card, const struct conversation *c,
                            struct str *ret_raw) MUST_USE;

/* From what a score pins to the score, when it is made and whenever it is replayed: the card's
 * JSON, the conversation, the raw verdicts. *ret_body is what is stored beside the figures,
 * {"criteria":[...],"sections":[...]} in canonical form. E_BAD_INPUT for a card, E_BAD_PAYLOAD for
 * verdicts that do not read. */
const struct err *score_derive(struct arena *a, struct str card, const struct conversation *c,
                               struct str raw, struct score *ret_score,
                               struct str *ret_body) MUST_USE;

#endif
