/* Roles and memberships of the transaction's tenant. Called by routes of this district and by
 * platform/tenancy. Knows no HTTP. */
#include "people/members/members.h"

#include "people/members/queries.h"

const struct err *role_find(struct db *db, struct str slug, struct role_facts *ret)
{
    struct role_by_slug_out row;
    const struct err *e = q_role_by_slug(db, (struct role_by_slug_in){slug}, &row);

    if (e == E_NOT_FOUND)
        return err_why(db_arena(db), E_NO_PARENT,
                       "There is no role \"%.*s\": roles are owner, admin, manager, supervisor, "
                       "qa_analyst, agent, viewer and those the tenant made.", STR_ARG(slug));
    if (!e)
        *ret = (struct role_facts){row.id, row.name, row.scope, permissions_of(row.permissions)};
    return e;
}

bool role_within(const struct role_facts *role, const struct identity *who)
{
    if (role->permissions & ~who->permissions)
        return false;
    return str_is(who->scope, "all") || str_eq(role->scope, who->scope) ||
           (str_is(who->scope, "team") && str_is(role->scope, "own"));
}

const struct err *member_account(struct db *db, struct str email, struct uuid *ret)
{
    struct arena *a = db_arena(db);
    struct member_by_email_out row;
    const struct err *e = q_member_by_email(
        db, (struct member_by_email_in){str_lower(a, str_trim(email))}, &row);

    if (e == E_NOT_FOUND)
        return err_why(a, E_NO_PARENT, "No member of this tenant has the e-mail %.*s.",
                       STR_ARG(email));
    if (!e)
        *ret = row.account_id;
    return e;
}

const struct err *member_add(struct db *db, struct uuid account, struct uuid role,
                             struct uuid *ret_id)
{
    struct uuid id = uuid_new();
    const struct err *e = q_member_insert(db, (struct member_insert_in){id, account, role}, NULL);

    if (e == E_CONFLICT)
        return err_why(db_arena(db), e, "This person is a member of the tenant already.");
    if (!e)
        *ret_id = id;
    return e;
}
