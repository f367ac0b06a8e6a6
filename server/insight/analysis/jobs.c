/* Analysing transcripts. The call takes the result only while the transcript is still its current
 * one. */
#include "engines/engines.h"
#include "insight/analysis/analysis.h"
#include "insight/analysis/queries.h"
#include "insight/analysis/store.h"
#include "insight/transcripts/transcripts.h"
#include "jobs/jobs.h"
#include "live/live.h"

struct product {
    struct uuid call, transcript;
    const struct language_engine *engine;
    struct analysis x;
    struct str body;
    bool silent;
};

static const struct err *load(struct job *job, struct uuid id, struct transcript *ret)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = transcript_load(db, id, ret);
    job_read_end(job, db);
    return e;
}

static enum job_result work(struct job *job, void **ret_product)
{
    struct product *p = ARENA_NEW(job->a, struct product);
    struct transcript t;
    const struct err *e;

    p->engine = language_engines[0];
    if (!transcript_args_read(job->args, &p->call, &p->transcript))
        return JOB_DISCARD;
    e = load(job, p->transcript, &t);
    if (e == E_NOT_FOUND)
        return JOB_DISCARD; /* the call was deleted meanwhile */
    if (!e)
        e = p->engine->analyse(job->a, &t.talk, &p->x);
    if (e) {
        job->last = e == E_BAD_PAYLOAD;
        return JOB_RETRY;
    }
    p->body = analysis_body(job->a, p->engine, &t.talk, &p->x);
    p->silent = t.words == 0;
    *ret_product = p;
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
    char text[UUID_TEXT];
    const struct err *e = q_analysis_put(job->db, (struct analysis_put_in){
        uuid_new(), p->call, p->transcript, str_of(p->engine->name), str_of(p->engine->version),
        p->body}, NULL);

    if (!e)
        e = adopt(job, p, &row);
    if (e == E_NOT_FOUND)
        return NULL; /* a newer transcript took its place */
    if (!e)
        e = job_add(job->db, "scores.run", transcript_args(job->a, p->call, p->transcript),
                    str_fmt(job->a, "scores.run|%s", uuid_text(p->transcript, text).p), 0);
    return e ? e : live_note(job->db, "call.updated", p->call, row.agent_id);
}

static const struct err *dead(struct job *job, struct str reason)
{
    struct uuid call, transcript;

    if (!transcript_args_read(job->args, &call, &transcript))
        return NULL;
    return transcript_failed(job->db, call, reason, false);
}

const struct job_kind analysis_jobs[] = {
    {"analysis.run", work, store, dead, .attempts = 6, .timeout_s = 300, .priority = JOB_NORMAL},
    {0},
};
