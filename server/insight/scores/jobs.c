/* Scoring transcripts by the tenant's newest scorecard. What is stored is derived from the raw
 * verdicts as stored, so replay has nothing else to go by than the job had. */
#include "engines/engines.h"
#include "insight/scorecards/scorecards.h"
#include "insight/scores/queries.h"
#include "insight/scores/scores.h"
#include "insight/scores/store.h"
#include "insight/transcripts/transcripts.h"
#include "jobs/jobs.h"
#include "live/live.h"

struct product {
    struct uuid call, transcript;
    struct transcript t;
    bool has_card;
    struct scorecard card;
    const struct language_engine *engine;
    struct score score;
    struct str raw, body;
};

static const struct err *load(struct job *job, struct product *p)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = transcript_load(db, p->transcript, &p->t);
    if (!e) {
        e = scorecard_newest(db, &p->card);
        p->has_card = !e;
        if (e == E_NOT_FOUND)
            e = NULL;
    }
    job_read_end(job, db);
    return e;
}

static const struct err *judge(struct job *job, struct product *p)
{
    struct card card;
    const struct err *e = card_parse(job->a, p->card.body, &card);

    if (!e)
        e = score_ask(job->a, p->engine, &card, &p->t.talk, &p->raw);
    if (!e)
        e = score_derive(job->a, p->card.body, &p->t.talk, p->raw, &p->score, &p->body);
    return e;
}

static enum job_result work(struct job *job, void **ret_product)
{
    struct product *p = ARENA_NEW(job->a, struct product);
    const struct err *e;

    p->engine = language_engines[0];
    if (!transcript_args_read(job->args, &p->call, &p->transcript))
        return JOB_DISCARD;
    e = load(job, p);
    if (e == E_NOT_FOUND)
        return JOB_DISCARD; /* the call was deleted meanwhile */
    if (!e && p->has_card)
        e = judge(job, p);
    if (e) {
        job->last = e == E_BAD_INPUT || e == E_BAD_PAYLOAD;
        return JOB_RETRY;
    }
    *ret_product = p;
    return JOB_DONE;
}

static const struct err *put(struct job *job, const struct product *p)
{
    const struct score *s = &p->score;

    return q_score_put(job->db, (struct score_put_in){
        .id = uuid_new(), .call = p->call, .transcript = p->transcript, .scorecard = p->card.id,
        .state = str_of(score_state_name(s->state)), .reason = s->reason,
        .score_bp = s->score_bp < 0 ? SQL_NULL : s->score_bp, .auto_fail = s->auto_fail,
        .engine = str_of(p->engine->name), .engine_version = str_of(p->engine->version),
        .transcript_hash = str_n(p->t.hash.b, sizeof p->t.hash.b), .raw = p->raw, .body = p->body},
        NULL);
}

static const struct err *adopt(struct job *job, const struct product *p,
                               struct score_adopt_out *ret)
{
    struct score_adopt_in in = {.call = p->call, .transcript = p->transcript,
                                .state = STR("not_scorable"), .score_state = STR("not_scorable"),
                                .reason = STR("No scorecard is published."), .score_bp = SQL_NULL};

    if (p->has_card) {
        in.score_state = str_of(score_state_name(p->score.state));
        in.state = p->score.state == SCORE_NO_SPEECH ? STR("not_scorable") : in.score_state;
        in.reason = p->score.reason;
        in.score_bp = p->score.score_bp < 0 ? SQL_NULL : p->score.score_bp;
    }
    return q_score_adopt(job->db, in, ret);
}

static const struct err *store(struct job *job, void *product)
{
    const struct product *p = product;
    struct score_adopt_out row;
    const struct err *e = p->has_card ? put(job, p) : NULL;

    if (!e)
        e = adopt(job, p, &row);
    if (e == E_NOT_FOUND)
        return NULL; /* a newer transcript took its place */
    return e ? e : live_note(job->db, "call.scored", p->call, row.agent_id);
}

static const struct err *dead(struct job *job, struct str reason)
{
    struct uuid call, transcript;

    if (!transcript_args_read(job->args, &call, &transcript))
        return NULL;
    return transcript_failed(job->db, call, reason, false);
}

const struct job_kind score_jobs[] = {
    {"scores.run", work, store, dead, .attempts = 6, .timeout_s = 300, .priority = JOB_NORMAL},
    {0},
};
