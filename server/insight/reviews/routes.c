/* Opening, submitting and reading reviews; what agents say to their scores. */
#include "http/http.h"
#include "insight/reviews/queries.h"
#include "insight/reviews/reviews.h"
#include "insight/transcripts/transcripts.h"
#include "core/time.h"
#include "live/live.h"
#include "people/webhooks/webhooks.h"

#define DAY_US (86400 * TIME_S)

static const struct err E_REVIEW_ENDED[1] = {
    {"review_ended", 409, "This review was submitted or put back already"}};
static const struct err E_DISPUTE_LATE[1] = {
    {"dispute_late", 409, "The time to dispute this score is over"}};

struct open_in {
    struct uuid scorecard;
};
static const struct field open_in[] = {
    {"scorecard", FIELD_UUID, offsetof(struct open_in, scorecard), OPTIONAL,
     .doc = "A published version; else that of the card that scored the call"},
    {0},
};

struct submit_in {
    struct str answers;
};
static const struct field submit_in[] = {
    {"answers", FIELD_JSON, offsetof(struct submit_in, answers), REQUIRED,
     .doc = "[{key, answer, value, comment, spans: [{turn, first, last}]}]"},
    {0},
};

struct text_in {
    struct str text;
};
static const struct field text_in[] = {
    {"text", FIELD_TEXT, offsetof(struct text_in, text), REQUIRED, .min = 1, .max = 2000},
    {0},
};

struct resolve_in {
    struct str outcome, text;
};
static const struct field resolve_in[] = {
    {"outcome", FIELD_TEXT, offsetof(struct resolve_in, outcome), REQUIRED,
     .choices = "upheld|rejected", .doc = "upheld: the score is voided"},
    {"text", FIELD_TEXT, offsetof(struct resolve_in, text), REQUIRED, .min = 1, .max = 2000},
    {0},
};

static const struct field list_in[] = {
    {"state", FIELD_TEXT, .choices = "open|submitted|cancelled"},
    {"call", FIELD_UUID},
    {"mine", FIELD_BOOL},
    {0},
};
static const struct field disputes_in[] = {
    {"state", FIELD_TEXT, .choices = "open|upheld|rejected"},
    {0},
};

/* Reviews are people's: a key has no eyes and no name. */
static const struct err *person(struct req *rq)
{
    return rq->who.kind == PERSON
               ? NULL
               : err_why(rq->a, E_FORBIDDEN, "Only a person who is signed in can do this.");
}

static const struct err *open_review(struct req *rq)
{
    const struct open_in *in = rq->in;
    struct uuid id = uuid_new(), call = rq->param_id[0];
    struct review_facts_out f;
    const struct err *e = q_review_facts(
        rq->db, (struct review_facts_in){call, req_scope(rq), in->scorecard}, &f);

    if (!e)
        e = person(rq);
    if (!e)
        e = transcript_counts(rq->db, rq->a, call);
    if (!e && uuid_is_zero(f.transcript_id))
        return err_why(rq->a, E_CONFLICT, "This call has no transcript to review.");
    if (!e && uuid_is_zero(f.scorecard_id))
        return req_field(rq, "scorecard", "There is no such published scorecard.");
    if (!e)
        e = q_review_add(rq->db, (struct review_add_in){id, call, f.transcript_id, f.scorecard_id,
                                                        rq->who.account}, NULL);
    if (e == E_CONFLICT)
        return err_why(rq->a, e, "You have reviewed this call by this version already.");
    return e ? e : req_created(rq, id);
}

static const struct err *take(struct req *rq, struct review_take_out *ret)
{
    const struct err *e = q_review_take(
        rq->db, (struct review_take_in){rq->param_id[0], rq->who.account}, ret);

    return !e && !str_is(ret->state, "open") ? E_REVIEW_ENDED : e;
}

static const struct err *submit(struct req *rq)
{
    const struct submit_in *in = rq->in;
    struct review_faults faults = {0};
    struct review_take_out r;
    struct transcript t;
    const struct json *answers;
    struct uuid score;
    struct str raw;
    const struct err *e = person(rq);

    if (!e)
        e = take(rq, &r);
    if (!e)
        e = transcript_load(rq->db, r.transcript_id, &t);
    if (!e)
        e = json_parse(rq->a, in->answers, &answers);
    if (!e)
        e = review_claims(rq->a, r.body, &t.talk, answers, &raw, &faults);
    for (size_t i = 0; i < faults.n; i++)
        req_field(rq, str_c(rq->a, faults.v[i].field), "%.*s", STR_ARG(faults.v[i].why));
    if (!e)
        e = score_put_human(rq->db, &(struct human_score){
            .call = r.call_id, .transcript = r.transcript_id, .scorecard = r.scorecard_id,
            .account = rq->who.account, .card = r.body, .raw = raw, .talk = &t.talk,
            .hash = str_n(t.hash.b, sizeof t.hash.b)}, &score);
    if (!e)
        e = q_review_end(rq->db, (struct review_end_in){rq->param_id[0], STR("submitted"), score},
                         NULL);
    if (!e)
        e = webhook_tell(rq->db, WEBHOOK_REVIEW_COMPLETED, rq->param_id[0]);
    return e ? e : req_none(rq);
}

static const struct err *put_back(struct req *rq)
{
    struct review_take_out r;
    const struct err *e = person(rq);

    if (!e)
        e = take(rq, &r);
    if (!e)
        e = q_review_end(rq->db, (struct review_end_in){.review = rq->param_id[0],
                                                        .state = STR("cancelled")}, NULL);
    return e ? e : req_none(rq);
}

static const struct err *score_of(struct req *rq, struct review_score_out *ret)
{
    return q_review_score(rq->db, (struct review_score_in){rq->param_id[0], req_scope(rq)}, ret);
}

/* Only whose call it is. */
static const struct err *own_score(struct req *rq, struct review_score_out *ret)
{
    const struct err *e = score_of(rq, ret);

    if (!e)
        e = person(rq);
    if (!e && (uuid_is_zero(rq->who.agent) || !uuid_eq(rq->who.agent, ret->agent_id)))
        return err_why(rq->a, E_FORBIDDEN, "Only the agent of the call can do this.");
    return e;
}

static const struct err *acknowledge(struct req *rq)
{
    struct review_score_out s;
    const struct err *e = own_score(rq, &s);

    if (!e)
        e = q_acknowledge(rq->db, (struct acknowledge_in){rq->param_id[0], rq->who.account}, NULL);
    return e ? e : req_none(rq);
}

static const struct err *dispute(struct req *rq)
{
    const struct text_in *in = rq->in;
    struct uuid id = uuid_new();
    struct review_score_out s;
    const struct err *e = own_score(rq, &s);

    if (!e && s.voided)
        return err_why(rq->a, E_CONFLICT, "This score was voided: there is nothing to dispute.");
    if (!e && time_now() - s.created_at > REVIEW_DISPUTE_DAYS * DAY_US)
        return E_DISPUTE_LATE;
    if (!e)
        e = q_dispute_add(rq->db, (struct dispute_add_in){id, rq->param_id[0], s.call_id,
                                                          rq->who.account, in->text}, NULL);
    if (e == E_CONFLICT)
        return err_why(rq->a, e, "This score was disputed before.");
    if (!e)
        e = live_note(rq->db, "call.scored", s.call_id, s.agent_id);
    return e ? e : req_created(rq, id);
}

static const struct err *resolve(struct req *rq)
{
    const struct resolve_in *in = rq->in;
    struct dispute_take_out d;
    const struct err *e =
        q_dispute_take(rq->db, (struct dispute_take_in){rq->param_id[0]}, &d);

    if (!e && !str_is(d.state, "open"))
        return err_why(rq->a, E_CONFLICT, "This dispute was resolved before.");
    if (!e)
        e = q_dispute_end(rq->db, (struct dispute_end_in){rq->param_id[0], in->outcome, in->text,
                                                          rq->who.account}, NULL);
    if (!e && str_is(in->outcome, "upheld"))
        e = score_void(rq->db, d.score_id, d.call_id, in->text);
    return e ? e : req_none(rq);
}

static const struct err *void_score(struct req *rq)
{
    const struct text_in *in = rq->in;
    struct review_score_out s;
    const struct err *e = score_of(rq, &s);

    if (!e)
        e = score_void(rq->db, rq->param_id[0], s.call_id, in->text);
    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/reviews", REVIEWS_WRITE, list_in, .sql = SQL_REVIEWS_LIST,
     .doc = "Reviews, newest first; scores only of those that are submitted"},
    {POST, "/calls/{call}/reviews", REVIEWS_WRITE, open_in, .run = open_review, .out = "created",
     .creates = CREATES,
     .doc = "Begin to review a call: its score is kept from you until you submit"},
    {GET, "/reviews/{review}", REVIEWS_WRITE, .sql = SQL_REVIEW_GET,
     .doc = "What is asked and what was said; the answers once they are submitted"},
    {PUT, "/reviews/{review}", REVIEWS_WRITE, submit_in, .run = submit, .body_max = 1 << 19,
     .doc = "Submit your answers: they become the call's score"},
    {DELETE, "/reviews/{review}", REVIEWS_WRITE, .run = put_back,
     .doc = "Put your open review back; another person can review the call"},
    {POST, "/scores/{score}/acknowledge", REVIEWS_ANSWER, .run = acknowledge,
     .doc = "The call's agent has seen the score"},
    {POST, "/scores/{score}/dispute", REVIEWS_ANSWER, text_in, .run = dispute, .out = "created",
     .creates = CREATES, .doc = "The call's agent disagrees; within two weeks of the score"},
    {POST, "/scores/{score}/void", REVIEWS_RESOLVE, text_in, .run = void_score,
     .doc = "The score no longer counts, for this reason"},
    {GET, "/disputes", REVIEWS_ANSWER, disputes_in, .sql = SQL_DISPUTES_LIST,
     .doc = "Disputes, newest first"},
    {POST, "/disputes/{dispute}/resolve", REVIEWS_RESOLVE, resolve_in, .run = resolve,
     .doc = "Uphold a dispute, which voids the score, or reject it"},
    {0},
};

static const struct schema schemas[] = {
    {"review_turns",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"additionalProperties\":true,"
     "\"required\":[\"speaker\",\"start_ms\",\"words\"],\"properties\":{\"speaker\":"
     "{\"type\":\"string\"},\"start_ms\":{\"type\":\"integer\"},\"words\":{\"type\":\"array\",\"items\":"
     "{\"type\":\"object\",\"additionalProperties\":true,\"required\":[\"t\"],\"properties\":{\"t\":"
     "{\"type\":\"string\"}}}}}}}"},
    {0},
};

const struct feature reviews_feature = {
    .name = "reviews", .doc = "People who score calls, and what agents say to it.",
    .routes = routes, .schemas = schemas,
};
