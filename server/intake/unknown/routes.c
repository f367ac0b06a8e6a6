/* The bucket of calls without a known agent, and giving its groups to agents. */
#include "intake/unknown/queries.h"
#include "intake/unknown/unknown.h"
#include "people/agents/agents.h"

struct give_fields {
    struct uuid integration, agent;
    struct str key, note, name;
};

static const struct field give_in[] = {
    {"integration", FIELD_UUID, offsetof(struct give_fields, integration), REQUIRED},
    {"key", FIELD_TEXT, offsetof(struct give_fields, key), OPTIONAL, .max = 250,
     .doc = "What the phone system called the agent; left out: the calls where it named nobody"},
    {"note", FIELD_TEXT, offsetof(struct give_fields, note), OPTIONAL, .max = 250,
     .doc = "Without a key: the group's note, as listed"},
    {"agent", FIELD_UUID, offsetof(struct give_fields, agent), OPTIONAL, .doc = "An agent there is"},
    {"name", FIELD_TEXT, offsetof(struct give_fields, name), OPTIONAL, .min = 1, .max = 120,
     .doc = "or the name of a new one, whose extension the key becomes"},
    {0},
};

static struct str text(struct str s)
{
    return s.p ? s : STR("");
}

static const struct err *check(struct req *rq)
{
    const struct give_fields *in = rq->in;
    struct unknown_agent_is_out is;
    const struct err *e;

    if (uuid_is_zero(in->agent) == !in->name.p)
        return req_field(rq, "agent", "Give an agent or the name of a new one.");
    if (in->name.p && !text(in->key).n)
        return req_field(rq, "name", "Without an extension no agent can be made: choose one.");
    if (in->name.p && in->key.n > 64)
        return req_field(rq, "name", "The name in the calls is too long for an extension: choose an agent.");
    e = q_unknown_agent_is(rq->db, (struct unknown_agent_is_in){in->agent, in->integration}, &is);
    if (e)
        return e;
    if (!is.integration)
        return req_field(rq, "integration", "There is no such phone system.");
    return !in->name.p && !is.agent ? req_field(rq, "agent", "There is no such agent.") : NULL;
}

static const struct err *agent_of(struct req *rq, struct uuid *ret)
{
    const struct give_fields *in = rq->in;

    *ret = in->agent;
    if (!in->name.p)
        return NULL;
    return agent_create(rq->db, &(struct agent_fields){.name = in->name, .extension = in->key}, ret);
}

/* The name stands for the agent from now on; *ret_was: for whom before. */
static const struct err *name_agent(struct db *db, const struct give_fields *in, struct uuid agent,
                                    struct uuid *ret_was)
{
    struct unknown_alias_out row = {0};
    const struct err *e;

    *ret_was = (struct uuid){{0}};
    if (!text(in->key).n)
        return NULL;
    e = q_unknown_alias(db, (struct unknown_alias_in){in->integration, in->key}, &row);
    if (e && e != E_NOT_FOUND)
        return e;
    *ret_was = e ? *ret_was : row.agent_id;
    return q_unknown_alias_put(db, (struct unknown_alias_put_in){in->integration, in->key, agent},
                               NULL);
}

static const struct err *give(struct req *rq)
{
    const struct give_fields *in = rq->in;
    struct unknown_count_out count;
    struct uuid agent, was;
    struct jw w = jw_new(rq->a);
    const struct err *e = check(rq);

    if (!e)
        e = agent_of(rq, &agent);
    if (!e)
        e = name_agent(rq->db, in, agent, &was);
    if (!e)
        e = q_unknown_count(rq->db, (struct unknown_count_in){
            in->integration, text(in->key), text(in->note)}, &count);
    if (!e)
        e = unknown_add_job(rq->db, in->integration, text(in->key), text(in->note), agent, was);
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "agent");
    jw_uuid(&w, agent);
    jw_key(&w, "calls");
    jw_int(&w, count.calls);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct route routes[] = {
    {GET, "/unknown-agents", PEOPLE_READ, .sql = SQL_UNKNOWN_LIST,
     .doc = "Calls without a known agent, by what the agent was called"},
    {GET, "/unknown-agents/names", PEOPLE_READ, .sql = SQL_UNKNOWN_ALIASES,
     .doc = "Names that phone systems use for agents"},
    {POST, "/unknown-agents", PEOPLE_WRITE, give_in, .run = give, .out = "given",
     .doc = "Give such calls to an agent, past ones by a job and later ones as they come"},
    {0},
};

static const struct schema schemas[] = {
    {"given",
     "{\"type\":\"object\",\"required\":[\"agent\",\"calls\"],\"properties\":{\"agent\":{\"type\":\"string\"},"
     "\"calls\":{\"type\":\"integer\",\"description\":\"past calls that the job gives to the agent\"}}}"},
    {0},
};

const struct feature unknown_feature = {
    .name = "unknown", .doc = "Calls whose agent is not known.", .routes = routes,
    .jobs = unknown_jobs, .schemas = schemas,
};
