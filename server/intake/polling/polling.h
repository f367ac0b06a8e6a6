/* Asking phone systems for the calls of a time span: to count what a back-fill would bring, to
 * fill back, and nightly to find calls whose delivery never came. A run walks a span day by day and
 * page by page; each page is one job, stored in the inbox as a delivery of source "poll" and read
 * there like any other. Calls that only polls told of are marked found_by_poll. */
#ifndef RINGSIGHT_INTAKE_POLLING_H
#define RINGSIGHT_INTAKE_POLLING_H

#include "http/http.h"
#include "jobs/jobs.h"

extern const struct feature polling_feature;
extern const struct job_kind polling_jobs[];

enum poll_mode { POLL_COUNT = 0, POLL_BACKFILL, POLL_NIGHTLY };

/* Starts a run in the open transaction. E_NOT_FOUND without such an integration, E_IN_USE with a
 * sentence where it cannot be asked or another run of it goes on. */
const struct err *polling_start(struct db *db, struct uuid integration, enum poll_mode mode,
                                int64_t from, int64_t to, struct uuid *ret_run) MUST_USE;

/* Of this folder: the nightly look, from where the last one ended. Errors as polling_start. */
const struct err *polling_nightly(struct db *db, struct uuid integration) MUST_USE;

/* Of this folder: adds the job of a run's next page, under the phone system's gate. */
const struct err *polling_add_page(struct db *db, struct str provider, struct uuid integration,
                                   struct uuid run) MUST_USE;

#endif
