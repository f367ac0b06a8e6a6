/* The people of a tenant and their roles. */
#ifndef RINGSIGHT_PEOPLE_MEMBERS_H
#define RINGSIGHT_PEOPLE_MEMBERS_H

#include "http/http.h"

extern const struct feature members_feature;

struct role_facts {
    struct uuid id;
    struct str name, scope;
    uint32_t permissions;
};

/* A role of the transaction's tenant by its slug. E_NO_PARENT with a sentence. */
const struct err *role_find(struct db *db, struct str slug, struct role_facts *ret) MUST_USE;
/* Whether somebody may give this role away: never more than he may do himself. */
bool role_within(const struct role_facts *role, const struct identity *who);

/* The account of a member by e-mail, in any case. E_NO_PARENT with a sentence. */
const struct err *member_account(struct db *db, struct str email, struct uuid *ret) MUST_USE;
/* Ties an account to the transaction's tenant. E_CONFLICT if it is a member already. */
const struct err *member_add(struct db *db, struct uuid account, struct uuid role,
                             struct uuid *ret_id) MUST_USE;

#endif
