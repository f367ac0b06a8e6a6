/* Coaching plans: what an agent is to practise, why, until when, and whether the score moved. */
#ifndef RINGSIGHT_INSIGHT_COACHING_H
#define RINGSIGHT_INSIGHT_COACHING_H

struct feature;
extern const struct feature coaching_feature;

#endif
