/* Contacts: list, one with its calls, made and changed. */
#include "intake/contacts/contacts.h"
#include "intake/contacts/queries.h"

#define NUMBERS_MAX 50
#define NUMBER_MAX 64

struct contact_fields {
    struct str name, company, notes, numbers;
    struct uuid call;
};

#define FIELDS(needed)                                                                             \
    {"name", FIELD_TEXT, offsetof(struct contact_fields, name), (needed) | PERSONAL, .min = 1, .max = 120},     \
    {"company", FIELD_TEXT, offsetof(struct contact_fields, company), OPTIONAL, .max = 120},       \
    {"notes", FIELD_TEXT, offsetof(struct contact_fields, notes), OPTIONAL, .max = 4000},          \
    {"numbers", FIELD_TEXTS, offsetof(struct contact_fields, numbers), OPTIONAL,                   \
     .doc = "All numbers of the contact, as calls show them"},                                     \
    {"call", FIELD_UUID, offsetof(struct contact_fields, call), OPTIONAL,                          \
     .doc = "The call that the values come from; kept with them"}

static const struct field create_in[] = {FIELDS(REQUIRED), {0}};
static const struct field change_in[] = {FIELDS(OPTIONAL), {0}};
static const struct field list_in[] = {
    {"q", FIELD_TEXT, .max = 60, .doc = "A part of the name or company"},
    {"number", FIELD_TEXT, .max = NUMBER_MAX, .doc = "The contact with this number"},
    {0},
};

static void origin_of(struct jw *w, const char *field, struct str value, struct uuid call)
{
    if (!value.p)
        return;
    jw_key(w, field);
    jw_open(w, '{');
    jw_key(w, "by");
    jw_text(w, STR("person"));
    jw_key(w, "call");
    jw_uuid(w, call);
    jw_key(w, "at");
    jw_time(w, time_now());
    jw_close(w, '}');
}

/* Whoever writes a value by hand is its origin: no rule overwrites it. */
static struct str origins(struct req *rq)
{
    const struct contact_fields *in = rq->in;
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    origin_of(&w, "name", in->name, in->call);
    origin_of(&w, "company", in->company, in->call);
    origin_of(&w, "notes", in->notes, in->call);
    jw_close(&w, '}');
    return jw_done(&w);
}

/* A list as an array of PostgreSQL. */
static const struct err *read_numbers(struct req *rq, struct str json, struct str *ret)
{
    const struct json *list;
    struct buf b = buf_new(rq->a, 16384);
    const struct err *e = json_parse(rq->a, json, &list);

    if (e)
        return e;
    if (json_kind(list) != J_LIST || json_count(list) > NUMBERS_MAX)
        return req_field(rq, "numbers", "Give a list of at most %d numbers.", NUMBERS_MAX);
    buf_char(&b, '{');
    for (size_t i = 0; i < json_count(list); i++) {
        struct str s = str_trim(json_str(json_at(list, i)));
        if (!s.n || s.n > NUMBER_MAX)
            return req_field(rq, "numbers", "Each number has 1 to %d characters.", NUMBER_MAX);
        e = contacts_form(rq->db, s, &s);
        if (e)
            return e;
        if (i)
            buf_char(&b, ',');
        json_quote(&b, s);
    }
    buf_char(&b, '}');
    *ret = buf_str(&b);
    return NULL;
}

static const struct err *put_numbers(struct req *rq, struct uuid contact)
{
    const struct contact_fields *in = rq->in;
    struct contact_numbers_put_out *taken;
    struct str numbers;
    size_t n = 0;
    const struct err *e;

    if (!in->numbers.p)
        return NULL;
    e = read_numbers(rq, in->numbers, &numbers);
    if (!e)
        e = q_contact_numbers_put(rq->db, (struct contact_numbers_put_in){contact, numbers}, &taken,
                                  &n);
    if (!e && n)
        return req_field(rq, "numbers", "%.*s belongs to another contact: take it away there first.",
                         STR_ARG(taken[0].number));
    return e;
}

static const struct err *check_name(struct req *rq)
{
    const struct contact_fields *in = rq->in;

    return in->name.p && !str_trim(in->name).n ? req_field(rq, "name", "This is needed.") : NULL;
}

static const struct err *create(struct req *rq)
{
    const struct contact_fields *in = rq->in;
    struct uuid id = uuid_new();
    const struct err *e = check_name(rq);

    if (!e)
        e = q_contact_add(rq->db, (struct contact_add_in){
            id, str_trim(in->name), in->company.p ? in->company : STR(""),
            in->notes.p ? in->notes : STR(""), origins(rq)}, NULL);
    if (!e)
        e = put_numbers(rq, id);
    return e ? e : req_created(rq, id);
}

static const struct err *change(struct req *rq)
{
    const struct contact_fields *in = rq->in;
    struct contact_get_out seen;
    int64_t version, n = 0;
    const struct err *e = req_if_match(rq, &version);

    if (!e)
        e = check_name(rq);
    if (!e)
        e = q_contact_get(rq->db, (struct contact_get_in){rq->param_id[0], req_scope(rq)}, &seen);
    if (!e)
        e = q_contact_change(rq->db, (struct contact_change_in){
            rq->param_id[0], version, in->name.p ? str_trim(in->name) : STR_NONE, in->company,
            in->notes, origins(rq)}, &n);
    if (!e && !n)
        return E_STALE;
    if (!e)
        e = put_numbers(rq, rq->param_id[0]);
    if (e)
        return e;
    req_set_header(rq, "etag", str_fmt(rq->a, "\"%lld\"", (long long)version + 1));
    return req_json(rq, 200, str_fmt(rq->a, "{\"version\":%lld}", (long long)version + 1));
}

static const struct route routes[] = {
    {GET, "/contacts", CALLS_READ, list_in, .sql = SQL_CONTACTS_LIST,
     .doc = "Contacts by name; who sees only his own calls sees those he spoke with"},
    {POST, "/contacts", CALLS_WRITE, create_in, .run = create, .out = "created", .creates = CREATES,
     .doc = "Add a contact"},
    {GET, "/contacts/{contact}", CALLS_READ, .sql = SQL_CONTACT_GET,
     .doc = "One contact; origins says who wrote each value and in which call it was heard"},
    {PATCH, "/contacts/{contact}", CALLS_WRITE, change_in, .run = change, .out = "contact_version",
     .doc = "Change a contact; needs If-Match"},
    {DELETE, "/contacts/{contact}", CALLS_WRITE, .sql = SQL_CONTACT_DELETE,
     .doc = "Remove a contact; the calls stay"},
    {GET, "/contacts/{contact}/calls", CALLS_READ, .sql = SQL_CONTACT_CALLS,
     .doc = "The contact's calls, newest first"},
    {0},
};

static const struct schema schemas[] = {
    {"contact_fields", "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}"},
    {"contact_origins",
     "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\",\"required\":[\"by\",\"call\",\"at\"],"
     "\"properties\":{\"by\":{\"enum\":[\"person\",\"rule\"]},\"call\":{\"type\":[\"string\",\"null\"]},"
     "\"at\":{\"type\":\"string\"}}}}"},
    {"contact_version",
     "{\"type\":\"object\",\"required\":[\"version\"],\"properties\":{\"version\":{\"type\":\"integer\"}}}"},
    {0},
};

const struct feature contacts_feature = {
    .name = "contacts", .doc = "The people who call and are called.", .routes = routes,
    .schemas = schemas,
};
