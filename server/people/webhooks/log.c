/* What was sent and became of it: a test, sending one again, sending a time again. Handlers for routes.c. */
#include "core/time.h"
#include "people/webhooks/inner.h"
#include "people/webhooks/queries.h"

const struct field webhook_log_fields[] = {
    {"state", FIELD_TEXT, 0, OPTIONAL, .choices = "waiting|delivered|failed|held", .doc = "Deliveries of that state only"},
    {0},
};

struct replay_fields {
    int64_t from, to;
    bool delivered;
};

const struct field webhook_replay_fields[] = {
    {"from", FIELD_TIME, offsetof(struct replay_fields, from), REQUIRED, .doc = "Events that happened from then on"},
    {"to", FIELD_TIME, offsetof(struct replay_fields, to), OPTIONAL, .doc = "and before then; now if not given"},
    {"delivered", FIELD_BOOL, offsetof(struct replay_fields, delivered), OPTIONAL,
     .doc = "true: those too that were delivered; else what failed or was held"},
    {0},
};

static const struct err *endpoint(struct req *rq, struct webhook_get_out *ret)
{
    return q_webhook_get(rq->db, (struct webhook_get_in){rq->param_id[0]}, ret);
}

/* One that is off would hold everything again at once. */
static const struct err *is_on(struct req *rq)
{
    struct webhook_get_out row;
    const struct err *e = endpoint(rq, &row);

    if (!e && !str_is(row.state, "on"))
        return err_why(rq->a, E_CONFLICT, "This endpoint is switched off: switch it on first.");
    return e;
}

static void tell(struct req *rq, const struct uuid *job, const struct str *gate, enum job_priority urgency)
{
    struct webhook_hints *h = webhook_hints_new(rq->db, 1, urgency);

    webhook_hints_add(h, *job, *gate);
    webhook_hints_send(rq->db, h);
}

const struct err *webhook_try_out(struct req *rq)
{
    struct webhook_get_out row;
    struct webhook_test_out out;
    const struct err *e = endpoint(rq, &row);

    if (!e)
        e = q_webhook_test(rq->db, (struct webhook_test_in){rq->param_id[0], JOB_INTERACTIVE}, &out);
    if (e)
        return e;
    tell(rq, &out.job_id, &out.job_gate, JOB_INTERACTIVE);
    return req_created(rq, out.delivery_id);
}

const struct err *webhook_send_again(struct req *rq)
{
    struct webhook_delivery_get_out row;
    struct webhook_again_out *jobs;
    char id[UUID_TEXT];
    size_t n = 0;
    const struct err *e = q_webhook_delivery_get(
        rq->db, (struct webhook_delivery_get_in){rq->param_id[0], rq->param_id[1]}, &row);

    if (!e)
        e = is_on(rq);
    if (!e)
        e = q_webhook_again(rq->db, (struct webhook_again_in){
            str_fmt(rq->a, "{%s}", uuid_text(row.id, id).p), WEBHOOK_TRIES, JOB_INTERACTIVE}, &jobs, &n);
    if (e)
        return e;
    if (!n)
        return err_why(rq->a, E_CONFLICT, "This delivery is still being tried.");
    tell(rq, &jobs[0].job_id, &jobs[0].job_gate, JOB_INTERACTIVE);
    return req_none(rq);
}

const struct err *webhook_replay_time(struct req *rq)
{
    const struct replay_fields *in = rq->in;
    int64_t to = in->to == TIME_NONE ? time_now() : in->to;
    struct webhook_replay_out *jobs;
    struct webhook_hints *hints;
    struct jw w = jw_new(rq->a);
    size_t n = 0;
    const struct err *e = is_on(rq);

    if (!e && in->from >= to)
        return req_field(rq, "to", "Give a time after the first.");
    if (!e) /* those of a long time go behind what happens now */
        e = q_webhook_replay(rq->db, (struct webhook_replay_in){
            rq->param_id[0], in->from, to, in->delivered, WEBHOOK_REPLAY_MAX, WEBHOOK_TRIES, JOB_NORMAL}, &jobs, &n);
    if (e)
        return e;
    hints = webhook_hints_new(rq->db, n, JOB_NORMAL);
    for (size_t i = 0; i < n; i++)
        webhook_hints_add(hints, jobs[i].job_id, jobs[i].job_gate);
    webhook_hints_send(rq->db, hints);
    jw_open(&w, '{');
    jw_key(&w, "replayed");
    jw_int(&w, (int64_t)n);
    jw_key(&w, "more");
    jw_bool(&w, n == WEBHOOK_REPLAY_MAX);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}
