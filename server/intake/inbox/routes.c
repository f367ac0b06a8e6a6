/* The hook addresses, and deliveries as admins see them. */
#include <string.h>

#include "intake/calls/calls.h"
#include "intake/inbox/inbox.h"
#include "intake/inbox/queries.h"
#include "intake/inbox/replay.h"
#include "jobs/jobs.h"

static const struct field list_in[] = {
    {"integration", FIELD_UUID},
    {"state", FIELD_TEXT, .choices = "received|parsed|unparsed|ignored"},
    {"from", FIELD_TIME, .doc = "Received at or after"},
    {"to", FIELD_TIME, .doc = "Received before"},
    {"reason", FIELD_TEXT, .min = 1, .max = 200, .doc = "The reason has this text in it, case aside"},
    {0},
};

static void write_bytes(struct jw *w, struct arena *a, const char *key, const char *key64,
                        struct str bytes)
{
    bool text = str_utf8(bytes);

    jw_key(w, key);
    jw_text(w, text ? bytes : STR_NONE);
    jw_key(w, key64);
    jw_text(w, text ? STR_NONE : crypto_base64(a, bytes));
}

static void write_version(struct jw *w, const char *key, int64_t version)
{
    jw_key(w, key);
    if (version == SQL_NULL)
        jw_null(w);
    else
        jw_int(w, version);
}

static void write_facts(struct jw *w, const struct delivery_get_out *d)
{
    jw_key(w, "id");
    jw_uuid(w, d->id);
    jw_key(w, "received_at");
    jw_time(w, d->received_at);
    jw_key(w, "integration_id");
    jw_uuid(w, d->integration_id);
    jw_key(w, "integration_name");
    jw_text(w, d->integration_name);
    jw_key(w, "provider");
    jw_text(w, d->provider);
    jw_key(w, "method");
    jw_text(w, d->method);
    jw_key(w, "query");
    jw_text(w, d->query);
    jw_key(w, "source");
    jw_text(w, d->source);
    jw_key(w, "state");
    jw_text(w, d->state);
    jw_key(w, "reason");
    jw_text(w, d->reason);
    jw_key(w, "calls");
    jw_int(w, d->calls);
    jw_key(w, "bytes");
    jw_int(w, (int64_t)d->body.n);
    jw_key(w, "verdict");
    jw_text(w, d->verdict);
    jw_key(w, "processed_at");
    jw_time(w, d->processed_at);
    write_version(w, "parser_version", d->parser_version);
    write_version(w, "settings_version", d->settings_version);
}

static void write_calls(struct jw *w, const struct calls_link *v, size_t n)
{
    jw_key(w, "call_links");
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(w, '{');
        jw_key(w, "id");
        jw_uuid(w, v[i].id);
        jw_key(w, "started_at");
        jw_time(w, v[i].started_at);
        jw_key(w, "from_number");
        jw_text(w, v[i].from_number);
        jw_key(w, "to_number");
        jw_text(w, v[i].to_number);
        jw_key(w, "trial");
        jw_bool(w, v[i].trial);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static bool is_secret(struct str line)
{
    static const char *const names[] = {"authorization:", "proxy-authorization:", "cookie:"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_case_eq(str_sub(line, 0, strlen(names[i])), str_of(names[i])))
            return true;
    return false;
}

/* Headers that carry a secret are not shown: the PBX's password is not the viewer's business, and nor is
 * the session of somebody who tried the address in a browser. */
static struct str shown_headers(struct arena *a, struct str raw)
{
    struct buf b = buf_new(a, 1 << 20);
    struct str line;

    while (str_split(&raw, '\n', &line)) {
        if (is_secret(line)) {
            buf_add(&b, str_sub(line, 0, (size_t)str_find(line, STR(":"), 0)));
            buf_add(&b, STR(": (hidden)\r"));
        } else {
            buf_add(&b, line);
        }
        if (raw.p)
            buf_char(&b, '\n');
    }
    return buf_str(&b);
}

static const struct err *show(struct req *rq)
{
    struct delivery_get_out d;
    struct jw w = jw_new(rq->a);
    struct calls_link *calls;
    size_t n;
    const struct err *e = q_delivery_get(rq->db, (struct delivery_get_in){rq->param_id[0]}, &d);

    if (!e)
        e = calls_of_delivery(rq->db, d.id, &calls, &n);
    if (e)
        return e;
    jw_open(&w, '{');
    write_facts(&w, &d);
    write_calls(&w, calls, n);
    jw_key(&w, "headers");
    jw_text(&w, shown_headers(rq->a, d.headers));
    write_bytes(&w, rq->a, "body", "body_base64", d.body);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct field replays_in[] = {
    {"integration", FIELD_UUID, .doc = "Of this phone system alone"},
    {0},
};

static const struct route routes[] = {
    {POST, "/hooks/{provider:text}/{token:text}", PUBLIC, .async = hook_receive, .root = true,
     .raw_body = true, .no_csrf = true, .out = "stored",
     .doc = "Where phone systems post; 2xx means stored on disk"},
    {GET, "/hooks/{provider:text}/{token:text}", PUBLIC, .async = hook_receive, .root = true,
     .raw_body = true, .no_csrf = true, .out = "stored",
     .doc = "The same for phone systems that can only GET"},
    {GET, "/deliveries", INTEGRATIONS_READ, list_in, .sql = SQL_DELIVERIES_LIST,
     .doc = "What phone systems sent, newest first"},
    {GET, "/deliveries/{delivery}", INTEGRATIONS_READ, .run = show, .out = "delivery",
     .doc = "One delivery with its headers and body as received"},
    {POST, "/deliveries/{delivery}/replay", INTEGRATIONS_WRITE, replay_one_in, .run = replay_one,
     .out = "created", .creates = CREATES,
     .doc = "Read one delivery again with today's settings, by the newest parser or one that is kept"},
    {GET, "/replays", INTEGRATIONS_READ, replays_in, .sql = SQL_REPLAYS_LIST,
     .doc = "Deliveries that were read again: which, by whom, how far, newest first"},
    {GET, "/replays/{replay}", INTEGRATIONS_READ, .sql = SQL_REPLAY_GET, .doc = "One of them"},
    {POST, "/replays", INTEGRATIONS_WRITE, replay_in, .run = replay_start, .out = "created",
     .creates = CREATES, .limit = LIMIT_COSTLY,
     .doc = "Read deliveries again, at low priority; without filters all of them"},
    {DELETE, "/replays/{replay}", INTEGRATIONS_WRITE, .sql = SQL_REPLAY_STOP,
     .doc = "Stop reading again; what was read stays"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define INT_NULL "{\"type\":[\"integer\",\"null\"]}"
#define TEXT_NULL "{\"type\":[\"string\",\"null\"]}"

static const struct schema schemas[] = {
    {"stored", "{\"type\":\"object\",\"required\":[\"status\"],\"properties\":{\"status\":" TEXT "}}"},
    {"delivery",
     "{\"type\":\"object\",\"required\":[\"id\",\"received_at\",\"integration_id\",\"integration_name\","
     "\"provider\",\"method\",\"query\",\"source\",\"state\",\"reason\",\"calls\",\"bytes\",\"headers\","
     "\"body\",\"body_base64\",\"verdict\",\"processed_at\",\"parser_version\",\"settings_version\","
     "\"call_links\"],\"properties\":{\"id\":" TEXT ",\"received_at\":" TEXT
     ",\"integration_id\":" TEXT ",\"integration_name\":" TEXT ",\"provider\":" TEXT ",\"method\":" TEXT
     ",\"query\":" TEXT ",\"source\":" TEXT ",\"state\":" TEXT ",\"reason\":" TEXT_NULL
     ",\"calls\":{\"type\":\"integer\"},\"bytes\":{\"type\":\"integer\"},\"headers\":" TEXT
     ",\"body\":" TEXT_NULL ",\"body_base64\":" TEXT_NULL ",\"processed_at\":" TEXT_NULL
     ",\"verdict\":{\"enum\":[\"proved\",\"address\",\"asked\",\"unproven\",null]},\"parser_version\":" INT_NULL
     ",\"settings_version\":" INT_NULL ",\"call_links\":{\"type\":\"array\",\"items\":{\"type\":"
     "\"object\",\"required\":[\"id\",\"started_at\",\"from_number\",\"to_number\",\"trial\"],"
     "\"properties\":{\"id\":" TEXT ",\"started_at\":" TEXT ",\"from_number\":" TEXT ",\"to_number\":"
     TEXT ",\"trial\":{\"type\":\"boolean\"}}}}}}"},
    {0},
};

const struct feature inbox_feature = {
    .name = "inbox", .doc = "Deliveries of phone systems, kept as received.", .routes = routes,
    .jobs = inbox_jobs, .schemas = schemas,
};
