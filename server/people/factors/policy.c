/* Of whom a tenant asks a second factor. An owner says it, and has one himself: he would be the first to stand outside.
 * And that super admins keep theirs where the setting says so. */
#include "core/settings.h"
#include "people/factors/factors.h"
#include "people/factors/inner.h"
#include "people/factors/queries.h"

struct policy_fields {
    struct str second_factor;
};

const struct field factor_policy_in[] = {
    {"second_factor", FIELD_TEXT, offsetof(struct policy_fields, second_factor), REQUIRED, .choices = "nobody|admins|everyone",
     .doc = "admins: owners, admins and whoever else may manage people"},
    {0},
};

static const struct err *has_one_himself(struct req *rq)
{
    struct factor_state_out row;
    const struct err *e = q_factor_state(rq->db, (struct factor_state_in){rq->who.account}, &row);

    if (e || row.since != SQL_NULL)
        return e;
    return err_why(rq->a, E_CONFLICT, "Set up a second factor of your own first, on your security page.");
}

const struct err *factor_policy_set(struct req *rq)
{
    const struct policy_fields *in = rq->in;
    int64_t version, n = 0;
    const struct err *e;

    if (!rq->who.by_cookie || !str_is(rq->who.role, "owner"))
        return err_why(rq->a, E_FORBIDDEN, "Only an owner decides this.");
    e = req_if_match(rq, &version);
    if (!e && !str_is(in->second_factor, "nobody"))
        e = has_one_himself(rq);
    if (!e)
        e = q_factor_policy_set(rq->db, (struct factor_policy_set_in){version, in->second_factor, rq->who.name}, &n);
    if (!e && !n)
        e = E_STALE;
    return e ? e : req_none(rq);
}

const struct err *factor_dropped(struct req *rq, struct str outcome)
{
    if (rq->who.kind != SUPER || !http_config.settings->super_admin_factor || !str_is(outcome, "last"))
        return NULL;
    return err_why(rq->a, E_CONFLICT, "Super admins need a second factor here: add another before you remove the last.");
}
