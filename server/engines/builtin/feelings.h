/* Feelings named in words, and the moments of a call worth listening to. */
#ifndef RINGSIGHT_ENGINES_BUILTIN_FEELINGS_H
#define RINGSIGHT_ENGINES_BUILTIN_FEELINGS_H

#include "engines/builtin/heard.h"

/* Fills in emotions (at most 12, in order of time; the same feeling of the same side within 30 s is
 * one), moments (at most 8, in order of time) and sentiment_reason. Mood, findings and prospect
 * must be there. */
void feelings(struct arena *a, const struct heard *h, struct analysis *ret);

#endif
