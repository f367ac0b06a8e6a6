/* Analysis: what a call was about, how it felt, who spoke how much. */
#ifndef RINGSIGHT_INSIGHT_ANALYSIS_H
#define RINGSIGHT_INSIGHT_ANALYSIS_H

#include "engines/language.h"

struct feature;
extern const struct feature analysis_feature;

/* An analysis as it is stored: analysis_json and the mood of each turn beside it
 * ("turn_sentiment_bp"). */
struct str analysis_body(struct arena *a, struct str engine, struct str engine_version,
                         const struct conversation *c, const struct analysis *x);

/* The first sentence of a text: up to a full stop, question or exclamation mark before a blank. */
struct str analysis_in_short(struct str summary);

#endif
