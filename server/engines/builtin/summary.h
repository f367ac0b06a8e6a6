/* A title and up to three sentences taken from the call itself. */
#ifndef RINGSIGHT_ENGINES_BUILTIN_SUMMARY_H
#define RINGSIGHT_ENGINES_BUILTIN_SUMMARY_H

#include "engines/builtin/heard.h"

/* Fills in title, summary and detailed; all else must be there. The first sentence says in a
 * line what the call was about and where it ended ("Refund and delivery; refund promised by
 * Friday."), without a full stop inside, so that lists can show it alone. The others are the
 * customer's and the agent's most telling clauses, word for word. The detailed summary adds the
 * objections, the promises, the feelings and who spoke how much, in order of time. */
void summarise(struct arena *a, const struct heard *h, struct analysis *ret);

#endif
