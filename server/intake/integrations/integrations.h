/* Integrations: the phone systems of a tenant, each with its hook address and settings. Secrets
 * are sealed under the tenant's key; the token in the address is stored as its SHA-256 only. */
#ifndef RINGSIGHT_INTAKE_INTEGRATIONS_H
#define RINGSIGHT_INTAKE_INTEGRATIONS_H

#include "http/http.h"
#include "providers/provider.h"

extern const struct feature integrations_feature;

struct fetch_tokens; /* net/fetch.h */

/* One wrong setting, by name. */
struct setting_fault {
    struct str name, why;
};
struct setting_faults {
    size_t n;
    struct setting_fault v[16];
};

struct new_integration {
    struct uuid id;
    struct str token; /* the secret part of the address; STR_NONE for uploads */
};

/* Creates an integration in the open transaction. `settings` is an object with the provider's
 * settings, secrets included. E_BAD_INPUT fills faults. E_GONE if the tenant has no key. */
const struct err *integration_create(struct db *db, struct uuid tenant, struct str provider,
                                     struct str name, struct str zone, const struct json *settings,
                                     struct setting_faults *faults,
                                     struct new_integration *ret) MUST_USE;

/* One object with all settings for the provider's functions: plain ones, opened secrets, and
 * `zone`. Lives in a. */
const struct err *integration_settings(struct arena *a, struct uuid tenant, struct uuid integration,
                                       struct str settings, struct str sealed, struct str zone,
                                       const struct json **ret) MUST_USE;

/* Where the integration's access token is kept for all processes (table provider_token, sealed under
 * the tenant's key). Lives in a; takes a connection of the pool for a moment at each use. `version`
 * is that of the settings used: a token got by others is no use. */
struct fetch_tokens *integration_tokens(struct arena *a, struct db_pool *pool, struct uuid tenant,
                                        struct uuid integration, int64_t version);

/* Says, in the open transaction, that an admin must mend the settings: nothing is fetched from the
 * phone system until new ones are saved. `version` is that of the settings used; newer ones are
 * left alone. `reason` is a sentence for the admin. */
const struct err *integration_attention(struct db *db, struct uuid integration, int64_t version,
                                        struct str reason) MUST_USE;

/* The tenant's integration that uploads belong to, made where it is missing. */
const struct err *integration_of_uploads(struct db *db, struct uuid tenant, struct str zone,
                                         struct uuid *ret) MUST_USE;

/* The address a phone system posts to. */
struct str integration_hook_url(struct arena *a, const char *public_url, struct str provider,
                                struct str token);

#endif
