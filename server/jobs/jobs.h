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

#define JOB_LEASE_S 8
#define JOB_DEATHS_MAX 3

struct job_kind;

struct job {
    struct uuid id, tenant;
    const struct job_kind *kind;
    struct arena *a;
    const struct json *args;
    struct str gate;
    int64_t attempt, max_attempts, token, created_at, priority;
    int64_t snooze_s;   /* for JOB_SNOOZE; 0: 5 seconds */
    int64_t retry_ms;   /* for JOB_RETRY: until the next try; 0: by the kind's curve */
    bool last;          /* JOB_RETRY: do not try again, whatever attempts are left */
    struct db *db;      /* store and dead: the open transaction */
    struct db_pool *pool;
    _Atomic bool lost;  /* stop soon: cancelled, over its time, or another worker took over */
    _Atomic bool cancelled, overdue;
    bool capped;
    _Atomic int percent;
    int percent_told, missed; /* the pulse's */
    const char *ends;   /* as what it is to be ended, and whether it was: the settler's */
    bool ended;
};

/* How long a failed job waits: after the first failure, how many times longer after each further one,
 * and at most. All zero: 1 s, fourfold, 6 h. Each pause is up to a fifth shorter or longer. */
struct job_curve {
    int32_t first_s, times, most_s;
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
    /* A dead job is going to be tried again: puts its object back to where the job works. In a
     * transaction; may be NULL. */
    const struct err *(*revive)(struct job *job);
    struct job_curve curve;
    const char *cron; /* the service itself adds one by this schedule, in UTC; NULL: does not */
};

/* A job to be added. What is left out is none. */
struct job_new {
    const char *kind;
    struct str args;    /* JSON */
    struct str dedupe;  /* names the one living job of its kind and object */
    struct uuid object; /* what it works for, mostly a call: shown beside it, found by it */
    struct str gate;    /* the engine or phone system whose limits it is under; no '|' */
    int delay_s;        /* from now */
    size_t n_needs;     /* not before these have ended, however they end (then no delay_s) */
    const struct uuid *needs;
};

/* Adds a job to the open transaction. What a back-fill job adds is back-fill too. */
const struct err *job_add(struct db *db, const struct job_new *job) MUST_USE;
/* The same, and tells its id. Where its dedupe key lives already nothing is added, and the id is that
 * of the living job; zero if another transaction is just adding that one. */
const struct err *job_add_id(struct db *db, const struct job_new *job, struct uuid *ret_id) MUST_USE;
/* For a request without a tenant: a job of the service itself, of the few kinds that may be asked
 * for so (gate.service_job). Only kind, args and object are looked at. */
const struct err *job_add_service(struct db *db, const struct job_new *job) MUST_USE;

/* The same for work that sees the world as it is when it begins: one that waits already is enough, one
 * that runs is not, for it may have looked before. Then one more is added to begin when that ends. Its
 * dedupe key names it among those of its kind and object. */
const struct err *job_add_again(struct db *db, const struct job_new *job) MUST_USE;

/* What a job of that priority has if it is added now: what a back-fill job adds is back-fill too. For jobs that
 * a statement of the feature's own inserts. */
enum job_priority job_priority_now(enum job_priority usual);

/* Asks the workers to cancel a job, or to try a dead one again from its first attempt; they do so
 * within two seconds. E_NOT_FOUND, E_CONFLICT: it is not dead. */
const struct err *job_cancel(struct db *db, struct uuid id) MUST_USE;
const struct err *job_retry(struct db *db, struct uuid id) MUST_USE;

/* Inside `work`, after speaking to the engine or phone system of the job's gate: it answered; it
 * failed; it asked us to come back later (retry_after_s > 0, 429 or 503 with Retry-After). Failures
 * in a row open the gate's breaker for all its jobs. Never fails: without PostgreSQL nothing is
 * noted. */
void job_gate_told(struct job *job, bool ok, int64_t retry_after_s, struct str why);

/* Inside `work`: a short transaction for reading, on a connection of its own. */
const struct err *job_read_begin(struct job *job, struct db **ret_db) MUST_USE;
void job_read_end(struct job *job, struct db *db);

/* Milliseconds until the next try after `attempt` failures, by the kind's curve, +-20 % at random. */
int64_t job_backoff_ms(const struct job_curve *curve, int64_t attempt);

/* Whether a kind of this name is known. */
bool job_kind_known(struct str name);
/* Makes a feature's kinds known; at start, before anything else. Ends with name == NULL. */
void jobs_register(const struct job_kind *kinds);

struct settings;
/* Runs jobs until stopped; then lets the running ones end or hands them back. */
const struct err *worker_run(struct arena *a, const struct settings *s) MUST_USE;
/* False while jobs wait and none gets done though slots are idle, and while the database is away. */
bool worker_healthy(void);
void worker_stop(void); /* async-signal-safe; a second call cuts */

#endif
