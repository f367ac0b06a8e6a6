/* A tenant's endpoints: listed, made, changed, their secrets shown once and changed for new ones. The log of what was
 * sent is log.c's. */
#include "core/time.h"
#include "jobs/schedule.h"
#include "net/services.h"
#include "people/webhooks/inner.h"
#include "people/webhooks/queries.h"

struct webhook_fields {
    struct str url, description, events;
    bool ed25519, active;
};

#define SHARED(needed)                                                                             \
    {"url", FIELD_TEXT, offsetof(struct webhook_fields, url), needed, .min = 8, .max = 2000,          \
     .doc = "Where events are posted to: https, outside of inner networks"},                       \
    {"description", FIELD_TEXT, offsetof(struct webhook_fields, description), OPTIONAL, .max = 200},  \
    {"events", FIELD_TEXTS, offsetof(struct webhook_fields, events), OPTIONAL,                       \
     .doc = "Which events; empty: all, those too that come later"},                                \
    {"active", FIELD_BOOL, offsetof(struct webhook_fields, active), OPTIONAL,                        \
     .doc = "false: nothing is sent, and what happens meanwhile is not kept"}

static const struct field create_in[] = {
    SHARED(REQUIRED),
    {"ed25519", FIELD_BOOL, offsetof(struct webhook_fields, ed25519), OPTIONAL,
     .doc = "true: signed by a key pair too (v1a), so that the receiver holds no secret"},
    {0},
};
static const struct field change_in[] = {SHARED(OPTIONAL), {0}};

/* Whether `active` was given: a bool alone cannot tell. */
static bool told(const struct req *rq, const char *name)
{
    for (size_t i = 0; rq->route->in[i].name; i++)
        if (str_is(str_of(name), rq->route->in[i].name))
            return rq->texts[i].p != NULL;
    return false;
}

static bool known(struct str name)
{
    for (const struct webhook_event_kind *k = webhook_events; k->name; k++)
        if (str_is(name, k->name))
            return true;
    return false;
}

/* The list as PostgreSQL's array. */
static const struct err *events_of(struct req *rq, struct str text, struct str *ret)
{
    struct buf b = buf_new(rq->a, 4096);
    const struct json *list;
    const struct err *e;

    *ret = STR_NONE;
    if (!text.p)
        return NULL;
    e = json_parse(rq->a, text, &list);
    if (e)
        return e;
    if (json_count(list) > 50)
        return req_field(rq, "events", "Give each event once.");
    for (size_t i = 0; i < json_count(list); i++) {
        struct str name = json_str(json_at(list, i));
        if (!known(name))
            return req_field(rq, "events", "\"%.*s\" is no event: take call.received, call.updated, recording.ready, "
                             "transcript.ready, call.scored, review.completed, task.created or task.done.",
                             STR_ARG(str_sub(name, 0, 60)));
        buf_fmt(&b, "%s%.*s", i ? "," : "{", STR_ARG(name));
    }
    buf_fmt(&b, json_count(list) ? "}" : "{}");
    *ret = buf_str(&b);
    return NULL;
}

static const struct err *check(struct req *rq, const struct webhook_fields *in, struct str *ret_events)
{
    const struct err *e = events_of(rq, in->events, ret_events);

    if (!e && in->url.p && webhook_url_check(rq->a, in->url))
        e = req_field(rq, "url", "%.*s", STR_ARG(arena_why(rq->a)));
    return e;
}

static void put_time(struct jw *w, const char *key, int64_t t)
{
    jw_key(w, key);
    jw_time(w, t);
}

static void put_text(struct jw *w, const char *key, struct str text)
{
    jw_key(w, key);
    jw_text(w, text);
}

static void put_one(struct jw *w, const struct webhooks_all_out *r)
{
    jw_open(w, '{');
    jw_key(w, "id");
    jw_uuid(w, r->id);
    put_text(w, "url", r->url);
    put_text(w, "description", r->description);
    jw_key(w, "events");
    jw_raw(w, r->events);
    put_text(w, "state", r->state);
    put_text(w, "state_reason", r->state_reason);
    put_time(w, "state_at", r->state_at);
    put_time(w, "failing_since", r->failing_since);
    put_text(w, "public_key", r->public_key);
    put_time(w, "old_until", r->old_until);
    jw_key(w, "waiting");
    jw_int(w, r->waiting);
    jw_key(w, "held");
    jw_int(w, r->held);
    put_time(w, "last_at", r->last_at);
    jw_key(w, "last_status");
    if (r->last_status == SQL_NULL)
        jw_null(w);
    else
        jw_int(w, r->last_status);
    put_text(w, "last_error", r->last_error);
    jw_key(w, "version");
    jw_int(w, r->version);
    put_time(w, "created_at", r->created_at);
    jw_close(w, '}');
}

static const struct err *list(struct req *rq)
{
    struct webhooks_all_out *rows;
    struct jw w = jw_new(rq->a);
    size_t n = 0;
    const struct err *e = q_webhooks_all(rq->db, (struct webhooks_all_in){time_now()}, &rows, &n);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "items");
    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++)
        put_one(&w, &rows[i]);
    jw_close(&w, ']');
    jw_key(&w, "events");
    jw_open(&w, '[');
    for (const struct webhook_event_kind *k = webhook_events; k->name; k++) {
        jw_open(&w, '{');
        put_text(&w, "name", str_of(k->name));
        put_text(&w, "doc", str_of(k->doc));
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    jw_key(&w, "most");
    jw_int(&w, WEBHOOKS_MAX);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *show(struct req *rq)
{
    struct webhook_get_out r;
    struct jw w = jw_new(rq->a);
    const struct err *e = q_webhook_get(rq->db, (struct webhook_get_in){rq->param_id[0]}, &r);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "id");
    jw_uuid(&w, r.id);
    put_text(&w, "url", r.url);
    put_text(&w, "description", r.description);
    jw_key(&w, "events");
    jw_raw(&w, r.events);
    put_text(&w, "state", r.state);
    put_text(&w, "state_reason", r.state_reason);
    put_time(&w, "state_at", r.state_at);
    put_time(&w, "failing_since", r.failing_since);
    put_text(&w, "public_key", r.public_key);
    put_text(&w, "old_public_key", r.old_public_key);
    put_time(&w, "old_until", r.old_until);
    put_time(&w, "secret_at", r.secret_at);
    put_text(&w, "by_name", r.by_name);
    jw_key(&w, "version");
    jw_int(&w, r.version);
    put_time(&w, "created_at", r.created_at);
    jw_close(&w, '}');
    req_set_header(rq, "etag", str_fmt(rq->a, "\"%lld\"", (long long)r.version));
    return req_json(rq, 200, jw_done(&w));
}

/* The answer that shows a secret this once. */
static const struct err *show_keys(struct req *rq, struct uuid id, const struct webhook_keys *k, struct str public_key,
                                   int64_t old_until)
{
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    jw_key(&w, "id");
    jw_uuid(&w, id);
    put_text(&w, "secret", k->secret);
    put_text(&w, "public_key", public_key);
    put_time(&w, "old_until", old_until);
    jw_close(&w, '}');
    rq->reply.secret = true;
    rq->made = id;
    return req_json(rq, 201, jw_done(&w));
}

static const struct err *create(struct req *rq)
{
    const struct webhook_fields *in = rq->in;
    struct webhook_insert_in row = {.id = uuid_new(), .url = in->url, .description = in->description.p ? in->description : STR(""),
                                    .by_name = rq->who.name};
    struct webhook_keys keys;
    struct webhooks_count_out have;
    struct webhook_gate_out gate;
    const struct err *e = check(rq, in, &row.events);

    if (!row.events.p)
        row.events = STR("{}");
    if (!e)
        e = q_webhooks_count(rq->db, &have);
    if (!e && have.n >= WEBHOOKS_MAX)
        return err_why(rq->a, E_CONFLICT, "There are %d endpoints already: remove one first.", WEBHOOKS_MAX);
    webhook_keys_make(rq->a, in->ed25519, &keys, &row.public_key);
    if (!e)
        e = webhook_keys_seal(rq->a, rq->who.tenant, row.id, &keys, &row.sealed);
    if (!e)
        e = q_webhook_insert(rq->db, row, NULL);
    if (!e && told(rq, "active") && !in->active)
        e = q_webhook_change(rq->db, (struct webhook_change_in){.webhook = row.id, .version = 1, .state = STR("off")}, NULL);
    if (!e)
        e = q_webhook_gate(rq->db, (struct webhook_gate_in){row.id, true}, &gate);
    if (!e) /* at a minute of the tenant's own */
        e = schedule_put(rq->db, &(struct schedule){.name = STR(WEBHOOK_PURGE), .kind = STR(WEBHOOK_PURGE),
            .cron = str_fmt(rq->a, "%d 4 * * *", rq->who.tenant.b[15] % 60)});
    return e ? e : show_keys(rq, row.id, &keys, row.public_key, TIME_NONE);
}

static const struct err *change(struct req *rq)
{
    const struct webhook_fields *in = rq->in;
    struct webhook_change_in row = {.webhook = rq->param_id[0], .url = in->url, .description = in->description};
    struct webhook_get_out now;
    int64_t n = 0;
    const struct err *e = req_if_match(rq, &row.version);

    if (!e)
        e = check(rq, in, &row.events);
    if (!e) /* another tenant's is missing, not stale */
        e = q_webhook_get(rq->db, (struct webhook_get_in){rq->param_id[0]}, &now);
    if (!e && told(rq, "active"))
        row.state = in->active ? STR("on") : STR("off");
    if (!e)
        e = q_webhook_change(rq->db, row, &n);
    if (!e && !n)
        return E_STALE;
    return e ? e : show(rq);
}

static const struct err *drop(struct req *rq)
{
    int64_t n = 0;
    const struct err *e = q_webhook_delete(rq->db, (struct webhook_delete_in){rq->param_id[0]}, &n);

    if (!e && !n)
        return E_NOT_FOUND;
    return e ? e : req_none(rq);
}

static const struct err *rotate(struct req *rq)
{
    struct webhook_rotate_in row = {.webhook = rq->param_id[0]};
    struct webhook_get_out now;
    struct webhook_rotate_out out;
    struct webhook_keys keys;
    const struct err *e = q_webhook_get(rq->db, (struct webhook_get_in){rq->param_id[0]}, &now);

    if (e)
        return e;
    webhook_keys_make(rq->a, now.public_key.p != NULL, &keys, &row.public_key);
    e = webhook_keys_seal(rq->a, rq->who.tenant, row.webhook, &keys, &row.sealed);
    if (!e)
        e = q_webhook_rotate(rq->db, row, &out);
    if (e == E_NOT_FOUND)
        return err_why(rq->a, E_CONFLICT, "The secret before this one still signs too: end it first.");
    return e ? e : show_keys(rq, row.webhook, &keys, row.public_key, out.old_until);
}

static const struct err *retire(struct req *rq)
{
    int64_t n = 0;
    const struct err *e = q_webhook_retire(rq->db, (struct webhook_retire_in){rq->param_id[0]}, &n);

    if (!e && !n)
        return E_NOT_FOUND;
    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/webhooks", WEBHOOKS_WRITE, .run = list, .out = "webhooks",
     .doc = "Endpoints that events are sent to, and which events there are"},
    {POST, "/webhooks", WEBHOOKS_WRITE, create_in, .run = create, .out = "webhook_keys", .creates = CREATES_SECRET,
     .doc = "Make an endpoint; its secret is shown this once"},
    {GET, "/webhooks/{webhook}", WEBHOOKS_WRITE, .run = show, .out = "webhook", .doc = "One endpoint"},
    {PATCH, "/webhooks/{webhook}", WEBHOOKS_WRITE, change_in, .run = change, .out = "webhook",
     .doc = "Change where events go and which; switch it off or on; needs If-Match"},
    {DELETE, "/webhooks/{webhook}", WEBHOOKS_WRITE, .run = drop,
     .doc = "Remove an endpoint; nothing is sent to it any more"},
    {POST, "/webhooks/{webhook}/rotate", WEBHOOKS_WRITE, .run = rotate, .out = "webhook_keys", .creates = CREATES_SECRET,
     .doc = "A new secret, shown this once; for 24 hours the one before signs too"},
    {DELETE, "/webhooks/{webhook}/old", WEBHOOKS_WRITE, .run = retire, .doc = "End the secret before the present one at once"},
    {POST, "/webhooks/{webhook}/test", WEBHOOKS_WRITE, .run = webhook_try_out, .out = "created", .creates = CREATES,
     .doc = "Send a test event, once, whatever the filter; answers its delivery"},
    {POST, "/webhooks/{webhook}/replay", WEBHOOKS_WRITE, webhook_replay_fields, .run = webhook_replay_time, .out = "webhook_replayed",
     .doc = "Send again what happened in a time, the oldest thousand; ids stay the same"},
    {GET, "/webhooks/{webhook}/deliveries", WEBHOOKS_WRITE, webhook_log_fields, .sql = SQL_WEBHOOK_DELIVERIES_LIST,
     .doc = "What was sent to an endpoint in thirty days, newest first"},
    {GET, "/webhooks/{webhook}/deliveries/{webhook_delivery}", WEBHOOKS_WRITE, .sql = SQL_WEBHOOK_DELIVERY_GET,
     .doc = "One delivery: what was sent, each attempt and what was answered"},
    {POST, "/webhooks/{webhook}/deliveries/{webhook_delivery}/replay", WEBHOOKS_WRITE, .run = webhook_send_again,
     .doc = "Send one again, under the same id"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define MAYBE "{\"type\":[\"string\",\"null\"]}"
#define NUMBER "{\"type\":\"integer\"}"
#define EVENTS "{\"type\":\"array\",\"items\":" TEXT "}"
#define STATE "{\"enum\":[\"on\",\"off\",\"disabled\"]}"

static const struct schema schemas[] = {
    {"webhooks",
     "{\"type\":\"object\",\"required\":[\"items\",\"events\",\"most\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":"
     "{\"type\":\"object\",\"required\":[\"id\",\"url\",\"description\",\"events\",\"state\",\"state_reason\",\"state_at\","
     "\"failing_since\",\"public_key\",\"old_until\",\"waiting\",\"held\",\"last_at\",\"last_status\",\"last_error\",\"version\","
     "\"created_at\"],\"properties\":{\"id\":" TEXT ",\"url\":" TEXT ",\"description\":" TEXT ",\"events\":" EVENTS
     ",\"state\":" STATE ",\"state_reason\":" MAYBE ",\"state_at\":" TEXT ",\"failing_since\":" MAYBE ",\"public_key\":" MAYBE
     ",\"old_until\":" MAYBE ",\"waiting\":" NUMBER ",\"held\":" NUMBER ",\"last_at\":" MAYBE
     ",\"last_status\":{\"type\":[\"integer\",\"null\"]},\"last_error\":" MAYBE ",\"version\":" NUMBER ",\"created_at\":" TEXT
     "}}},\"events\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"doc\"],\"properties\":{\"name\":"
     TEXT ",\"doc\":" TEXT "}}},\"most\":" NUMBER "}}"},
    {"webhook",
     "{\"type\":\"object\",\"required\":[\"id\",\"url\",\"description\",\"events\",\"state\",\"state_reason\",\"state_at\","
     "\"failing_since\",\"public_key\",\"old_public_key\",\"old_until\",\"secret_at\",\"by_name\",\"version\",\"created_at\"],"
     "\"properties\":{\"id\":" TEXT ",\"url\":" TEXT ",\"description\":" TEXT ",\"events\":" EVENTS ",\"state\":" STATE
     ",\"state_reason\":" MAYBE ",\"state_at\":" TEXT ",\"failing_since\":" MAYBE ",\"public_key\":" MAYBE
     ",\"old_public_key\":" MAYBE ",\"old_until\":" MAYBE ",\"secret_at\":" TEXT ",\"by_name\":" TEXT ",\"version\":" NUMBER
     ",\"created_at\":" TEXT "}}"},
    {"webhook_keys",
     "{\"type\":\"object\",\"required\":[\"id\",\"secret\",\"public_key\",\"old_until\"],\"properties\":{\"id\":" TEXT
     ",\"secret\":" TEXT ",\"public_key\":" MAYBE ",\"old_until\":" MAYBE "}}"},
    {"webhook_replayed",
     "{\"type\":\"object\",\"required\":[\"replayed\",\"more\"],\"properties\":{\"replayed\":" NUMBER
     ",\"more\":{\"type\":\"boolean\"}}}"},
    {"webhook_tries",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"at\",\"status\",\"ms\",\"error\",\"answer\"],\"properties\":"
     "{\"at\":" TEXT ",\"status\":{\"type\":[\"integer\",\"null\"]},\"ms\":" NUMBER ",\"error\":" MAYBE ",\"answer\":" MAYBE "}}}"},
    {0},
};

const struct feature webhooks_feature = {
    .name = "webhooks", .doc = "Events sent to customers' own systems.", .routes = routes, .jobs = webhooks_jobs,
    .schemas = schemas,
};
