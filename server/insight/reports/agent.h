/* The report of an agent's weeks. Pure: rows in, a report or a table of figures out. */
#ifndef RINGSIGHT_INSIGHT_REPORTS_AGENT_H
#define RINGSIGHT_INSIGHT_REPORTS_AGENT_H

#include "core/csv.h"
#include "insight/reports/doc.h"
#include "insight/reports/queries.h"

struct agent_facts {
    struct str name, zone;
    int64_t from, to; /* half-open */
    size_t n_calls, n_before, n_criteria;
    const struct report_agent_calls_out *calls, *before; /* before: of as long a time before */
    const struct report_agent_criteria_out *criteria;    /* the lowest first */
};

struct report_table {
    const char *const *head;
    size_t n_head;
    struct csv_row *rows;
    size_t n;
};

struct doc *report_agent(struct arena *a, const struct agent_facts *f);
/* One row a call. */
struct report_table report_agent_table(struct arena *a, const struct agent_facts *f);
/* With a head row; cells that a spreadsheet would run are guarded. */
struct str report_table_csv(struct arena *a, const struct report_table *t);

#endif
