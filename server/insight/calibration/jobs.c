/* Reruns asked for on a page: an engine may take its time, so they are jobs. The tenant's first engine
 * is asked and no other, for what differs between engines is not what is looked for. */
#include "jobs/jobs.h"

#include "engines/engines.h"
#include "insight/calibration/inner.h"
#include "insight/calibration/queries.h"
#include "insight/calibration/rerun_int.h"
#include "insight/language/language.h"

struct product {
    struct uuid id;
    struct language_work by;
    struct rerun_report report;
    size_t calls;          /* there are */
    bool stopped;          /* at its bound, */
    struct str why;        /* for this */
};

static bool args_read(const struct json *args, struct uuid *ret)
{
    return uuid_parse(json_text(args, "rerun"), ret);
}

static const struct err *load(struct job *job, struct uuid id, struct rerun **ret,
                              struct language_work *w)
{
    char text[UUID_TEXT];
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
    if (!e)
        e = language_plan_read(db, job->tenant, &w->plan);
    if (!e && row.currency.n)
        w->bound = (struct spend_bound){str_fmt(job->a, "rerun:%s", uuid_text(id, text).p), row.most_micro, row.currency};
    job_read_end(job, db);
    return e;
}

static enum job_result work(struct job *job, void **ret_product)
{
    struct product *p = ARENA_NEW(job->a, struct product);
    char text[UUID_TEXT];
    struct rerun *r;
    const struct err *e;

    if (!args_read(job->args, &p->id))
        return JOB_DISCARD;
    p->by = (struct language_work){.job = job, .only_asked = true};
    e = load(job, p->id, &r, &p->by);
    p->by.plan.n = p->by.plan.n > 1 ? 1 : p->by.plan.n;
    if (!e)
        e = rerun_run(job->a, &(struct rerun_by){.work = &p->by, .name = uuid_text(p->id, text)}, r,
                      &p->report);
    if (e == E_BOUND) {
        *p = (struct product){p->id, p->by, p->report, r->n, true, str_dup(job->a, arena_why(job->a))};
        e = NULL;
    }
    if (e == E_UPSTREAM_BUSY) {
        job->snooze_s = p->by.snooze_s;
        return JOB_SNOOZE;
    }
    if (e) {
        job->last = e->status < 500;
        return JOB_RETRY;
    }
    *ret_product = p;
    return JOB_DONE;
}

/* What was judged is kept, and its answers are: going on does not pay for them again. */
static const struct err *stop(struct job *job, const struct product *p)
{
    struct rerun_spent_out spent;
    const struct err *e = q_rerun_spent(job->db, (struct rerun_spent_in){p->id}, &spent);

    return e ? e : q_rerun_end(job->db, (struct rerun_end_in){
        p->id, STR("stopped"),
        str_fmt(job->a, "%.*s %lld of %zu calls are judged, for %.*s so far.", STR_ARG(p->why), (long long)p->report.calls,
                p->calls, STR_ARG(spend_text(job->a, spent.micro, p->by.bound.currency))),
        p->report.calls ? rerun_json(job->a, &p->report) : STR_NONE}, NULL);
}

static const struct err *store(struct job *job, void *product)
{
    const struct product *p = product;

    if (p->stopped)
        return stop(job, p);
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
    {"scores.rerun", work, store, dead, .attempts = 3, .timeout_s = 3600, .priority = JOB_BACKFILL},
    {0},
};
