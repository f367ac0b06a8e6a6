/* What the files of jobs/ and its tests share. */
#ifndef RINGSIGHT_JOBS_KINDS_H
#define RINGSIGHT_JOBS_KINDS_H

#include "jobs/jobs.h"

#define KINDS_MAX 128

/* The kind of that name, NULL if unknown; the i-th kind, NULL at the end. */
const struct job_kind *job_kind_find(struct str name);
const struct job_kind *job_kind_at(size_t i);
/* Its number i. */
size_t job_kind_number(const struct job_kind *kind);

/* The job that this thread runs, NULL outside of jobs. */
const struct job *job_running(void);

/* Tells the ring of a due or later job once the open transaction is committed. */
struct hint_of {
    struct uuid id, tenant;
    struct str kind, gate;
    int64_t priority, delay_ms;
};
const struct err *job_hint(struct db *db, const struct hint_of *of) MUST_USE;

/* Runs one claimed job to its outcome. E_UNAVAILABLE etc. when the outcome could not be stored:
 * the lease will run out and somebody does it again. With job->ends only its end is still to be
 * stored, for nothing else goes with it: by one of the next. */
const struct err *job_run(struct job *job) MUST_USE;
/* Ends such jobs in the open transaction, and marks those `ended` that were still ours. E_UNAVAILABLE,
 * E_BUSY: to be tried again. */
const struct err *job_finish_all(struct db *db, struct job *const *v, size_t n) MUST_USE;
/* After its commit: counts them, and tells of those whose end was refused. */
void job_finished_all(struct job *const *v, size_t n);
/* One of them, in a transaction of its own. E_LOST: another worker took over. */
const struct err *job_finish_alone(struct job *job) MUST_USE;
/* Ends a job for good: dead set, and the kind's `dead`. */
const struct err *job_bury(struct job *job, struct str reason) MUST_USE;
/* A claimed job ends as cancelled, its object told; or goes back to its first attempt, revived. */
const struct err *job_end_cancelled(struct job *job) MUST_USE;
const struct err *job_return(struct job *job) MUST_USE;

#endif
