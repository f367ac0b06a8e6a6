/* What store.c and routes.c of this folder share. */
#ifndef RINGSIGHT_INTAKE_INTEGRATIONS_STORE_H
#define RINGSIGHT_INTAKE_INTEGRATIONS_STORE_H

#include "intake/integrations/integrations.h"

/* Checks given settings against the provider's table; `kept` (may be NULL) are those in force,
 * which stay where nothing is given. E_BAD_INPUT and the faults. */
const struct err *store_check(struct arena *a, const struct provider *p, const struct json *settings,
                              const struct json *kept, struct setting_faults *f) MUST_USE;
/* Parts settings into plain JSON and secret JSON (STR_NONE: no secrets). null removes a value. */
void store_split(struct arena *a, const struct provider *p, const struct json *settings,
                 const struct json *kept, struct str *ret_plain, struct str *ret_secret);
const struct err *store_seal(struct arena *a, struct uuid tenant, struct uuid integration,
                             struct str secret, struct str *ret_sealed) MUST_USE;
/* A new secret for a hook address. */
void store_token(struct arena *a, struct str *ret_token, struct hash *ret_hash,
                 struct str *ret_tail);

#endif
