/* Erasing a tenant, step by step: ground.erase_tenant of migration 0058 does the deleting. */
#include "platform/tenancy/inner.h"
#include "platform/tenancy/queries.h"
#include "platform/tenancy/tenancy.h"

const struct err *tenancy_close(struct db *db, struct str slug, struct uuid *ret_tenant)
{
    struct tenant_close_out row;
    const struct err *e;

    db_begin(db, (struct uuid){{0}});
    e = q_tenant_close(db, (struct tenant_close_in){slug}, &row);
    if (!e && uuid_is_zero(row.id))
        e = err_why(db_arena(db), E_NOT_FOUND, "There is no tenant \"%.*s\".", STR_ARG(slug));
    if (!e && row.held)
        e = err_why(db_arena(db), E_CONFLICT, "%lld legal hold%s in force there: have them released first.",
                    (long long)row.held, row.held == 1 ? " is" : "s are");
    e = tenancy_end(db, e);
    if (!e)
        *ret_tenant = row.id;
    return e;
}

const struct err *tenancy_erase_step(struct db *db, struct uuid tenant, int most, struct tenancy_erased *ret)
{
    struct tenant_erase_step_out row = {0};
    const struct err *e;

    db_begin(db, (struct uuid){{0}});
    e = tenancy_end(db, q_tenant_erase_step(db, (struct tenant_erase_step_in){tenant, most}, &row));
    if (!e)
        *ret = (struct tenancy_erased){row.gone, row.left_in.p ? row.left_in : STR("")};
    return e;
}

const struct err *tenancy_erase_end(struct db *db, struct uuid tenant, struct tenancy_certificate *ret)
{
    struct tenant_erasure_out row = {0};
    const struct err *e;

    db_begin(db, (struct uuid){{0}});
    e = q_tenant_erase_end(db, (struct tenant_erase_end_in){tenant}, NULL);
    if (!e)
        e = q_tenant_erasure(db, (struct tenant_erasure_in){tenant}, &row);
    e = tenancy_end(db, e);
    if (!e)
        *ret = (struct tenancy_certificate){row.counts, row.accounts, row.began_at, row.done_at};
    return e;
}
