/* Scoring transcripts by every card that takes the call. What is stored is derived from the raw
 * verdicts as stored, so replay has nothing else to go by than the job had. */
#include "insight/language/language.h"
#include "insight/scorecards/scorecards.h"
#include "insight/scores/queries.h"
#include "insight/scores/scores.h"
#include "insight/scores/store.h"
#include "insight/transcripts/transcripts.h"
#include "jobs/jobs.h"
#include "live/live.h"
#include "people/webhooks/webhooks.h"

/* What one card says of the call. */
struct judged {
    struct scorecard card;
    struct score score;
    struct str raw, body;
    struct str engine, engine_version, asked;
};

struct product {
    struct uuid call, transcript;
    struct transcript t;
    struct language_work by;
    size_t n;
    struct judged *judged; /* oldest card first */
    bool linked;           /* nothing was judged */
    struct str missing;    /* nor here: why there is no conversation to judge; STR_NONE */
};

static const struct err *look_for_talk(struct job *job, struct db *db, struct product *p)
{
    struct score_disposition_out row;
    const struct err *e = q_score_disposition(db, (struct score_disposition_in){p->call}, &row);

    if (!e)
        p->missing = conversation_missing(job->a, &p->t.talk, row.disposition);
    return e;
}

static const struct err *load(struct job *job, struct product *p)
{
    struct scorecard *cards;
    struct db *db;
    size_t n = 0;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = transcript_linked(db, p->call, &p->linked);
    if (!e && !p->linked)
        e = transcript_load(db, p->transcript, &p->t);
    if (!e && !p->linked)
        e = look_for_talk(job, db, p);
    if (!e && !p->linked && !p->missing.n)
        e = scorecards_for_call(db, p->call, p->transcript, &cards, &n);
    if (!e)
        e = language_plan_read(db, job->tenant, &p->by.plan);
    job_read_end(job, db);
    p->judged = ARENA_ARRAY(job->a, n, struct judged);
    for (p->n = 0; !e && p->n < n; p->n++)
        p->judged[p->n].card = cards[p->n];
    return e;
}

static const struct err *judge(struct job *job, struct product *p, struct judged *x)
{
    struct card card;
    const struct err *e = card_parse(job->a, x->card.body, &card);

    if (!e)
        e = score_ask_work(&p->by, &card, &p->t.talk, &x->raw);
    x->engine = p->by.engine;
    x->engine_version = p->by.engine_version;
    x->asked = p->by.asked;
    if (!e)
        e = score_derive(job->a, x->card.body, &p->t.talk, x->raw, &x->score, &x->body);
    return e;
}

static enum job_result work(struct job *job, void **ret_product)
{
    struct product *p = ARENA_NEW(job->a, struct product);
    const struct err *e;

    if (!transcript_args_read(job->args, &p->call, &p->transcript))
        return JOB_DISCARD;
    p->by.job = job;
    p->by.call = p->call;
    p->by.transcript = p->transcript;
    e = load(job, p);
    if (e == E_NOT_FOUND)
        return JOB_DISCARD; /* the call was deleted meanwhile */
    for (size_t i = 0; !e && i < p->n; i++)
        e = judge(job, p, &p->judged[i]);
    if (e == E_UPSTREAM_BUSY || e == E_UNAVAILABLE || e == E_BUSY) {
        job->snooze_s = e == E_UPSTREAM_BUSY ? p->by.snooze_s : 0;
        return JOB_SNOOZE;
    }
    if (e) {
        job->last = e == E_BAD_INPUT || e == E_BAD_PAYLOAD || e == E_SEAL;
        return JOB_RETRY;
    }
    *ret_product = p;
    return JOB_DONE;
}

static const struct err *put(struct job *job, const struct product *p, const struct judged *x)
{
    const struct score *s = &x->score;

    return q_score_put(job->db, (struct score_put_in){
        .id = uuid_new(), .call = p->call, .transcript = p->transcript, .scorecard = x->card.id,
        .state = str_of(score_state_name(s->state)), .reason = s->reason,
        .score_bp = s->score_bp < 0 ? SQL_NULL : s->score_bp, .auto_fail = s->auto_fail,
        .engine = x->engine, .engine_version = x->engine_version, .asked = x->asked,
        .transcript_hash = str_n(p->t.hash.b, sizeof p->t.hash.b), .raw = x->raw, .body = x->body,
        .mode = x->card.mode, .assignment = x->card.rule, .gate_bp = SCORE_GATE_BP},
        NULL);
}

/* What the call shows: the score of the oldest card that decides; else why there is none. */
static const struct err *adopt(struct job *job, const struct product *p,
                               const struct judged *first, const struct judged *suggested,
                               struct score_adopt_out *ret)
{
    struct score_adopt_in in = {.call = p->call, .transcript = p->transcript,
                                .state = STR("not_scorable"), .score_state = STR("not_scorable"),
                                .reason = p->missing.n ? p->missing
                                                       : STR("No scorecard takes this call."),
                                .score_bp = SQL_NULL};

    if (first) {
        in.score_state = str_of(score_state_name(first->score.state));
        in.state = first->score.state == SCORE_NO_SPEECH ? STR("not_scorable") : in.score_state;
        in.reason = first->score.reason;
        in.score_bp = first->score.score_bp < 0 ? SQL_NULL : first->score.score_bp;
    } else if (suggested) {
        in.state = in.score_state = STR("held");
        in.reason = str_fmt(job->a, "The score by “%.*s” is a suggestion: it does not count.",
                            STR_ARG(suggested->card.name));
    }
    return q_score_adopt(job->db, in, ret);
}

/* A call may have got a tag while its engine was asked: a card that takes it only now judges it in a job
 * more. The call's row is locked by now, so who tags it later finds it ended and asks by himself. */
static const struct err *ask_the_rest(struct job *job, const struct product *p)
{
    struct scorecard *cards;
    size_t n = 0;
    const struct err *e = p->missing.n ? NULL : scorecards_for_call(job->db, p->call, p->transcript, &cards, &n);

    for (size_t i = 0, k; !e && i < n; i++) {
        for (k = 0; k < p->n && !uuid_eq(p->judged[k].card.card, cards[i].card);)
            k++;
        if (k == p->n)
            return transcript_follow(job->db, "scores.run", p->call, p->transcript);
    }
    return e;
}

static const struct err *store(struct job *job, void *product)
{
    const struct product *p = product;
    const struct judged *first = NULL, *suggested = NULL;
    struct score_adopt_out row;
    struct score_readopt_out again;
    const struct err *e = NULL;

    if (p->linked)
        return transcript_stand_back(job->db, p->call);
    for (size_t i = 0; !e && i < p->n; i++) {
        const struct judged *x = &p->judged[i];
        bool room;

        e = scorecard_has_room(job->db, &x->card, p->call, &room);
        if (e || !room)
            continue;
        e = put(job, p, x);
        if (str_is(x->card.mode, "decide"))
            first = first ? first : x;
        else
            suggested = suggested ? suggested : x;
    }
    if (!e)
        e = adopt(job, p, first, suggested, &row);
    if (!e && first) /* a person's score stands before it */
        e = q_score_readopt(job->db, (struct score_readopt_in){p->call}, &again);
    if (e == E_NOT_FOUND)
        return NULL; /* a newer transcript took its place */
    if (!e)
        e = ask_the_rest(job, p);
    if (!e)
        e = webhook_tell(job->db, WEBHOOK_CALL_SCORED, p->call);
    return e ? e : live_note(job->db, "call.scored", p->call, row.agent_id);
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

const struct job_kind score_jobs[] = {
    {"scores.run", work, store, dead, .attempts = 6, .timeout_s = 1800, .priority = JOB_NORMAL,
     .revive = revive},
    {0},
};
