/* Jobs: the row in PostgreSQL is the job, inserted in the transaction of its cause. A kind has
 * `work` (slow, no transaction, writes nothing) and `store` (one transaction opened by the worker
 * loop, in which the job has just been ended under our token). */
#ifndef RINGSIGHT_JOBS_JOBS_H
#define RINGSIGHT_JOBS_JOBS_H

#include <stdatomic.h>

#include "core/arena.h"
#include "core/err.h"
#include "core/json.h"
#include "core/time.h"
#include "core/uuid.h"
#include "db/db.h"

enum job_result {
    JOB_DONE = 0,
    JOB_RETRY,  /* failed: uses up an attempt */
    JOB_SNOOZE, /* not yet: uses up none; job->snooze_s says when again */
    JOB_DISCARD /* nothing to do any more; no attempt, no alarm */
};

/* Lower runs first. */
enum job_priority { JOB_LIVE = 0, JOB_INTERACTIVE = 10, JOB_NORMAL = 20, JOB_BACKFILL = 30 };

#define JOB_LEASE_S 10
#define JOB_DEATHS_MAX 3

struct job_kind;

struct job {
    struct uuid id, tenant;
    const struct job_kind *kind;
    struct arena *a;
    const struct json *args;
    int64_t attempt, max_attempts, token, created_at;
    int64_t snooze_s;   /* for JOB_SNOOZE; 0: 5 seconds */
    bool last;          /* JOB_RETRY: do not try again, whatever attempts are left */
    struct db *db;      /* store and dead: the open transaction */
    struct db_pool *pool;
    _Atomic bool lost;  /* another worker took over: stop soon */
    _Atomic int percent;
};

struct job_kind {
    const char *name;
    enum job_result (*work)(struct job *job, void **ret_product); /* may be NULL */
    const struct err *(*store)(struct job *job, void *product);   /* may be NULL */
    /* The job ended for good without its result; tells the object it worked for. In a
     * transaction; may be NULL. */
    const struct err *(*dead)(struct job *job, struct str reason);
    int attempts, timeout_s;
    enum job_priority priority;
    int cap; /* at a time in one worker process; 0: as many as there are slots */
};

/* Adds a job to the open transaction. `args` is JSON; `dedupe` (may be STR_NONE) names the one
 * living job of its kind and object. delay_s from now. */
const struct err *job_add(struct db *db, const char *kind, struct str args, struct str dedupe,
                          int delay_s) MUST_USE;

/* Inside `work`: a short transaction for reading, on a connection of its own. */
const struct err *job_read_begin(struct job *job, struct db **ret_db) MUST_USE;
void job_read_end(struct job *job, struct db *db);

/* Seconds until the next try after `attempt` failures: 1 s growing fourfold to 6 h, +-20 %. */
int64_t job_backoff_ms(int64_t attempt);

/* Makes a feature's kinds known; at start, before anything else. Ends with name == NULL. */
void jobs_register(const struct job_kind *kinds);

struct settings;
/* Runs jobs until stopped; then lets the running ones end or hands them back. */
const struct err *worker_run(struct arena *a, const struct settings *s) MUST_USE;
void worker_stop(void); /* async-signal-safe; a second call cuts */

#endif
