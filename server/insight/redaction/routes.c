/* Redaction's settings, a preview of them, what was redacted from a call and its original, and runs over
 * past calls. */
#include "core/time.h"
#include "engines/pieces.h"
#include "insight/redaction/queries.h"
#include "insight/redaction/store.h"
#include "insight/sensitive/sensitive.h"

#define PREVIEW_MAX 8000
#define WORD_MS 300

struct settings_fields {
    bool active;
    struct str kinds, patterns, text;
};

#define RULE_FIELDS(needed)                                                                        \
    {"kinds", FIELD_TEXTS, offsetof(struct settings_fields, kinds), needed,                        \
     .doc = "What is redacted, of the names that GET /redaction lists"},                           \
    {"patterns", FIELD_JSON, offsetof(struct settings_fields, patterns), needed,                   \
     .doc = "Patterns of one's own: at most 20 of {name, pattern}, Perl-compatible, looked for within " \
            "one turn"}

static const struct field change_in[] = {
    {"active", FIELD_BOOL, offsetof(struct settings_fields, active), REQUIRED,
     .doc = "On: calls are redacted from now on, and what was not redacted before is closed until a run "
            "has gone through it. Off: what was redacted stays so"},
    RULE_FIELDS(REQUIRED),
    {0},
};

static const struct field preview_in[] = {
    {"text", FIELD_TEXT, offsetof(struct settings_fields, text), REQUIRED, .min = 1, .max = PREVIEW_MAX,
     .doc = "As it would be said; a line for each turn, the speakers taking turns"},
    RULE_FIELDS(REQUIRED),
    {0},
};

/* ---- settings ---- */

static void put_kinds(struct jw *w, const char *key, unsigned kinds)
{
    jw_key(w, key);
    jw_open(w, '[');
    for (enum sensitive_kind k = 0; k < SENSITIVE_COUNT; k++)
        if (kinds >> k & 1)
            jw_text(w, str_of(sensitive_name(k)));
    jw_close(w, ']');
}

static void put_known(struct jw *w)
{
    jw_key(w, "known");
    jw_open(w, '[');
    for (enum sensitive_kind k = 0; k < SENSITIVE_COUNT; k++) {
        jw_open(w, '{');
        jw_key(w, "name");
        jw_text(w, str_of(sensitive_name(k)));
        jw_key(w, "title");
        jw_text(w, str_of(sensitive_title(k)));
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static void put_int(struct jw *w, const char *key, int64_t v)
{
    jw_key(w, key);
    jw_int(w, v);
}

static const struct err *waiting(struct req *rq, bool active, struct redaction_waiting_out *ret)
{
    struct redaction_lift_out lifted;
    const struct err *e = q_redaction_lift(rq->db, &lifted);

    *ret = (struct redaction_waiting_out){0};
    return e || !active ? e : q_redaction_waiting(rq->db, ret);
}

static const struct err *show(struct req *rq)
{
    struct redaction_get_out row;
    struct redaction_waiting_out left;
    struct redaction_rules rules = {.kinds = SENSITIVE_ALL};
    struct jw w = jw_new(rq->a);
    const struct err *e = q_redaction_get(rq->db, &row);

    if (e == E_NOT_FOUND) {
        row = (struct redaction_get_out){.patterns = STR("[]"), .changed_at = TIME_NONE};
        e = NULL;
    } else if (!e) {
        e = redaction_rules_of(rq->a, row.kinds, row.patterns, &rules);
    }
    if (!e)
        e = waiting(rq, row.active, &left);
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "active");
    jw_bool(&w, row.active);
    put_kinds(&w, "kinds", rules.kinds);
    put_known(&w);
    jw_key(&w, "patterns");
    jw_raw(&w, row.patterns);
    put_int(&w, "version", row.version);
    jw_key(&w, "changed_at");
    jw_time(&w, row.changed_at);
    put_int(&w, "waiting", left.transcripts);
    put_int(&w, "muting", left.muting);
    jw_close(&w, '}');
    req_set_header(rq, "etag", str_fmt(rq->a, "\"%lld\"", (long long)row.version));
    return req_json(rq, 200, jw_done(&w));
}

/* The rules that were sent, each fault at its field. */
static const struct err *sent_rules(struct req *rq, struct redaction_rules *ret)
{
    const struct settings_fields *in = rq->in;
    unsigned kinds;
    const struct err *e = redaction_kinds_read(rq->a, in->kinds, &kinds);

    if (e)
        return e == E_BAD_INPUT ? req_field(rq, "kinds", "%.*s", STR_ARG(arena_why(rq->a))) : e;
    e = redaction_rules_of(rq->a, redaction_kinds_array(rq->a, kinds), in->patterns, ret);
    return e == E_BAD_INPUT ? req_field(rq, "patterns", "%.*s", STR_ARG(arena_why(rq->a))) : e;
}

static const struct err *change(struct req *rq)
{
    const struct settings_fields *in = rq->in;
    struct redaction_rules rules = {0};
    int64_t version, n = 0;
    const struct err *e = req_if_match(rq, &version);

    if (!e)
        e = sent_rules(rq, &rules);
    if (!e && in->active && !rules.kinds && !rules.n_patterns)
        e = req_field(rq, "kinds", "Choose at least one kind, or give a pattern.");
    if (!e)
        e = q_redaction_set(rq->db, (struct redaction_set_in){
            version, in->active, redaction_kinds_array(rq->a, rules.kinds), in->patterns}, &n);
    if (!e && !n)
        e = E_STALE;
    return e ? e : show(rq);
}

/* ---- preview ---- */

static struct conversation talk_of(struct arena *a, struct str text)
{
    struct conversation c = {.direction = STR("inbound")};
    struct turn *turns = ARENA_ARRAY(a, text.n + 1, struct turn);
    struct str line;
    int32_t at = 0;

    while (str_split(&text, '\n', &line)) {
        size_t n = 0;
        struct speech_word *words = words_spread(a, line, 0, 0, SPEECH_SURE, &n);
        struct turn_word *out = ARENA_ARRAY(a, n, struct turn_word);
        struct turn *t = &turns[c.n_turns];

        if (!n)
            continue;
        for (size_t i = 0; i < n; i++, at += WORD_MS)
            out[i] = (struct turn_word){words[i].text, at, at + WORD_MS, SPEECH_SURE};
        *t = (struct turn){c.n_turns % 2 ? SPEAKER_CUSTOMER : SPEAKER_AGENT, out[0].start_ms, at, n, out};
        c.n_turns++;
    }
    c.turns = turns;
    return c;
}

static const struct err *preview(struct req *rq)
{
    const struct settings_fields *in = rq->in;
    struct redaction_rules rules = {0};
    struct redacted r;
    struct jw w = jw_new(rq->a);
    struct conversation c;
    const struct err *e = sent_rules(rq, &rules);

    if (e)
        return e;
    c = talk_of(rq->a, in->text);
    e = redact(rq->a, &rules, &c, false, &r);
    if (e)
        return e == E_BAD_INPUT ? req_field(rq, "patterns", "%.*s", STR_ARG(arena_why(rq->a))) : e;
    jw_open(&w, '{');
    jw_key(&w, "lines");
    jw_open(&w, '[');
    for (size_t i = 0; i < r.talk.n_turns; i++) {
        struct buf b = buf_new(rq->a, 4 * PREVIEW_MAX);

        for (size_t k = 0; k < r.talk.turns[i].n_words; k++)
            buf_fmt(&b, "%s%.*s", k ? " " : "", STR_ARG(r.talk.turns[i].words[k].text));
        jw_text(&w, buf_str(&b));
    }
    jw_close(&w, ']');
    put_int(&w, "places", (int64_t)r.n);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

/* ---- originals ---- */

static void put_items(struct jw *w, const struct json *list)
{
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *x = json_at(list, i);

        jw_open(w, '{');
        jw_key(w, "kind");
        jw_text(w, json_text(x, "kind"));
        put_int(w, "start_ms", json_int(x, "start_ms", 0));
        put_int(w, "end_ms", json_int(x, "end_ms", 0));
        jw_key(w, "words");
        jw_text(w, json_text(x, "words"));
        jw_close(w, '}');
    }
}

static const struct err *originals(struct req *rq)
{
    struct originals_call_out call;
    struct originals_of_call_out *rows;
    struct jw w = jw_new(rq->a);
    size_t n = 0;
    const struct err *e = q_originals_call(
        rq->db, (struct originals_call_in){rq->param_id[0], req_scope(rq)}, &call);

    if (!e)
        e = q_originals_of_call(rq->db, (struct originals_of_call_in){rq->param_id[0], req_scope(rq)},
                                &rows, &n);
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "items");
    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++) {
        const struct json *list;
        struct str text;

        e = redaction_open(rq->a, rq->who.tenant, rows[i].transcript_id, rows[i].sealed, &text);
        if (!e)
            e = json_parse(rq->a, text, &list);
        if (e)
            return e;
        put_items(&w, list);
    }
    jw_close(&w, ']');
    jw_close(&w, '}');
    rq->reply.secret = true;
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *forget(struct req *rq)
{
    struct originals_call_out call;
    const struct err *e = q_originals_call(
        rq->db, (struct originals_call_in){rq->param_id[0], req_scope(rq)}, &call);

    if (!e)
        e = q_originals_delete(rq->db, (struct originals_delete_in){call.id}, NULL);
    return e ? e : req_none(rq);
}

/* ---- past calls ---- */

struct run_fields {
    struct str mode;
};

static const struct field run_in[] = {
    {"mode", FIELD_TEXT, offsetof(struct run_fields, mode), REQUIRED, .choices = "count|redact",
     .doc = "count only says how many past transcripts hold something"},
    {0},
};

static const struct err *run_start(struct req *rq)
{
    const struct run_fields *in = rq->in;
    struct run_add_in row = {.id = uuid_new(), .mode = in->mode, .account = rq->who.account,
                             .by_name = rq->who.name.n ? rq->who.name : STR("an API key")};
    struct redaction_rules rules;
    int64_t added = 0;
    const struct err *e = redaction_rules_read(rq->db, &rules);

    if (!e && !rules.active)
        return err_why(rq->a, E_CONFLICT, "Redaction is off: switch it on first.");
    if (!e)
        e = q_run_add(rq->db, row, &added);
    if (!e && !added)
        return err_why(rq->a, E_IN_USE, "Past calls are gone through already: wait for the end or stop it.");
    if (!e)
        e = redaction_add_step(rq->db, row.id);
    return e ? e : req_created(rq, row.id);
}

static const struct route routes[] = {
    {GET, "/redaction", INTEGRATIONS_READ, .run = show, .out = "redaction",
     .doc = "What is redacted from calls, and what waits for it"},
    {PUT, "/redaction", INTEGRATIONS_WRITE, change_in, .run = change, .out = "redaction",
     .doc = "Change it; needs If-Match (version 0 where it was never set)"},
    {POST, "/redaction/preview", INTEGRATIONS_WRITE, preview_in, .run = preview, .out = "redaction_preview",
     .audit = AUDIT_NOT, .lane = WORK_SLOW, .limit = LIMIT_COSTLY, .doc = "What these settings would redact from a text; nothing is stored"},
    {GET, "/redaction/runs", INTEGRATIONS_READ, .sql = SQL_RUNS_LIST,
     .doc = "Runs over past calls and what came of them, newest first"},
    {POST, "/redaction/runs", INTEGRATIONS_WRITE, run_in, .run = run_start, .out = "created",
     .creates = CREATES, .limit = LIMIT_COSTLY,
     .doc = "Take past calls through redaction, or count what it would find, at low priority"},
    {DELETE, "/redaction/runs/{run}", INTEGRATIONS_WRITE, .sql = SQL_RUN_STOP,
     .doc = "Stop; what was gone through stays redacted"},
    {GET, "/calls/{call}/originals", ORIGINALS_READ, .run = originals, .out = "originals",
     .audit = AUDIT_READS, .doc = "The words behind what was redacted; each reading is written down"},
    {DELETE, "/calls/{call}/originals", ORIGINALS_READ, .run = forget,
     .doc = "Delete them for good; the call stays, redacted"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define NUMBER "{\"type\":\"integer\"}"
#define STRINGS "{\"$ref\":\"#/components/schemas/strings\"}"

static const struct schema schemas[] = {
    {"redaction",
     "{\"type\":\"object\",\"required\":[\"active\",\"kinds\",\"known\",\"patterns\",\"version\",\"changed_at\","
     "\"waiting\",\"muting\"],\"properties\":{\"active\":{\"type\":\"boolean\"},\"kinds\":" STRINGS
     ",\"known\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"title\"],"
     "\"properties\":{\"name\":" TEXT ",\"title\":" TEXT "}}},\"patterns\":{\"type\":\"array\",\"items\":{"
     "\"type\":\"object\",\"required\":[\"name\",\"pattern\"],\"properties\":{\"name\":" TEXT ",\"pattern\":" TEXT
     "}}},\"version\":" NUMBER ",\"changed_at\":{\"type\":[\"string\",\"null\"]},\"waiting\":{\"type\":\"integer\","
     "\"description\":\"Past transcripts that are closed until a run has gone through them; 1,000 or more as 1,000\"},"
     "\"muting\":{\"type\":\"integer\",\"description\":\"Recordings whose muted copy is not there yet; likewise\"}}}"},
    {"redaction_preview",
     "{\"type\":\"object\",\"required\":[\"lines\",\"places\"],\"properties\":{\"lines\":" STRINGS
     ",\"places\":" NUMBER "}}"},
    {"originals",
     "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":{"
     "\"type\":\"object\",\"required\":[\"kind\",\"start_ms\",\"end_ms\",\"words\"],\"properties\":{\"kind\":" TEXT
     ",\"start_ms\":" NUMBER ",\"end_ms\":" NUMBER ",\"words\":" TEXT "}}}}}"},
    {0},
};

const struct feature redaction_feature = {
    .name = "redaction", .doc = "What few should read or hear, taken out of calls.", .routes = routes,
    .jobs = redaction_jobs, .schemas = schemas,
};
