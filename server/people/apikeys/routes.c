/* Listing, making and revoking API keys. A key never may more than who makes it. */
#include "people/apikeys/apikeys.h"
#include "people/apikeys/queries.h"

struct create_fields {
    struct str name, role;
};

static const struct field create_in[] = {
    {"name", FIELD_TEXT, offsetof(struct create_fields, name), REQUIRED, .min = 1, .max = 120,
     .doc = "What it is for"},
    {"role", FIELD_TEXT, offsetof(struct create_fields, role), REQUIRED, .max = 60,
     .doc = "A role of the tenant, like admin or viewer"},
    {0},
};

static const struct err *create(struct req *rq)
{
    const struct create_fields *in = rq->in;
    struct role_facts role;
    struct new_api_key made;
    struct jw w = jw_new(rq->a);
    const struct err *e;

    if (!str_trim(in->name).n)
        return req_field(rq, "name", "This is needed.");
    e = role_find(rq->db, in->role, &role);
    if (!e && !role_within(&role, &rq->who))
        return err_why(rq->a, E_FORBIDDEN, "A key cannot be allowed more than you are.");
    if (!e)
        e = api_key_create(rq->db, in->name, &role, &made);
    if (e == E_NO_PARENT || e == E_BAD_INPUT)
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
