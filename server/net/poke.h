/* Telling other processes that there is something to look at, by Redis PUBLISH from a thread of its
 * own. Best effort: who is poked finds out by polling too, so a lost poke costs time only. */
#ifndef RINGSIGHT_NET_POKE_H
#define RINGSIGHT_NET_POKE_H

#include <stdatomic.h>

#include "core/arena.h"
#include "core/err.h"

enum poke { POKE_JOBS = 0, POKE_LIVE, POKES };

/* Starts the sender; url "" means that there is no Redis. E_BAD_INPUT for a malformed URL. */
const struct err *poke_start(struct arena *a, const char *redis_url) MUST_USE;
void poke_stop(void);

/* Never waits; pokes of one kind that come close together become one. */
void poke(enum poke what);

/* A thread that calls fn(arg) for each poke of a kind, and after each reconnect. One per process
 * and kind; ends with poke_stop. */
const struct err *poke_listen(struct arena *a, enum poke what, void (*fn)(void *arg),
                              void *arg) MUST_USE;

/* True if Redis took the last poke; for metrics. */
bool poke_up(void);

#endif
