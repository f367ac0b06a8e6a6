/* Reading, drafting, trying and publishing scorecards. */
#include "engines/builtin/builtin.h"
#include "http/http.h"
#include "insight/calibration/calibration.h"
#include "insight/scorecards/assign.h"
#include "insight/scorecards/edit.h"
#include "insight/scorecards/files.h"
#include "insight/scorecards/queries.h"
#include "insight/scorecards/scorecards.h"
#include "insight/scores/scores.h"
#include "insight/transcripts/transcripts.h"
#include "net/services.h"

#define CARD_MAX_BODY (1 << 20)

struct create_in {
    struct str template, name, body;
};

static const struct field create_in[] = {
    {"template", FIELD_TEXT, offsetof(struct create_in, template), OPTIONAL, .max = 60,
     .doc = "Of GET /scorecard-templates; or give a body"},
    {"name", FIELD_TEXT, offsetof(struct create_in, name), OPTIONAL, .min = 1, .max = 80,
     .doc = "Instead of the one in the template or body"},
    {"body", FIELD_JSON, offsetof(struct create_in, body), OPTIONAL,
     .doc = "A whole card, as the contract's scorecard_body"},
    {0},
};

struct change_in {
    struct str body;
};

static const struct field change_in[] = {
    {"body", FIELD_JSON, offsetof(struct change_in, body), REQUIRED,
     .doc = "The whole card, as the contract's scorecard_body"},
    {0},
};

struct import_in {
    struct str format, text, name;
};

static const struct field import_in[] = {
    {"format", FIELD_TEXT, offsetof(struct import_in, format), REQUIRED, .choices = "json|yaml|csv"},
    {"text", FIELD_TEXT, offsetof(struct import_in, text), REQUIRED, .min = 1, .max = CARD_MAX_BODY,
     .doc = "The whole file; of a spreadsheet, its sheet as CSV"},
    {"name", FIELD_TEXT, offsetof(struct import_in, name), OPTIONAL, .min = 1, .max = 80,
     .doc = "Instead of the one in the file"},
    {0},
};

static const struct field export_in[] = {
    {"format", FIELD_TEXT, 0, OPTIONAL, .choices = "yaml|json|csv|xlsx", .doc = "yaml if left out"},
    {0},
};

struct try_in {
    struct uuid call;
    struct str body;
};

static const struct field try_in[] = {
    {"call", FIELD_UUID, offsetof(struct try_in, call), REQUIRED},
    {"body", FIELD_JSON, offsetof(struct try_in, body), REQUIRED,
     .doc = "The card to try, as the contract's scorecard_body"},
    {0},
};

/* What is wrong with a card stands at its field: "sections[0].questions[1].text: ...". */
static const struct err *at_field(struct req *rq, const struct err *e)
{
    struct str why = str_dup(rq->a, arena_why(rq->a));
    ptrdiff_t at = str_find(why, STR(": "), 0);

    if ((e == E_BAD_INPUT || e == E_CARD_CYCLE || e == E_CONFLICT || e == E_DISAGREES) && at > 0)
        req_field(rq, str_c(rq->a, str_sub(why, 0, (size_t)at)), "%.*s",
                  STR_ARG(str_sub(why, (size_t)at + 2, why.n)));
    return e;
}

/* The body with another name. */
static const struct err *renamed(struct arena *a, struct str body, struct str name,
                                 struct str *ret_body)
{
    const struct json *tree, *value;
    struct jw w = jw_new(a);
    struct str key;
    void *it = NULL;
    const struct err *e = json_parse(a, body, &tree);

    if (e)
        return e;
    jw_open(&w, '{');
    while (json_next(tree, &it, &key, &value)) {
        if (str_is(key, "name"))
            continue;
        jw_key_str(&w, key);
        jw_raw(&w, json_canonical(a, value));
    }
    jw_key(&w, "name");
    jw_text(&w, name);
    jw_close(&w, '}');
    *ret_body = jw_done(&w);
    return NULL;
}

static const struct err *create(struct req *rq)
{
    const struct create_in *in = rq->in;
    struct template t = {.body = in->body};
    struct uuid id;
    const struct err *e = NULL;

    if (!in->template.p == !in->body.p)
        return req_field(rq, "template", "Give either a template or a body.");
    if (in->template.p)
        e = template_read(rq->a, services()->templates_dir, in->template, &t);
    if (e == E_NOT_FOUND)
        return req_field(rq, "template", "There is no template of this name.");
    if (!e && in->name.p)
        e = renamed(rq->a, t.body, in->name, &t.body);
    if (!e)
        e = at_field(rq, card_draft_new(rq->db, t.body, rq->who.account, &id));
    return e ? e : req_created(rq, id);
}

static const struct err *import(struct req *rq)
{
    const struct import_in *in = rq->in;
    struct str body;
    struct uuid id;
    const struct err *e = file_read(rq->a, in->format, in->text, &body);

    if (e == E_BAD_PAYLOAD)
        return req_field(rq, "text", "%.*s", STR_ARG(arena_why(rq->a)));
    if (!e && in->name.p)
        e = renamed(rq->a, body, in->name, &body);
    if (!e)
        e = at_field(rq, card_draft_new(rq->db, body, rq->who.account, &id));
    return e ? e : req_created(rq, id);
}

static const struct err *export(struct req *rq)
{
    struct str format = ((struct str *)rq->in)->p ? *(struct str *)rq->in : STR("yaml");
    struct scorecard_get_out row;
    struct card_file file;
    const struct err *e =
        q_scorecard_get(rq->db, (struct scorecard_get_in){rq->param_id[0]}, &row);

    if (!e)
        e = file_write(rq->a, format, row.body, &file);
    if (e)
        return e;
    req_set_header(rq, "content-disposition",
                   str_fmt(rq->a, "attachment; filename=\"scorecard-v%lld.%.*s\"",
                           (long long)row.version, STR_ARG(format)));
    rq->reply.status = 200;
    rq->reply.type = file.type;
    rq->reply.body = file.bytes;
    return NULL;
}

static const struct err *draft(struct req *rq)
{
    struct uuid id;
    const struct err *e = card_draft_of(rq->db, rq->param_id[0], rq->who.account, &id);

    return e ? e : req_created(rq, id);
}

static const struct err *change(struct req *rq)
{
    const struct change_in *in = rq->in;
    int64_t revision;
    const struct err *e = req_if_match(rq, &revision);

    if (!e)
        e = at_field(rq, card_change(rq->db, rq->param_id[0], revision, in->body));
    return e ? e : req_none(rq);
}

static const struct err *drop(struct req *rq)
{
    const struct err *e = card_drop(rq->db, rq->param_id[0]);

    return e ? e : req_none(rq);
}

static const struct err *publish(struct req *rq)
{
    int64_t revision;
    const struct err *e = req_if_match(rq, &revision);

    if (!e)
        e = at_field(rq, card_publish(rq->db, rq->param_id[0], revision));
    return e ? e : req_none(rq);
}

static const struct err *archive(struct req *rq)
{
    const struct err *e = card_archive(rq->db, rq->param_id[0]);

    return e ? e : req_none(rq);
}

struct assign_in {
    struct str mode, rules;
};

static const struct field assign_in[] = {
    {"mode", FIELD_TEXT, offsetof(struct assign_in, mode), REQUIRED, .choices = "manual|suggest|decide",
     .doc = "Whether its scores count, only show what they would be, or come from people alone"},
    {"rules", FIELD_JSON, offsetof(struct assign_in, rules), REQUIRED,
     .doc = "Which calls get the card, as the contract's assignment_rules; none: no call"},
    {0},
};

static const struct err *assign(struct req *rq)
{
    const struct assign_in *in = rq->in;
    const struct json *rules;
    struct assignment_get_out row;
    int64_t version, n = 0;
    const struct err *e = req_if_match(rq, &version);

    if (!e)
        e = json_parse(rq->a, in->rules, &rules);
    if (!e)
        e = at_field(rq, assign_check(rq->a, rules));
    if (!e)
        e = q_assignment_get(rq->db, (struct assignment_get_in){rq->param_id[0]}, &row);
    if (!e && row.version != version)
        return E_STALE;
    if (!e)
        e = q_assignment_put(rq->db, (struct assignment_put_in){rq->param_id[0], version, in->mode,
                                                                in->rules}, &n);
    if (e)
        return e;
    return n ? req_none(rq) : E_STALE;
}

static const struct err *load_talk(struct req *rq, struct uuid call, struct transcript *ret)
{
    struct scorecard_call_out row;
    const struct err *e =
        q_scorecard_call(rq->db, (struct scorecard_call_in){call, req_scope(rq), rq->who.account}, &row);

    if (e == E_NOT_FOUND)
        return req_field(rq, "call", "There is no such call.");
    if (!e && row.blind)
        return req_field(rq, "call", "You review this call: submit your own answers first.");
    if (!e && uuid_is_zero(row.transcript_id))
        return req_field(rq, "call", "This call has no transcript to try a card on.");
    return e ? e : transcript_load(rq->db, row.transcript_id, ret);
}

/* By rules alone: a handler asks nobody else's service. Stores nothing. */
static const struct err *try_out(struct req *rq)
{
    const struct try_in *in = rq->in;
    struct transcript t;
    struct card card;
    struct score s;
    struct str raw, body;
    const struct err *e = at_field(rq, card_parse(rq->a, in->body, &card));

    if (!e)
        e = load_talk(rq, in->call, &t);
    if (!e)
        e = score_ask(rq->a, &builtin_engine, &card, &t.talk, &raw);
    if (!e)
        e = score_derive(rq->a, in->body, &t.talk, raw, &s, &body);
    return e ? e : req_json(rq, 200, score_try_json(rq->a, &card, &t.talk, &s));
}

static const struct err *templates(struct req *rq)
{
    struct template *t;
    size_t n;
    struct jw w = jw_new(rq->a);
    const struct err *e = templates_read(rq->a, services()->templates_dir, &t, &n);

    jw_open(&w, '{');
    jw_key(&w, "items");
    jw_open(&w, '[');
    for (size_t i = 0; !e && i < n; i++) {
        jw_open(&w, '{');
        jw_key(&w, "slug");
        jw_text(&w, t[i].slug);
        jw_key(&w, "body");
        jw_raw(&w, t[i].body);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    jw_close(&w, '}');
    return e ? e : req_json(rq, 200, jw_done(&w));
}

static const struct route routes[] = {
    {GET, "/scorecards", SCORECARDS_READ, .sql = SQL_SCORECARDS_LIST,
     .doc = "All scorecards: each in its published version, else its draft, else the last archived"},
    {POST, "/scorecards", SCORECARDS_WRITE, create_in, .run = create, .out = "created",
     .creates = CREATES, .body_max = CARD_MAX_BODY,
     .doc = "Draft a new scorecard from a template or a body"},
    {GET, "/scorecards/{scorecard}", SCORECARDS_READ, .sql = SQL_SCORECARD_GET,
     .doc = "One version of a scorecard with its questions"},
    {PATCH, "/scorecards/{scorecard}", SCORECARDS_WRITE, change_in, .run = change,
     .body_max = CARD_MAX_BODY,
     .doc = "Save a draft; needs If-Match with its revision"},
    {DELETE, "/scorecards/{scorecard}", SCORECARDS_WRITE, .run = drop, .doc = "Drop a draft"},
    {GET, "/scorecards/{scorecard}/versions", SCORECARDS_READ, .sql = SQL_SCORECARD_VERSIONS,
     .doc = "All versions of the card, newest first"},
    {POST, "/scorecards/{scorecard}/draft", SCORECARDS_WRITE, .run = draft, .out = "created",
     .creates = CREATES,
     .doc = "The draft of this card; made from this version if there is none"},
    {POST, "/scorecards/{scorecard}/publish", SCORECARDS_PUBLISH, .run = publish, .lane = WORK_SLOW,
     .doc = "Publish a draft in place of the version before; needs If-Match with its revision"},
    {POST, "/scorecards/{scorecard}/archive", SCORECARDS_PUBLISH, .run = archive,
     .doc = "Take a published scorecard out of use; its scores stay"},
    {GET, "/scorecards/{scorecard}/assignment", SCORECARDS_READ, .sql = SQL_ASSIGNMENT_GET,
     .doc = "Which calls get the card, in whatever version, and what its scores are good for"},
    {PUT, "/scorecards/{scorecard}/assignment", SCORECARDS_PUBLISH, assign_in, .run = assign,
     .doc = "Change that; needs If-Match with its version"},
    {GET, "/scorecards/{scorecard}/file", SCORECARDS_READ, export_in, .run = export, .out = "file",
     .lane = WORK_SLOW, .doc = "The card as a file in YAML, JSON, CSV or XLSX"},
    {POST, "/scorecard-imports", SCORECARDS_WRITE, import_in, .run = import, .out = "created",
     .creates = CREATES, .lane = WORK_SLOW, .body_max = 2 * CARD_MAX_BODY,
     .doc = "Draft a new scorecard from a file in JSON, YAML or CSV"},
    {POST, "/scorecard-tries", SCORECARDS_WRITE, try_in, .run = try_out, .audit = AUDIT_NOT, .out = "scorecard_try",
     .lane = WORK_SLOW, .limit = LIMIT_COSTLY, .body_max = CARD_MAX_BODY,
     .doc = "What a card would say of a call, by its rules alone; nothing is stored"},
    {GET, "/scorecard-templates", SCORECARDS_READ, .run = templates, .tx = TX_NONE,
     .out = "scorecard_templates", .doc = "Cards to begin with"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define NUMBER "{\"type\":\"integer\"}"
#define NUMBER_NULL "{\"type\":[\"integer\",\"null\"]}"
#define YES_NO "{\"type\":\"boolean\"}"
#define ANYTHING "{\"type\":\"object\",\"additionalProperties\":true}"
#define LEVELS                                                                                     \
    "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"value\",\"points\"],"          \
    "\"properties\":{\"value\":" TEXT ",\"text\":" TEXT ",\"points\":" NUMBER ",\"rule\":" ANYTHING    \
    "}}}"
#define BANDS                                                                                      \
    "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"from\",\"to\",\"points\"],"    \
    "\"properties\":{\"from\":" NUMBER ",\"to\":" NUMBER ",\"points\":" NUMBER "}}}"
#define CONDITION                                                                                  \
    "{\"type\":\"object\",\"required\":[\"question\",\"is\"],\"properties\":{\"question\":" TEXT       \
    ",\"is\":{\"type\":\"array\",\"items\":" TEXT "}}}"
#define QUESTION                                                                                   \
    "{\"type\":\"object\",\"required\":[\"key\",\"text\",\"weight\"],\"properties\":{\"key\":" TEXT      \
    ",\"text\":" TEXT ",\"help\":" TEXT ",\"weight\":" NUMBER ",\"auto_fail\":" YES_NO               \
    ",\"type\":{\"enum\":[\"yes_no\",\"scale\",\"choice\",\"number\"]},\"levels\":" LEVELS              \
    ",\"bands\":" BANDS ",\"rule\":" ANYTHING                                                      \
    ",\"decided_by\":{\"enum\":[\"rule\",\"model\",\"human\"]},\"partly\":" YES_NO                     \
    ",\"na\":" YES_NO ",\"comment\":" YES_NO ",\"if\":" CONDITION "}}"

#define TEXTS "{\"type\":\"array\",\"items\":" TEXT "}"
#define RULE                                                                                       \
    "{\"type\":\"object\",\"properties\":{\"queues\":" TEXTS ",\"directions\":" TEXTS                  \
    ",\"languages\":" TEXTS ",\"agents\":" TEXTS ",\"integrations\":" TEXTS ",\"teams\":" TEXTS ",\"tags\":" TEXTS ",\"min_s\":" NUMBER       \
    ",\"max_s\":" NUMBER ",\"percent\":" NUMBER                                                    \
    ",\"per_agent\":{\"type\":\"object\",\"required\":[\"n\",\"per\"],\"properties\":{\"n\":" NUMBER    \
    ",\"per\":{\"enum\":[\"week\",\"month\"]}}}}}"

static const struct schema schemas[] = {
    {"assignment_rules", "{\"type\":\"array\",\"items\":" RULE "}"},
    {"assignment_rule", RULE},
    {"scorecard_sections",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"questions\"],"
     "\"properties\":{\"name\":" TEXT ",\"questions\":{\"type\":\"array\","
     "\"items\":{\"type\":\"object\","
     "\"required\":[\"key\",\"text\",\"weight\",\"auto_fail\",\"by_rule\"],"
     "\"properties\":{\"key\":" TEXT
     ",\"text\":" TEXT ",\"weight\":{\"type\":\"integer\"},\"auto_fail\":" YES_NO ","
     "\"by_rule\":" YES_NO
     "}}}}}}"},
    {"scorecard_body",
     "{\"type\":\"object\",\"required\":[\"name\",\"sections\"],\"properties\":{\"name\":" TEXT
     ",\"description\":" TEXT ",\"sections\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
     "\"required\":[\"name\",\"questions\"],\"properties\":{\"name\":" TEXT ",\"weight\":" NUMBER
     ",\"questions\":{\"type\":\"array\",\"items\":" QUESTION "}}}}}}"},
    {"scorecard_templates",
     "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\","
     "\"items\":{\"type\":\"object\",\"required\":[\"slug\",\"body\"],\"properties\":{\"slug\":" TEXT
     ",\"body\":{\"$ref\":\"#/components/schemas/scorecard_body\"}}}}}}"},
    {"scorecard_try",
     "{\"type\":\"object\",\"required\":[\"state\",\"reason\",\"score_bp\",\"auto_fail\","
     "\"sections\",\"criteria\"],\"properties\":{\"state\":" TEXT
     ",\"reason\":{\"type\":[\"string\",\"null\"]},\"score_bp\":" NUMBER_NULL
     ",\"auto_fail\":" YES_NO ",\"sections\":{\"$ref\":\"#/components/schemas/score_sections\"},"
     "\"criteria\":{\"$ref\":\"#/components/schemas/score_criteria\"}}}"},
    {0},
};

const struct feature scorecards_feature = {
    .name = "scorecards", .doc = "What calls are scored by.", .routes = routes, .schemas = schemas,
};
