/* Accounts and memberships. Called by tenancy.c and `ringsight admin`. Passwords are hashed here
 * and kept nowhere. */
#include "people/members/members.h"
#include "people/passwords/passwords.h"
#include "platform/tenancy/inner.h"
#include "platform/tenancy/queries.h"

const struct err *tenancy_end(struct db *db, const struct err *e)
{
    if (!e)
        return db_commit(db);
    db_rollback(db);
    return e;
}

const struct err *tenancy_name_check(struct arena *a, const char *what, struct str name)
{
    size_t n = str_letters(str_trim(name));

    if (str_utf8(name) && n >= 1 && n <= 120)
        return NULL;
    return err_why(a, E_BAD_INPUT, "The %s must have 1 to 120 characters.", what);
}

static const struct err *email_check(struct arena *a, struct str email)
{
    ptrdiff_t at = str_find(email, STR("@"), 0);
    bool good = at > 0 && (size_t)at + 1 < email.n && email.n <= 254 && str_utf8(email) &&
                str_find(email, STR("@"), (size_t)at + 1) < 0;

    for (size_t i = 0; good && i < email.n; i++)
        good = (unsigned char)email.p[i] > ' ' && email.p[i] != 127;
    return good ? NULL
                : err_why(a, E_BAD_INPUT, "\"%.*s\" is no e-mail address.", STR_ARG(email));
}

const struct err *tenancy_account(struct db *db, struct str email, const char *kind,
                                  struct uuid *ret)
{
    struct arena *a = db_arena(db);
    struct str address = str_lower(a, str_trim(email));
    struct account_by_email_out row;
    const struct err *e = email_check(a, address);

    if (e)
        return e;
    db_begin(db, (struct uuid){{0}});
    e = q_account_by_email(db, (struct account_by_email_in){address}, &row);
    if (e == E_NOT_FOUND) {
        *ret = (struct uuid){{0}};
        return tenancy_end(db, NULL);
    }
    if (!e && !str_is(row.kind, kind))
        e = err_why(a, E_CONFLICT, "%.*s belongs to a %s: take another address.", STR_ARG(address),
                    str_is(row.kind, "super") ? "super admin" : "person of a tenant");
    e = tenancy_end(db, e);
    if (!e)
        *ret = row.id;
    return e;
}

const struct err *tenancy_account_insert(struct db *db, const struct new_person *p, struct str hash,
                                         const char *kind, struct uuid *ret)
{
    struct arena *a = db_arena(db);
    struct account_insert_in row = {uuid_new(), str_lower(a, str_trim(p->email)),
                                    str_trim(p->name), hash, str_of(kind)};
    const struct err *e = NULL;

    if (!uuid_is_zero(p->account)) {
        *ret = p->account;
        return NULL;
    }
    e = q_account_insert(db, row, NULL);
    if (e == E_CONFLICT)
        return err_why(a, e, "There is an account with the e-mail %.*s already.",
                       STR_ARG(row.email));
    if (!e)
        *ret = row.id;
    return e;
}

const struct err *tenancy_person_hash(struct arena *a, const struct new_person *p,
                                      struct str *ret_hash)
{
    const struct err *e;

    *ret_hash = STR_NONE;
    if (!uuid_is_zero(p->account))
        return NULL;
    e = tenancy_name_check(a, "person's name", p->name);
    if (!e)
        e = password_check(a, p->password);
    if (!e)
        e = crypto_password_hash(a, p->password, ret_hash);
    return e;
}

const struct err *tenancy_super_admin(struct db *db, const struct new_person *p,
                                      struct uuid *ret_account)
{
    struct str hash;
    const struct err *e = tenancy_person_hash(db_arena(db), p, &hash);

    if (e)
        return e;
    db_begin(db, (struct uuid){{0}});
    return tenancy_end(db, tenancy_account_insert(db, p, hash, "super", ret_account));
}

const struct err *tenancy_user(struct db *db, struct uuid tenant, const struct new_person *p,
                               struct str role, struct uuid *ret_account)
{
    struct role_facts facts;
    struct uuid member;
    struct str hash;
    const struct err *e = tenancy_person_hash(db_arena(db), p, &hash);

    if (e)
        return e;
    db_begin(db, tenant);
    e = role_find(db, role, &facts);
    if (!e)
        e = tenancy_account_insert(db, p, hash, "person", ret_account);
    if (!e)
        e = member_add(db, *ret_account, facts.id, &member);
    return tenancy_end(db, e);
}

const struct err *tenancy_unlock(struct db *db, struct str email)
{
    struct arena *a = db_arena(db);
    struct str address = str_lower(a, str_trim(email));
    const struct err *e = email_check(a, address);

    if (e)
        return e;
    db_begin(db, (struct uuid){{0}});
    return tenancy_end(db, q_tenancy_unlock(db, (struct tenancy_unlock_in){address}, NULL));
}

const struct err *tenancy_remove_factor(struct db *db, struct str email)
{
    struct arena *a = db_arena(db);
    struct str address = str_lower(a, str_trim(email));
    struct tenancy_remove_factor_out row;
    const struct err *e;

    db_begin(db, (struct uuid){{0}});
    e = q_tenancy_remove_factor(db, (struct tenancy_remove_factor_in){address}, &row);
    if (e == E_NOT_FOUND)
        e = err_why(a, e, "There is no account %.*s.", STR_ARG(address));
    if (!e && !row.done)
        e = err_why(a, E_NOT_FOUND, "%.*s has no second factor.", STR_ARG(address));
    if (!e)
        e = q_tenancy_end_sessions(db, (struct tenancy_end_sessions_in){row.id}, NULL);
    return tenancy_end(db, e);
}
