/* Sending one delivery, and clearing the log. An attempt that fails is written down at once, for the queue keeps
 * nothing of it but when the next is; one that went well with the end of its job. One endpoint's jobs pass one gate, one
 * at a time, and the longer it has failed by not answering the longer it rests. */
#include "core/time.h"
#include "live/live.h"
#include "net/services.h"
#include "people/audit/audit.h"
#include "people/mail/mail.h"
#include "people/webhooks/inner.h"
#include "people/webhooks/queries.h"

#define CONNECT_MS 5000
#define TOTAL_MS 15000
#define ANSWER_MAX (64u << 10) /* read */
#define ANSWER_KEPT 1000       /* shown */
#define REST_S 30              /* after a time-out, for its slot was held that long */
#define PURGE_PART 500
#define PURGE_PARTS 200

struct sent {
    struct uuid delivery;
    struct webhook_outgoing_out row;
    int64_t ms;
    struct http_response answer;
    struct buf kept; /* of an answer with a good status */
    bool cut;
};

static struct uuid delivery_of(const struct job *job)
{
    struct uuid id = {{0}};

    (void)!uuid_parse(json_text(job->args, "delivery"), &id);
    return id;
}

static bool lost(void *arg)
{
    return atomic_load(&((struct job *)arg)->lost);
}

/* Enough is enough: what is behind it says nothing about a delivery. */
static const struct err *sink(void *arg, struct str bytes)
{
    struct sent *s = arg;

    buf_add(&s->kept, str_sub(bytes, 0, ANSWER_KEPT - s->kept.n));
    s->cut = s->answer.bytes + bytes.n > ANSWER_MAX;
    return s->cut ? E_TOO_LARGE : NULL;
}

static struct str first_of(struct job *job, const struct sent *s)
{
    struct str text = s->kept.n ? buf_str(&s->kept) : s->answer.body;
    struct buf b = buf_new(job->a, ANSWER_KEPT * 3);

    text = str_sub(text, 0, ANSWER_KEPT);
    for (size_t i = 0; i < text.n; i++) /* what is not plain text is shown as dots */
        buf_char(&b, (text.p[i] >= ' ' && text.p[i] < 0x7f) || text.p[i] == '\n' ? text.p[i] : '.');
    return b.n ? buf_str(&b) : STR("");
}

static const struct err *sign(struct job *job, const struct sent *s, struct str id, int64_t at, struct str *ret)
{
    struct webhook_keys keys[2];
    size_t n = 1;
    const struct err *e = webhook_keys_open(job->a, job->tenant, s->row.webhook, s->row.sealed, &keys[0]);

    if (!e && s->row.old_sealed.p)
        e = webhook_keys_open(job->a, job->tenant, s->row.webhook, s->row.old_sealed, &keys[n++]);
    return e ? e : webhook_signature(job->a, keys, n, id, at, s->row.body, ret);
}

/* The id is the event's and the same each time, the timestamp this attempt's. */
static const struct err *post(struct job *job, struct sent *s)
{
    char text[UUID_TEXT];
    struct str id = str_fmt(job->a, "msg_%s", uuid_text(s->row.event, text).p), signature;
    int64_t at = time_now() / TIME_S, began;
    const struct err *e = sign(job, s, id, at, &signature);
    const struct http_header headers[] = {
        {STR("content-type"), STR("application/json")}, {STR("webhook-id"), id},
        {STR("webhook-timestamp"), str_fmt(job->a, "%lld", (long long)at)}, {STR("webhook-signature"), signature}};

    if (e)
        return e;
    s->kept = buf_new(job->a, ANSWER_KEPT);
    began = time_mono();
    e = http_call(services()->http, job->a, &(struct http_request){
        .use = WEBHOOK_USE, .method = "POST", .url = s->row.url, .n_headers = sizeof headers / sizeof *headers,
        .headers = headers, .body = s->row.body, .connect_ms = CONNECT_MS, .total_ms = TOTAL_MS, .max_bytes = SIZE_MAX / 4,
        .sink = sink, .sink_arg = s, .cancelled = lost, .cancelled_arg = job}, &s->answer);
    s->ms = (time_mono() - began) / TIME_MS;
    return s->cut && s->answer.status >= 200 && s->answer.status <= 299 ? NULL : e;
}

static const struct err *look(struct job *job, struct sent *s)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = q_webhook_outgoing(db, (struct webhook_outgoing_in){s->delivery, job->id}, &s->row);
    if (!e && !str_is(s->row.state, "on") && !str_is(s->row.type, "webhook.test")) {
        e = q_webhook_hold(db, (struct webhook_hold_in){s->delivery, job->id, STR("The endpoint was switched off.")}, NULL);
        if (!e)
            e = db_commit(db);
        e = e ? e : E_NOT_FOUND;
    }
    job_read_end(job, db);
    return e;
}

/* Owners hear of it by mail, everybody who looks by the audit log and the page. */
static const struct err *notify(struct job *job, struct db *db, const struct sent *s)
{
    struct webhook_people_out *people;
    struct webhook_get_out now;
    char id[UUID_TEXT];
    size_t n = 0;
    const struct err *e = q_webhook_get(db, (struct webhook_get_in){s->row.webhook}, &now);

    if (!e)
        e = audit_service(db, "Webhook switched off", "webhook", s->row.webhook, now.state_reason);
    if (!e)
        e = live_note(db, "webhook.updated", s->row.webhook, (struct uuid){{0}});
    if (!e && mail_possible())
        e = q_webhook_people(db, &people, &n);
    for (size_t i = 0; !e && i < n; i++)
        e = mail_add(db, &(struct mail_new){
            .template = "webhook-off", .to = people[i].email, .to_name = people[i].name, .object = s->row.webhook, .n_facts = 4,
            .facts = (const struct mail_fact[]){
                {"name", people[i].name}, {"url", s->row.url}, {"reason", now.state_reason},
                {"link", str_fmt(job->a, "%.*s/webhooks/%s", STR_ARG(services()->public_url), uuid_text(s->row.webhook, id).p)}}});
    return e;
}

static const struct err *note_failure(struct job *job, struct sent *s, struct str why, bool gone)
{
    struct webhook_failed_out out;
    struct db *db;
    bool last = job->last || job->attempt + 1 >= job->max_attempts;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = q_webhook_failed(db, (struct webhook_failed_in){
        s->delivery, job->id, s->answer.status ? s->answer.status : SQL_NULL, s->ms, why, first_of(job, s),
        last ? 0 : job->retry_ms, gone}, &out);
    if (!e && last)
        e = q_webhook_given_up(db, (struct webhook_given_up_in){s->delivery, job->id, why}, NULL);
    if (!e && out.disabled)
        e = notify(job, db, s);
    if (!e)
        e = db_commit(db);
    job_read_end(job, db);
    return e;
}

static bool asks_to_wait(int status)
{
    return status == 429 || status == 502 || status == 503 || status == 504;
}

/* For the endpoint's breaker. One that does not answer holds a slot each time, so it rests at once. */
static void tell_gate(struct job *job, const struct sent *s, const struct err *e, struct str why)
{
    int64_t after = s->answer.retry_after_s;

    if (asks_to_wait(s->answer.status) && after > 0)
        job_gate_told(job, false, after, why);
    else if (e == E_TIMEOUT)
        job_gate_told(job, false, REST_S << (job->attempt < 5 ? job->attempt : 5), why);
    else
        job_gate_told(job, false, 0, why);
}

static enum job_result failed(struct job *job, struct sent *s, const struct err *e)
{
    struct str why = str_dup(job->a, str_sub(arena_why(job->a).n ? arena_why(job->a) : str_of(e->title), 0, 500));
    int64_t after = asks_to_wait(s->answer.status) ? s->answer.retry_after_s * 1000 : 0;
    bool gone = s->answer.status == 410;

    job->last = gone || e == E_BAD_INPUT;
    job->retry_ms = job_backoff_ms(&job->kind->curve, job->attempt + 1);
    if (after > job->retry_ms)
        job->retry_ms = after;
    e = note_failure(job, s, why, gone) ? E_UNAVAILABLE : e;
    if (e == E_UNAVAILABLE)
        return JOB_SNOOZE;
    tell_gate(job, s, e, why);
    (void)err_why(job->a, e, "%.*s", STR_ARG(why));
    /* Given up for the endpoint's fault: the log has it, and nobody who runs the service is to be alarmed. */
    return job->last || job->attempt + 1 >= job->max_attempts ? JOB_DISCARD : JOB_RETRY;
}

static enum job_result work(struct job *job, void **ret_product)
{
    struct sent *s = ARENA_NEW(job->a, struct sent);
    const struct err *e;

    s->delivery = delivery_of(job);
    e = look(job, s);
    if (e == E_NOT_FOUND)
        return JOB_DISCARD; /* another job's by now, held, or gone with its call */
    if (e)
        return JOB_SNOOZE;
    e = post(job, s);
    if (e == E_LOST)
        return JOB_SNOOZE;
    if (e)
        return failed(job, s, e);
    job_gate_told(job, true, 0, STR_NONE);
    *ret_product = s;
    return JOB_DONE;
}

static const struct err *store(struct job *job, void *product)
{
    const struct sent *s = product;

    return q_webhook_delivered(job->db, (struct webhook_delivered_in){
        s->delivery, job->id, s->answer.status, s->ms, first_of(job, s)}, NULL);
}

/* Cancelled, or it ended its workers. */
static const struct err *dead(struct job *job, struct str reason)
{
    return q_webhook_given_up(job->db, (struct webhook_given_up_in){delivery_of(job), job->id, str_sub(reason, 0, 500)}, NULL);
}

static const struct err *revive(struct job *job)
{
    return q_webhook_back(job->db, (struct webhook_back_in){delivery_of(job), job->id}, NULL);
}

static const struct err *purge(struct job *job, void *product)
{
    struct webhook_purge_out out = {PURGE_PART};
    const struct err *e = NULL;

    (void)product;
    for (int i = 0; !e && i < PURGE_PARTS && out.n == PURGE_PART; i++)
        e = q_webhook_purge(job->db, (struct webhook_purge_in){PURGE_PART}, &out);
    return e;
}

/* Ten tries, the last 75 hours after the first: 5 s, 25 s, 2 min, 10 min, 52 min, 4 h, 22 h, 24 h, 24 h. */
const struct job_kind webhooks_jobs[] = {
    {WEBHOOK_SEND, work, store, dead, .attempts = WEBHOOK_TRIES, .timeout_s = 60, .priority = JOB_INTERACTIVE, .cap = 3,
     .revive = revive, .curve = {5, 5, 86400}},
    {WEBHOOK_PURGE, NULL, purge, NULL, .attempts = 3, .timeout_s = 120, .priority = JOB_BACKFILL},
    {0},
};
