/* Jobs that come by the clock: cron schedules of a tenant or of the service itself, in a zone. What
 * was missed while nobody worked is caught up once; a tick whose job of before still lives adds
 * none. PostgreSQL's clock alone counts. */
#ifndef RINGSIGHT_JOBS_SCHEDULE_H
#define RINGSIGHT_JOBS_SCHEDULE_H

#include "jobs/jobs.h"

struct schedule {
    struct str name; /* at most 120 bytes; one of a tenant, or of the service */
    struct str kind; /* of the jobs it adds */
    struct str cron; /* see core/cron.h */
    struct str zone; /* none: the tenant's own; the service's are in UTC */
    struct str args; /* of the jobs, JSON; none: {} */
};

/* Makes or changes the schedule of that name of the open transaction's tenant (none: the service's
 * own). A tick that is already due stays so unless cron or zone change. E_BAD_INPUT with the field
 * and the cure. */
const struct err *schedule_put(struct db *db, const struct schedule *s) MUST_USE;
/* Ends it; jobs that it has added stay. That there is none is no error. */
const struct err *schedule_drop(struct db *db, struct str name) MUST_USE;

/* Makes sure that the service's own schedules are there: those of the kinds with `.cron`. */
const struct err *schedule_declared(struct db *db) MUST_USE;

/* Adds the jobs that are due; any number of workers may do so at the same time. Called by the keeper
 * within a transaction without tenant, which it ends; each tick is a transaction of its own. */
const struct err *schedule_tick(struct db *db) MUST_USE;

#endif
