/* What the files of tenancy/ share. */
#ifndef RINGSIGHT_PLATFORM_TENANCY_INNER_H
#define RINGSIGHT_PLATFORM_TENANCY_INNER_H

#include "platform/tenancy/tenancy.h"

/* Commits, or rolls back after an error, which it returns. */
const struct err *tenancy_end(struct db *db, const struct err *e) MUST_USE;
/* E_BAD_INPUT unless it has 1 to 120 characters. */
const struct err *tenancy_name_check(struct arena *a, const char *what, struct str name) MUST_USE;
/* Checks name and password of a new person and hashes the password: slow, before a transaction. */
const struct err *tenancy_person_hash(struct arena *a, const struct new_person *p,
                                      struct str *ret_hash) MUST_USE;
/* In an open transaction: the person's account, made if he has none. */
const struct err *tenancy_account_insert(struct db *db, const struct new_person *p, struct str hash,
                                         const char *kind, struct uuid *ret) MUST_USE;

#endif
