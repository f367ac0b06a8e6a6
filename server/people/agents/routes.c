/* The list of agents, and setting them up. */
#include "people/agents/agents.h"
#include "people/agents/queries.h"

#define AGENT_FIELDS(needed)                                                                       \
    {"name", FIELD_TEXT, offsetof(struct agent_fields, name), needed, .min = 1, .max = 120},       \
    {"extension", FIELD_TEXT, offsetof(struct agent_fields, extension), needed, .min = 1,          \
     .max = 64, .doc = "As the phone system names it"},                                            \
    {"email", FIELD_TEXT, offsetof(struct agent_fields, email), OPTIONAL, .max = 254,              \
     .doc = "Of the member this agent is; empty for nobody"}

static const struct field create_in[] = {AGENT_FIELDS(REQUIRED), {0}};
static const struct field change_in[] = {AGENT_FIELDS(OPTIONAL), {0}};

/* Blanks alone are no name. */
static const struct err *check(struct req *rq)
{
    const struct agent_fields *in = rq->in;

    if (in->name.p && !str_trim(in->name).n)
        req_field(rq, "name", "This is needed.");
    if (in->extension.p && !str_trim(in->extension).n)
        req_field(rq, "extension", "This is needed.");
    return rq->n_faults ? E_BAD_INPUT : NULL;
}

static const struct err *with_field(struct req *rq, const struct err *e)
{
    if (e == E_NO_PARENT)
        req_field(rq, "email", "%.*s", STR_ARG(arena_why(rq->a)));
    return e;
}

static const struct err *create(struct req *rq)
{
    struct uuid id;
    const struct err *e = check(rq);

    if (!e)
        e = with_field(rq, agent_create(rq->db, rq->in, &id));
    return e ? e : req_created(rq, id);
}

static const struct err *show(struct req *rq)
{
    struct agent_get_out row;
    struct jw w = jw_new(rq->a);
    const struct err *e = q_agent_get(rq->db, (struct agent_get_in){rq->param_id[0]}, &row);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "id");
    jw_uuid(&w, row.id);
    jw_key(&w, "name");
    jw_text(&w, row.name);
    jw_key(&w, "extension");
    jw_text(&w, row.extension);
    jw_key(&w, "email");
    jw_text(&w, row.email);
    jw_key(&w, "version");
    jw_int(&w, row.version);
    jw_close(&w, '}');
    req_set_header(rq, "etag", str_fmt(rq->a, "\"%lld\"", (long long)row.version));
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *change(struct req *rq)
{
    struct agent_get_out row;
    int64_t version;
    const struct err *e = req_if_match(rq, &version);

    if (!e)
        e = check(rq);
    if (!e) /* another tenant's agent is missing, not stale */
        e = q_agent_get(rq->db, (struct agent_get_in){rq->param_id[0]}, &row);
    if (!e)
        e = with_field(rq, agent_change(rq->db, rq->param_id[0], version, rq->in));
    return e ? e : show(rq);
}

static const struct route routes[] = {
    {GET, "/agents", CALLS_READ, .sql = SQL_AGENTS_LIST,
     .doc = "Agents by name, with their calls of the last thirty days"},
    {POST, "/agents", PEOPLE_WRITE, create_in, .run = create, .out = "created",
     .creates = CREATES,
     .doc = "Add an agent"},
    {GET, "/agents/{agent}", PEOPLE_READ, .run = show, .out = "agent", .doc = "One agent"},
    {PATCH, "/agents/{agent}", PEOPLE_WRITE, change_in, .run = change, .out = "agent",
     .doc = "Change name, extension or person; needs If-Match"},
    {DELETE, "/agents/{agent}", PEOPLE_WRITE, .sql = SQL_AGENT_DELETE,
     .doc = "Remove an agent; the calls stay"},
    {0},
};

static const struct schema schemas[] = {
    {"agent",
     "{\"type\":\"object\",\"required\":[\"id\",\"name\",\"extension\",\"email\",\"version\"],"
     "\"properties\":{\"id\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},"
     "\"extension\":{\"type\":\"string\"},\"email\":{\"type\":[\"string\",\"null\"]},"
     "\"version\":{\"type\":\"integer\"}}}"},
    {"created",
     "{\"type\":\"object\",\"required\":[\"id\"],\"properties\":{\"id\":{\"type\":\"string\"}}}"},
    {0},
};

const struct feature agents_feature = {
    .name = "agents", .doc = "The people whose calls are judged.", .routes = routes,
    .schemas = schemas,
};
