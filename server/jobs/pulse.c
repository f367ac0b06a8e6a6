/* The pulse thread of a worker: renews the leases of all jobs that are ours, hears what was asked of them,
 * says how far they are, and hands back what waits too long for a slot. Nothing else is done here, for
 * nothing may hold it up. */
#include <unistd.h>

#include "core/log.h"
#include "jobs/kinds.h"
#include "jobs/ring.h"
#include "jobs/worker_int.h"
#include "net/poke.h"

#define TICK_MS 150 /* progress is told */
#define BEAT_MS 600 /* leases are renewed */
#define TAKE_DB_MS 1000
#define STUCK_S 60     /* a job so long over its time will never come back */
#define AHEAD_MS 1000  /* a claimed job that waits so long for a slot is let go of */
#define MISSED_MAX 2   /* beats without an answer, until a job is another's */

static struct rings *rings;
static const struct uuid nobody;

/* ---- leases ---- */

struct mine {
    struct buf ids, tokens, percents;
    size_t n;
};

static struct mine mine_new(struct arena *a)
{
    return (struct mine){buf_new(a, 1 << 16), buf_new(a, 1 << 16), buf_new(a, 1 << 16), 0};
}

static void mine_add(struct mine *m, const struct job *job)
{
    char text[UUID_TEXT];

    buf_fmt(&m->ids, "%s%s", m->n ? "," : "{", uuid_text(job->id, text).p);
    buf_fmt(&m->tokens, "%s%lld", m->n ? "," : "{", (long long)job->token);
    buf_fmt(&m->percents, "%s%d", m->n ? "," : "{", atomic_load(&job->percent));
    m->n++;
}

/* Over its time; true if it will never come back. */
static bool overdue(const struct held *h)
{
    int64_t s = (time_mono() - h->since) / TIME_S;

    if (h->place != IN_SLOT || !h->job->kind->timeout_s || s <= h->job->kind->timeout_s)
        return false;
    atomic_store(&h->job->overdue, true);
    atomic_store(&h->job->lost, true);
    return s > h->job->kind->timeout_s + STUCK_S;
}

/* The jobs whose leases go on: not those that are stuck beyond their time, so that another worker
 * gets them. Under the lock. */
static struct mine ours(struct arena *a, bool *ret_stuck)
{
    struct mine m = mine_new(a);
    struct held held[HELD_MAX];
    size_t n = worker_holds(held);

    for (size_t i = 0; i < n; i++) {
        if (overdue(&held[i]))
            *ret_stuck = true;
        else
            mine_add(&m, held[i].job);
    }
    return m;
}

static const struct err *renew(struct db *db, struct mine *m, struct job_heartbeat_out **ret_kept,
                               size_t *ret_n)
{
    *ret_n = 0;
    if (!m->n)
        return NULL;
    buf_char(&m->ids, '}');
    buf_char(&m->tokens, '}');
    buf_char(&m->percents, '}');
    return q_job_heartbeat(db, (struct job_heartbeat_in){buf_str(&m->ids), buf_str(&m->tokens),
                                                         buf_str(&m->percents), JOB_LEASE_S},
                           ret_kept, ret_n);
}

/* Under the lock: jobs may have changed places, or be new, since. */
static void tell_jobs(struct str asked_for, const struct job_heartbeat_out *kept, size_t n)
{
    struct held held[HELD_MAX];
    size_t n_held = worker_holds(held);
    char text[UUID_TEXT];

    for (size_t i = 0; i < n_held; i++) {
        struct job *job = held[i].job;
        const struct job_heartbeat_out *row = NULL;
        if (str_find(asked_for, uuid_text(job->id, text), 0) < 0)
            continue;
        for (size_t k = 0; k < n && !row; k++)
            row = uuid_eq(kept[k].id, job->id) ? &kept[k] : NULL;
        job->missed = row ? 0 : job->missed + 1;
        if (row && row->cancel_asked)
            atomic_store(&job->cancelled, true);
        if (job->missed >= MISSED_MAX || (row && row->cancel_asked))
            atomic_store(&job->lost, true);
    }
}

static const struct err *seen(struct db *db, bool *ret_drain)
{
    struct worker *w = &worker_state;
    struct worker_seen_in in = {.name = str_of(w->name), .kinds = str_of(w->settings->worker_kinds)};
    struct worker_seen_out row = {false};
    const struct err *e;

    pthread_mutex_lock(&w->lock);
    in.slots = (int64_t)w->n_slots;
    in.running = (int64_t)(w->n_slots - w->idle);
    in.done = w->done;
    in.last_done = w->last_done ? w->last_done : TIME_NONE;
    in.redis = w->redis;
    pthread_mutex_unlock(&w->lock);
    e = q_worker_seen(db, in, &row);
    *ret_drain = row.drain_asked;
    return e;
}

static const struct err *beat(struct arena *a, struct db *db)
{
    struct worker *w = &worker_state;
    struct job_heartbeat_out *kept = NULL;
    bool stuck = false, drain = false;
    struct mine m;
    size_t n = 0;
    const struct err *e;

    pthread_mutex_lock(&w->lock);
    m = ours(a, &stuck);
    pthread_mutex_unlock(&w->lock);
    e = renew(db, &m, &kept, &n);
    if (!e)
        e = seen(db, &drain);
    if (!e)
        e = db_commit(db);
    if (e)
        return e;
    pthread_mutex_lock(&w->lock);
    if (m.n)
        tell_jobs(buf_str(&m.ids), kept, n);
    w->drain = drain;
    pthread_mutex_unlock(&w->lock);
    if (stuck) {
        LOG(LOG_ERROR, "worker.stuck", KV_C("reason", "a job did not end long after its time"));
        worker_stop();
    }
    return NULL;
}

/* ---- progress ---- */

struct progress {
    struct uuid tenant, id;
};

/* Jobs that are further than was told; those of tenants into v as well. */
static struct mine progressed(struct arena *a, struct progress *v, size_t *ret_n)
{
    struct held held[HELD_MAX];
    struct mine m = mine_new(a);
    size_t n_held;

    *ret_n = 0;
    pthread_mutex_lock(&worker_state.lock);
    n_held = worker_holds(held);
    for (size_t i = 0; i < n_held; i++) {
        struct job *job = held[i].job;
        if (held[i].place != IN_SLOT || atomic_load(&job->percent) == job->percent_told)
            continue;
        job->percent_told = atomic_load(&job->percent);
        mine_add(&m, job);
        if (!uuid_is_zero(job->tenant))
            v[(*ret_n)++] = (struct progress){job->tenant, job->id};
    }
    pthread_mutex_unlock(&worker_state.lock);
    return m;
}

/* Open pages hear of progress within a second. */
static const struct err *tell_progress(struct arena *a, struct db *db)
{
    struct progress v[SLOTS_MAX];
    struct job_heartbeat_out *kept;
    size_t n, n_kept;
    struct mine m = progressed(a, v, &n);
    const struct err *e = renew(db, &m, &kept, &n_kept);

    if (!e)
        e = db_commit(db);
    for (size_t i = 0; i < n && !e; i++) {
        db_begin(db, v[i].tenant);
        e = q_job_progressed(db, (struct job_progressed_in){uuid_new(), v[i].id}, NULL);
        if (!e)
            e = db_commit(db);
    }
    if (n)
        poke(POKE_LIVE);
    return e;
}

/* ---- the rings' caps, and jobs that no slot takes ---- */

static void beat_rings(struct arena *a)
{
    struct held held[HELD_MAX];
    struct uuid pairs[HELD_MAX][2];
    size_t n = 0, n_held;

    pthread_mutex_lock(&worker_state.lock);
    n_held = worker_holds(held);
    for (size_t i = 0; i < n_held; i++) {
        if (!held[i].job->capped)
            continue;
        pairs[n][0] = held[i].job->tenant;
        pairs[n++][1] = held[i].job->id;
    }
    pthread_mutex_unlock(&worker_state.lock);
    for (size_t i = 0; rings && i < n; i++)
        if (ring_beat(rings, a, pairs[i][0], pairs[i][1]))
            return; /* away: the running sets are gone with it */
}

/* The slots turned out to be slower than was thought. */
static void let_go_of_waiting(struct arena *a)
{
    struct worker *w = &worker_state;
    struct job *v[AHEAD_MAX];
    size_t n = 0, left = 0;

    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < w->n_ahead; i++) {
        if (time_mono() - w->ahead[i].since > AHEAD_MS * TIME_MS)
            v[n++] = w->ahead[i].job;
        else
            w->ahead[left++] = w->ahead[i];
    }
    w->n_ahead = left;
    pthread_mutex_unlock(&w->lock);
    worker_hand_back(a, v, n);
    for (size_t i = 0; i < n; i++)
        arena_free(v[i]->a);
}

/* ---- the thread ---- */

static void with_db(const struct err *(*fn)(struct arena *a, struct db *db))
{
    struct arena *a = arena_new();
    struct db *db;
    const struct err *e = db_take(worker_state.pool, a, TAKE_DB_MS, &db);

    if (!e) {
        db_begin(db, nobody);
        e = fn(a, db);
        db_give(worker_state.pool, db);
    }
    if (e && e != E_UNAVAILABLE)
        LOG(LOG_WARN, "pulse.failed", KV_C("code", e->code), KV("reason", arena_why(a)));
    arena_free(a);
}

static bool goes_on(void)
{
    bool ended;

    pthread_mutex_lock(&worker_state.lock);
    ended = worker_state.ended;
    pthread_mutex_unlock(&worker_state.lock);
    return !ended;
}

void *pulse_run(void *unused)
{
    const struct settings *s = worker_state.settings;
    struct arena *own = arena_new();
    int64_t last = 0;

    (void)unused;
    if (*s->redis_url && rings_open(own, s->redis_url, (int)s->rings, &rings))
        rings = NULL;
    while (goes_on()) {
        struct arena *a = arena_new();
        if (!last || time_mono() - last >= BEAT_MS * TIME_MS) {
            last = time_mono();
            with_db(beat);
            beat_rings(a);
        }
        with_db(tell_progress);
        let_go_of_waiting(a);
        arena_free(a);
        usleep(TICK_MS * 1000);
    }
    arena_free(own);
    return NULL;
}
