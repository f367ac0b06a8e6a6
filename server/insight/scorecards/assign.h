/* Which calls get which card. A card's rules are a JSON list; a call gets the card if one of them
 * takes it, and that one is kept with the score. {} takes every call; each member narrows:
 *   queues, directions, languages   lists of texts        agents, integrations   lists of ids
 *   teams          ids: the agent is in one of them        tags   texts: the call has one of them
 *   min_s, max_s   seconds of talk, both ends count
 *   percent        1..100: a share of the calls, chosen by card and call alone, so that the same
 *                  call is in or out whoever asks and whenever
 *   per_agent      {"n": 5, "per": "week"}: at most so many of each agent in a week (from Monday)
 *                  or month of the tenant's zone
 * Private to this folder; pure. */
#ifndef RINGSIGHT_INSIGHT_SCORECARDS_ASSIGN_H
#define RINGSIGHT_INSIGHT_SCORECARDS_ASSIGN_H

#include "core/json.h"
#include "core/uuid.h"

#define ASSIGN_MAX_RULES 20

struct assign_call {
    struct uuid id, integration, agent; /* agent: zero if nobody's */
    struct str queue, direction, language;
    struct str teams, tags; /* JSON: the agent's teams, the call's tags */
    int64_t seconds;
};

struct assigned {
    bool takes;
    struct str rule;         /* canonical JSON of the one that took it */
    int64_t quota;           /* 0: as many as come */
    const char *per;         /* "week", "month" */
};

/* Checks a list of rules. E_BAD_INPUT; the why begins with the field: "rules[0].percent: ...". */
const struct err *assign_check(struct arena *a, const struct json *rules) MUST_USE;
/* What checked rules say of a call: the first that takes it. */
struct assigned assign_call(struct arena *a, const struct json *rules, struct uuid card,
                            const struct assign_call *call);

#endif
