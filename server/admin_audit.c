/* `ringsight admin verify-audit`: reads an audit chain again from its beginning. And what commands write into
 * the service's own. */
#include <pwd.h>
#include <unistd.h>

#include "admin.h"
#include "people/audit/audit.h"
#include "platform/tenancy/tenancy.h"

static const struct err *check(struct admin *ad, struct audit_state *ret)
{
    struct tenant_facts t = {0};
    const struct err *e = NULL;

    if (ad->opt[OPT_TENANT].p)
        e = tenancy_find(ad->db, ad->opt[OPT_TENANT], &t);
    if (e)
        return e;
    db_begin(ad->db, t.id);
    e = ad->opt[OPT_TENANT].p ? audit_check(ad->db, ret) : audit_check_platform(ad->db, ret);
    db_rollback(ad->db);
    return e;
}

const struct err *admin_verify_audit(struct admin *ad, struct jw *out)
{
    struct audit_state s = {0};
    const struct err *e = check(ad, &s);

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

const struct err *admin_tell(struct admin *ad, const char *command)
{
    const struct passwd *p = getpwuid(getuid());
    char host[256] = "";
    const struct err *e;

    (void)gethostname(host, sizeof host - 1);
    db_begin(ad->db, (struct uuid){{0}});
    e = audit_command(ad->db, p ? str_dup(ad->a, str_of(p->pw_name)) : str_fmt(ad->a, "user %ld", (long)getuid()),
                      str_of(host), command, admin_given(ad));
    if (e)
        db_rollback(ad->db);
    return e ? e : db_commit(ad->db);
}
