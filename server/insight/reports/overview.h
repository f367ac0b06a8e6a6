/* The report of many agents over a time, side by side. Pure: rows in, a report, a table or a few figures out. */
#ifndef RINGSIGHT_INSIGHT_REPORTS_OVERVIEW_H
#define RINGSIGHT_INSIGHT_REPORTS_OVERVIEW_H

#include "insight/reports/agent.h"
#include "insight/reports/queries.h"

struct overview {
    struct str zone, about; /* about: whose calls */
    int64_t from, to;       /* half-open */
    size_t n;
    const struct report_overview_out *agents; /* the lowest mean first */
};

/* What a mail says of it. Means in basis points, -1: none. */
struct overview_sums {
    int64_t calls, before, scored, held, breached;
    int32_t mean_bp, before_bp, mood_bp; /* mood: -10000..10000, INT32_MIN: none */
};

struct overview_sums overview_sum(const struct overview *o);
struct doc *report_overview(struct arena *a, const struct overview *o);
/* One row an agent. */
struct report_table report_overview_table(struct arena *a, const struct overview *o);
/* "2026-11-20 to 2026-11-26 (Europe/London)". */
struct str report_days(struct arena *a, int64_t from, int64_t to, struct str zone);
/* "81 of 100, +4 against the time before"; "none" where there is none. */
struct str report_mean(struct arena *a, int32_t mean_bp, int32_t before_bp);

#endif
