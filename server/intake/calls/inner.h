/* What calls.c and retell.c of this folder share. */
#ifndef RINGSIGHT_INTAKE_CALLS_INNER_H
#define RINGSIGHT_INTAKE_CALLS_INNER_H

#include "intake/calls/calls.h"

/* The events as call_events_put takes them, with ids of their own. */
struct str calls_events_json(struct arena *a, const struct call_event *events, size_t n);
/* Stores n events, and for those known already who else told them; *ret_new counts the others. */
const struct err *calls_put_events(struct db *db, struct uuid integration, struct str events,
                                   size_t n, struct uuid delivery, int64_t *ret_new) MUST_USE;
/* Sorts keys into the one order in which all lock calls, each once; how many are left. */
size_t calls_sort_keys(struct str *keys, size_t n);
/* Folds one call under its lock: call, legs, wanted recordings, notice. E_NOT_FOUND: no event. */
const struct err *calls_fold_one(struct db *db, struct uuid integration, struct str key,
                                 struct uuid *ret_call) MUST_USE;

#endif
