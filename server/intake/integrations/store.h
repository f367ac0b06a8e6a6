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

/* After the commit of the open transaction this process's list of addresses is read anew. */
void store_changed(struct db *db);

/* Has a phone system that can be asked for its calls asked each night (intake/polling). Repeats
 * change nothing. */
const struct err *store_nightly(struct db *db, const struct provider *p,
                                struct uuid integration) MUST_USE;
/* The provider's setup file with {{name}}, {{hook_url}} and any {{setting}} filled in, escaped for
 * XML; what is not known is left blank. E_NOT_FOUND if the provider has none; E_BAD_INPUT for an
 * address that cannot be one of ours. */
const struct err *setup_file_make(struct arena *a, const struct provider *p, struct str name,
                                  struct str hook_url, const struct json *settings,
                                  struct str *ret) MUST_USE;

#endif
