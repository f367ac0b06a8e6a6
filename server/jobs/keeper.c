/* The keeper thread of a worker: one worker for all sweeps up after dead ones, has the ring filled again
 * and keeps the ledger. What must not wait for any of that is the pulse's (pulse.c). */
#include <unistd.h>

#include "core/log.h"
#include "core/metrics.h"
#include "jobs/hint.h"
#include "jobs/kinds.h"
#include "jobs/refill.h"
#include "jobs/schedule.h"
#include "jobs/worker_int.h"

#define TICK_MS 200
#define SWEEP_MS 1000
#define SHARES_MS 5000
#define AUDIT_MS 30000
#define SCHEDULES_MS 1000
#define HOURLY_MS (3600 * 1000)
#define TAKE_DB_MS 1000
#define STALLED_S 120       /* idle slots beside jobs that wait so long: this process is broken */

#define BLIND_S 20          /* the database has not answered for so long */

static atomic_bool stalled_now;
static _Atomic int64_t seen_at;
static struct rings *rings;
static const struct uuid nobody;

/* ---- for all workers ---- */

static struct job *claimed(const struct job_claim_out *row)
{
    struct job *job = worker_job(row);

    if (!job)
        LOG(LOG_WARN, "job.unknown_kind", KV("kind", row->kind));
    return job;
}

static void end_one(struct job *job, const struct err *e)
{
    if (e)
        LOG(LOG_WARN, "job.not_ended", KV_C("kind", job->kind->name), KV_C("code", e->code));
    arena_free(job->a);
}

static const struct err *sweep_leases(struct db *db)
{
    struct job_sweep_out *rows;
    size_t n = 0;
    const struct err *e = q_job_sweep(db, (struct job_sweep_in){JOB_DEATHS_MAX, JOB_LEASE_S}, &rows, &n);

    for (size_t i = 0; i < n && !e; i++) {
        if (rows[i].deaths >= JOB_DEATHS_MAX || !job_kind_find(rows[i].kind))
            continue;
        e = job_hint(db, &(struct hint_of){rows[i].id, rows[i].tenant_id, rows[i].kind,
                                           rows[i].gate, rows[i].priority, rows[i].delay_ms});
    }
    if (!e)
        e = db_commit(db);
    for (size_t i = 0; i < n && !e; i++) {
        struct job *job;
        LOG(LOG_WARN, "job.lease_lost", KV("kind", rows[i].kind), KV_I("deaths", rows[i].deaths));
        if (rows[i].deaths < JOB_DEATHS_MAX)
            continue;
        job = claimed(&(struct job_claim_out){.id = rows[i].id, .tenant_id = rows[i].tenant_id,
                                              .kind = rows[i].kind, .args = rows[i].args,
                                              .token = rows[i].token});
        if (job)
            end_one(job, job_bury(job, STR("The worker that ran this died three times.")));
    }
    return e;
}

static const struct err *do_as_asked(struct db *db)
{
    struct job_asked_out *rows;
    size_t n = 0;
    const struct err *e = q_job_asked(db, (struct job_asked_in){JOB_LEASE_S}, &rows, &n);

    if (!e)
        e = db_commit(db);
    for (size_t i = 0; i < n && !e; i++) {
        struct job *job = claimed(&(struct job_claim_out){
            .id = rows[i].id, .tenant_id = rows[i].tenant_id, .kind = rows[i].kind,
            .args = rows[i].args, .token = rows[i].token, .priority = rows[i].priority});
        if (job)
            end_one(job, rows[i].cancel ? job_end_cancelled(job) : job_return(job));
    }
    return e;
}

/* ---- chores ---- */

bool worker_healthy(void)
{
    return !atomic_load(&stalled_now) && time_mono() - atomic_load(&seen_at) < BLIND_S * TIME_S;
}

static void judge(const struct jobs_state_out *state)
{
    struct worker *w = &worker_state;
    static int64_t since;
    bool stalled;

    metric_set(M_JOB_OLDEST, 0, 0, state->waiting_us);
    metric_set(M_JOBS_DEAD, 0, 0, state->dead);
    pthread_mutex_lock(&w->lock);
    stalled = state->waiting_us > STALLED_S * TIME_S && w->idle == w->n_slots && !w->drain &&
              !*w->settings->worker_kinds && time_now() - w->last_done > STALLED_S * TIME_S;
    pthread_mutex_unlock(&w->lock);
    atomic_store(&stalled_now, stalled);
    atomic_store(&seen_at, time_mono());
    since = stalled ? since ? since : time_mono() : 0;
    if (!since || time_mono() - since < STALLED_S * TIME_S)
        return;
    LOG(LOG_ERROR, "worker.stalled", KV_I("waiting_s", state->waiting_us / TIME_S));
    worker_stop(); /* whoever supervises us starts another */
}

static const struct err *sweep(struct arena *a, struct db *db)
{
    struct jobs_lead_out lead = {false};
    struct jobs_state_out state;
    struct job_unblock_out freed;
    const struct err *e = q_jobs_lead(db, &lead);

    if (!e)
        e = q_jobs_state(db, &state);
    if (!e && lead.ours)
        e = q_jobs_tally(db, NULL);
    if (!e && lead.ours)
        e = q_job_unblock(db, &freed);
    if (!e)
        e = db_commit(db);
    if (e)
        return e;
    judge(&state);
    if (!lead.ours)
        return NULL;
    db_begin(db, nobody);
    e = sweep_leases(db);
    if (e)
        return e;
    db_begin(db, nobody);
    e = do_as_asked(db);
    if (!e && rings)
        e = refill_again(a, rings);
    return e;
}

static const struct err *shares(struct arena *a, struct db *db)
{
    struct job_shares_out *rows;
    struct share *v;
    size_t n = 0;
    const struct err *e = q_job_shares(db, &rows, &n);

    if (!e)
        e = db_commit(db);
    if (e || !rings)
        return e;
    v = ARENA_ARRAY(a, n + 1, struct share);
    for (size_t i = 0; i < n; i++)
        v[i] = (struct share){rows[i].tenant_id, rows[i].weight,
                              rows[i].max_running > 0 ? rows[i].max_running : 0};
    e = ring_shares(rings, a, v, n);
    return e == E_UPSTREAM || e == E_UNAVAILABLE ? NULL : e; /* away: it will be told again */
}

/* The account of all tenants; a job too many or too few is a fault of ours. */
static const struct err *audit(struct arena *a, struct db *db)
{
    struct jobs_drift_out out;
    const struct err *e = q_jobs_drift(db, &out);

    (void)a;
    if (!e)
        e = db_commit(db);
    if (e)
        return e;
    metric_set(M_JOB_DRIFT, 0, 0, out.drift);
    if (out.drift)
        LOG(LOG_ERROR, "ledger.drift", KV_I("jobs", out.drift));
    return NULL;
}

static const struct err *hourly(struct arena *a, struct db *db)
{
    struct jobs_partitions_out out;
    struct jobs_expired_out expired;
    const struct err *e = q_jobs_partitions(db, &out);

    (void)a;
    if (!e && out.strays)
        LOG(LOG_ERROR, "partitions.strays", KV_I("rows", out.strays));
    if (!e)
        e = q_jobs_expired(db, &expired);
    if (!e && expired.gone)
        LOG(LOG_INFO, "sessions.expired", KV_I("rows", expired.gone));
    if (!e)
        e = q_worker_gone(db, (struct worker_gone_in){STR_NONE}, NULL);
    return e ? e : db_commit(db);
}

static const struct err *schedules(struct arena *a, struct db *db)
{
    static bool declared;
    const struct err *e = declared ? NULL : schedule_declared(db);

    (void)a;
    declared = !e;
    return e ? e : schedule_tick(db);
}

static void keep(const struct err *(*chore)(struct arena *a, struct db *db))
{
    struct arena *a = arena_new();
    struct db *db;
    const struct err *e = db_take(worker_state.pool, a, TAKE_DB_MS, &db);

    if (!e) {
        db_begin(db, nobody);
        e = chore(a, db);
        db_give(worker_state.pool, db);
    }
    if (e && e != E_UNAVAILABLE)
        LOG(LOG_WARN, "keeper.failed", KV_C("code", e->code), KV("reason", arena_why(a)));
    arena_free(a);
}

static struct {
    const struct err *(*run)(struct arena *a, struct db *db);
    int64_t every_ms, last;
} chores[] = {
    {sweep, SWEEP_MS, 0},
    {shares, SHARES_MS, 0},
    {audit, AUDIT_MS, 0},
    {hourly, HOURLY_MS, 0},
    {schedules, SCHEDULES_MS, 0},
};

static bool next_round(bool *ret_rebuild)
{
    struct worker *w = &worker_state;
    bool ended;

    pthread_mutex_lock(&w->lock);
    ended = w->ended;
    *ret_rebuild = w->rebuild;
    w->rebuild = false;
    pthread_mutex_unlock(&w->lock);
    return !ended;
}

void *keeper_run(void *unused)
{
    const struct settings *s = worker_state.settings;
    struct arena *own = arena_new();
    bool empty;

    (void)unused;
    if (*s->redis_url && rings_open(own, s->redis_url, (int)s->rings, &rings))
        rings = NULL;
    while (next_round(&empty)) {
        int64_t now = time_mono() / TIME_MS;
        struct arena *a = arena_new();
        for (size_t i = 0; i < sizeof chores / sizeof *chores; i++) {
            if (chores[i].last && now - chores[i].last < chores[i].every_ms)
                continue;
            keep(chores[i].run);
            chores[i].last = now;
        }
        if (rings && empty)
            refill_all(a, rings);
        arena_free(a);
        usleep(TICK_MS * 1000);
    }
    arena_free(own);
    return NULL;
}
