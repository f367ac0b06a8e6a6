/* Making API keys. Called by routes.c and `ringsight admin`. Knows no HTTP. */
#include "people/apikeys/apikeys.h"

#include "people/apikeys/queries.h"

#define PREFIX 7

const struct err *api_key_create(struct db *db, const struct api_key_wish *wish, const struct role_facts *role,
                                 struct new_api_key *ret)
{
    struct arena *a = db_arena(db);
    struct str key = str_fmt(a, "rs_%.*s", STR_ARG(crypto_token(a, 32)));
    struct hash hash = crypto_sha256(key);
    struct api_key_insert_in row = {.id = uuid_new(), .name = str_trim(wish->name),
                                    .prefix = str_sub(key, 0, PREFIX),
                                    .hash = str_n(hash.b, sizeof hash.b), .role = role->id,
                                    .expires_at = wish->expires_at,
                                    .networks = wish->networks.p ? wish->networks : STR("")};
    const struct err *e;

    if (!str_is(role->scope, "all"))
        return err_why(a, E_BAD_INPUT,
                       "The role %.*s sees its own calls only, and a key has none: take another.",
                       STR_ARG(role->name));
    e = q_api_key_insert(db, row, NULL);
    if (!e)
        *ret = (struct new_api_key){row.id, key, row.prefix};
    return e;
}
