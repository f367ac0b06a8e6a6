/* Putting a card's questions to rules and to an engine. Private to this folder. */
#ifndef RINGSIGHT_INSIGHT_SCORES_ASK_H
#define RINGSIGHT_INSIGHT_SCORES_ASK_H

#include "insight/scores/card.h"

/* Who decides what rules cannot. */
struct card_judge {
    void *ctx;
    const struct err *(*judge)(void *ctx, struct arena *a, const struct conversation *c,
                               const struct question *questions, size_t n,
                               struct verdict *ret_verdicts);
};

/* One verdict for each question that is not left to people, in the card's order; *ret_n of them.
 * What rules decide the built-in engine answers. Errors of the engine. */
const struct err *ask_card(struct arena *a, const struct card_judge *judge,
                           const struct card *card, const struct conversation *c,
                           struct verdict **ret_verdicts, size_t *ret_n) MUST_USE;

#endif
