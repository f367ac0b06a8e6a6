/* Giving an agent a plan from a call or one of its verdicts; the agent acknowledges it, who gave it
 * ends it. Plans are seen by whoever may see the agent's calls. */
#include "core/time.h"
#include "http/http.h"
#include "insight/coaching/coaching.h"
#include "insight/coaching/queries.h"

struct plan_in {
    struct uuid card;
    struct str criterion, what, due;
};
static const struct field plan_in[] = {
    {"criterion", FIELD_TEXT, offsetof(struct plan_in, criterion), OPTIONAL, .min = 1, .max = 200,
     .doc = "Key of the verdict it rests on; else it is about the whole call"},
    {"card", FIELD_UUID, offsetof(struct plan_in, card), OPTIONAL,
     .doc = "Whose verdict (card_id), where several cards score the call"},
    {"what", FIELD_TEXT, offsetof(struct plan_in, what), REQUIRED, .min = 1, .max = 2000,
     .doc = "What to practise"},
    {"due", FIELD_TEXT, offsetof(struct plan_in, due), REQUIRED, .min = 10, .max = 10,
     .doc = "Until which day: 2026-07-31"},
    {0},
};

struct end_in {
    struct str outcome, note;
};
static const struct field end_in[] = {
    {"outcome", FIELD_TEXT, offsetof(struct end_in, outcome), REQUIRED, .choices = "done|cancelled"},
    {"note", FIELD_TEXT, offsetof(struct end_in, note), OPTIONAL, .max = 2000, .doc = "What came of it"},
    {0},
};

static const struct field list_in[] = {
    {"agent", FIELD_UUID},
    {"call", FIELD_UUID},
    {"state", FIELD_TEXT, .choices = "open|acknowledged|done|cancelled"},
    {0},
};

static const struct err *check(struct req *rq, const struct plan_in *in)
{
    int64_t day;

    if (!str_trim(in->what).n)
        return req_field(rq, "what", "Say what to practise.");
    if (!time_parse(str_fmt(rq->a, "%.*sT00:00:00Z", STR_ARG(in->due)), &day))
        return req_field(rq, "due", "Give a day like 2026-07-31.");
    if (day + 2 * 86400 * TIME_S < time_now())
        return req_field(rq, "due", "This day is over: give one that is still to come.");
    return NULL;
}

static const struct err *give(struct req *rq)
{
    const struct plan_in *in = rq->in;
    struct uuid id = uuid_new(), call = rq->param_id[0];
    struct coaching_verdict_out verdict = {.why = STR_NONE};
    struct coaching_call_out of;
    const struct err *e = q_coaching_call(rq->db, (struct coaching_call_in){call, req_scope(rq)}, &of);

    if (!e)
        e = check(rq, in);
    if (!e && uuid_is_zero(of.agent_id))
        return err_why(rq->a, E_CONFLICT, "Nobody knows whose call this is: give it to an agent first.");
    if (!e && in->criterion.p)
        e = q_coaching_verdict(rq->db, (struct coaching_verdict_in){
            .call = call, .card = in->card, .criterion = in->criterion, .me = rq->who.account}, &verdict);
    if (e == E_NOT_FOUND && in->criterion.p && !uuid_is_zero(of.agent_id))
        return req_field(rq, "criterion", "The score of this call has no such verdict that counts.");
    if (!e)
        e = q_coaching_add(rq->db, (struct coaching_add_in){
            .id = id, .agent = of.agent_id, .call = call, .scorecard = verdict.scorecard_id,
            .criterion = in->criterion, .why = verdict.why, .what = str_trim(in->what), .due = in->due,
            .me = rq->who.account}, NULL);
    return e ? e : req_created(rq, id);
}

static const struct err *take(struct req *rq, struct coaching_take_out *ret)
{
    return q_coaching_take(rq->db, (struct coaching_take_in){rq->param_id[0], req_scope(rq)}, ret);
}

static const struct err *acknowledge(struct req *rq)
{
    struct coaching_take_out p;
    const struct err *e = take(rq, &p);

    if (!e && (rq->who.kind != PERSON || uuid_is_zero(rq->who.agent) || !uuid_eq(rq->who.agent, p.agent_id)))
        return err_why(rq->a, E_FORBIDDEN, "Only the agent whose plan it is can do this.");
    if (!e && !str_is(p.state, "open"))
        return err_why(rq->a, E_CONFLICT, "This plan was acknowledged or ended before.");
    if (!e)
        e = q_coaching_acknowledge(rq->db, (struct coaching_acknowledge_in){rq->param_id[0]}, NULL);
    return e ? e : req_none(rq);
}

static const struct err *end(struct req *rq)
{
    const struct end_in *in = rq->in;
    struct coaching_take_out p;
    const struct err *e = take(rq, &p);

    if (!e && (str_is(p.state, "done") || str_is(p.state, "cancelled")))
        return err_why(rq->a, E_CONFLICT, "This plan was ended before.");
    if (!e)
        e = q_coaching_end(rq->db, (struct coaching_end_in){rq->param_id[0], in->outcome, in->note}, NULL);
    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/coaching-plans", CALLS_READ, list_in, .sql = SQL_COACHING_LIST,
     .doc = "Coaching plans, newest first, with how the agent did on the question before and since"},
    {POST, "/calls/{call}/coaching-plans", REVIEWS_WRITE, plan_in, .run = give, .out = "created",
     .creates = CREATES, .doc = "Give the agent of the call something to practise"},
    {POST, "/coaching-plans/{plan}/acknowledge", REVIEWS_ANSWER, .run = acknowledge,
     .doc = "The agent has read the plan"},
    {POST, "/coaching-plans/{plan}/end", REVIEWS_WRITE, end_in, .run = end,
     .doc = "The plan is done, or not wanted any more"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define MAYBE "{\"type\":[\"string\",\"null\"]}"
#define NUMBER "{\"type\":\"integer\"}"

static const struct schema schemas[] = {
    {"coaching_why",
     "{\"type\":\"object\",\"required\":[\"question\",\"section\",\"answer\",\"label\",\"reason\","
     "\"points_bp\",\"span\"],\"properties\":{\"question\":" TEXT ",\"section\":" TEXT ",\"answer\":" TEXT
     ",\"label\":" MAYBE ",\"reason\":" TEXT ",\"points_bp\":{\"type\":[\"integer\",\"null\"]},"
     "\"span\":{\"type\":[\"object\",\"null\"],\"required\":[\"turn\",\"first\",\"last\",\"start_ms\","
     "\"end_ms\",\"speaker\",\"words\"],\"properties\":{\"turn\":" NUMBER ",\"first\":" NUMBER
     ",\"last\":" NUMBER ",\"start_ms\":" NUMBER ",\"end_ms\":" NUMBER
     ",\"speaker\":{\"enum\":[\"agent\",\"customer\",\"unknown\"]},\"words\":" TEXT "}}}}"},
    {0},
};

const struct feature coaching_feature = {
    .name = "coaching", .doc = "What agents are to practise, and whether it helped.", .routes = routes,
    .schemas = schemas,
};
