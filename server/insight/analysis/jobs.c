/* Analysing transcripts. The call takes the result only while the transcript is still its current
 * one. */
#include "insight/analysis/analysis.h"
#include "insight/analysis/queries.h"
#include "insight/analysis/store.h"
#include "insight/customers/customers.h"
#include "insight/language/language.h"
#include "insight/trackers/trackers.h"
#include "insight/transcripts/transcripts.h"
#include "jobs/jobs.h"
#include "live/live.h"

struct product {
    struct uuid call, transcript;
    struct language_work by;
    struct model_wants wants;
    struct analysis x;
    struct str body;
    bool silent, linked;
};

static const struct err *load(struct job *job, struct product *p, struct transcript *ret)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = transcript_linked(db, p->call, &p->linked);
    if (!e && !p->linked)
        e = transcript_load(db, p->transcript, ret);
    if (!e && !p->linked)
        e = language_plan_read(db, job->tenant, &p->by.plan);
    if (!e && p->by.plan.n)
        e = customers_wants(db, &p->wants);
    job_read_end(job, db);
    return e;
}

static enum job_result not_done(struct job *job, const struct product *p, const struct err *e)
{
    if (e == E_UPSTREAM_BUSY || e == E_UNAVAILABLE || e == E_BUSY) {
        job->snooze_s = e == E_UPSTREAM_BUSY ? p->by.snooze_s : 0;
        return JOB_SNOOZE;
    }
    job->last = e == E_BAD_PAYLOAD || e == E_SEAL;
    return JOB_RETRY;
}

static enum job_result work(struct job *job, void **ret_product)
{
    struct product *p = ARENA_NEW(job->a, struct product);
    struct transcript t;
    const struct err *e;

    if (!transcript_args_read(job->args, &p->call, &p->transcript))
        return JOB_DISCARD;
    *ret_product = p;
    e = load(job, p, &t);
    p->by.job = job;
    p->by.call = p->call;
    p->by.transcript = p->transcript;
    p->by.wants = &p->wants;
    if (e == E_NOT_FOUND)
        return JOB_DISCARD; /* the call was deleted meanwhile */
    if (!e && p->linked)
        return JOB_DONE;
    if (!e)
        e = language_analyse(&p->by, &t.talk, &p->x);
    if (e)
        return not_done(job, p, e);
    p->body = analysis_body(job->a, p->by.engine, p->by.engine_version, &t.talk, &p->x);
    p->silent = t.words == 0;
    return JOB_DONE;
}

static struct str names_of(struct arena *a, const struct finding *f, size_t n)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++)
        jw_text(&w, f[i].name);
    jw_close(&w, ']');
    return jw_done(&w);
}

/* How the call stands in lists; without anybody talking there is no mood and no share. */
static const struct err *adopt(struct job *job, const struct product *p,
                               struct analysis_adopt_out *ret)
{
    const struct analysis *x = &p->x;
    bool shared = x->agent_talk_ms + x->customer_talk_ms > 0;

    return q_analysis_adopt(job->db, (struct analysis_adopt_in){
        .call = p->call, .transcript = p->transcript, .title = x->title,
        .in_short = analysis_in_short(x->summary),
        .breaches = names_of(job->a, x->breaches, x->n_breaches),
        .sentiment_bp = p->silent ? SQL_NULL : x->sentiment_bp,
        .agent_share_bp = shared ? x->agent_share_bp : SQL_NULL}, ret);
}

static const struct err *store(struct job *job, void *product)
{
    const struct product *p = product;
    struct analysis_adopt_out row;
    const struct err *e;

    if (p->linked)
        return transcript_stand_back(job->db, p->call);
    e = q_analysis_put(job->db, (struct analysis_put_in){
        uuid_new(), p->call, p->transcript, p->by.engine, p->by.engine_version, p->body,
        p->by.asked}, NULL);

    if (!e)
        e = adopt(job, p, &row);
    if (e == E_NOT_FOUND)
        return NULL; /* a newer transcript took its place */
    if (!e)
        e = transcript_follow(job->db, "scores.run", p->call, p->transcript);
    if (!e)
        e = trackers_follow(job->db, p->call, p->transcript);
    if (!e)
        e = customers_follow(job->db, p->call, p->transcript);
    return e ? e : live_note(job->db, "call.updated", p->call, row.agent_id);
}

static const struct err *dead(struct job *job, struct str reason)
{
    struct uuid call, transcript;

    if (!transcript_args_read(job->args, &call, &transcript))
        return NULL;
    return transcript_failed(job->db, call, reason, false);
}

static const struct err *revive(struct job *job)
{
    struct uuid call, transcript;

    if (!transcript_args_read(job->args, &call, &transcript))
        return NULL;
    return transcript_revived(job->db, call, "analysing", transcript);
}

const struct job_kind analysis_jobs[] = {
    {"analysis.run", work, store, dead, .attempts = 6, .timeout_s = 1800, .priority = JOB_NORMAL,
     .revive = revive},
    {0},
};
