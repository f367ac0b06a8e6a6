/* Listing, making and revoking API keys. A key never may more than who makes it. */
#include "core/time.h"
#include "http/client.h"
#include "people/apikeys/apikeys.h"
#include "people/apikeys/queries.h"

struct key_fields {
    struct str name, role, networks;
    int64_t expires_at;
    bool forever;
};

#define SHARED                                                                                     \
    {"networks", FIELD_TEXT, offsetof(struct key_fields, networks), OPTIONAL, .max = 1000,            \
     .doc = "Addresses and networks that the key is taken from, parted by blanks; empty: from any"}, \
    {"expires_at", FIELD_TIME, offsetof(struct key_fields, expires_at), OPTIONAL,                    \
     .doc = "When it ends by itself"}

static const struct field create_in[] = {
    {"name", FIELD_TEXT, offsetof(struct key_fields, name), REQUIRED, .min = 1, .max = 120,
     .doc = "What it is for"},
    {"role", FIELD_TEXT, offsetof(struct key_fields, role), REQUIRED, .max = 60,
     .doc = "A role of the tenant, like admin, viewer or one that the tenant made: what the key may do"},
    SHARED,
    {0},
};

static const struct field change_in[] = {
    {"name", FIELD_TEXT, offsetof(struct key_fields, name), OPTIONAL, .min = 1, .max = 120,
     .doc = "What it is for"},
    SHARED,
    {"forever", FIELD_BOOL, offsetof(struct key_fields, forever), OPTIONAL,
     .doc = "true: it does not end by itself any more"},
    {0},
};

static const struct err *check(struct req *rq, const struct key_fields *in)
{
    struct cidr_list list;

    if (in->name.p && !str_trim(in->name).n)
        return req_field(rq, "name", "This is needed.");
    if (in->networks.p && cidr_list_parse(rq->a, in->networks, &list))
        return req_field(rq, "networks", "%.*s.", STR_ARG(arena_why(rq->a)));
    if (in->expires_at != TIME_NONE && in->expires_at <= time_now())
        return req_field(rq, "expires_at", "Give a time to come.");
    return NULL;
}

static const struct err *change(struct req *rq)
{
    const struct key_fields *in = rq->in;
    int64_t n = 0;
    const struct err *e = check(rq, in);

    if (!e)
        e = q_api_key_change(rq->db, (struct api_key_change_in){
            .key = rq->param_id[0], .name = in->name.p ? str_trim(in->name) : STR_NONE, .expires_at = in->expires_at,
            .forever = in->forever, .networks = in->networks}, &n);
    if (e)
        return e;
    return n ? req_none(rq) : E_NOT_FOUND;
}

static const struct err *create(struct req *rq)
{
    const struct key_fields *in = rq->in;
    struct api_key_wish wish = {in->name, in->networks, in->expires_at};
    struct role_facts role;
    struct new_api_key made;
    struct jw w = jw_new(rq->a);
    const struct err *e = check(rq, in);

    if (!e)
        e = role_find(rq->db, in->role, &role);
    if (!e && !role_within(&role, &rq->who))
        return err_why(rq->a, E_FORBIDDEN, "A key cannot be allowed more than you are.");
    if (!e)
        e = api_key_create(rq->db, &wish, &role, &made);
    if (e == E_NO_PARENT || (e == E_BAD_INPUT && !rq->n_faults))
        req_field(rq, "role", "%.*s", STR_ARG(arena_why(rq->a)));
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "id");
    jw_uuid(&w, made.id);
    jw_key(&w, "key");
    jw_text(&w, made.key);
    jw_key(&w, "prefix");
    jw_text(&w, made.prefix);
    jw_close(&w, '}');
    rq->reply.secret = true;
    return req_json(rq, 201, jw_done(&w));
}

static const struct route routes[] = {
    {GET, "/api-keys", API_KEYS_WRITE, .sql = SQL_API_KEYS_LIST,
     .doc = "API keys, newest first, with their first characters only"},
    {POST, "/api-keys", API_KEYS_WRITE, create_in, .run = create, .out = "new_api_key",
     .creates = CREATES_SECRET,
     .doc = "Make an API key; it is shown this once"},
    {PATCH, "/api-keys/{key}", API_KEYS_WRITE, change_in, .run = change,
     .doc = "Change what a key is called, from where it is taken and when it ends"},
    {DELETE, "/api-keys/{key}", API_KEYS_WRITE, .sql = SQL_API_KEY_REVOKE,
     .doc = "Revoke an API key: it ends within a second"},
    {0},
};

static const struct schema schemas[] = {
    {"new_api_key",
     "{\"type\":\"object\",\"required\":[\"id\",\"key\",\"prefix\"],\"properties\":{\"id\":{\"type\":"
     "\"string\"},\"key\":{\"type\":\"string\"},\"prefix\":{\"type\":\"string\"}}}"},
    {0},
};

const struct feature apikeys_feature = {
    .name = "apikeys", .doc = "Keys for programs that use the API.", .routes = routes,
    .schemas = schemas,
};
