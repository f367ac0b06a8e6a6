/* Looking up job kinds; files of jobs/ and tests only. */
#ifndef RINGSIGHT_JOBS_KINDS_H
#define RINGSIGHT_JOBS_KINDS_H

#include "jobs/jobs.h"

/* The kind of that name, NULL if unknown; the i-th kind, NULL at the end. */
const struct job_kind *job_kind_find(struct str name);
const struct job_kind *job_kind_at(size_t i);

/* Runs one claimed job to its outcome. E_UNAVAILABLE etc. when the outcome could not be stored:
 * the lease will run out and somebody does it again. */
const struct err *job_run(struct job *job) MUST_USE;
/* Ends a job for good: dead set, and the kind's `dead`. */
const struct err *job_bury(struct job *job, struct str reason) MUST_USE;

#endif
