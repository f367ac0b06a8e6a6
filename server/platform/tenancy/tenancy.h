/* Making accounts, tenants and what a tenant starts with. Runs on the owner's connection
 * (BYPASSRLS), so every statement names its tenant. Each function is a transaction of its own; the
 * connection's arena holds what it returns and the sentence of an error. */
#ifndef RINGSIGHT_PLATFORM_TENANCY_H
#define RINGSIGHT_PLATFORM_TENANCY_H

#include "core/crypto.h"
#include "db/db.h"

/* A person as given. With an account already, name and password are not used. */
struct new_person {
    struct uuid account; /* zero: make one */
    struct str email, name, password;
};

struct new_tenant {
    struct str slug, name, zone;
    struct new_person owner;
    const char *templates_dir;
};

struct tenant_facts {
    struct uuid id;
    struct str slug, name, zone;
};

/* The account with this e-mail, zero if there is none. E_BAD_INPUT if it is no e-mail address,
 * E_CONFLICT if the account is of another kind than "person" or "super". */
const struct err *tenancy_account(struct db *db, struct str email, const char *kind,
                                  struct uuid *ret) MUST_USE;
/* Forgets the wrong passwords counted for an account, so that nobody has to wait for it. */
const struct err *tenancy_unlock(struct db *db, struct str email) MUST_USE;

/* Removes the second factor of an account, person's or super admin's, and ends its sessions. E_NOT_FOUND with a
 * sentence: no such account, or it has none. */
const struct err *tenancy_remove_factor(struct db *db, struct str email) MUST_USE;

/* Makes a super admin. E_CONFLICT if the address is taken. */
const struct err *tenancy_super_admin(struct db *db, const struct new_person *p,
                                      struct uuid *ret_account) MUST_USE;

/* Makes a tenant with its key, its roles, the integration for uploads, the scorecards of
 * templates/scorecards as version 1, and its owner. E_CONFLICT if the slug is taken. */
const struct err *tenancy_create(struct db *db, const struct new_tenant *t,
                                 struct uuid *ret_tenant) MUST_USE;

/* A tenant by its slug. E_NOT_FOUND with a sentence. */
const struct err *tenancy_find(struct db *db, struct str slug, struct tenant_facts *ret) MUST_USE;

/* Closes a tenant for good, also one that was closed before: nobody signs in, no hook is taken. E_NOT_FOUND with a
 * sentence; E_CONFLICT: legal holds are in force. */
const struct err *tenancy_close(struct db *db, struct str slug, struct uuid *ret_tenant) MUST_USE;
struct tenancy_erased {
    int64_t gone;       /* rows deleted by this step */
    struct str left_in; /* a table that has more; empty: none has */
};
/* A step of deleting a closed tenant's rows, at most so many of each table. */
const struct err *tenancy_erase_step(struct db *db, struct uuid tenant, int most, struct tenancy_erased *ret) MUST_USE;
struct tenancy_certificate {
    struct str counts; /* the rows there were when it was closed, by table: JSON */
    int64_t accounts;  /* of people who belonged to no other tenant */
    int64_t began_at, done_at;
};
/* The tenant itself and its people, once no row is left. */
const struct err *tenancy_erase_end(struct db *db, struct uuid tenant, struct tenancy_certificate *ret) MUST_USE;

/* Makes a person a member of a tenant. E_CONFLICT if he is one, E_NO_PARENT for an unknown role. */
const struct err *tenancy_user(struct db *db, struct uuid tenant, const struct new_person *p,
                               struct str role, struct uuid *ret_account) MUST_USE;

#endif
