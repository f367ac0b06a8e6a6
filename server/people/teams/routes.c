/* A tenant's teams: listed, made, renamed, filled, removed; and who is held to the teams he leads. What
 * teams there are decides what people see, so only those who see everything may change them. */
#include "people/teams/queries.h"
#include "people/teams/teams.h"

struct team_fields {
    struct str name, agents, leads;
};

#define TEAM_FIELDS(needed)                                                                        \
    {"name", FIELD_TEXT, offsetof(struct team_fields, name), needed, .min = 1, .max = 80},         \
    {"agents", FIELD_TEXTS, offsetof(struct team_fields, agents), OPTIONAL,                        \
     .doc = "Ids of all its agents, at most 500; an agent may be in several teams"},               \
    {"leads", FIELD_TEXTS, offsetof(struct team_fields, leads), OPTIONAL,                          \
     .doc = "Account ids of all who lead it, at most 50"}

static const struct field create_in[] = {TEAM_FIELDS(REQUIRED), {0}};
static const struct field change_in[] = {TEAM_FIELDS(OPTIONAL), {0}};

/* Who is held to his teams would else let himself out. */
static const struct err *may(struct req *rq)
{
    if (str_is(rq->who.scope, "all"))
        return NULL;
    return err_why(rq->a, E_FORBIDDEN, "Only who sees all calls may change teams.");
}

static const struct err *at(struct req *rq, const char *field, const struct err *e)
{
    return e == E_BAD_INPUT ? req_field(rq, field, "%.*s", STR_ARG(arena_why(rq->a))) : e;
}

static const struct err *fill(struct req *rq, struct uuid team, const struct team_fields *in)
{
    const struct err *e = NULL;

    if (in->agents.p)
        e = at(rq, "agents", team_set_agents(rq->db, team, in->agents));
    if (!e && in->leads.p)
        e = at(rq, "leads", team_set_leads(rq->db, team, in->leads));
    return e;
}

static const struct err *named(struct req *rq, const struct err *e)
{
    return e == E_CONFLICT ? req_field(rq, "name", "Another team has this name.") : e;
}

static const struct err *blank(struct req *rq)
{
    const struct team_fields *in = rq->in;

    return in->name.p && !str_trim(in->name).n ? req_field(rq, "name", "This is needed.") : NULL;
}

static const struct err *create(struct req *rq)
{
    const struct team_fields *in = rq->in;
    struct teams_count_out have;
    struct uuid id = uuid_new();
    const struct err *e = may(rq);

    if (!e)
        e = blank(rq);
    if (!e)
        e = q_teams_count(rq->db, &have);
    if (!e && have.n >= TEAMS_MAX)
        return err_why(rq->a, E_CONFLICT, "There are %d teams already: remove one first.", TEAMS_MAX);
    if (!e)
        e = named(rq, q_team_insert(rq->db, (struct team_insert_in){id, str_trim(in->name)}, NULL));
    if (!e)
        e = fill(rq, id, in);
    return e ? e : req_created(rq, id);
}

static const struct err *show(struct req *rq)
{
    struct team_get_out row;
    struct jw w = jw_new(rq->a);
    const struct err *e = q_team_get(rq->db, (struct team_get_in){rq->param_id[0]}, &row);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "id");
    jw_uuid(&w, row.id);
    jw_key(&w, "name");
    jw_text(&w, row.name);
    jw_key(&w, "agents");
    jw_raw(&w, row.agents);
    jw_key(&w, "leads");
    jw_raw(&w, row.leads);
    jw_key(&w, "version");
    jw_int(&w, row.version);
    jw_close(&w, '}');
    req_set_header(rq, "etag", str_fmt(rq->a, "\"%lld\"", (long long)row.version));
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *change(struct req *rq)
{
    const struct team_fields *in = rq->in;
    struct team_get_out row;
    int64_t version, n = 0;
    const struct err *e = may(rq);

    if (!e)
        e = req_if_match(rq, &version);
    if (!e)
        e = blank(rq);
    if (!e) /* another tenant's team is missing, not stale */
        e = q_team_get(rq->db, (struct team_get_in){rq->param_id[0]}, &row);
    if (!e)
        e = named(rq, q_team_update(rq->db, (struct team_update_in){rq->param_id[0], version,
                                    in->name.p ? str_trim(in->name) : STR_NONE}, &n));
    if (!e && !n)
        return E_STALE;
    if (!e)
        e = fill(rq, rq->param_id[0], in);
    return e ? e : show(rq);
}

static const struct err *drop(struct req *rq)
{
    int64_t n = 0;
    const struct err *e = may(rq);

    if (!e)
        e = q_team_delete(rq->db, (struct team_delete_in){rq->param_id[0]}, &n);
    if (!e && !n)
        return E_NOT_FOUND;
    return e ? e : req_none(rq);
}

struct hold_in {
    bool own_teams;
};

static const struct field hold_in[] = {
    {"own_teams", FIELD_BOOL, offsetof(struct hold_in, own_teams), REQUIRED,
     .doc = "True: sees the calls of the teams led and own calls only"},
    {0},
};

static const struct err *hold(struct req *rq)
{
    const struct hold_in *in = rq->in;
    struct member_hold_out row;
    const struct err *e = may(rq);

    if (!e)
        e = q_member_hold(rq->db, (struct member_hold_in){rq->param_id[0], in->own_teams}, &row);
    if (!e && in->own_teams && str_is(row.role, "owner"))
        return req_field(rq, "own_teams", "An owner sees everything.");
    if (!e && in->own_teams && str_is(row.scope, "own"))
        return req_field(rq, "own_teams", "This role sees own calls only already.");
    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/teams", CALLS_READ, .sql = SQL_TEAMS_LIST,
     .doc = "Teams by name; who does not see all calls is told of those he leads"},
    {POST, "/teams", PEOPLE_WRITE, create_in, .run = create, .out = "created", .creates = CREATES,
     .doc = "Make a team"},
    {GET, "/teams/{team}", PEOPLE_READ, .run = show, .out = "team", .doc = "One team, its agents and leads"},
    {PATCH, "/teams/{team}", PEOPLE_WRITE, change_in, .run = change, .out = "team",
     .doc = "Rename a team, replace its agents or leads; needs If-Match"},
    {DELETE, "/teams/{team}", PEOPLE_WRITE, .run = drop, .doc = "Remove a team; its agents and calls stay"},
    {GET, "/team-leads", PEOPLE_READ, .sql = SQL_TEAM_LEADS,
     .doc = "Members who may lead teams, which they lead, and whether they see those only"},
    {PUT, "/members/{member}/sight", PEOPLE_WRITE, hold_in, .run = hold,
     .doc = "Hold a member to the teams led, or let all calls be seen again"},
    {0},
};

#define PEOPLE                                                                                     \
    "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"name\"],\"properties\":"  \
    "{\"id\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"}}}}"

static const struct schema schemas[] = {
    {"team_people", PEOPLE},
    {"team",
     "{\"type\":\"object\",\"required\":[\"id\",\"name\",\"agents\",\"leads\",\"version\"],"
     "\"properties\":{\"id\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},\"agents\":" PEOPLE
     ",\"leads\":" PEOPLE ",\"version\":{\"type\":\"integer\"}}}"},
    {0},
};

const struct feature teams_feature = {
    .name = "teams", .doc = "Agents in teams, and who leads them.", .routes = routes, .schemas = schemas,
};
