/* Removing the second factor of somebody who has lost his phone, by one who administers the tenant's people. */
#include "people/factors/factors.h"
#include "people/factors/inner.h"
#include "people/factors/queries.h"
#include "people/members/members.h"

struct reason_fields {
    struct str reason;
};

/* Choices, so that the audit log tells it. */
const struct field factor_of_member_in[] = {
    {"reason", FIELD_TEXT, offsetof(struct reason_fields, reason), REQUIRED, .choices = "lost|replaced|stolen|other",
     .doc = "What became of the phone"},
    {0},
};

static const struct err *may(struct req *rq, struct uuid *ret_account)
{
    struct factor_member_out row;
    struct role_facts role;
    const struct err *e = q_factor_member(rq->db, (struct factor_member_in){rq->param_id[0]}, &row);

    if (e)
        return e;
    role = (struct role_facts){.scope = row.scope, .permissions = permissions_of(row.permissions)};
    if (!role_within(&role, &rq->who))
        return err_why(rq->a, E_FORBIDDEN, "This person may do more than you: somebody who may as much can do this.");
    if (uuid_eq(row.account_id, rq->who.account))
        return err_why(rq->a, E_CONFLICT, "Your own is removed on your security page, by your password or a code.");
    *ret_account = row.account_id;
    return NULL;
}

const struct err *factor_of_member(struct req *rq)
{
    struct factor_member_drop_out row;
    struct uuid account;
    const struct err *e = may(rq, &account);

    if (!e)
        e = q_factor_member_drop(rq->db, (struct factor_member_drop_in){rq->param_id[0]}, &row);
    if (e)
        return e;
    if (str_is(row.outcome, "elsewhere"))
        return err_why(rq->a, E_CONFLICT, "This account belongs to other tenants too: a recovery code helps, or the operator "
                       "of the service.");
    if (!str_is(row.outcome, "done"))
        return err_why(rq->a, E_CONFLICT, "This person has no second factor.");
    e = factor_tell(rq->db, account, FACTOR_REMOVED_BY_OTHER);
    return e ? e : req_none(rq);
}
