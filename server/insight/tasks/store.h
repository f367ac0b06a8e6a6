/* What the files of this feature share. */
#ifndef RINGSIGHT_INSIGHT_TASKS_STORE_H
#define RINGSIGHT_INSIGHT_TASKS_STORE_H

#include "jobs/jobs.h"

extern const struct job_kind tasks_jobs[];

/* Adds the job that tells of a task at that time; none for TIME_NONE. One whose task has another
 * reminder by then tells nothing. */
const struct err *tasks_remind(struct db *db, struct uuid task, int64_t at) MUST_USE;

#endif
