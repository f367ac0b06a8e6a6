/* Feeling per turn and per call, in basis points -10000..10000. */
#ifndef RINGSIGHT_ENGINES_BUILTIN_MOOD_H
#define RINGSIGHT_ENGINES_BUILTIN_MOOD_H

#include "engines/builtin/heard.h"

/* Fills in turn_sentiment_bp, sentiment, sentiment_bp, _start_bp and _end_bp. The call's figures
 * are the customer's (everyone's where no customer is known): a polite agent does not make a happy
 * call. Start and end are the first and the last third of the time in which they spoke. MIXED where
 * strong feeling of both kinds is there, so that angry-then-happy is not hidden by its mean. */
void mood(struct arena *a, const struct heard *h, struct analysis *ret);

#endif
