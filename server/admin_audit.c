/* `ringsight admin verify-audit`: reads a tenant's audit chain again from its beginning. */
#include "admin.h"
#include "people/audit/audit.h"
#include "platform/tenancy/tenancy.h"

const struct err *admin_verify_audit(struct admin *ad, struct jw *out)
{
    struct audit_state s = {0};
    struct tenant_facts t;
    const struct err *e = tenancy_find(ad->db, ad->opt[OPT_TENANT], &t);

    if (e)
        return e;
    db_begin(ad->db, t.id);
    e = audit_check(ad->db, &s);
    db_rollback(ad->db);
    if (!e && s.fault.n)
        return err_why(ad->a, E_CONFLICT, "%.*s", STR_ARG(s.fault));
    if (e)
        return e;
    jw_key(out, "links");
    jw_int(out, s.links);
    jw_key(out, "waiting");
    jw_int(out, s.waiting);
    jw_key(out, "head");
    jw_text(out, s.head);
    return NULL;
}
