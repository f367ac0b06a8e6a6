/* One claimed job from work to outcome. Called on a slot's thread; nothing here knows how jobs are
 * found. Only this file logs a job's errors. */
#include "core/log.h"
#include "core/metrics.h"
#include "jobs/jobs.h"
#include "jobs/kinds.h"
#include "jobs/queries.h"

#define TAKE_MS 10000

static _Thread_local const struct job *running;

const struct job *job_running(void)
{
    return running;
}

const struct err *job_read_begin(struct job *job, struct db **ret_db)
{
    const struct err *e = db_take(job->pool, job->a, TAKE_MS, ret_db);

    if (!e)
        db_begin(*ret_db, job->tenant);
    return e;
}

void job_read_end(struct job *job, struct db *db)
{
    db_give(job->pool, db);
}

static const struct err *begin(struct job *job)
{
    return job_read_begin(job, &job->db);
}

static const struct err *end(struct job *job, const struct err *e)
{
    if (!e)
        e = db_commit(job->db);
    db_give(job->pool, job->db);
    job->db = NULL;
    return e;
}

static void count(const struct job *job, enum job_outcome_label outcome)
{
    metric_add(M_JOBS, metric_label(LABEL_KIND, str_of(job->kind->name)), outcome, 1);
    if (outcome == OUTCOME_DONE)
        metric_set(M_JOB_LAST_DONE, 0, 0, time_now());
}

/* Those that waited for this one alone are due now. */
static const struct err *hint_freed(struct db *db, struct str freed)
{
    const struct json *list;
    const struct err *e = json_parse(db_arena(db), freed, &list);

    for (size_t i = 0; !e && i < json_count(list); i++) {
        const struct json *row = json_at(list, i);
        struct hint_of of = {.kind = json_text(row, "kind"), .gate = json_text(row, "gate"),
                             .priority = json_int(row, "priority", JOB_NORMAL)};
        if (uuid_parse(json_text(row, "id"), &of.id) &&
            uuid_parse(json_text(row, "tenant"), &of.tenant) && job_kind_find(of.kind))
            e = job_hint(db, &of);
    }
    return e;
}

/* Marks the job ended first: if another worker took over there is no row, and the result is thrown
 * away with the transaction. */
static const struct err *mark(struct job *job, const char *outcome, struct str why)
{
    struct job_finish_out row;
    const struct err *e = q_job_finish(job->db, (struct job_finish_in){
        job->id, job->token, str_of(outcome), why.n ? str_sub(why, 0, 500) : STR_NONE}, &row);

    if (!e && !row.ended)
        e = E_LOST;
    return !e && row.freed.n > 2 ? hint_freed(job->db, row.freed) : e;
}

static const struct err *finish(struct job *job, void *product, const char *outcome)
{
    const struct err *e = begin(job);

    if (e)
        return e;
    e = mark(job, outcome, STR_NONE);
    if (!e && job->kind->store && str_is(str_of(outcome), "done"))
        e = job->kind->store(job, product);
    return end(job, e);
}

const struct err *job_finish_alone(struct job *job)
{
    const struct err *e = finish(job, NULL, job->ends);

    if (!e)
        count(job, str_is(str_of(job->ends), "done") ? OUTCOME_DONE : OUTCOME_DISCARD);
    return e;
}

const struct err *job_finish_all(struct db *db, struct job *const *v, size_t n)
{
    struct buf ids = buf_new(db_arena(db), 1 << 16), tokens = buf_new(db_arena(db), 1 << 16),
               ends = buf_new(db_arena(db), 1 << 16);
    struct job_finish_all_out *rows;
    char text[UUID_TEXT];
    size_t n_rows = 0;
    const struct err *e;

    for (size_t i = 0; i < n; i++) {
        const char *before = i ? "," : "{";
        buf_fmt(&ids, "%s%s", before, uuid_text(v[i]->id, text).p);
        buf_fmt(&tokens, "%s%lld", before, (long long)v[i]->token);
        buf_fmt(&ends, "%s%s", before, v[i]->ends);
        v[i]->ended = false;
    }
    buf_char(&ids, '}');
    buf_char(&tokens, '}');
    buf_char(&ends, '}');
    e = q_job_finish_all(db, (struct job_finish_all_in){buf_str(&ids), buf_str(&tokens),
                                                        buf_str(&ends)}, &rows, &n_rows);
    for (size_t r = 0; !e && r < n_rows; r++) {
        for (size_t i = 0; i < n; i++)
            v[i]->ended = v[i]->ended || uuid_eq(v[i]->id, rows[r].id);
        if (rows[r].freed.n)
            e = hint_freed(db, rows[r].freed);
    }
    return e;
}

void job_finished_all(struct job *const *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (v[i]->ended)
            count(v[i], str_is(str_of(v[i]->ends), "done") ? OUTCOME_DONE : OUTCOME_DISCARD);
        else
            LOG(LOG_WARN, "job.not_settled", KV_C("kind", v[i]->kind->name),
                KV_C("code", E_LOST->code));
    }
}

const struct err *job_end_cancelled(struct job *job)
{
    const struct err *e = begin(job);

    if (e)
        return e;
    e = mark(job, "cancelled", STR_NONE);
    if (!e && job->kind->dead)
        e = job->kind->dead(job, STR("It was cancelled."));
    e = end(job, e);
    if (!e)
        count(job, OUTCOME_DISCARD);
    return e;
}

/* Back to the queue, in the open transaction. */
static const struct err *put_back(struct job *job, int64_t attempt, int64_t delay_ms, struct str why)
{
    struct job_again_out row;
    const struct err *e = q_job_again(job->db, (struct job_again_in){
        job->id, job->token, attempt, delay_ms, why.n ? str_sub(why, 0, 500) : STR_NONE}, &row);

    if (e)
        return e == E_NOT_FOUND ? E_LOST : e;
    return job_hint(job->db, &(struct hint_of){job->id, job->tenant, str_of(job->kind->name),
                                               row.gate, row.priority, delay_ms});
}

static const struct err *again(struct job *job, int64_t attempt, int64_t delay_ms, struct str why)
{
    const struct err *e = begin(job);

    return e ? e : end(job, put_back(job, attempt, delay_ms, why));
}

const struct err *job_return(struct job *job)
{
    const struct err *e = begin(job);

    if (e)
        return e;
    if (job->kind->revive)
        e = job->kind->revive(job);
    if (!e)
        e = put_back(job, 0, 0, STR_NONE);
    return end(job, e);
}

const struct err *job_bury(struct job *job, struct str reason)
{
    int64_t n = 0;
    const struct err *e = begin(job);

    if (e)
        return e;
    if (!reason.n)
        reason = STR("It failed without saying why.");
    e = q_job_die(job->db, (struct job_die_in){job->id, job->token, str_sub(reason, 0, 500)}, &n);
    if (!e && !n)
        e = E_LOST;
    if (!e && job->kind->dead)
        e = job->kind->dead(job, reason);
    e = end(job, e);
    if (!e) {
        count(job, OUTCOME_DEAD);
        LOG(LOG_WARN, "job.dead", KV_C("kind", job->kind->name), KV("reason", reason));
    }
    return e;
}

static const struct err *failed(struct job *job, struct str why)
{
    if (job->last || job->attempt + 1 >= job->max_attempts)
        return job_bury(job, why);
    LOG(LOG_INFO, "job.retry", KV_C("kind", job->kind->name), KV_I("attempt", job->attempt + 1),
        KV("reason", why));
    count(job, OUTCOME_RETRY);
    return again(job, job->attempt + 1,
                 job->retry_ms > 0 ? job->retry_ms : job_backoff_ms(&job->kind->curve, job->attempt + 1), why);
}

static const struct err *settle(struct job *job, enum job_result result, void *product)
{
    const struct err *e;

    switch (result) {
    case JOB_DONE:
        if (!job->kind->store) {
            job->ends = "done";
            return NULL;
        }
        e = finish(job, product, "done");
        if (!e)
            count(job, OUTCOME_DONE);
        else if (e != E_LOST && e != E_UNAVAILABLE)
            return failed(job, arena_why(job->a).n ? arena_why(job->a) : str_of(e->title));
        return e;
    case JOB_DISCARD:
        job->ends = "discarded";
        return NULL;
    case JOB_SNOOZE:
        count(job, OUTCOME_SNOOZE);
        return again(job, job->attempt, (job->snooze_s ? job->snooze_s : 5) * 1000,
                     arena_why(job->a));
    default:
        return failed(job, arena_why(job->a));
    }
}

static const struct err *outcome(struct job *job, enum job_result result, void *product)
{
    if (atomic_load(&job->cancelled))
        return job_end_cancelled(job);
    if (atomic_load(&job->overdue) && result == JOB_RETRY)
        return failed(job, str_fmt(job->a, "It took longer than %d seconds.",
                                   job->kind->timeout_s));
    if (atomic_load(&job->lost) && !atomic_load(&job->overdue))
        return E_LOST;
    return settle(job, result, product);
}

const struct err *job_run(struct job *job)
{
    void *product = NULL;
    int64_t began = time_mono();
    enum job_result result;
    const struct err *e;

    running = job;
    result = !job->kind->work || atomic_load(&job->lost) ? JOB_DONE
                                                         : job->kind->work(job, &product);
    e = outcome(job, result, product);
    running = NULL;
    metric_observe(M_JOB_SECONDS, metric_label(LABEL_KIND, str_of(job->kind->name)),
                   time_mono() - began);
    return e;
}

void job_gate_told(struct job *job, bool ok, int64_t retry_after_s, struct str why)
{
    struct db *db;
    const struct err *e;

    if (!job->gate.n || db_take(job->pool, job->a, TAKE_MS, &db))
        return;
    db_begin(db, (struct uuid){{0}});
    e = q_gate_told(db, (struct gate_told_in){job->gate, ok,
                                              retry_after_s > 3600 ? 3600 : retry_after_s,
                                              why.n ? str_sub(why, 0, 500) : STR_NONE}, NULL);
    if (!e)
        e = db_commit(db);
    db_give(job->pool, db);
    if (e)
        LOG(LOG_WARN, "gate.not_told", KV("gate", job->gate), KV_C("code", e->code));
}
