/* The fields of customers: shown, edited as a whole, tried on a call before they are kept, looked for in
 * past calls; and what a call told. */
#include "insight/customers/customers.h"
#include "insight/customers/queries.h"
#include "insight/customers/store.h"
#include "insight/transcripts/transcripts.h"
#include "intake/numbers/numbers.h"

#define PAST_DAYS 366

struct schema_fields {
    struct str fields;
    struct uuid call;
    int64_t days;
};

static const struct field put_in[] = {
    {"fields", FIELD_JSON, offsetof(struct schema_fields, fields), REQUIRED,
     .doc = "All fields in their order, as the contract's customer_fields"},
    {0},
};
static const struct field try_in[] = {
    {"fields", FIELD_JSON, offsetof(struct schema_fields, fields), REQUIRED,
     .doc = "As in PUT /customer-fields"},
    {"call", FIELD_UUID, offsetof(struct schema_fields, call), REQUIRED,
     .doc = "A call with a transcript"},
    {0},
};
static const struct field past_in[] = {
    {"days", FIELD_INT, offsetof(struct schema_fields, days), REQUIRED, .min = 1, .max = PAST_DAYS,
     .doc = "How far back"},
    {0},
};
static const struct field value_in[] = {
    {"value", FIELD_TEXT, offsetof(struct value_fields, value), OPTIONAL, .max = FIELD_SAID_MAX,
     .doc = "What it is from now on; empty: nothing, whatever calls tell"},
    {"call", FIELD_UUID, offsetof(struct value_fields, call), OPTIONAL,
     .doc = "Keep what this call told"},
    {0},
};

static void put_text(struct jw *w, const char *key, struct str s)
{
    jw_key(w, key);
    jw_text(w, s);
}

static void put_field(struct jw *w, const struct customer_field *f)
{
    jw_open(w, '{');
    put_text(w, "key", f->key);
    put_text(w, "label", f->label);
    put_text(w, "type", f->type);
    put_text(w, "finder", f->finder);
    put_text(w, "speaker", f->speaker);
    put_text(w, "help", f->help);
    jw_key(w, "patterns");
    jw_raw(w, f->patterns);
    jw_key(w, "choices");
    jw_open(w, '[');
    for (size_t i = 0; i < f->n_choices; i++)
        jw_text(w, f->choices[i]);
    jw_close(w, ']');
    jw_key(w, "required");
    jw_bool(w, f->required);
    jw_close(w, '}');
}

static const struct err *answer(struct req *rq, const struct customer_fields *fields)
{
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    jw_key(&w, "version");
    jw_int(&w, fields->version);
    jw_key(&w, "fields");
    jw_open(&w, '[');
    for (size_t i = 0; i < fields->n; i++)
        put_field(&w, &fields->v[i]);
    jw_close(&w, ']');
    jw_close(&w, '}');
    req_set_header(rq, "etag", str_fmt(rq->a, "\"%lld\"", (long long)fields->version));
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *show(struct req *rq)
{
    struct customer_fields fields;
    const struct err *e = customers_fields(rq->db, &fields);

    return e ? e : answer(rq, &fields);
}

static const struct err *read_given(struct req *rq, int64_t version, struct customer_fields *ret)
{
    const struct schema_fields *in = rq->in;

    return fields_read(rq->a, in->fields, version, ret)
               ? req_field(rq, "fields", "%.*s", STR_ARG(arena_why(rq->a)))
               : NULL;
}

static const struct err *replace(struct req *rq)
{
    const struct schema_fields *in = rq->in;
    struct customer_fields now, given;
    int64_t version;
    const struct err *e = req_if_match(rq, &version);

    if (!e)
        e = customers_fields(rq->db, &now);
    if (!e && now.version != version)
        return E_STALE;
    if (!e)
        e = read_given(rq, version + 1, &given);
    if (!e)
        e = q_customer_schema_put(rq->db, (struct customer_schema_put_in){
            version + 1, in->fields, rq->who.account}, NULL);
    if (e)
        return e == E_CONFLICT ? E_STALE : e;
    return answer(rq, &given);
}

/* ---- tried on a call ---- */

static const struct err *load_call(struct req *rq, struct transcript *ret, const struct json **analysis,
                                   int64_t *day)
{
    const struct schema_fields *in = rq->in;
    struct customer_try_on_out at;
    struct customer_call_out row;
    const struct err *e =
        q_customer_try_on(rq->db, (struct customer_try_on_in){in->call, req_scope(rq)}, &at);

    if (e == E_NOT_FOUND)
        return req_field(rq, "call", "There is no such call.");
    if (!e && uuid_is_zero(at.transcript_id))
        return req_field(rq, "call", "This call has no transcript: choose another.");
    if (!e)
        e = q_customer_call(rq->db, (struct customer_call_in){in->call, at.transcript_id}, &row);
    if (!e && row.analysis.p)
        e = json_parse(rq->a, row.analysis, analysis);
    if (!e)
        *day = row.day;
    return e ? e : transcript_load(rq->db, at.transcript_id, ret);
}

static void put_found(struct jw *w, const struct customer_found *x)
{
    jw_open(w, '{');
    put_text(w, "key", x->field->key);
    put_text(w, "said", x->said);
    put_text(w, "value", x->value);
    jw_key(w, "spans");
    jw_raw(w, x->spans);
    jw_close(w, '}');
}

static const struct err *try_on(struct req *rq)
{
    struct customer_fields fields;
    struct transcript t;
    struct numbers of;
    const struct json *analysis = NULL;
    struct customer_found *found;
    struct jw w = jw_new(rq->a);
    int64_t day = 0;
    size_t n;
    const struct err *e = read_given(rq, 0, &fields);

    if (!e)
        e = load_call(rq, &t, &analysis, &day);
    if (!e)
        e = numbers_of_tenant(rq->db, &of);
    if (e)
        return e;
    found = ARENA_ARRAY(rq->a, fields.n, struct customer_found);
    n = fields_find(rq->a, &fields, &t.talk, analysis, (struct customer_place){day, of.region}, found);
    jw_open(&w, '{');
    jw_key(&w, "items");
    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++)
        put_found(&w, &found[i]);
    jw_close(&w, ']');
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *past(struct req *rq)
{
    const struct schema_fields *in = rq->in;
    const struct err *e = customers_add_past(rq->db, in->days);

    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/customer-fields", CALLS_READ, .run = show, .out = "customer_schema",
     .doc = "What is kept of customers, and how it is found in calls"},
    {PUT, "/customer-fields", SCORECARDS_WRITE, put_in, .run = replace, .out = "customer_schema",
     .doc = "Change the fields as a whole; needs If-Match (\"0\" for those never changed)"},
    {POST, "/customer-fields/try", SCORECARDS_WRITE, try_in, .run = try_on, .out = "customer_trial",
     .lane = WORK_SLOW, .limit = LIMIT_COSTLY, .doc = "What such fields find in one call; nothing is stored"},
    {POST, "/customer-fields/past", SCORECARDS_WRITE, past_in, .run = past, .limit = LIMIT_COSTLY,
     .doc = "Read past calls again by the fields and intents as they are now, by jobs"},
    {GET, "/calls/{call}/fields", CALLS_READ, .sql = SQL_CALL_FIELDS_LIST,
     .doc = "What the call told of its customer; value is null where it cannot be read as its type"},
    {GET, "/contacts/{contact}/values", CALLS_READ, .run = contact_values, .out = "contact_record",
     .doc = "The contact's record, each value with the calls it came from, as far as you may see them"},
    {PUT, "/contacts/{contact}/values/{key:text}", CALLS_WRITE, value_in, .run = contact_value_write,
     .doc = "Write, keep or clear a value: no call changes it from then on"},
    {DELETE, "/contacts/{contact}/values/{key:text}", CALLS_WRITE, .run = contact_value_free,
     .doc = "Let calls decide the value again"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define MAYBE "{\"type\":[\"string\",\"null\"]}"
#define NUMBER "{\"type\":\"integer\"}"
#define YES "{\"type\":\"boolean\"}"
#define STRINGS "{\"$ref\":\"#/components/schemas/strings\"}"
#define SPANS "{\"$ref\":\"#/components/schemas/spans\"}"
#define TYPE                                                                                       \
    "{\"enum\":[\"text\",\"number\",\"money\",\"date\",\"email\",\"phone\",\"choice\",\"yes_no\"]}"

static const struct schema schemas[] = {
    {"customer_fields",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"key\",\"label\",\"type\","
     "\"finder\"],\"properties\":{\"key\":" TEXT ",\"label\":" TEXT ",\"type\":" TYPE
     ",\"finder\":{\"enum\":[\"name\",\"mail\",\"phone\",\"budget\",\"place\",\"requirements\","
     "\"timeline\",\"phrases\",\"pattern\",\"none\"]},\"speaker\":{\"enum\":[\"anyone\",\"agent\","
     "\"customer\"]},\"help\":" TEXT ",\"patterns\":" STRINGS ",\"choices\":" STRINGS
     ",\"required\":" YES "}}}"},
    {"customer_schema",
     "{\"type\":\"object\",\"required\":[\"version\",\"fields\"],\"properties\":{\"version\":" NUMBER
     ",\"fields\":{\"$ref\":\"#/components/schemas/customer_fields\"}}}"},
    {"customer_trial",
     "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\","
     "\"items\":{\"type\":\"object\",\"required\":[\"key\",\"said\",\"value\",\"spans\"],"
     "\"properties\":{\"key\":" TEXT ",\"said\":" TEXT ",\"value\":" MAYBE ",\"spans\":" SPANS "}}}}}"},
    {"contact_record",
     "{\"type\":\"object\",\"required\":[\"version\",\"items\"],\"properties\":{\"version\":" NUMBER
     ",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"key\",\"label\","
     "\"type\",\"required\",\"choices\",\"state\",\"value\",\"call\",\"by\",\"at\",\"conflict\","
     "\"heard\"],\"properties\":{\"key\":" TEXT ",\"label\":" TEXT ",\"type\":" TYPE
     ",\"required\":" YES ",\"choices\":" STRINGS ",\"state\":{\"enum\":[\"missing\",\"heard\","
     "\"unreadable\",\"edited\",\"kept\",\"cleared\"]},\"value\":" MAYBE ",\"call\":" MAYBE
     ",\"by\":" MAYBE ",\"at\":" MAYBE ",\"conflict\":" YES ",\"heard\":{\"type\":\"array\","
     "\"items\":{\"type\":\"object\",\"required\":[\"call\",\"started_at\",\"said\",\"value\","
     "\"spans\"],\"properties\":{\"call\":" TEXT ",\"started_at\":" TEXT ",\"said\":" TEXT
     ",\"value\":" MAYBE ",\"spans\":" SPANS "}}}}}}}}"},
    {0},
};

const struct feature customers_feature = {
    .name = "customers", .doc = "What calls tell of customers.", .routes = routes,
    .jobs = customers_jobs, .schemas = schemas,
};
