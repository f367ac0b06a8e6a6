/* The report of an agent's weeks. Pure: rows in, a report or a table of figures out. */
#ifndef RINGSIGHT_INSIGHT_REPORTS_AGENT_H
#define RINGSIGHT_INSIGHT_REPORTS_AGENT_H

#include "insight/reports/doc.h"
#include "insight/reports/queries.h"

struct agent_facts {
    struct str name, zone;
    int64_t from, to; /* half-open */
    size_t n_calls, n_before, n_criteria;
    const struct report_agent_calls_out *calls, *before; /* before: of as long a time before */
    const struct report_agent_criteria_out *criteria;    /* the lowest first */
};

struct doc *report_agent(struct arena *a, const struct agent_facts *f);
/* One row a call, with a head row; cells that a spreadsheet would run are guarded. */
struct str report_agent_csv(struct arena *a, const struct agent_facts *f);

#endif
