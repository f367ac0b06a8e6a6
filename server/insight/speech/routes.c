/* Connecting speech engines, their order, prices and test; words to expect and corrections. A key
 * goes in and never comes out. */
#include <string.h>

#include "engines/engines.h"
#include "engines/google/google.h"
#include "insight/speech/queries.h"
#include "insight/speech/store.h"
#include "live/live.h"
#include "net/http_out.h"

#define ENGINES_MAX 20
#define KEY_MAX 8000

struct engine_fields {
    struct str kind, name, base_url, model, language, key, state;
};

#define SHARED_FIELDS                                                                              \
    {"base_url", FIELD_TEXT, offsetof(struct engine_fields, base_url), OPTIONAL, .max = 500,       \
     .doc = "Address of the API, like https://api.openai.com/v1; empty: the provider's own"},      \
    {"model", FIELD_TEXT, offsetof(struct engine_fields, model), OPTIONAL, .max = 120,             \
     .doc = "Empty: the first that GET /speech-engine-kinds names"},                               \
    {"language", FIELD_TEXT, offsetof(struct engine_fields, language), OPTIONAL, .max = 12,        \
     .doc = "Code like en or en-GB; empty: the engine finds out"},                                 \
    {"key", FIELD_TEXT, offsetof(struct engine_fields, key), OPTIONAL | SECRET, .max = KEY_MAX,    \
     .doc = "Stored sealed; never shown. Empty: the stored one stays"}

static const struct field create_in[] = {
    {"kind", FIELD_TEXT, offsetof(struct engine_fields, kind), REQUIRED, .min = 1, .max = 40,
     .doc = "As GET /speech-engine-kinds names it"},
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

static bool language_fits(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-'))
            return false;
    }
    return s.n == 0 || s.n >= 2;
}

static bool one_line(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return true;
}

static void check_key(struct req *rq, const struct speech_engine *engine, struct str key, bool kept)
{
    struct google_account account;

    if (!engine->key_label && key.n)
        req_field(rq, "key", "This engine takes no key.");
    else if (engine->key_required && !key.n && !kept)
        req_field(rq, "key", "This engine needs a key.");
    else if (key.n && engine == &google_engine && google_account_read(rq->a, key, &account))
        req_field(rq, "key", "%.*s", STR_ARG(arena_why(rq->a)));
    else if (engine != &google_engine && !one_line(key))
        req_field(rq, "key", "Give the key on one line, without blanks around it.");
}

static const struct err *check(struct req *rq, const struct speech_engine *engine,
                               const struct engine_fields *f, bool key_kept)
{
    if (f->base_url.n && !engine->default_url)
        req_field(rq, "base_url", "This engine has no address.");
    else if (f->base_url.n && http_url_check(rq->a, f->base_url, true, NULL))
        req_field(rq, "base_url", "%.*s", STR_ARG(arena_why(rq->a)));
    else if (f->base_url.n && (memchr(f->base_url.p, '?', f->base_url.n) ||
                               memchr(f->base_url.p, '#', f->base_url.n)))
        req_field(rq, "base_url", "Give the address without ? and #.");
    if (f->model.n && (!engine->models || !one_line(f->model)))
        req_field(rq, "model", "This engine has no models to choose from.");
    if (!language_fits(f->language))
        req_field(rq, "language", "Give a code like en or en-GB, or nothing.");
    else if (engine->language_required && !f->language.n)
        req_field(rq, "language", "This engine cannot find the language out: give a code like en-US.");
    check_key(rq, engine, f->key, key_kept);
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
    const struct speech_engine *engine = speech_engine_find(f.kind);
    struct speech_engine_add_in row = {.id = uuid_new(), .kind = f.kind, .name = str_trim(f.name)};
    struct speech_engines_count_out count;
    const struct err *e;

    if (!engine)
        return req_field(rq, "kind", "There is none called so.");
    if (!row.name.n)
        return req_field(rq, "name", "Give it a name.");
    f.base_url = row.base_url = given(f.base_url);
    f.model = row.model = given(f.model);
    f.language = row.language = given(f.language);
    f.key = given(f.key);
    e = check(rq, engine, &f, false);
    if (!e)
        e = q_speech_engines_count(rq->db, &count);
    if (!e && count.n >= ENGINES_MAX)
        return err_why(rq->a, E_IN_USE, "There are %d engines already: remove one first.",
                       ENGINES_MAX);
    if (!e)
        e = speech_key_seal(rq->a, rq->who.tenant, row.id, f.key, &row.key_sealed);
    if (!e)
        e = q_speech_engine_add(rq->db, row, NULL);
    return e ? e : req_created(rq, row.id);
}

static const struct err *change(struct req *rq)
{
    struct engine_fields f = *(const struct engine_fields *)rq->in;
    struct speech_engine_change_in out = {.engine = rq->param_id[0]};
    struct speech_engine_read_out row;
    const struct speech_engine *engine;
    int64_t n = 0;
    const struct err *e = req_if_match(rq, &out.version);

    if (!e)
        e = q_speech_engine_read(rq->db, (struct speech_engine_read_in){rq->param_id[0]}, &row);
    if (e)
        return e;
    engine = speech_engine_find(row.kind);
    if (!engine)
        return err_why(rq->a, E_IN_USE, "This kind of engine is not known any more: remove it.");
    out.name = f.name.p ? str_trim(f.name) : row.name;
    f.base_url = out.base_url = f.base_url.p ? str_trim(f.base_url) : row.base_url;
    f.model = out.model = f.model.p ? str_trim(f.model) : row.model;
    f.language = out.language = f.language.p ? str_trim(f.language) : row.language;
    f.key = given(f.key);
    /* A key goes to the address it was given for and to no other. */
    if (!f.key.n && row.key_sealed.p && !str_eq(out.base_url, row.base_url))
        return req_field(rq, "key", "Give the key again: the address has changed.");
    e = check(rq, engine, &f, row.key_sealed.p != NULL);
    if (e)
        return e;
    out.key_sealed = row.key_sealed;
    if (f.key.n)
        e = speech_key_seal(rq->a, rq->who.tenant, row.id, f.key, &out.key_sealed);
    out.state = f.state.p ? f.state : str_is(row.state, "off") ? row.state : STR("active");
    if (!e)
        e = q_speech_engine_change(rq->db, out, &n);
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
    struct speech_engines_count_out count;
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
    e = q_speech_engines_count(rq->db, &count);
    if (!e)
        e = q_speech_engines_order(rq->db, (struct speech_engines_order_in){buf_str(&b)}, &n);
    if (!e && (n != count.n || (size_t)n != json_count(list)))
        return req_field(rq, "ids", "Name each engine once: somebody may have changed the list.");
    return e ? e : req_none(rq);
}

static const struct err *test(struct req *rq)
{
    struct speech_engine_read_out row;
    char text[UUID_TEXT];
    const struct err *e = q_speech_engine_read(
        rq->db, (struct speech_engine_read_in){rq->param_id[0]}, &row);

    if (e)
        return e;
    uuid_text(row.id, text);
    e = job_add(rq->db, &(struct job_new){
        .kind = "speech.test", .object = row.id,
        .args = str_fmt(rq->a, "{\"engine\":\"%s\"}", text),
        .dedupe = str_fmt(rq->a, "speech.test:%s", text)});
    return e ? e : req_none(rq);
}

struct price_fields {
    struct str valid_from, currency;
    int64_t micro_per_minute;
};

static const struct field price_in[] = {
    {"valid_from", FIELD_TEXT, offsetof(struct price_fields, valid_from), REQUIRED, .min = 10,
     .max = 10, .doc = "Day, YYYY-MM-DD"},
    {"micro_per_minute", FIELD_INT, offsetof(struct price_fields, micro_per_minute), REQUIRED,
     .min = 0, .max = 1000000000000, .doc = "Millionths of the currency: 6000 is 0.006"},
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
    e = q_speech_price_add(rq->db, (struct speech_price_add_in){
        id, rq->param_id[0], in->valid_from, in->micro_per_minute, in->currency}, &n);
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
    for (const struct speech_engine *const *p = speech_engines; *p; p++) {
        struct str models = str_of((*p)->models), one;

        jw_open(&w, '{');
        write_text(&w, "kind", (*p)->name);
        write_text(&w, "title", (*p)->title);
        write_text(&w, "notice", (*p)->notice);
        write_text(&w, "default_url", (*p)->default_url);
        write_text(&w, "key_label", (*p)->key_label);
        write_flag(&w, "key_required", (*p)->key_required);
        write_flag(&w, "any_model", (*p)->any_model);
        write_flag(&w, "language_required", (*p)->language_required);
        write_flag(&w, "takes_hints", (*p)->takes_hints);
        write_flag(&w, "takes_language", (*p)->default_url != NULL);
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
    {GET, "/speech-engine-kinds", INTEGRATIONS_READ, .run = kinds, .tx = TX_NONE,
     .out = "speech_kinds", .doc = "Engines that can be connected and what each needs"},
    {GET, "/speech-engines", INTEGRATIONS_READ, .sql = SQL_SPEECH_ENGINES_LIST,
     .doc = "The engines that transcribe, in the order in which they are tried"},
    {POST, "/speech-engines", INTEGRATIONS_WRITE, create_in, .run = create, .out = "created",
     .creates = CREATES, .doc = "Connect an engine, at the end of the order"},
    {PUT, "/speech-engine-order", INTEGRATIONS_WRITE, order_in, .run = order,
     .doc = "Which is tried first, and which when that one fails"},
    {PATCH, "/speech-engines/{engine}", INTEGRATIONS_WRITE, change_in, .run = change,
     .doc = "Change settings, or switch it off; needs If-Match with the version"},
    {DELETE, "/speech-engines/{engine}", INTEGRATIONS_WRITE, .sql = SQL_SPEECH_ENGINE_DELETE,
     .doc = "Disconnect; its key is destroyed, transcripts stay"},
    {POST, "/speech-engines/{engine}/test", INTEGRATIONS_WRITE, .run = test, .limit = LIMIT_COSTLY,
     .doc = "Sends a short spoken sample; the outcome stands in the list a moment later"},
    {POST, "/speech-engines/{engine}/prices", INTEGRATIONS_WRITE, price_in, .run = price_add,
     .out = "created", .creates = CREATES, .doc = "What a minute costs from a day on"},
    {DELETE, "/speech-prices/{price}", INTEGRATIONS_WRITE, .sql = SQL_SPEECH_PRICE_DELETE,
     .doc = "Remove a price; what was reckoned by it stays"},
    {GET, "/speech-words", INTEGRATIONS_READ, .sql = SQL_SPEECH_WORDS_LIST,
     .doc = "Words that engines are told to expect"},
    {POST, "/speech-words", INTEGRATIONS_WRITE, speech_word_in, .run = speech_word_add,
     .out = "created", .creates = CREATES, .doc = "Add a word to expect"},
    {DELETE, "/speech-words/{word}", INTEGRATIONS_WRITE, .sql = SQL_SPEECH_WORD_DELETE,
     .doc = "Remove a word"},
    {GET, "/speech-corrections", INTEGRATIONS_READ, .sql = SQL_SPEECH_CORRECTIONS_LIST,
     .doc = "What is heard and what is written instead"},
    {POST, "/speech-corrections", INTEGRATIONS_WRITE, speech_correction_in,
     .run = speech_correction_add, .out = "created", .creates = CREATES,
     .doc = "Correct what engines mishear, from the next transcript on"},
    {DELETE, "/speech-corrections/{correction}", INTEGRATIONS_WRITE,
     .sql = SQL_SPEECH_CORRECTION_DELETE, .doc = "Remove a correction"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define TEXT_OR_NULL "{\"type\":[\"string\",\"null\"]}"
#define FLAG "{\"type\":\"boolean\"}"
#define NUMBER "{\"type\":\"integer\"}"

static const struct schema schemas[] = {
    {"speech_kinds",
     "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":"
     "{\"type\":\"object\",\"required\":[\"kind\",\"title\",\"notice\",\"default_url\",\"key_label\","
     "\"key_required\",\"any_model\",\"language_required\",\"takes_hints\",\"takes_language\",\"models\"],"
     "\"properties\":{\"kind\":" TEXT ",\"title\":" TEXT ",\"notice\":" TEXT
     ",\"default_url\":" TEXT_OR_NULL ",\"key_label\":" TEXT_OR_NULL ",\"key_required\":" FLAG
     ",\"any_model\":" FLAG ",\"language_required\":" FLAG ",\"takes_hints\":" FLAG
     ",\"takes_language\":" FLAG ",\"models\":{\"type\":\"array\",\"items\":" TEXT "}}}}}}"},
    {"speech_test",
     "{\"type\":\"object\",\"required\":[\"at\",\"ok\",\"sentence\",\"words\",\"took_ms\",\"status\","
     "\"request_ids\"],\"properties\":{\"at\":" TEXT ",\"ok\":" FLAG ",\"sentence\":" TEXT
     ",\"words\":" TEXT ",\"took_ms\":" NUMBER ",\"status\":" NUMBER ",\"request_ids\":" TEXT "}}"},
    {"speech_prices",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"valid_from\","
     "\"micro_per_minute\",\"currency\"],\"properties\":{\"id\":" TEXT ",\"valid_from\":" TEXT
     ",\"micro_per_minute\":" NUMBER ",\"currency\":" TEXT "}}}"},
    {0},
};

const struct feature speech_feature = {
    .name = "speech", .doc = "Speech engines, words to expect and corrections.",
    .routes = routes, .jobs = speech_jobs, .schemas = schemas,
};
