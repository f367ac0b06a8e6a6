/* Which calls of several phone systems are one and the same. Pure, and a function of the set: the
 * order in which the calls came in cannot show. */
#ifndef RINGSIGHT_INTAKE_NUMBERS_SAME_H
#define RINGSIGHT_INTAKE_NUMBERS_SAME_H

#include "core/arena.h"
#include "core/uuid.h"
#include "providers/event.h"

struct same_call {
    struct uuid id, integration;
    struct uuid agent;               /* zero if none of the tenant's agents */
    struct str call_key, number;     /* number: E.164, else as sent */
    enum call_direction direction;
    bool has_recording, has_agent_key;
    bool alone;                      /* taken out by hand */
    int64_t talk, started, ended;    /* seconds, -1 unknown; points in time, all known */
    bool in_group;                   /* found by same_group */
};

/* True if x and y are told by different phone systems, go the same way with the same number (its last
 * digits, for prefixes are written in many ways), lie over each other in time for at least half of
 * the shorter (clocks may differ by ten seconds), and are not known to be of two agents. */
bool same_call(const struct same_call *x, const struct same_call *y);

/* Marks v[x] and all that hangs together with it, through others too: one call in front of the two
 * that it was put through to is one with both. Gives the place of the one that counts: who knows
 * the agent, then who has the recording, then who names an agent at all, then the longer talk, the
 * earlier start, the smaller integration and key. */
size_t same_group(struct arena *a, struct same_call *v, size_t n, size_t x);

#endif
