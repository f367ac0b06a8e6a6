/* The threat page's routes: what was tried, what is blocked, blocking and lifting by hand, what the service may do by
 * itself. */
#include <string.h>

#include "people/threats/inner.h"
#include "people/threats/queries.h"
#include "people/threats/threats.h"

#define BLOCKS_OF_TENANT 500
#define V4_LEAST (96 + 8) /* nobody blocks a larger part of the internet by a slip */
#define V6_LEAST 16

static const struct field show_in[] = {
    {"days", FIELD_INT, 0, REQUIRED, .min = 1, .max = 7, .doc = "How far to look back"},
    {0},
};

struct block_fields {
    struct str network, reason;
    int64_t hours;
    bool confirm;
};

static const struct field block_in[] = {
    {"network", FIELD_TEXT, offsetof(struct block_fields, network), REQUIRED, .min = 1, .max = 60,
     .doc = "An address or a network, like 192.0.2.7 or 192.0.2.0/24"},
    {"reason", FIELD_TEXT, offsetof(struct block_fields, reason), REQUIRED, .min = 1, .max = 300},
    {"hours", FIELD_INT, offsetof(struct block_fields, hours), REQUIRED, .min = 1, .max = 8760, .doc = "Until it ends by itself"},
    {"confirm", FIELD_BOOL, offsetof(struct block_fields, confirm), OPTIONAL,
     .doc = "Also where the caller is in the network himself, or a phone system of the tenant sends from it"},
    {0},
};

struct setting_fields {
    bool automatic;
    struct str trusted;
};

static const struct field setting_in[] = {
    {"automatic", FIELD_BOOL, offsetof(struct setting_fields, automatic), REQUIRED,
     .doc = "Networks that fail too often are blocked by the service itself"},
    {"trusted", FIELD_TEXT, offsetof(struct setting_fields, trusted), REQUIRED, .min = 0, .max = 4000,
     .doc = "Addresses and networks that it never blocks, divided by blanks or commas"},
    {0},
};

static bool is_v4(struct cidr c)
{
    static const uint8_t zeros[10];

    return memcmp(c.net.b, zeros, sizeof zeros) == 0 && c.net.b[10] == 0xff && c.net.b[11] == 0xff;
}

static const struct err *one_network(struct req *rq, struct str text, struct cidr_list *ret)
{
    if (cidr_list_parse(rq->a, text, ret))
        return req_field(rq, "network", "%.*s: give one like 192.0.2.7 or 192.0.2.0/24.", STR_ARG(arena_why(rq->a)));
    if (ret->n != 1)
        return req_field(rq, "network", "Give one address or network.");
    if (ret->v[0].bits < (is_v4(ret->v[0]) ? V4_LEAST : V6_LEAST))
        return req_field(rq, "network", "It is too large: at most a /8, of IPv6 a /16.");
    return NULL;
}

static const struct err *may_block(struct req *rq, const struct block_fields *in, const struct cidr_list *net, struct str text)
{
    struct block_facts_out facts;
    struct address me = {{0}};
    const struct err *e = q_block_facts(rq->db, (struct block_facts_in){text}, &facts);

    if (e)
        return e;
    if (!in->confirm && address_parse(rq->client, &me) && cidr_list_has(net, me))
        return req_field(rq, "network", "You are in this network yourself (%.*s) and would lock yourself out: "
                         "choose another, or confirm.", STR_ARG(rq->client));
    if (!in->confirm && facts.sender)
        return req_field(rq, "network", "A phone system of yours sends from this network and its calls would be "
                         "lost: choose another, or confirm.");
    if (facts.n >= BLOCKS_OF_TENANT)
        return err_why(rq->a, E_CONFLICT, "%d blocks are in force already: lift some, or block a larger network.",
                       BLOCKS_OF_TENANT);
    return NULL;
}

static const struct err *block(struct req *rq)
{
    const struct block_fields *in = rq->in;
    struct uuid id = uuid_new();
    struct cidr_list net;
    struct str text;
    const struct err *e = one_network(rq, in->network, &net);

    if (e)
        return e;
    if (!str_trim(in->reason).n)
        return req_field(rq, "reason", "This is needed.");
    text = threats_cidr_text(rq->a, net.v[0]);
    e = may_block(rq, in, &net, text);
    if (!e)
        e = q_block_add(rq->db, (struct block_add_in){id, text, str_trim(in->reason), rq->who.name, in->hours}, NULL);
    return e ? e : req_created(rq, id);
}

static const struct err *unblock(struct req *rq)
{
    struct block_end_out row;
    const struct err *e = q_block_end(rq->db, (struct block_end_in){rq->param_id[0]}, &row);

    return e ? e : req_none(rq);
}

static const struct err *put_settings(struct req *rq)
{
    const struct setting_fields *in = rq->in;
    struct buf b = buf_new(rq->a, 16000);
    struct threat_setting_put_out row;
    struct cidr_list list;
    int64_t version;
    const struct err *e = req_if_match(rq, &version);

    if (e)
        return e;
    if (cidr_list_parse(rq->a, in->trusted, &list))
        return req_field(rq, "trusted", "%.*s: give some like 192.0.2.7 or 192.0.2.0/24.", STR_ARG(arena_why(rq->a)));
    for (size_t i = 0; i < list.n; i++)
        buf_fmt(&b, "%s%.*s", i ? " " : "", STR_ARG(threats_cidr_text(rq->a, list.v[i])));
    e = q_threat_setting_put(rq->db, (struct threat_setting_put_in){
        in->automatic, list.n ? buf_str(&b) : STR(""), version}, &row);
    if (e)
        return e == E_NOT_FOUND ? E_STALE : e;
    return req_none(rq);
}

static const struct route routes[] = {
    {GET, "/threats", AUDIT_READ, show_in, .sql = SQL_THREATS_SHOW,
     .doc = "Failed sign-ins by account and network, refused hooks by phone system and network, what is done by itself"},
    {GET, "/threats/blocks", AUDIT_READ, .sql = SQL_BLOCKS_LIST, .doc = "Networks that are blocked, newest first"},
    {POST, "/threats/blocks", PEOPLE_WRITE, block_in, .run = block, .out = "created", .creates = CREATES,
     .doc = "Let a network in no more: its hooks, its sessions and its keys, for this tenant"},
    {DELETE, "/threats/blocks/{block}", PEOPLE_WRITE, .run = unblock, .doc = "Lift a block"},
    {PATCH, "/threats/settings", PEOPLE_WRITE, setting_in, .run = put_settings,
     .doc = "What the service does by itself; needs If-Match with the version that GET /threats tells"},
    {0},
};

#define LIST(required, properties) \
    "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[" required "],\"properties\":{" properties \
    ",\"n\":{\"type\":\"integer\"},\"last_at\":{\"type\":\"string\",\"format\":\"date-time\"}}}}"

static const struct schema schemas[] = {
    {"threat_accounts", LIST("\"name\",\"n\",\"networks\",\"last_at\"",
                             "\"name\":{\"type\":\"string\"},\"networks\":{\"type\":\"integer\"}")},
    {"threat_networks", LIST("\"network\",\"n\",\"accounts\",\"last_at\"",
                             "\"network\":{\"type\":\"string\"},\"accounts\":{\"type\":\"integer\"}")},
    {"threat_hooks", LIST("\"integration_id\",\"integration\",\"reason\",\"network\",\"known\",\"n\",\"last_at\"",
                          "\"integration_id\":{\"type\":\"string\"},\"integration\":{\"type\":\"string\"},"
                          "\"reason\":{\"enum\":[\"signature\",\"source\",\"flood\"]},"
                          "\"network\":{\"type\":[\"string\",\"null\"]},\"known\":{\"type\":\"boolean\"}")},
    {0},
};

const struct feature threats_feature = {
    .name = "threats", .doc = "Failed sign-ins, refused hooks, and networks that are blocked.",
    .routes = routes, .jobs = threats_jobs, .schemas = schemas,
};
