/* How long a tenant keeps recordings, transcripts, whole calls and hooks as they came; legal holds, which
 * stop that; and the record of what was deleted. A job of each tenant comes by the clock every hour and
 * takes small batches: rows and the list of their objects in one transaction, the objects in the next
 * step, so that a killed worker leaves nothing half done. The rules themselves are weighed in SQL
 * (migration 0050), the same for what a rule would take and for what it takes. */
#ifndef RINGSIGHT_PLATFORM_RETENTION_H
#define RINGSIGHT_PLATFORM_RETENTION_H

#include "http/http.h"
#include "jobs/jobs.h"

extern const struct feature retention_feature;

/* Of this folder. */
#define RETENTION_RUN "retention.run"
extern const struct job_kind retention_jobs[];
/* Adds the open transaction's tenant's next step. */
const struct err *retention_soon(struct db *db) MUST_USE;
/* Handlers and fields of holds. */
extern const struct field hold_in[];
const struct err *hold_add(struct req *rq) MUST_USE;
const struct err *hold_release(struct req *rq) MUST_USE;
struct str retention_who(const struct req *rq); /* the caller's name, or "an API key" */

#endif
