/* Reading who belongs to a tenant, changing a member's role, and removing one. Nobody changes somebody who may
 * more than he does, and an owner always stays. */
#include "people/members/members.h"
#include "people/members/queries.h"

struct change_fields {
    struct str role;
};

static const struct field change_in[] = {
    {"role", FIELD_TEXT, offsetof(struct change_fields, role), REQUIRED, .max = 60,
     .doc = "A role of the tenant, like admin, viewer or one that the tenant made"},
    {0},
};

static const struct err *find(struct req *rq, struct member_get_out *row)
{
    struct role_facts now;
    const struct err *e = q_member_get(rq->db, (struct member_get_in){rq->param_id[0]}, row);

    if (e)
        return e;
    now = (struct role_facts){.scope = row->scope, .permissions = permissions_of(row->permissions)};
    return role_within(&now, &rq->who)
               ? NULL
               : err_why(rq->a, E_FORBIDDEN, "This person may do more than you: somebody who may as much can do this.");
}

/* Before an owner becomes something else. */
static const struct err *leave_an_owner(struct req *rq, const struct member_get_out *row)
{
    struct members_owners_out *owners;
    size_t n;
    const struct err *e;

    if (!str_is(row->role, "owner"))
        return NULL;
    e = q_members_owners(rq->db, &owners, &n);
    if (e || n > 1)
        return e;
    return err_why(rq->a, E_IN_USE, "This is the only owner: make somebody else an owner first.");
}

static const struct err *change(struct req *rq)
{
    const struct change_fields *in = rq->in;
    struct member_get_out row;
    struct role_facts role;
    const struct err *e = find(rq, &row);

    if (!e)
        e = role_find(rq->db, in->role, &role);
    if (e == E_NO_PARENT)
        req_field(rq, "role", "%.*s", STR_ARG(arena_why(rq->a)));
    if (!e && !role_within(&role, &rq->who))
        return err_why(rq->a, E_FORBIDDEN, "Nobody can be allowed more than you are.");
    if (!e && !str_is(in->role, "owner"))
        e = leave_an_owner(rq, &row);
    if (!e)
        e = q_member_change_role(rq->db, (struct member_change_role_in){rq->param_id[0], role.id}, NULL);
    return e ? e : req_none(rq);
}

static const struct err *leave(struct req *rq)
{
    struct member_get_out row;
    const struct err *e = find(rq, &row);

    if (!e)
        e = leave_an_owner(rq, &row);
    if (!e)
        e = q_member_remove(rq->db, (struct member_remove_in){rq->param_id[0], row.account_id}, NULL);
    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/members", PEOPLE_READ, .sql = SQL_MEMBERS_LIST, .doc = "People of the tenant, by name"},
    {PATCH, "/members/{member}", PEOPLE_WRITE, change_in, .run = change,
     .doc = "Give a member another role: it holds within a second"},
    {DELETE, "/members/{member}", PEOPLE_WRITE, .run = leave,
     .doc = "Remove somebody from the tenant within a second; the account itself stays, and what was done with it"},
    {0},
};

const struct feature members_feature = {
    .name = "members", .doc = "The people of a tenant and their roles.", .routes = routes,
};
