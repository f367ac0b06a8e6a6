/* A tenant's intents: listed, added, renamed, retired; and those of a call. */
#include "insight/intents/intents.h"
#include "insight/intents/queries.h"

#define IN_USE_MAX 100
#define ALL_MAX 190 /* with the retired: intents_all reads no more */

struct intent_fields {
    struct str name, phrases;
    bool retired;
};

#define PHRASES(needed)                                                                            \
    {"phrases", FIELD_TEXTS, offsetof(struct intent_fields, phrases), needed,                      \
     .doc = "Up to 20 phrases that tell of it, as in trackers: whole words, * for any ending"}

static const struct field create_in[] = {
    {"name", FIELD_TEXT, offsetof(struct intent_fields, name), REQUIRED, .min = 1, .max = 80},
    PHRASES(REQUIRED),
    {0},
};
static const struct field change_in[] = {
    {"name", FIELD_TEXT, offsetof(struct intent_fields, name), OPTIONAL, .min = 1, .max = 80},
    PHRASES(OPTIONAL),
    {"retired", FIELD_BOOL, offsetof(struct intent_fields, retired), OPTIONAL,
     .doc = "Given to no call any more; calls that have it keep it"},
    {0},
};

static void put_intent(struct jw *w, const struct intent *x)
{
    jw_open(w, '{');
    jw_key(w, "code");
    jw_text(w, x->code);
    jw_key(w, "name");
    jw_text(w, x->name);
    jw_key(w, "phrases");
    jw_raw(w, x->phrases);
    jw_key(w, "builtin");
    jw_bool(w, x->builtin);
    jw_key(w, "retired");
    jw_bool(w, x->retired);
    jw_key(w, "version");
    jw_int(w, x->version);
    jw_close(w, '}');
}

static const struct err *list(struct req *rq)
{
    struct intent_set set;
    struct jw w = jw_new(rq->a);
    const struct err *e = intents_load(rq->db, &set);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "items");
    jw_open(&w, '[');
    for (size_t i = 0; i < set.n; i++)
        put_intent(&w, &set.v[i]);
    jw_close(&w, ']');
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *check(struct req *rq, const struct intent_set *set, const struct intent *x)
{
    const struct tracker *t;
    bool none = str_is(x->phrases, "[]");

    if (!x->name.n)
        return req_field(rq, "name", "This is needed.");
    for (size_t i = 0; i < set->n; i++)
        if (!str_eq(set->v[i].code, x->code) && str_case_eq(set->v[i].name, x->name))
            return req_field(rq, "name", "Another intent has this name.");
    if (none && !x->builtin)
        return req_field(rq, "phrases", "Give at least one phrase: nothing else finds it.");
    if (!none && tracker_read(rq->a, STR("phrase"), STR("anyone"), x->phrases, &t))
        return req_field(rq, "phrases", "%.*s", STR_ARG(arena_why(rq->a)));
    return NULL;
}

/* "Solar quote" as SOLAR_QUOTE, numbered where it is taken. */
static struct str code_of(struct arena *a, const struct intent_set *set, struct str name)
{
    char *p = arena_alloc(a, 40);
    size_t n = 0;
    struct str code;

    for (size_t i = 0; i < name.n && n < 34; i++) {
        char c = name.p[i];

        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if ((c >= 'A' && c <= 'Z') || (n && c >= '0' && c <= '9'))
            p[n++] = c;
        else if (n && p[n - 1] != '_')
            p[n++] = '_';
    }
    while (n && p[n - 1] == '_')
        n--;
    code = n ? str_n(p, n) : STR("INTENT");
    for (size_t i = 0, k = 2; i < set->n; i++)
        if (str_eq(set->v[i].code, code)) {
            code = str_fmt(a, "%.*s_%zu", (int)(n ? n : 6), n ? p : "INTENT", k++);
            i = (size_t)-1; /* from the first again */
        }
    return code;
}

static const struct err *answer(struct req *rq, int status, const struct intent *x)
{
    struct jw w = jw_new(rq->a);

    put_intent(&w, x);
    req_set_header(rq, "etag", str_fmt(rq->a, "\"%lld\"", (long long)x->version));
    return req_json(rq, status, jw_done(&w));
}

static const struct err *create(struct req *rq)
{
    const struct intent_fields *in = rq->in;
    struct intent_set set;
    struct intent x = {.name = str_trim(in->name), .phrases = in->phrases, .version = 1};
    size_t in_use = 0;
    const struct err *e = intents_load(rq->db, &set);

    for (size_t i = 0; !e && i < set.n; i++)
        in_use += !set.v[i].retired;
    if (!e && (in_use >= IN_USE_MAX || set.n >= ALL_MAX))
        return req_field(rq, "name", "There are %zu intents in use already: retire one first.", in_use);
    if (!e)
        x.code = code_of(rq->a, &set, x.name);
    if (!e)
        e = check(rq, &set, &x);
    if (!e)
        e = q_intent_add(rq->db, (struct intent_add_in){x.code, x.name, x.phrases}, NULL);
    if (e == E_CONFLICT)
        return req_field(rq, "name", "Another intent has this name.");
    return e ? e : answer(rq, 201, &x);
}

static bool given(const struct req *rq, size_t i)
{
    return rq->texts[i].p != NULL;
}

static const struct err *write_change(struct req *rq, const struct intent *x, int64_t *n)
{
    const struct err *e =
        x->version ? q_intent_rewrite(rq->db, (struct intent_rewrite_in){
                         x->code, x->version, x->name, x->phrases, x->retired}, n)
                   : q_intent_first_change(rq->db, (struct intent_first_change_in){
                         x->code, x->name, x->phrases, x->retired}, n);

    return e == E_CONFLICT ? req_field(rq, "name", "Another intent has this name.") : e;
}

static const struct err *change(struct req *rq)
{
    const struct intent_fields *in = rq->in;
    struct intent_set set;
    struct intent *x = NULL;
    struct str code;
    int64_t version, n = 0;
    const struct err *e = req_if_match(rq, &version);

    if (!e)
        e = req_param_text(rq, 0, &code);
    if (!e)
        e = intents_load(rq->db, &set);
    for (size_t i = 0; !e && i < set.n; i++)
        if (str_eq(set.v[i].code, code))
            x = &set.v[i];
    if (e)
        return e;
    if (!x)
        return E_NOT_FOUND;
    if (x->version != version)
        return E_STALE;
    x->name = given(rq, 0) ? str_trim(in->name) : x->name;
    x->phrases = given(rq, 1) ? in->phrases : x->phrases;
    x->retired = given(rq, 2) ? in->retired : x->retired;
    e = check(rq, &set, x);
    if (!e)
        e = write_change(rq, x, &n);
    if (e)
        return e;
    x->version++;
    return n ? answer(rq, 200, x) : E_STALE;
}

static const struct route routes[] = {
    {GET, "/intents", CALLS_READ, .run = list, .out = "intents",
     .doc = "Why customers call: the intents that come with the product, and the tenant's own"},
    {POST, "/intents", SCORECARDS_WRITE, create_in, .run = create, .out = "intent",
     .doc = "Add an intent, found by phrases; its code is made from the name and stays"},
    {PATCH, "/intents/{code:text}", SCORECARDS_WRITE, change_in, .run = change, .out = "intent",
     .doc = "Rename or retire one, or give it phrases; needs If-Match (\"0\" for one not changed yet)"},
    {GET, "/calls/{call}/intent", CALLS_READ, .sql = SQL_CALL_INTENT_GET,
     .doc = "Why the customer called: codes of GET /intents"},
    {0},
};

static const struct schema schemas[] = {
    {"intent",
     "{\"type\":\"object\",\"required\":[\"code\",\"name\",\"phrases\",\"builtin\",\"retired\","
     "\"version\"],\"properties\":{\"code\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},"
     "\"phrases\":{\"$ref\":\"#/components/schemas/strings\"},\"builtin\":{\"type\":\"boolean\"},"
     "\"retired\":{\"type\":\"boolean\"},\"version\":{\"type\":\"integer\"}}}"},
    {"intents",
     "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\","
     "\"items\":{\"$ref\":\"#/components/schemas/intent\"}}}}"},
    {0},
};

const struct feature intents_feature = {
    .name = "intents", .doc = "Why customers call.", .routes = routes, .schemas = schemas,
};
