/* Which tasks an analysis makes, and which there are already. Pure. */
#ifndef RINGSIGHT_INSIGHT_TASKS_PLAN_H
#define RINGSIGHT_INSIGHT_TASKS_PLAN_H

#include "core/arena.h"
#include "core/json.h"

#define TASKS_MAX 20 /* of one call */

struct planned {
    const char *kind; /* "action", "follow_up" */
    struct str title, detail, priority, due_said, spans;
    int64_t due_day;           /* since 1970; INT64_MIN: none told */
    int64_t start_ms, end_ms;  /* of its first words; -1 without */
};

/* At most TASKS_MAX. */
struct planned *plan_tasks(struct arena *a, const struct json *analysis, int64_t today, size_t *ret_n);

/* Whether two are about the same: equal titles, or words said at the same time. */
bool plan_same(struct str title, int64_t start_ms, int64_t end_ms, const struct planned *p);

/* Where the first of some spans begins and ends; -1 without any. */
void plan_times(const struct json *spans, int64_t *ret_start_ms, int64_t *ret_end_ms);

#endif
