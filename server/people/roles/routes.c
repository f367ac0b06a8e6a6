/* Making, changing and retiring a tenant's own roles. Those that the service comes with stay as they are, and
 * nobody makes a role that may more than he may himself. */
#include <string.h>

#include "people/members/members.h"
#include "people/roles/queries.h"
#include "people/roles/roles.h"

#define MOST 100
#define SLUG_MAX 40

struct role_fields {
    struct str name, scope, permissions;
};

#define FIELDS(needed)                                                                             \
    {"name", FIELD_TEXT, offsetof(struct role_fields, name), needed, .min = 1, .max = 60},          \
    {"scope", FIELD_TEXT, offsetof(struct role_fields, scope), needed, .choices = "own|all",        \
     .doc = "Whose calls are seen: those of the agent one is, or all"},                             \
    {"permissions", FIELD_TEXTS, offsetof(struct role_fields, permissions), needed, .min = 0,       \
     .max = PERMISSION_COUNT, .doc = "Names of permissions, as GET /roles lists them"}

static const struct field create_in[] = {FIELDS(REQUIRED), {0}};
static const struct field change_in[] = {FIELDS(OPTIONAL), {0}};

static bool comes_with_service(struct str slug)
{
    for (const struct role_default *r = role_defaults; r->slug; r++)
        if (str_is(slug, r->slug))
            return true;
    return false;
}

static int number_of(struct str name)
{
    for (int i = 0; i < PERMISSION_COUNT; i++)
        if (str_is(name, permission_name((enum permission_number)i)))
            return i;
    return -1;
}

/* The list as PostgreSQL's array; each permission once. */
static const struct err *permissions_given(struct req *rq, struct str list, struct str *ret_array, uint32_t *ret_bits)
{
    struct buf b = buf_new(rq->a, 4096);
    const struct json *names;
    const struct err *e = json_parse(rq->a, list, &names);

    if (e)
        return e;
    *ret_bits = 0;
    buf_char(&b, '{');
    for (size_t i = 0; i < json_count(names); i++) {
        struct str name = json_str(json_at(names, i));
        int n = number_of(name);
        if (n < 0)
            return req_field(rq, "permissions", "There is no permission \"%.*s\".", STR_ARG(str_sub(name, 0, 60)));
        if (*ret_bits & 1u << n)
            continue;
        buf_fmt(&b, "%s%s", *ret_bits ? "," : "", permission_name((enum permission_number)n));
        *ret_bits |= 1u << n;
    }
    buf_char(&b, '}');
    *ret_array = buf_str(&b);
    return *ret_bits ? NULL : req_field(rq, "permissions", "Give at least one.");
}

static const struct err *check_name(struct req *rq, struct str name)
{
    return name.p && !str_trim(name).n ? req_field(rq, "name", "This is needed.") : NULL;
}

/* "Front desk, night" is front_desk_night. */
static struct str slug_of(struct arena *a, struct str name)
{
    struct buf b = buf_new(a, SLUG_MAX + 1);
    struct str low = str_lower(a, str_trim(name));

    for (size_t i = 0; i < low.n && b.n < SLUG_MAX; i++) {
        char c = low.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (plain || (b.n && b.p[b.n - 1] != '_'))
            buf_char(&b, plain ? c : '_');
    }
    while (b.n && b.p[b.n - 1] == '_')
        b.n--;
    return b.n ? buf_str(&b) : STR("role");
}

static const struct err *may_give(struct req *rq, struct str scope, uint32_t bits)
{
    struct role_facts role = {.scope = scope, .permissions = bits};

    return role_within(&role, &rq->who) ? NULL
                                        : err_why(rq->a, E_FORBIDDEN, "A role cannot be allowed more than you are.");
}

/* ---- routes ---- */

static void write_names(struct jw *w, uint32_t bits)
{
    jw_open(w, '[');
    for (int i = 0; i < PERMISSION_COUNT; i++)
        if (bits & 1u << i)
            jw_text(w, str_of(permission_name((enum permission_number)i)));
    jw_close(w, ']');
}

static void write_role(struct jw *w, const struct req *rq, const struct roles_list_out *row)
{
    struct role_facts role = {.scope = row->scope, .permissions = permissions_of(row->permissions)};

    jw_open(w, '{');
    jw_key(w, "id");
    jw_uuid(w, row->id);
    jw_key(w, "slug");
    jw_text(w, row->slug);
    jw_key(w, "name");
    jw_text(w, row->name);
    jw_key(w, "scope");
    jw_text(w, row->scope);
    jw_key(w, "permissions");
    write_names(w, role.permissions);
    jw_key(w, "version");
    jw_int(w, row->version);
    jw_key(w, "own");
    jw_bool(w, !comes_with_service(row->slug));
    jw_key(w, "may_give");
    jw_bool(w, role_within(&role, &rq->who));
    jw_key(w, "members");
    jw_int(w, row->members);
    jw_key(w, "keys");
    jw_int(w, row->keys);
    jw_key(w, "invited");
    jw_int(w, row->invited);
    jw_close(w, '}');
}

static const struct err *list(struct req *rq)
{
    struct roles_list_out *rows;
    struct jw w = jw_new(rq->a);
    size_t n;
    const struct err *e = q_roles_list(rq->db, &rows, &n);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "items");
    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++)
        write_role(&w, rq, &rows[i]);
    jw_close(&w, ']');
    jw_key(&w, "permissions");
    write_names(&w, UINT32_MAX);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *room(struct req *rq)
{
    struct roles_list_out *rows;
    size_t n;
    const struct err *e = q_roles_list(rq->db, &rows, &n);

    if (!e && n >= MOST)
        return err_why(rq->a, E_CONFLICT, "There are %d roles already: retire one first.", MOST);
    return e;
}

static const struct err *create(struct req *rq)
{
    const struct role_fields *in = rq->in;
    struct role_add_in row = {.id = uuid_new(), .slug = slug_of(rq->a, in->name), .name = str_trim(in->name),
                              .scope = in->scope};
    uint32_t bits;
    const struct err *e = check_name(rq, in->name);

    if (!e)
        e = permissions_given(rq, in->permissions, &row.permissions, &bits);
    if (!e)
        e = may_give(rq, in->scope, bits);
    if (!e)
        e = room(rq);
    if (!e)
        e = q_role_add(rq->db, row, NULL);
    if (e == E_CONFLICT)
        return req_field(rq, "name", "There is a role of this name, or of one much like it.");
    return e ? e : req_created(rq, row.id);
}

static const struct err *find_own(struct req *rq, struct role_get_out *row)
{
    const struct err *e = q_role_get(rq->db, (struct role_get_in){rq->param_id[0]}, row);

    if (e)
        return e;
    if (comes_with_service(row->slug))
        return err_why(rq->a, E_FORBIDDEN, "The roles that come with the service stay as they are: make one of your own.");
    return may_give(rq, row->scope, permissions_of(row->permissions));
}

static const struct err *change(struct req *rq)
{
    const struct role_fields *in = rq->in;
    struct role_get_out row;
    struct role_change_in out = {.role = rq->param_id[0]};
    uint32_t bits;
    int64_t n = 0;
    const struct err *e = req_if_match(rq, &out.version);

    if (!e)
        e = find_own(rq, &row);
    if (!e)
        e = check_name(rq, in->name);
    if (e)
        return e;
    out.name = in->name.p ? str_trim(in->name) : row.name;
    out.scope = in->scope.p ? in->scope : row.scope;
    out.permissions = row.permissions;
    bits = permissions_of(row.permissions);
    if (in->permissions.p)
        e = permissions_given(rq, in->permissions, &out.permissions, &bits);
    if (!e && row.keys && str_is(out.scope, "own"))
        return req_field(rq, "scope", "API keys have this role, and a key has no calls of its own.");
    if (!e)
        e = may_give(rq, out.scope, bits);
    if (!e)
        e = q_role_change(rq->db, out, &n);
    if (e)
        return e;
    return n ? req_none(rq) : E_STALE;
}

static const struct err *retire(struct req *rq)
{
    struct role_get_out row;
    const struct err *e = find_own(rq, &row);

    if (e)
        return e;
    if (row.members || row.keys || row.invited)
        return err_why(rq->a, E_IN_USE, "%lld members, %lld API keys and %lld open invitations have this role: give them "
                       "another first.", (long long)row.members, (long long)row.keys, (long long)row.invited);
    e = q_role_retire(rq->db, (struct role_retire_in){rq->param_id[0]}, NULL);
    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/roles", PEOPLE_READ, .run = list, .out = "roles",
     .doc = "Roles with what they may do and who has them, and the permissions that there are"},
    {POST, "/roles", PEOPLE_WRITE, create_in, .run = create, .out = "created", .creates = CREATES,
     .doc = "Make a role of one's own"},
    {PATCH, "/roles/{role}", PEOPLE_WRITE, change_in, .run = change,
     .doc = "Change an own role; holds within a second; needs If-Match"},
    {DELETE, "/roles/{role}", PEOPLE_WRITE, .run = retire, .doc = "Retire an own role that nobody has"},
    {0},
};

static const struct schema schemas[] = {
    {"roles",
     "{\"type\":\"object\",\"required\":[\"items\",\"permissions\"],\"properties\":{\"permissions\":{\"type\":\"array\","
     "\"items\":{\"type\":\"string\"}},\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\","
     "\"slug\",\"name\",\"scope\",\"permissions\",\"version\",\"own\",\"may_give\",\"members\",\"keys\",\"invited\"],"
     "\"properties\":{\"id\":{\"type\":\"string\"},\"slug\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},"
     "\"scope\":{\"type\":\"string\"},\"permissions\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"version\":"
     "{\"type\":\"integer\"},\"own\":{\"type\":\"boolean\"},\"may_give\":{\"type\":\"boolean\"},\"members\":{\"type\":"
     "\"integer\"},\"keys\":{\"type\":\"integer\"},\"invited\":{\"type\":\"integer\"}}}}}}"},
    {0},
};

const struct feature roles_feature = {
    .name = "roles", .doc = "What people and keys may do, by roles.", .routes = routes, .schemas = schemas,
};
