/* Reruns asked for on a page: an engine may take its time, so they are jobs. */
#include "jobs/jobs.h"

#include "engines/engines.h"
#include "insight/calibration/inner.h"
#include "insight/calibration/queries.h"

struct product {
    struct uuid id;
    struct rerun_report report;
};

static bool args_read(const struct json *args, struct uuid *ret)
{
    return uuid_parse(json_text(args, "rerun"), ret);
}

static const struct err *load(struct job *job, struct uuid id, struct rerun **ret)
{
    struct rerun_load_out row;
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = q_rerun_load(db, (struct rerun_load_in){id}, &row);
    if (!e)
        e = rerun_load(db, &(struct rerun_ask){.scorecard = row.scorecard_id, .call = row.call_id,
                                               .scope = STR_NONE, .times = row.times,
                                               .calls = row.calls}, ret);
    job_read_end(job, db);
    return e;
}

static enum job_result work(struct job *job, void **ret_product)
{
    struct product *p = ARENA_NEW(job->a, struct product);
    struct rerun *r;
    const struct err *e;

    if (!args_read(job->args, &p->id))
        return JOB_DISCARD;
    e = load(job, p->id, &r);
    if (!e)
        e = rerun_run(job->a, language_engines[0], r, &p->report);
    if (e) {
        job->last = e->status < 500;
        return JOB_RETRY;
    }
    *ret_product = p;
    return JOB_DONE;
}

static const struct err *store(struct job *job, void *product)
{
    const struct product *p = product;

    return q_rerun_end(job->db, (struct rerun_end_in){p->id, STR("done"), STR_NONE,
                                                      rerun_json(job->a, &p->report)}, NULL);
}

static const struct err *dead(struct job *job, struct str reason)
{
    struct uuid id;

    if (!args_read(job->args, &id))
        return NULL;
    return q_rerun_end(job->db, (struct rerun_end_in){id, STR("failed"), reason, STR_NONE}, NULL);
}

const struct job_kind calibration_jobs[] = {
    {"scores.rerun", work, store, dead, .attempts = 3, .timeout_s = 600, .priority = JOB_BACKFILL},
    {0},
};
