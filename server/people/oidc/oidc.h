/* Signing in by a provider of the tenant's own: OpenID Connect Core 1.0 with the code flow, PKCE (RFC 7636)
 * and a nonce. Sessions so opened hold in that tenant alone and end when the provider says so. */
#ifndef RINGSIGHT_PEOPLE_OIDC_H
#define RINGSIGHT_PEOPLE_OIDC_H

#include "http/http.h"

extern const struct feature oidc_feature;

/* Whether an account may come in by its password at all: E_FORBIDDEN with a sentence where each tenant of its
 * wants the provider. After the password was found right. */
const struct err *oidc_password_allowed(struct db *db, struct uuid account) MUST_USE;
/* Why a session by password may not be in a tenant: E_FORBIDDEN with a sentence, or NULL. */
const struct err *oidc_tenant_allowed(struct db *db, struct uuid account, struct uuid tenant) MUST_USE;
/* For what concerns the whole account and not one tenant: E_FORBIDDEN with a sentence where the caller's session was
 * opened by a tenant's provider, whose word counts in that tenant alone. In a transaction of its own. */
const struct err *oidc_account_allowed(struct req *rq) MUST_USE;

#endif
