/* Jobs whose result is only that they are done: ended many at a time, in one statement and one commit,
 * while their slots run the next ones. Until then their leases go on. One thread. */
#include <time.h>

#include "core/log.h"
#include "jobs/hint.h"
#include "jobs/kinds.h"
#include "jobs/worker_int.h"
#include "net/poke.h"

#define AT_ONCE 64
#define TAKE_DB_MS 1000
#define AGAIN_MS 200 /* without PostgreSQL */

static int64_t failing_since;

/* The first that wait, at most AT_ONCE; they stay where they are. False at the end. */
static bool next(struct job **out, size_t *ret_n)
{
    struct worker *w = &worker_state;
    bool more;

    pthread_mutex_lock(&w->lock);
    while (!w->n_done && !w->settled)
        pthread_cond_wait(&w->some_done, &w->lock);
    for (*ret_n = 0; *ret_n < AT_ONCE && *ret_n < w->n_done; (*ret_n)++)
        out[*ret_n] = w->done_jobs[*ret_n];
    more = *ret_n > 0;
    pthread_mutex_unlock(&w->lock);
    return more;
}

/* The first n are out of our hands. */
static void forget(size_t n)
{
    struct worker *w = &worker_state;
    struct job *gone[AT_ONCE];

    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < n; i++)
        gone[i] = w->done_jobs[i];
    w->n_done -= n;
    for (size_t i = 0; i < w->n_done; i++)
        w->done_jobs[i] = w->done_jobs[i + n];
    pthread_cond_broadcast(&w->done_room);
    pthread_mutex_unlock(&w->lock);
    for (size_t i = 0; i < n; i++) {
        hint_ended(gone[i]);
        arena_free(gone[i]->a);
    }
}

static const struct err *together(struct arena *a, struct job *const *v, size_t n)
{
    struct db *db;
    const struct err *e = db_take(worker_state.pool, a, TAKE_DB_MS, &db);

    if (e)
        return e;
    db_begin(db, (struct uuid){{0}});
    db_last(db);
    e = job_finish_all(db, v, n);
    if (!e)
        e = db_commit(db);
    db_give(worker_state.pool, db);
    return e;
}

/* With PostgreSQL away it is tried again for a lease's time: ending a job twice changes nothing, and
 * doing it twice costs more. False: not yet. */
static bool settle(struct arena *a, struct job *const *v, size_t n)
{
    const struct err *e = together(a, v, n);

    if (!e) {
        failing_since = 0;
        job_finished_all(v, n);
        poke(POKE_LIVE);
        return true;
    }
    if (e == E_UNAVAILABLE || e == E_BUSY) {
        failing_since = failing_since ? failing_since : time_mono();
        if (time_mono() - failing_since < JOB_LEASE_S * TIME_S && worker_stopping() < 2)
            return false;
        LOG(LOG_WARN, "jobs.not_settled", KV_I("jobs", n), KV_C("code", e->code));
        failing_since = 0;
        return true; /* their leases run out */
    }
    for (size_t i = 0; i < n; i++) { /* one of them is at fault */
        e = job_finish_alone(v[i]);
        if (e)
            LOG(LOG_WARN, "job.not_settled", KV_C("kind", v[i]->kind->name), KV_C("code", e->code));
    }
    return true;
}

void *settle_run(void *unused)
{
    struct job *v[AT_ONCE];
    size_t n;

    (void)unused;
    while (next(v, &n)) {
        struct arena *a = arena_new();
        bool over = settle(a, v, n);
        arena_free(a);
        if (over)
            forget(n);
        else
            nanosleep(&(struct timespec){0, AGAIN_MS * 1000000L}, NULL);
    }
    return NULL;
}
