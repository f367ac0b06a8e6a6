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

/* Of events that a phone system was asked for, drops those of calls that it has sent by itself under
 * another key: same agent, same number, and beginning or end within 5 seconds; each call sent stands
 * for one asked for, the nearest. Sorts the events by key; *n becomes what is left. */
const struct err *calls_drop_twins(struct db *db, struct uuid integration, struct call_event *events,
                                   size_t *n) MUST_USE;

/* Of events that a phone system was asked for, drops those of calls that were deleted here; *n becomes
 * what is left. */
const struct err *calls_drop_gone(struct db *db, struct uuid integration, struct call_event *events,
                                  size_t *n) MUST_USE;

/* Whether a recording may be added to the call: only to those logged by hand, for a phone system's
 * calls bring their own. E_NOT_FOUND: none such within `scope` (req_scope); E_CONFLICT with a sentence. */
const struct err *calls_may_have_recording(struct db *db, struct uuid call,
                                           struct str scope) MUST_USE;
/* Adds one in the open transaction: name is the upload's id, title the file's name. */
const struct err *calls_add_recording(struct db *db, struct uuid call, struct str name,
                                      struct str title) MUST_USE;

/* What one delivery tells when it is read again. */
struct calls_retold {
    struct uuid delivery;
    const struct call_event *events;
    size_t n;
    bool changed; /* filled in: other events than it told before */
};

/* Puts what these deliveries of one integration tell now in place of what they told before, in the
 * open transaction, and folds the calls of both. An event that another delivery told too stays; a
 * call that nothing tells of any more goes with its recordings. Told the same again, every row is
 * left as it was. At most 1000 deliveries. */
const struct err *calls_retell(struct db *db, struct uuid integration, struct calls_retold *v,
                               size_t n) MUST_USE;

/* A call of a delivery, for showing. */
struct calls_link {
    struct uuid id;
    int64_t started_at;
    struct str from_number, to_number;
    bool trial;
};
/* The calls that a delivery tells of, newest first, at most 100; *ret lives in the connection's
 * arena. */
const struct err *calls_of_delivery(struct db *db, struct uuid delivery, struct calls_link **ret,
                                    size_t *ret_n) MUST_USE;

/* Marks calls as made by a trial: shown, counted nowhere. */
const struct err *calls_mark_trial(struct db *db, const struct uuid *calls, size_t n) MUST_USE;

#endif
