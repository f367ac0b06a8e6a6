/* The worker process: one dispatcher thread claims due jobs for idle slots, each slot runs one job
 * at a time, one keeper thread renews leases, sweeps dead ones and looks after partitions. Polling
 * PostgreSQL once a second always works; a poke through Redis only makes it faster. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"
#include "core/settings.h"
#include "core/metrics.h"
#include "jobs/jobs.h"
#include "jobs/kinds.h"
#include "jobs/queries.h"
#include "net/poke.h"

#define SLOTS_MAX 64
#define POLL_MS 1000
#define HEARTBEAT_MS 3000
#define SWEEP_MS 2000
#define PARTITIONS_MS (3600 * 1000)
#define STATEMENT_MS 15000

struct slot {
    pthread_t thread;
    struct job *job; /* under the lock; NULL: idle */
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t work;  /* a slot got a job, or stop */
    pthread_cond_t wake;  /* the dispatcher should look */
    struct slot slots[SLOTS_MAX];
    size_t n_slots, idle;
    bool poked, draining, ended;
    struct db_pool *pool;
    char name[80];
} w = {.lock = PTHREAD_MUTEX_INITIALIZER};
static _Atomic int stop_asked;

void worker_stop(void)
{
    atomic_fetch_add(&stop_asked, 1);
}

static void wake(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&w.lock);
    w.poked = true;
    pthread_cond_signal(&w.wake);
    pthread_mutex_unlock(&w.lock);
}

static struct timespec in_ms(int64_t ms)
{
    int64_t until = time_mono() + ms * TIME_MS;

    return (struct timespec){until / TIME_S, until % TIME_S * 1000};
}

/* ---- slots ---- */

static void *slot_run(void *slot)
{
    struct slot *s = slot;

    pthread_mutex_lock(&w.lock);
    for (;;) {
        struct job *job;
        const struct err *e;
        char id[UUID_TEXT], tenant[UUID_TEXT];
        while (!s->job && !w.ended)
            pthread_cond_wait(&w.work, &w.lock);
        job = s->job;
        if (!job)
            break;
        pthread_mutex_unlock(&w.lock);
        log_context(uuid_text(job->id, id), uuid_text(job->tenant, tenant));
        e = job_run(job);
        if (e)
            LOG(LOG_WARN, "job.not_settled", KV_C("kind", job->kind->name), KV_C("code", e->code));
        log_context(STR_NONE, STR_NONE);
        poke(POKE_LIVE);
        pthread_mutex_lock(&w.lock);
        s->job = NULL;
        w.idle++;
        w.poked = true; /* a follow-up job is likely */
        pthread_cond_signal(&w.wake);
        pthread_mutex_unlock(&w.lock);
        arena_free(job->a);
        pthread_mutex_lock(&w.lock);
    }
    pthread_mutex_unlock(&w.lock);
    return NULL;
}

/* ---- claiming ---- */

static size_t running_of(const struct job_kind *k)
{
    size_t n = 0;

    for (size_t i = 0; i < w.n_slots; i++)
        n += w.slots[i].job && w.slots[i].job->kind == k;
    return n;
}

/* Kinds below their cap, as an array literal. Called under the lock. */
static struct str open_kinds(struct arena *a, bool *ret_capped)
{
    struct buf b = buf_new(a, 1 << 16);
    const struct job_kind *k;

    *ret_capped = false;
    buf_char(&b, '{');
    for (size_t i = 0; (k = job_kind_at(i)); i++) {
        if (k->cap && running_of(k) >= (size_t)k->cap)
            continue;
        if (k->cap)
            *ret_capped = true;
        buf_fmt(&b, "%s%s", b.n > 1 ? "," : "", k->name);
    }
    buf_char(&b, '}');
    return buf_str(&b);
}

static struct job *job_of(const struct job_claim_out *row)
{
    struct arena *a = arena_new();
    struct job *job = ARENA_NEW(a, struct job);
    const struct err *e;

    *job = (struct job){.id = row->id, .tenant = row->tenant_id, .a = a, .attempt = row->attempt,
                        .max_attempts = row->max_attempts, .token = row->token,
                        .created_at = row->created_at, .pool = w.pool};
    job->kind = job_kind_find(row->kind);
    e = json_parse(a, row->args, &job->args);
    if (!job->kind || e) {
        arena_free(a);
        return NULL; /* its lease runs out and a worker that knows it may have it */
    }
    return job;
}

static void give(struct job *job)
{
    pthread_mutex_lock(&w.lock);
    for (size_t i = 0; i < w.n_slots; i++) {
        if (w.slots[i].job)
            continue;
        w.slots[i].job = job;
        w.idle--;
        break;
    }
    pthread_cond_broadcast(&w.work);
    pthread_mutex_unlock(&w.lock);
}

/* Claims for idle slots; with capped kinds among them one at a time, so that a cap is never
 * passed. Returns how many were claimed. */
static size_t claim(void)
{
    struct arena *a = arena_new();
    struct job_claim_out *rows = NULL;
    struct str kinds;
    size_t n = 0, idle;
    bool capped;
    struct db *db;
    const struct err *e;

    pthread_mutex_lock(&w.lock);
    idle = w.idle;
    kinds = open_kinds(a, &capped);
    pthread_mutex_unlock(&w.lock);
    e = db_take(w.pool, a, POLL_MS, &db);
    if (e) {
        arena_free(a);
        return 0;
    }
    db_begin(db, (struct uuid){{0}});
    e = q_job_claim(db, (struct job_claim_in){kinds, str_of(w.name), JOB_LEASE_S,
                                              capped ? 1 : (int64_t)idle}, &rows, &n);
    if (!e)
        e = db_commit(db);
    db_give(w.pool, db);
    for (size_t i = 0; !e && i < n; i++) {
        struct job *job = job_of(&rows[i]);
        if (job)
            give(job);
    }
    arena_free(a);
    return e ? 0 : n;
}

static void dispatch_loop(void)
{
    struct timespec until;

    while (!atomic_load(&stop_asked)) {
        bool room;
        pthread_mutex_lock(&w.lock);
        until = in_ms(POLL_MS);
        while ((!w.poked || !w.idle) && !atomic_load(&stop_asked))
            if (pthread_cond_timedwait(&w.wake, &w.lock, &until) != 0)
                break;
        w.poked = false;
        room = w.idle > 0;
        pthread_mutex_unlock(&w.lock);
        if (room && !atomic_load(&stop_asked) && claim())
            wake(NULL); /* there may be more */
    }
}

/* ---- keeping ---- */

static void heartbeat(struct arena *a, struct db *db)
{
    struct buf ids = buf_new(a, 1 << 16), tokens = buf_new(a, 1 << 16);
    struct buf percents = buf_new(a, 1 << 16);
    struct job_heartbeat_out *kept;
    char text[UUID_TEXT];
    size_t n = 0;

    pthread_mutex_lock(&w.lock);
    for (size_t i = 0; i < w.n_slots; i++) {
        if (!w.slots[i].job)
            continue;
        buf_fmt(&ids, "%s%s", ids.n ? "," : "{", uuid_text(w.slots[i].job->id, text).p);
        buf_fmt(&tokens, "%s%lld", tokens.n ? "," : "{", (long long)w.slots[i].job->token);
        buf_fmt(&percents, "%s%d", percents.n ? "," : "{", atomic_load(&w.slots[i].job->percent));
    }
    pthread_mutex_unlock(&w.lock);
    if (!ids.n)
        return;
    buf_char(&ids, '}');
    buf_char(&tokens, '}');
    buf_char(&percents, '}');
    if (q_job_heartbeat(db, (struct job_heartbeat_in){buf_str(&ids), buf_str(&tokens),
                                                        buf_str(&percents), JOB_LEASE_S},
                        &kept, &n))
        return;
    pthread_mutex_lock(&w.lock);
    for (size_t i = 0; i < w.n_slots; i++) {
        struct job *job = w.slots[i].job;
        bool found = !job || str_find(buf_str(&ids), uuid_text(job->id, text), 0) < 0;
        for (size_t k = 0; k < n && !found; k++)
            found = uuid_eq(kept[k].id, job->id);
        if (!found)
            atomic_store(&job->lost, true);
    }
    pthread_mutex_unlock(&w.lock);
}

static void bury(const struct job_sweep_out *row)
{
    struct job_claim_out as_claimed = {.id = row->id, .tenant_id = row->tenant_id,
                                       .kind = row->kind, .args = row->args, .token = row->token};
    struct job *job = job_of(&as_claimed);
    const struct err *e;

    if (!job)
        return;
    e = job_bury(job, STR("The worker that ran this died three times in a row."));
    if (e)
        LOG(LOG_WARN, "job.not_buried", KV_C("code", e->code));
    arena_free(job->a);
}

static void sweep(struct arena *a, struct db *db)
{
    struct job_sweep_out *rows;
    struct jobs_oldest_out oldest;
    size_t n = 0;
    const struct err *e = q_job_sweep(db, (struct job_sweep_in){JOB_DEATHS_MAX}, &rows, &n);

    (void)a;
    if (!e)
        e = q_jobs_oldest(db, &oldest);
    if (!e)
        e = db_commit(db);
    if (e)
        return;
    metric_set(M_JOB_OLDEST, 0, 0, oldest.waiting_us);
    for (size_t i = 0; i < n; i++) {
        LOG(LOG_WARN, "job.lease_lost", KV("kind", rows[i].kind), KV_I("deaths", rows[i].deaths));
        if (rows[i].deaths >= JOB_DEATHS_MAX)
            bury(&rows[i]);
    }
    if (n)
        wake(NULL);
}

static void partitions(struct db *db)
{
    struct jobs_partitions_out out;
    struct jobs_expired_out expired;
    const struct err *e = q_jobs_partitions(db, &out);

    if (!e && out.strays)
        LOG(LOG_ERROR, "partitions.strays", KV_I("rows", out.strays));
    if (!e)
        e = q_jobs_expired(db, &expired);
    if (!e && expired.gone)
        LOG(LOG_INFO, "sessions.expired", KV_I("rows", expired.gone));
}

enum chore { HEARTBEAT = 0, SWEEP, PARTITIONS };

static void keep(enum chore chore)
{
    struct arena *a = arena_new();
    struct db *db;
    const struct err *e = db_take(w.pool, a, POLL_MS, &db);

    if (!e) {
        db_begin(db, (struct uuid){{0}});
        if (chore == HEARTBEAT)
            heartbeat(a, db);
        else if (chore == SWEEP)
            sweep(a, db);
        else
            partitions(db);
        if (db_in_transaction(db))
            e = db_commit(db);
        db_give(w.pool, db);
    }
    arena_free(a);
}

static void *keeper_run(void *arg)
{
    int64_t beat = 0, swept = 0, kept = 0;

    (void)arg;
    for (;;) {
        int64_t now = time_mono() / TIME_MS;
        bool ended;
        pthread_mutex_lock(&w.lock);
        ended = w.ended;
        pthread_mutex_unlock(&w.lock);
        if (ended)
            return NULL;
        if (now - beat >= HEARTBEAT_MS) {
            keep(HEARTBEAT);
            beat = now;
        }
        if (now - swept >= SWEEP_MS) {
            keep(SWEEP);
            swept = now;
        }
        if (!kept || now - kept >= PARTITIONS_MS) {
            keep(PARTITIONS);
            kept = now;
        }
        usleep(200 * 1000);
    }
}

/* ---- start and stop ---- */

/* Hands back what still runs: somebody else does it again at once. */
static void hand_back(void)
{
    struct arena *a = arena_new();
    struct db *db;

    if (!db_take(w.pool, a, POLL_MS, &db)) {
        const struct err *e = NULL;
        db_begin(db, (struct uuid){{0}});
        for (size_t i = 0; i < w.n_slots && !e; i++) {
            struct job *job = w.slots[i].job;
            if (!job)
                continue;
            atomic_store(&job->lost, true);
            e = q_job_again(db, (struct job_again_in){job->id, job->token, job->attempt, 0,
                                                      STR_NONE}, NULL);
        }
        if (!e)
            e = db_commit(db);
        db_give(w.pool, db);
    }
    arena_free(a);
}

static void drain(int64_t seconds)
{
    int64_t until = time_mono() + seconds * TIME_S;
    bool all_idle = false;

    while (!all_idle && time_mono() < until && atomic_load(&stop_asked) < 2) {
        pthread_mutex_lock(&w.lock);
        all_idle = w.idle == w.n_slots;
        pthread_mutex_unlock(&w.lock);
        if (!all_idle)
            usleep(50 * 1000);
    }
    if (all_idle) {
        pthread_mutex_lock(&w.lock);
        w.ended = true;
        pthread_cond_broadcast(&w.work);
        pthread_mutex_unlock(&w.lock);
        return;
    }
    hand_back();
    LOG(LOG_INFO, "worker.handed_back");
    _exit(0); /* threads are still inside their jobs: nothing of theirs will be stored */
}

static void count_running(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&w.lock);
    metric_set(M_JOBS_RUNNING, 0, 0, (int64_t)(w.n_slots - w.idle));
    pthread_mutex_unlock(&w.lock);
}

static const struct err *start(struct arena *a, const struct settings *s, pthread_t *ret_keeper)
{
    pthread_condattr_t attr;
    char host[64] = "?";
    int64_t slots = s->slots ? s->slots : 2 * sysconf(_SC_NPROCESSORS_ONLN);

    gethostname(host, sizeof host - 1);
    snprintf(w.name, sizeof w.name, "%s:%d", host, (int)getpid());
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w.wake, &attr);
    pthread_cond_init(&w.work, NULL);
    w.n_slots = w.idle = (size_t)(slots > SLOTS_MAX ? SLOTS_MAX : slots);
    w.pool = db_pool_new("jobs", s->jobs_database_url, (int)w.n_slots + 3, STATEMENT_MS);
    metrics_on_scrape(count_running, NULL);
    for (size_t i = 0; i < w.n_slots; i++)
        if (pthread_create(&w.slots[i].thread, NULL, slot_run, &w.slots[i]) != 0)
            return err_why(a, E_INTERNAL, "cannot start a thread");
    if (pthread_create(ret_keeper, NULL, keeper_run, NULL) != 0)
        return err_why(a, E_INTERNAL, "cannot start a thread");
    return poke_listen(a, POKE_JOBS, wake, NULL);
}

const struct err *worker_run(struct arena *a, const struct settings *s)
{
    pthread_t keeper;
    const struct err *e = start(a, s, &keeper);

    if (e)
        return e;
    LOG(LOG_INFO, "worker.ready", KV_I("slots", w.n_slots));
    dispatch_loop();
    drain(s->drain_seconds);
    for (size_t i = 0; i < w.n_slots; i++)
        pthread_join(w.slots[i].thread, NULL);
    pthread_join(keeper, NULL);
    poke_stop();
    db_pool_free(w.pool);
    LOG(LOG_INFO, "worker.stopped");
    return NULL;
}
