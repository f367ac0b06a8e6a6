/* A call is a pure function of the set of its stored events: the same set in any order, with any
 * repeats, gives the same call byte for byte. Nothing here knows when an event arrived.
 *
 * How a call comes of it:
 * - Events with one leg_key are one leg. Where they disagree, field by field the one that tells the
 *   most advanced state wins: latest end, then longest talk, then longest duration, then most
 *   recordings, then the greater canonical text. An unknown field never wins over a known one.
 * - Events marked as totals speak of the call as a whole. They decide direction, from and to; times
 *   and figures only where no leg says them. Without legs they are the call's only leg.
 * - Rows of no length that nobody answered are dropped while there are others.
 * - Talk is the time in which at least one answered leg talked: the sum for legs one after the
 *   other (transfer), the longest for legs around each other (queue and agent, ring-all).
 * - The agent is who talked longest; equal: who began first, then the smaller name. Nobody
 *   answered: the one whose phone rang, nobody if several did.
 * - The disposition is the best of the legs': answered, voicemail, no_answer, busy, failed.
 * - The wait is from start to the first answer, or the whole call if nobody answered. Where no
 *   start is told it is the first answer, else the end, and the wait is unknown. */
#ifndef RINGSIGHT_INTAKE_CALLS_FOLD_H
#define RINGSIGHT_INTAKE_CALLS_FOLD_H

#include "core/arena.h"
#include "providers/event.h"

struct call_row {
    struct str call_key;
    enum call_direction direction;
    enum call_disposition disposition;
    struct str from, to;
    /* The outside party: who called, or who was called. "" for internal calls. */
    struct str customer_number, customer_name;
    struct str agent, queue, trunk; /* "" if unknown */
    int64_t started, answered, ended; /* TIME_NONE if unknown */
    int64_t duration, talk, wait;     /* seconds, -1 unknown */
    size_t n_legs; /* at least 1, by start, then key; each with its times and figures filled in */
    struct call_event *legs;
    size_t n_recordings; /* by name, each once; leg_key says whose */
    struct recording_ref *recordings;
};

/* Folds n >= 1 events of one call. The row borrows the events' texts. */
void call_fold(struct arena *a, const struct call_event *events, size_t n,
               struct call_row *ret_call);

/* The row as JSON with fixed key order: equal rows give equal bytes. */
struct str call_row_json(struct arena *a, const struct call_row *call);

/* Order of leg keys: numbers by value, then others by bytes. Negative, zero or positive. */
int leg_key_order(struct str x, struct str y);

#endif
