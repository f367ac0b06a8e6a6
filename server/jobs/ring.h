/* The fair ring in Redis (ring.lua): hints of due jobs, one turn a tenant. What it holds can be lost
 * at any time; the job rows are in PostgreSQL. Files of jobs/ and tests only. */
#ifndef RINGSIGHT_JOBS_RING_H
#define RINGSIGHT_JOBS_RING_H

#include "core/arena.h"
#include "core/err.h"
#include "core/uuid.h"

/* A job that is to be run, or that ended. */
struct hint {
    struct uuid id, tenant; /* tenant: zero for the service's own jobs */
    const char *kind;
    int64_t priority, delay_ms; /* not before then; negative: due for so long */
    char gate[121];
    bool ended;
};

/* A hint handed out; it comes back by itself if it is not settled within five seconds. */
struct taken {
    struct uuid id, tenant;
    struct str kind, lane, unit, due;
    bool capped;
    int ring;
};

/* What became of a taken hint. RUN: claimed; GONE: no such job any more; LATER: not due for
 * wait_ms; SLEEP: it and all of its tenant and gate rest for wait_ms. */
enum settled { SETTLED_RUN = 0, SETTLED_GONE, SETTLED_LATER, SETTLED_SLEEP };

struct verdict {
    const struct taken *taken;
    enum settled what;
    int64_t wait_ms;
};

/* How many jobs of a kind are wanted at most. */
struct room {
    const char *kind;
    int64_t n;
};

/* Connections to all rings, for one thread at a time. `urls` are parted by blanks; ring k is kept at
 * the k-th of them, round and round. Does not connect yet. E_BAD_INPUT. */
struct rings;
const struct err *rings_open(struct arena *a, const char *urls, int n,
                             struct rings **ret) MUST_USE;
int rings_count(const struct rings *r);
/* Whose ring a tenant's jobs are in: the same on every machine. */
int ring_of(const struct rings *r, struct uuid tenant);

/* All of these: E_UNAVAILABLE or E_UPSTREAM where Redis is away or refuses; nothing is half done
 * that a repeat would not mend. */
const struct err *ring_push(struct rings *r, struct arena *a, int ring, const struct hint *hints,
                            size_t n) MUST_USE;
/* At most `wanted` jobs whose turn it is. *ret_rebuild: the ring is empty and somebody must fill it.
 * *ret_next_ms: when to look again, at most 1000. */
struct take {
    int ring;
    int64_t wanted;
    const struct room *rooms;
    size_t n_rooms;
};
struct turn {
    struct taken *v;
    size_t n;
    int64_t next_ms;
    bool rebuild;
};
const struct err *ring_take(struct rings *r, struct arena *a, const struct take *t,
                            struct turn *ret) MUST_USE;
const struct err *ring_settle(struct rings *r, struct arena *a, int ring, const struct verdict *v,
                              size_t n) MUST_USE;
/* A job of a capped tenant is still running. */
const struct err *ring_beat(struct rings *r, struct arena *a, struct uuid tenant,
                            struct uuid id) MUST_USE;
/* A job of a capped tenant or with a gate ended: who rests because of it is looked at again. */
const struct err *ring_done(struct rings *r, struct arena *a, const struct hint *of) MUST_USE;

/* Weights and caps, all at once, for every ring. */
struct share {
    struct uuid tenant;
    int64_t weight, cap; /* cap 0: none */
};
const struct err *ring_shares(struct rings *r, struct arena *a, const struct share *v,
                              size_t n) MUST_USE;

/* BEGIN tells whether we are the one to fill it; GO, every few seconds, whether we still are; END
 * says that it is whole, if we are; LOST that it may lack jobs. */
enum rebuild { REBUILD_BEGIN = 0, REBUILD_GO, REBUILD_END, REBUILD_LOST };
const struct err *ring_rebuild(struct rings *r, struct arena *a, int ring, enum rebuild step,
                               bool *ret_ours) MUST_USE;

#endif
