/* The coaching report of one call, from what is stored of it. */
#ifndef RINGSIGHT_INSIGHT_REPORTS_CALL_H
#define RINGSIGHT_INSIGHT_REPORTS_CALL_H

#include "core/json.h"
#include "insight/reports/doc.h"
#include "insight/reports/queries.h"

/* The report of a call, with times as clocks of the zone show them. Pure: the same row gives the same
 * report for ever. E_BAD_PAYLOAD if what is stored does not read. */
const struct err *report_call(struct arena *a, const struct report_call_out *row, struct str zone,
                              struct doc **ret) MUST_USE;
/* "14 March 2026, 09:05" in the zone ("" is UTC), with its name. */
struct str report_when(struct arena *a, int64_t t, struct str zone);

/* The rest is shared by the files of the report of a call. */
/* The first `most` quotes under something that has "spans". */
void report_quotes(struct doc *d, const struct json *of, size_t most);
/* "NEW_INQUIRY" as "New inquiry". */
struct str report_spoken(struct arena *a, struct str name);
/* verdicts.c: the score, strengths, what to improve and how, every verdict. */
void report_score(struct doc *d, const struct report_call_out *row, const struct json *sections,
                  const struct json *criteria, const struct json *analysis);
void report_verdicts(struct doc *d, const struct json *criteria);

#endif
