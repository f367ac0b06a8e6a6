/* One claimed job from work to outcome. Called on a slot's thread; nothing here knows how jobs are
 * found. Only this file logs a job's errors. */
#include "core/log.h"
#include "core/metrics.h"
#include "jobs/jobs.h"
#include "jobs/kinds.h"
#include "jobs/queries.h"

#define TAKE_MS 10000

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

/* Marks the job done first: if another worker took over there is no row, and the result is thrown
 * away with the transaction. */
static const struct err *finish(struct job *job, void *product, const char *outcome)
{
    int64_t ended = 0;
    const struct err *e = begin(job);

    if (e)
        return e;
    e = q_job_finish(job->db, (struct job_finish_in){job->id, job->token, str_of(outcome),
                                                     STR_NONE}, &ended);
    if (!e && !ended)
        e = E_LOST;
    if (!e && job->kind->store && str_is(str_of(outcome), "done"))
        e = job->kind->store(job, product);
    return end(job, e);
}

static const struct err *again(struct job *job, int64_t attempt, int64_t delay_ms, struct str why)
{
    const struct err *e = begin(job);

    if (e)
        return e;
    e = q_job_again(job->db, (struct job_again_in){job->id, job->token, attempt, delay_ms,
                                                   why.n ? str_sub(why, 0, 500) : STR_NONE}, NULL);
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
    return again(job, job->attempt + 1, job_backoff_ms(job->attempt + 1), why);
}

static const struct err *settle(struct job *job, enum job_result result, void *product)
{
    const struct err *e;

    switch (result) {
    case JOB_DONE:
        e = finish(job, product, "done");
        if (!e)
            count(job, OUTCOME_DONE);
        else if (e != E_LOST && e != E_UNAVAILABLE)
            return failed(job, arena_why(job->a).n ? arena_why(job->a) : str_of(e->title));
        return e;
    case JOB_DISCARD:
        count(job, OUTCOME_DISCARD);
        return finish(job, NULL, "discarded");
    case JOB_SNOOZE:
        count(job, OUTCOME_SNOOZE);
        return again(job, job->attempt, (job->snooze_s ? job->snooze_s : 5) * 1000,
                     arena_why(job->a));
    default:
        return failed(job, arena_why(job->a));
    }
}

const struct err *job_run(struct job *job)
{
    void *product = NULL;
    int64_t began = time_mono();
    enum job_result result = job->kind->work ? job->kind->work(job, &product) : JOB_DONE;
    const struct err *e;

    if (atomic_load(&job->lost))
        return E_LOST;
    e = settle(job, result, product);
    metric_observe(M_JOB_SECONDS, metric_label(LABEL_KIND, str_of(job->kind->name)),
                   time_mono() - began);
    return e;
}
