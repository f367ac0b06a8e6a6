/* Making a tenant. Called by `ringsight admin`. The tenant's key is a file and no part of the
 * transaction: it is made first, for a tenant without a key could seal nothing, and taken back when
 * the tenant surely does not exist. */
#include "platform/tenancy/tenancy.h"

#include "core/permissions.h"
#include "core/zone.h"
#include "insight/scorecards/scorecards.h"
#include "intake/integrations/integrations.h"
#include "net/services.h"
#include "people/members/members.h"
#include "platform/tenancy/inner.h"
#include "platform/tenancy/queries.h"

#define SLUG_MAX 41

static const struct err *slug_check(struct arena *a, struct str s)
{
    bool good = s.n >= 2 && s.n <= SLUG_MAX && s.p[0] != '-';

    for (size_t i = 0; good && i < s.n; i++)
        good = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
               s.p[i] == '-';
    return good ? NULL
                : err_why(a, E_BAD_INPUT, "The slug \"%.*s\" must be 2 to %d small letters, digits "
                          "and hyphens, without a hyphen in front.", STR_ARG(s), SLUG_MAX);
}

static const struct err *check(struct arena *a, const struct new_tenant *t)
{
    const struct err *e = slug_check(a, t->slug);

    if (!e)
        e = tenancy_name_check(a, "tenant's name", t->name);
    if (!e && !zone_known(t->zone))
        e = err_why(a, E_BAD_INPUT, "\"%.*s\" is no time zone: give one like Europe/London.",
                    STR_ARG(t->zone));
    return e;
}

static struct str permission_array(struct arena *a, uint32_t bits)
{
    struct buf b = buf_new(a, 4096);

    buf_char(&b, '{');
    for (int i = 0; i < PERMISSION_COUNT; i++)
        if (bits & 1u << i)
            buf_fmt(&b, "%s%s", b.n > 1 ? "," : "", permission_name((enum permission_number)i));
    buf_char(&b, '}');
    return buf_str(&b);
}

static const struct err *add_roles(struct db *db)
{
    const struct err *e = NULL;

    for (const struct role_default *r = role_defaults; r->slug && !e; r++)
        e = q_role_insert(db, (struct role_insert_in){
            uuid_new(), str_of(r->slug), str_of(r->name), str_of(r->scope),
            permission_array(db_arena(db), r->permissions)}, NULL);
    return e;
}

static const struct err *add_owner(struct db *db, const struct new_person *owner, struct str hash)
{
    struct role_facts role;
    struct uuid account, member;
    const struct err *e = role_find(db, STR("owner"), &role);

    if (!e)
        e = tenancy_account_insert(db, owner, hash, "person", &account);
    return e ? e : member_add(db, account, role.id, &member);
}

static const struct err *add_uploads(struct db *db, struct uuid tenant, struct str zone)
{
    struct setting_faults faults = {0};
    struct new_integration made;
    const struct json *none;
    const struct err *e = json_parse(db_arena(db), STR("{}"), &none);

    if (e)
        return e;
    return integration_create(db, tenant, STR("upload"), STR("Uploads"), zone, none, &faults, &made);
}

static const struct err *fill(struct db *db, struct uuid id, const struct new_tenant *t,
                              struct str hash)
{
    const struct err *e = q_tenant_insert(
        db, (struct tenant_insert_in){id, t->slug, str_trim(t->name), t->zone}, NULL);

    if (e == E_CONFLICT)
        return err_why(db_arena(db), e, "There is a tenant \"%.*s\" already.", STR_ARG(t->slug));
    if (!e)
        e = add_roles(db);
    if (!e)
        e = add_owner(db, &t->owner, hash);
    if (!e)
        e = add_uploads(db, id, t->zone);
    return e ? e : scorecards_seed(db, t->templates_dir);
}

const struct err *tenancy_create(struct db *db, const struct new_tenant *t, struct uuid *ret_tenant)
{
    struct arena *a = db_arena(db), *scratch;
    struct uuid id = uuid_new();
    struct str hash;
    const struct err *e = check(a, t), *ignored;

    if (!e)
        e = tenancy_person_hash(a, &t->owner, &hash);
    if (!e)
        e = keys_create(services()->keys, a, id);
    if (e)
        return e;
    db_begin(db, id);
    e = fill(db, id, t, hash);
    if (!e) {
        *ret_tenant = id;
        return db_commit(db); /* lost meanwhile, it may be there all the same: the key stays */
    }
    db_rollback(db);
    scratch = arena_new(); /* what went wrong first is what is told */
    ignored = keys_destroy(services()->keys, scratch, id);
    (void)ignored;
    arena_free(scratch);
    return e;
}

const struct err *tenancy_find(struct db *db, struct str slug, struct tenant_facts *ret)
{
    struct tenant_by_slug_out row;
    const struct err *e;

    db_begin(db, (struct uuid){{0}});
    e = q_tenant_by_slug(db, (struct tenant_by_slug_in){slug}, &row);
    if (e == E_NOT_FOUND)
        e = err_why(db_arena(db), e, "There is no tenant \"%.*s\".", STR_ARG(slug));
    e = tenancy_end(db, e);
    if (!e)
        *ret = (struct tenant_facts){row.id, row.slug, row.name, row.zone};
    return e;
}
