/* Connecting language engines, their order, prices and test. A key goes in and never comes out. */
#include <string.h>

#include "engines/engines.h"
#include "insight/language/queries.h"
#include "insight/language/store.h"
#include "live/live.h"
#include "net/http_out.h"

#define ENGINES_MAX 20
#define KEY_MAX 8000

struct engine_fields {
    struct str kind, name, base_url, model, key, state;
    int64_t context_tokens;
};

#define SHARED_FIELDS                                                                              \
    {"base_url", FIELD_TEXT, offsetof(struct engine_fields, base_url), OPTIONAL, .max = 500,       \
     .doc = "Address of the API, like https://api.openai.com/v1; empty: the provider's own"},      \
    {"model", FIELD_TEXT, offsetof(struct engine_fields, model), OPTIONAL, .max = 120,             \
     .doc = "Empty: the first that GET /language-engine-kinds names"},                               \
    {"context_tokens", FIELD_INT, offsetof(struct engine_fields, context_tokens), OPTIONAL,        \
     .min = 0, .max = 10000000,                                                                    \
     .doc = "What the model takes of call and answer together; 0: as its vendor has it"},          \
    {"key", FIELD_TEXT, offsetof(struct engine_fields, key), OPTIONAL | SECRET, .max = KEY_MAX,    \
     .doc = "Stored sealed; never shown. Empty: the stored one stays"}

static const struct field create_in[] = {
    {"kind", FIELD_TEXT, offsetof(struct engine_fields, kind), REQUIRED, .min = 1, .max = 40,
     .doc = "As GET /language-engine-kinds names it"},
    {"name", FIELD_TEXT, offsetof(struct engine_fields, name), REQUIRED, .min = 1, .max = 120},
    SHARED_FIELDS,
    {0},
};

static const struct field change_in[] = {
    {"name", FIELD_TEXT, offsetof(struct engine_fields, name), OPTIONAL, .min = 1, .max = 120},
    SHARED_FIELDS,
    {"state", FIELD_TEXT, offsetof(struct engine_fields, state), OPTIONAL, .choices = "active|off",
     .doc = "off: not used, settings stay"},
    {0},
};

/* ---- checking ---- */

static bool one_line(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return true;
}

#define CONTEXT_LEAST 2000

static const struct err *check(struct req *rq, const struct model_engine *engine,
                               const struct engine_fields *f, bool key_kept)
{
    if (f->base_url.n && http_url_check(rq->a, f->base_url, true, NULL))
        req_field(rq, "base_url", "%.*s", STR_ARG(arena_why(rq->a)));
    else if (f->base_url.n && (memchr(f->base_url.p, '?', f->base_url.n) ||
                               memchr(f->base_url.p, '#', f->base_url.n)))
        req_field(rq, "base_url", "Give the address without ? and #.");
    if (!one_line(f->model))
        req_field(rq, "model", "Give the model's name on one line.");
    if (f->context_tokens && f->context_tokens < CONTEXT_LEAST)
        req_field(rq, "context_tokens", "Give at least %d tokens, or 0 for the model's own.",
                  CONTEXT_LEAST);
    if (engine->key_required && !f->key.n && !key_kept)
        req_field(rq, "key", "This engine needs a key.");
    else if (!one_line(f->key))
        req_field(rq, "key", "Give the key on one line, without blanks around it.");
    return rq->n_faults ? E_BAD_INPUT : NULL;
}

/* ---- handlers ---- */

static struct str given(struct str s)
{
    return s.p ? str_trim(s) : STR("");
}

static const struct err *create(struct req *rq)
{
    struct engine_fields f = *(const struct engine_fields *)rq->in;
    const struct model_engine *engine = language_engine_find(f.kind);
    struct language_engine_add_in row = {.id = uuid_new(), .kind = f.kind, .name = str_trim(f.name)};
    struct language_engines_count_out count;
    const struct err *e;

    if (!engine)
        return req_field(rq, "kind", "There is none called so.");
    if (!row.name.n)
        return req_field(rq, "name", "Give it a name.");
    f.base_url = row.base_url = given(f.base_url);
    f.model = row.model = given(f.model);
    row.context_tokens = f.context_tokens = f.context_tokens == SQL_NULL ? 0 : f.context_tokens;
    f.key = given(f.key);
    e = check(rq, engine, &f, false);
    if (!e)
        e = q_language_engines_count(rq->db, &count);
    if (!e && count.n >= ENGINES_MAX)
        return err_why(rq->a, E_IN_USE, "There are %d engines already: remove one first.",
                       ENGINES_MAX);
    if (!e)
        e = language_key_seal(rq->a, rq->who.tenant, row.id, f.key, &row.key_sealed);
    if (!e)
        e = q_language_engine_add(rq->db, row, NULL);
    return e ? e : req_created(rq, row.id);
}

static const struct err *change(struct req *rq)
{
    struct engine_fields f = *(const struct engine_fields *)rq->in;
    struct language_engine_change_in out = {.engine = rq->param_id[0]};
    struct language_engine_read_out row;
    const struct model_engine *engine;
    int64_t n = 0;
    const struct err *e = req_if_match(rq, &out.version);

    if (!e)
        e = q_language_engine_read(rq->db, (struct language_engine_read_in){rq->param_id[0]}, &row);
    if (e)
        return e;
    engine = language_engine_find(row.kind);
    if (!engine)
        return err_why(rq->a, E_IN_USE, "This kind of engine is not known any more: remove it.");
    out.name = f.name.p ? str_trim(f.name) : row.name;
    f.base_url = out.base_url = f.base_url.p ? str_trim(f.base_url) : row.base_url;
    f.model = out.model = f.model.p ? str_trim(f.model) : row.model;
    if (f.context_tokens == SQL_NULL)
        f.context_tokens = row.context_tokens;
    out.context_tokens = f.context_tokens;
    f.key = given(f.key);
    /* A key goes to the address it was given for and to no other. */
    if (!f.key.n && row.key_sealed.p && !str_eq(out.base_url, row.base_url))
        return req_field(rq, "key", "Give the key again: the address has changed.");
    e = check(rq, engine, &f, row.key_sealed.p != NULL);
    if (e)
        return e;
    out.key_sealed = row.key_sealed;
    if (f.key.n)
        e = language_key_seal(rq->a, rq->who.tenant, row.id, f.key, &out.key_sealed);
    out.state = f.state.p ? f.state : str_is(row.state, "off") ? row.state : STR("active");
    if (!e)
        e = q_language_engine_change(rq->db, out, &n);
    if (!e && !n)
        e = E_STALE;
    if (!e)
        e = live_note(rq->db, "engine.updated", row.id, (struct uuid){{0}});
    return e ? e : req_none(rq);
}

struct order_fields {
    struct str ids;
};

static const struct field order_in[] = {
    {"ids", FIELD_JSON, offsetof(struct order_fields, ids), REQUIRED,
     .doc = "Ids of all engines, the first to be tried first"},
    {0},
};

static const struct err *order(struct req *rq)
{
    const struct order_fields *in = rq->in;
    struct buf b = buf_new(rq->a, 4096);
    struct language_engines_count_out count;
    const struct json *list;
    char text[UUID_TEXT];
    struct uuid id;
    int64_t n = 0;
    const struct err *e = json_parse(rq->a, in->ids, &list);

    if (e || json_kind(list) != J_LIST || json_count(list) > ENGINES_MAX)
        return req_field(rq, "ids", "Give a list of the engines' ids.");
    for (size_t i = 0; i < json_count(list); i++) {
        if (!uuid_parse(json_str(json_at(list, i)), &id))
            return req_field(rq, "ids", "Give a list of the engines' ids.");
        buf_fmt(&b, "%s%s", i ? "," : "{", uuid_text(id, text).p);
    }
    buf_add(&b, json_count(list) ? STR("}") : STR("{}"));
    e = q_language_engines_count(rq->db, &count);
    if (!e)
        e = q_language_engines_order(rq->db, (struct language_engines_order_in){buf_str(&b)}, &n);
    if (!e && (n != count.n || (size_t)n != json_count(list)))
        return req_field(rq, "ids", "Name each engine once: somebody may have changed the list.");
    return e ? e : req_none(rq);
}

static const struct err *test(struct req *rq)
{
    struct language_engine_read_out row;
    char text[UUID_TEXT];
    const struct err *e = q_language_engine_read(
        rq->db, (struct language_engine_read_in){rq->param_id[0]}, &row);

    if (e)
        return e;
    uuid_text(row.id, text);
    e = job_add(rq->db, &(struct job_new){
        .kind = "language.test", .object = row.id,
        .args = str_fmt(rq->a, "{\"engine\":\"%s\"}", text),
        .dedupe = str_fmt(rq->a, "language.test:%s", text)});
    return e ? e : req_none(rq);
}

struct price_fields {
    struct str valid_from, currency;
    int64_t micro_in, micro_out;
};

static const struct field price_in[] = {
    {"valid_from", FIELD_TEXT, offsetof(struct price_fields, valid_from), REQUIRED, .min = 10,
     .max = 10, .doc = "Day, YYYY-MM-DD"},
    {"micro_in", FIELD_INT, offsetof(struct price_fields, micro_in), REQUIRED, .min = 0,
     .max = 1000000000000,
     .doc = "Millionths of the currency for a million tokens of the call: 150000 is 0.15"},
    {"micro_out", FIELD_INT, offsetof(struct price_fields, micro_out), REQUIRED, .min = 0,
     .max = 1000000000000, .doc = "The same for tokens of the answer"},
    {"currency", FIELD_TEXT, offsetof(struct price_fields, currency), REQUIRED, .min = 3, .max = 3,
     .doc = "Like USD"},
    {0},
};

static const struct err *price_add(struct req *rq)
{
    const struct price_fields *in = rq->in;
    struct uuid id = uuid_new();
    int64_t n = 0, at;
    const struct err *e;

    if (!time_parse(str_fmt(rq->a, "%.*sT00:00:00Z", STR_ARG(in->valid_from)), &at))
        return req_field(rq, "valid_from", "Give a day like 2026-11-21.");
    for (size_t i = 0; i < 3; i++)
        if (in->currency.p[i] < 'A' || in->currency.p[i] > 'Z')
            return req_field(rq, "currency", "Give three capital letters, like USD.");
    e = q_language_price_add(rq->db, (struct language_price_add_in){
        id, rq->param_id[0], in->valid_from, in->micro_in, in->micro_out, in->currency}, &n);
    if (e == E_CONFLICT)
        return req_field(rq, "valid_from", "There is a price from that day on: remove it first.");
    return e ? e : n ? req_created(rq, id) : E_NOT_FOUND;
}

static void write_text(struct jw *w, const char *key, const char *s)
{
    jw_key(w, key);
    jw_text(w, str_of(s));
}

static void write_flag(struct jw *w, const char *key, bool yes)
{
    jw_key(w, key);
    jw_bool(w, yes);
}

static const struct err *kinds(struct req *rq)
{
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    jw_key(&w, "items");
    jw_open(&w, '[');
    for (const struct model_engine *const *p = model_engines; *p; p++) {
        struct str models = str_of((*p)->models), one;

        jw_open(&w, '{');
        write_text(&w, "kind", (*p)->name);
        write_text(&w, "title", (*p)->title);
        write_text(&w, "notice", (*p)->notice);
        write_text(&w, "default_url", (*p)->default_url);
        write_text(&w, "key_label", (*p)->key_label);
        write_flag(&w, "key_required", (*p)->key_required);
        jw_key(&w, "context_tokens");
        jw_int(&w, (*p)->context_tokens);
        jw_key(&w, "models");
        jw_open(&w, '[');
        while (models.p && str_split(&models, '|', &one))
            jw_text(&w, one);
        jw_close(&w, ']');
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct route routes[] = {
    {GET, "/language-engine-kinds", INTEGRATIONS_READ, .run = kinds, .tx = TX_NONE,
     .out = "language_kinds", .doc = "Language engines that can be connected and what each needs"},
    {GET, "/language-engines", INTEGRATIONS_READ, .sql = SQL_LANGUAGE_ENGINES_LIST,
     .doc = "The engines that analyse and judge, in the order in which they are tried; behind them the built-in one"},
    {POST, "/language-engines", INTEGRATIONS_WRITE, create_in, .run = create, .out = "created",
     .creates = CREATES, .doc = "Connect an engine, at the end of the order"},
    {PUT, "/language-engine-order", INTEGRATIONS_WRITE, order_in, .run = order,
     .doc = "Which is tried first, and which when that one fails"},
    {PATCH, "/language-engines/{engine}", INTEGRATIONS_WRITE, change_in, .run = change,
     .doc = "Change settings, or switch it off; needs If-Match with the version"},
    {DELETE, "/language-engines/{engine}", INTEGRATIONS_WRITE, .sql = SQL_LANGUAGE_ENGINE_DELETE,
     .doc = "Disconnect; its key is destroyed, scores stay"},
    {POST, "/language-engines/{engine}/test", INTEGRATIONS_WRITE, .run = test,
     .limit = LIMIT_COSTLY,
     .doc = "Asks it about a short made-up call; the outcome stands in the list a moment later"},
    {POST, "/language-engines/{engine}/prices", INTEGRATIONS_WRITE, price_in, .run = price_add,
     .out = "created", .creates = CREATES, .doc = "What a million tokens cost from a day on"},
    {DELETE, "/language-prices/{price}", INTEGRATIONS_WRITE, .sql = SQL_LANGUAGE_PRICE_DELETE,
     .doc = "Remove a price; what was reckoned by it stays"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define TEXT_OR_NULL "{\"type\":[\"string\",\"null\"]}"
#define FLAG "{\"type\":\"boolean\"}"
#define NUMBER "{\"type\":\"integer\"}"

static const struct schema schemas[] = {
    {"language_kinds",
     "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":"
     "{\"type\":\"object\",\"required\":[\"kind\",\"title\",\"notice\",\"default_url\",\"key_label\","
     "\"key_required\",\"context_tokens\",\"models\"],"
     "\"properties\":{\"kind\":" TEXT ",\"title\":" TEXT ",\"notice\":" TEXT
     ",\"default_url\":" TEXT ",\"key_label\":" TEXT ",\"key_required\":" FLAG
     ",\"context_tokens\":" NUMBER ",\"models\":{\"type\":\"array\",\"items\":" TEXT "}}}}}}"},
    {"language_test",
     "{\"type\":\"object\",\"required\":[\"at\",\"ok\",\"sentence\",\"model\",\"answer\",\"took_ms\","
     "\"status\",\"in_tokens\",\"out_tokens\",\"request_ids\"],\"properties\":{\"at\":" TEXT
     ",\"ok\":" FLAG ",\"sentence\":" TEXT ",\"model\":" TEXT ",\"answer\":" TEXT_OR_NULL
     ",\"took_ms\":" NUMBER ",\"status\":" NUMBER ",\"in_tokens\":" NUMBER ",\"out_tokens\":" NUMBER
     ",\"request_ids\":" TEXT "}}"},
    {"language_prices",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"valid_from\","
     "\"micro_in\",\"micro_out\",\"currency\"],\"properties\":{\"id\":" TEXT ",\"valid_from\":" TEXT
     ",\"micro_in\":" NUMBER ",\"micro_out\":" NUMBER ",\"currency\":" TEXT "}}}"},
    {0},
};

const struct feature language_feature = {
    .name = "language", .doc = "Language engines: analysis and verdicts by models of others.",
    .routes = routes, .jobs = language_jobs, .schemas = schemas,
};
