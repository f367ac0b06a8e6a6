/* The first half of the fold: from the events of a call to its legs. Of fold.c only. */
#ifndef RINGSIGHT_INTAKE_CALLS_FOLD_LEGS_H
#define RINGSIGHT_INTAKE_CALLS_FOLD_LEGS_H

#include "core/arena.h"
#include "providers/event.h"

struct legs {
    size_t n; /* at least 1 */
    struct call_event *v;
    bool has_totals;
    struct call_event totals; /* blank without */
};

/* Repeats dropped, events of one leg merged, missing times and figures worked out, ghosts dropped,
 * by start and key. */
void legs_of(struct arena *a, const struct call_event *events, size_t n, struct legs *ret);

/* Byte order of texts, the shorter first where one begins the other. */
int text_order(struct str x, struct str y);
int number_order(int64_t x, int64_t y);

#endif
