/* What can be counted in a call: who spoke how long, silence, overlap, interruptions, pace,
 * questions. Only word times and counts; integers throughout. */
#ifndef RINGSIGHT_ENGINES_BUILTIN_MEASURE_H
#define RINGSIGHT_ENGINES_BUILTIN_MEASURE_H

#include "engines/builtin/heard.h"

/* Words of one speaker closer than this are one stretch of talk. */
#define MEASURE_BRIDGE_MS 700
/* An interruption begins this long after the other began and this long before the other ends. */
#define MEASURE_CUT_IN_MS 300
#define MEASURE_CUT_OFF_MS 400

/* Fills in the times, shares and counts of ret:
 * talk           the sum of a side's stretches
 * silence        of the whole recording, nobody speaking
 * longest silence  between two words of the call (ringing before and the tail behind do not count)
 * overlap        both sides speaking
 * monologue      from a side's first to its last word without more than a nod of the other and
 *                without a pause of 3 s
 * interruption   a turn, more than a nod, that begins inside a turn of the other
 * words per minute  of a side's own talk; 0 below 2 s of talk
 * questions      question marks where the transcript has any, else the usual openings */
void measure(struct arena *a, const struct heard *h, struct analysis *ret);

#endif
