/* The worker process: starts and stops its threads; each slot runs one job at a time. Nothing here
 * finds jobs (dispatch.c) or looks after them (keeper.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"
#include "core/metrics.h"
#include "jobs/hint.h"
#include "jobs/kinds.h"
#include "jobs/worker_int.h"
#include "net/poke.h"

#define STATEMENT_MS 15000

struct worker worker_state = {.lock = PTHREAD_MUTEX_INITIALIZER};
static _Atomic int stop_asked;

void worker_stop(void)
{
    atomic_fetch_add(&stop_asked, 1);
}

int worker_stopping(void)
{
    return atomic_load(&stop_asked);
}

void worker_wake(void *unused)
{
    struct worker *w = &worker_state;

    (void)unused;
    pthread_mutex_lock(&w->lock);
    w->poked = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

struct job *worker_job(const struct job_claim_out *row)
{
    struct arena *a = arena_new();
    struct job *job = ARENA_NEW(a, struct job);
    const struct err *e;

    *job = (struct job){.id = row->id, .tenant = row->tenant_id, .a = a,
                        .gate = row->gate.n ? str_dup(a, row->gate) : STR(""),
                        .attempt = row->attempt, .max_attempts = row->max_attempts,
                        .token = row->token, .created_at = row->created_at,
                        .priority = row->priority, .pool = worker_state.pool};
    job->kind = job_kind_find(row->kind);
    e = json_parse(a, row->args, &job->args);
    if (!job->kind || e) {
        arena_free(a);
        return NULL; /* its lease runs out and a worker that knows it may have it */
    }
    return job;
}

/* ---- slots ---- */

static void run_one(struct job *job)
{
    char id[UUID_TEXT], tenant[UUID_TEXT];
    const struct err *e;

    log_context(uuid_text(job->id, id), uuid_text(job->tenant, tenant));
    e = job_run(job);
    if (e)
        LOG(LOG_WARN, "job.not_settled", KV_C("kind", job->kind->name), KV_C("code", e->code));
    log_context(STR_NONE, STR_NONE);
    if (!job->ends)
        poke(POKE_LIVE);
}

/* The first in line, to this slot. Under the lock; NULL at the end. */
static struct job *next_job(struct slot *s)
{
    struct worker *w = &worker_state;

    while (!w->n_ahead && !w->ended)
        pthread_cond_wait(&w->work, &w->lock);
    if (!w->n_ahead)
        return NULL;
    s->job = w->ahead[0].job;
    s->since = time_mono();
    w->idle--;
    w->n_ahead--;
    for (size_t i = 0; i < w->n_ahead; i++)
        w->ahead[i] = w->ahead[i + 1];
    return s->job;
}

/* The slot is free. Under the lock; a job that has still to be ended waits for the settler. */
static void let_go(struct slot *s, struct job *job)
{
    struct worker *w = &worker_state;
    int64_t took = time_mono() - s->since, *mean = &w->took[job_kind_number(job->kind)];

    *mean = *mean ? *mean + (took - *mean) / 8 : took + 1;
    if (!job->ends)
        hint_ended(job);
    if (job->ends) {
        while (w->n_done == DONE_MAX)
            pthread_cond_wait(&w->done_room, &w->lock);
        w->done_jobs[w->n_done++] = job;
        pthread_cond_signal(&w->some_done);
    }
    s->job = NULL;
    w->idle++;
    w->done++;
    w->last_done = time_now();
    w->poked = true; /* its place is free */
    pthread_cond_signal(&w->wake);
}

static void *slot_run(void *slot)
{
    struct worker *w = &worker_state;
    struct slot *s = slot;
    struct job *job;

    pthread_mutex_lock(&w->lock);
    while ((job = next_job(s))) {
        bool later;
        pthread_mutex_unlock(&w->lock);
        run_one(job);
        later = job->ends != NULL;
        pthread_mutex_lock(&w->lock);
        let_go(s, job);
        if (later)
            continue; /* the settler's */
        pthread_mutex_unlock(&w->lock);
        arena_free(job->a);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

void worker_give(struct job *job)
{
    struct worker *w = &worker_state;
    size_t at;

    pthread_mutex_lock(&w->lock);
    for (at = w->n_ahead; at && w->ahead[at - 1].job->priority > job->priority; at--)
        w->ahead[at] = w->ahead[at - 1];
    w->ahead[at] = (struct slot){.job = job, .since = time_mono()};
    w->n_ahead++;
    pthread_cond_signal(&w->work);
    pthread_mutex_unlock(&w->lock);
}

size_t worker_holds(struct held *ret)
{
    struct worker *w = &worker_state;
    size_t n = 0;

    for (size_t i = 0; i < w->n_ahead; i++)
        ret[n++] = (struct held){w->ahead[i].job, AHEAD, w->ahead[i].since};
    for (size_t i = 0; i < w->n_slots; i++)
        if (w->slots[i].job)
            ret[n++] = (struct held){w->slots[i].job, IN_SLOT, w->slots[i].since};
    for (size_t i = 0; i < w->n_done; i++)
        ret[n++] = (struct held){w->done_jobs[i], DONE, 0};
    return n;
}

/* ---- start and stop ---- */

void worker_hand_back(struct arena *a, struct job *const *v, size_t n)
{
    struct job_again_out row;
    const struct err *e = NULL;
    struct db *db;

    if (!n || db_take(worker_state.pool, a, 1000, &db))
        return; /* their leases run out */
    db_begin(db, (struct uuid){{0}});
    for (size_t i = 0; i < n && !e; i++) {
        e = q_job_again(db, (struct job_again_in){v[i]->id, v[i]->token, v[i]->attempt, 0, STR_NONE},
                        &row);
        if (!e)
            e = job_hint(db, &(struct hint_of){v[i]->id, v[i]->tenant, str_of(v[i]->kind->name),
                                               row.gate, row.priority, 0});
        if (e == E_NOT_FOUND)
            e = NULL; /* it just ended */
    }
    if (!e)
        e = db_commit(db);
    db_give(worker_state.pool, db);
    if (e)
        LOG(LOG_WARN, "worker.not_handed_back", KV_C("code", e->code));
}

/* Hands back all that is not over: somebody else does it again at once. */
static void hand_back(struct arena *a)
{
    struct held held[HELD_MAX];
    struct job *v[HELD_MAX];
    size_t n;

    pthread_mutex_lock(&worker_state.lock); /* for good: the process ends */
    n = worker_holds(held);
    for (size_t i = 0; i < n; i++) {
        v[i] = held[i].job;
        atomic_store(&v[i]->lost, true);
    }
    worker_hand_back(a, v, n);
}

static bool all_idle(void)
{
    struct worker *w = &worker_state;
    bool idle;

    pthread_mutex_lock(&w->lock);
    idle = w->idle == w->n_slots && !w->n_ahead && !w->n_done;
    pthread_mutex_unlock(&w->lock);
    return idle;
}

static void sign_off(struct arena *a)
{
    struct worker *w = &worker_state;
    const struct err *e;
    struct db *db;

    if (db_take(w->pool, a, 1000, &db))
        return;
    db_begin(db, (struct uuid){{0}});
    e = q_worker_gone(db, (struct worker_gone_in){str_of(w->name)}, NULL);
    if (!e)
        e = db_commit(db);
    db_give(w->pool, db);
    if (e)
        LOG(LOG_WARN, "worker.not_signed_off", KV_C("code", e->code));
}

static void drain(struct arena *a, int64_t seconds)
{
    struct worker *w = &worker_state;
    int64_t until = time_mono() + seconds * TIME_S;

    while (!all_idle() && time_mono() < until && worker_stopping() < 2)
        usleep(50 * 1000);
    if (!all_idle()) {
        hand_back(a);
        sign_off(a);
        hints_stop();
        LOG(LOG_INFO, "worker.handed_back");
        _exit(0); /* threads are still inside their jobs: nothing of theirs will be stored */
    }
    pthread_mutex_lock(&w->lock);
    w->ended = w->settled = true;
    pthread_cond_broadcast(&w->work);
    pthread_cond_broadcast(&w->some_done);
    pthread_mutex_unlock(&w->lock);
}

static void count_running(void *arg)
{
    struct worker *w = &worker_state;

    (void)arg;
    pthread_mutex_lock(&w->lock);
    metric_set(M_JOBS_RUNNING, 0, 0, (int64_t)(w->n_slots - w->idle));
    pthread_mutex_unlock(&w->lock);
}

/* "transcripts.run analysis.*": a word that ends in * stands for all that begin so. */
static bool named(struct str words, struct str kind)
{
    struct str word;

    while (str_split(&words, ' ', &word)) {
        bool all = word.n && word.p[word.n - 1] == '*';
        if (all ? str_starts(kind, str_sub(word, 0, word.n - 1)) : str_eq(kind, word))
            return true;
    }
    return false;
}

static const struct err *choose_kinds(struct arena *a, const char *words)
{
    const struct job_kind *k;
    size_t n = 0;

    for (size_t i = 0; (k = job_kind_at(i)); i++) {
        worker_state.takes[i] = !*words || named(str_of(words), str_of(k->name));
        n += worker_state.takes[i];
    }
    if (!n)
        return err_why(a, E_BAD_INPUT,
                       "Setting worker_kinds is \"%s\": no kind of job is called so.", words);
    return NULL;
}

/* The threads beside the slots and the dispatcher. */
struct crew {
    pthread_t keeper, pulse, settler;
};

static const struct err *start(struct arena *a, const struct settings *s, struct crew *ret_crew)
{
    struct worker *w = &worker_state;
    pthread_condattr_t attr;
    char host[64] = "?";
    int64_t slots = s->slots ? s->slots : 2 * sysconf(_SC_NPROCESSORS_ONLN);
    const struct err *e = choose_kinds(a, s->worker_kinds);

    if (e)
        return e;
    gethostname(host, sizeof host - 1);
    snprintf(w->name, sizeof w->name, "%s:%d", host, (int)getpid());
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w->wake, &attr);
    pthread_cond_init(&w->work, NULL);
    pthread_cond_init(&w->some_done, NULL);
    pthread_cond_init(&w->done_room, NULL);
    w->settings = s;
    w->n_slots = w->idle = (size_t)(slots > SLOTS_MAX ? SLOTS_MAX : slots);
    w->pool = db_pool_new("jobs", s->jobs_database_url, (int)w->n_slots + 5, STATEMENT_MS);
    metrics_on_scrape(count_running, NULL);
    for (size_t i = 0; i < w->n_slots; i++)
        if (pthread_create(&w->slots[i].thread, NULL, slot_run, &w->slots[i]) != 0)
            return err_why(a, E_INTERNAL, "cannot start a thread");
    if (pthread_create(&ret_crew->keeper, NULL, keeper_run, NULL) != 0 ||
        pthread_create(&ret_crew->pulse, NULL, pulse_run, NULL) != 0 ||
        pthread_create(&ret_crew->settler, NULL, settle_run, NULL) != 0)
        return err_why(a, E_INTERNAL, "cannot start a thread");
    return poke_listen(a, POKE_JOBS, worker_wake, NULL);
}

const struct err *worker_run(struct arena *a, const struct settings *s)
{
    struct worker *w = &worker_state;
    struct crew crew;
    const struct err *e = hints_start(a, s);

    if (!e)
        e = start(a, s, &crew);
    if (e)
        return e;
    LOG(LOG_INFO, "worker.ready", KV_I("slots", w->n_slots));
    dispatch_loop(a);
    drain(a, s->drain_seconds);
    for (size_t i = 0; i < w->n_slots; i++)
        pthread_join(w->slots[i].thread, NULL);
    pthread_join(crew.keeper, NULL);
    pthread_join(crew.pulse, NULL);
    pthread_join(crew.settler, NULL);
    sign_off(a);
    hints_stop();
    poke_stop();
    db_pool_free(w->pool);
    LOG(LOG_INFO, "worker.stopped");
    return NULL;
}
