/* Reports that go out by mail: plans, and the file that a plan makes for one reader. Private to this folder. */
#ifndef RINGSIGHT_INSIGHT_REPORTS_MAILED_H
#define RINGSIGHT_INSIGHT_REPORTS_MAILED_H

#include "core/zone.h"
#include "insight/reports/overview.h"
#include "jobs/jobs.h"

#define REPORT_DUE "reports.due"   /* a plan goes out: {"plan"}, with "hand":true when somebody asked for it */
#define REPORT_SEND "reports.send" /* to one reader: {"mail"} */

extern const struct job_kind report_jobs[];

/* The clock of a plan: daily, weekly or monthly at its hour by its zone. */
struct str report_clock_name(struct arena *a, struct uuid plan);
struct str report_cron(struct arena *a, struct str every, int64_t on_day, int64_t hour);
/* What a plan that goes out at `now` reports on: the day, the seven days before today, or the month before this one, by the
 * zone's clock. Pure. */
void report_span(struct str every, const struct zone *z, int64_t now, int64_t *ret_since, int64_t *ret_until);

/* For whom a plan's report is made: whose calls he may see (as req_scope), and which he reviews blind. */
struct report_reader {
    struct str scope;
    struct uuid account;
};
struct report_loaded {
    struct overview all; /* of all agents that the plan asks for and the reader may see */
    bool one;
    struct agent_facts agent; /* one: the plan is about a single agent */
    struct str format;        /* "pdf", "xlsx", "csv" */
};

/* In a transaction of the plan's tenant, all in its arena. E_NOT_FOUND: the reader may not see the agent. */
const struct err *report_load(struct db *db, const struct report_plan_get_out *plan, const struct report_reader *who,
                              int64_t since, int64_t until, struct report_loaded *ret) MUST_USE;
struct report_file {
    struct str bytes, name;
    const char *type;
};
/* Needs no database. Errors of doc_pdf and xlsx_write. */
const struct err *report_file(struct arena *a, const struct report_loaded *l, struct report_file *ret) MUST_USE;

/* The facts of an agent over f->from .. f->to. E_NOT_FOUND. */
const struct err *report_agent_read(struct db *db, struct uuid agent, struct str scope, struct uuid me, struct str zone,
                                    struct agent_facts *f) MUST_USE;

#endif
