/* What the customer wants, what stands in the way, what they told of themselves, and what follows
 * from it. */
#ifndef RINGSIGHT_ENGINES_BUILTIN_PROSPECT_H
#define RINGSIGHT_ENGINES_BUILTIN_PROSPECT_H

#include "engines/builtin/heard.h"

/* Fills in intents, objections, fields, timeline, risks, urgency, lead figures, follow_up and
 * next_action; mood and findings must be there.
 *
 * Intents: hits of lexicon_intents, the customer's count three, others' two, those of a
 * decided kind (mark) double; the secondary needs a
 * third of the primary's votes. An objection is HANDLED if within the agent's next three turns
 * something of lexicon_handles is said.
 *
 * lead_quality, only where the intent is NEW_INQUIRY, BOOKING or RENEWAL: 25, +15 for a name, +15 for
 * mail or phone, +15 for a budget, +10 for a timeline (+5 more if immediate), +15 for a next step
 * agreed, -10 for each open objection; within 0..100. conversion_bp = 80 * lead_quality, +1000 with a
 * next step, -1000 for each open objection; within 200..9500. Both count what was said; they are no
 * forecast, and the product says so. */
void prospect(struct arena *a, const struct heard *h, struct analysis *ret);

#endif
