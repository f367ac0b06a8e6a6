/* Calls: folded from their events, read by pages. */
#ifndef RINGSIGHT_INTAKE_CALLS_H
#define RINGSIGHT_INTAKE_CALLS_H

#include "http/http.h"
#include "providers/event.h"

extern const struct feature calls_feature;

/* Stores the events (repeats change nothing) and folds each call they belong to, in the open
 * transaction: call, legs, wanted recordings, notices. Calls are locked in one order, so that two
 * deliveries never wait for each other. `delivery` may be zero. *ret_calls has room for one id per
 * event and lives in the connection's arena. */
const struct err *calls_take_events(struct db *db, struct uuid integration,
                                    const struct call_event *events, size_t n, struct uuid delivery,
                                    struct uuid **ret_calls, size_t *ret_n) MUST_USE;

#endif
