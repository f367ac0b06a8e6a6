/* API keys: "rs_" and 43 characters (256 random bits), bound to a tenant and a role. Shown once;
 * the database holds the SHA-256 of the whole key and its first 7 characters. */
#ifndef RINGSIGHT_PEOPLE_APIKEYS_H
#define RINGSIGHT_PEOPLE_APIKEYS_H

#include "http/http.h"
#include "people/members/members.h"

extern const struct feature apikeys_feature;

/* What a key is asked to be. */
struct api_key_wish {
    struct str name, networks; /* networks: it is taken from these only; STR_NONE: from any */
    int64_t expires_at;        /* TIME_NONE: it does not end by itself */
};

struct new_api_key {
    struct uuid id;
    struct str key, prefix;
};

/* Makes a key in the transaction's tenant. E_BAD_INPUT for a role that sees its own calls only:
 * a key has none. */
const struct err *api_key_create(struct db *db, const struct api_key_wish *wish, const struct role_facts *role,
                                 struct new_api_key *ret) MUST_USE;

#endif
