/* What the files of oidc/ share. */
#ifndef RINGSIGHT_PEOPLE_OIDC_INNER_H
#define RINGSIGHT_PEOPLE_OIDC_INNER_H

#include "core/jwt.h"
#include "jobs/jobs.h"
#include "people/oidc/oidc.h"
#include "people/oidc/queries.h"

#define OIDC_USE "oidc" /* of the outgoing guard */
#define OIDC_CHECK "oidc.check"
#define OIDC_SIGN_IN "oidc.sign_in"
#define OIDC_POLL "oidc.poll"
#define OIDC_MINUTES 10 /* for a sign-in, from the button to the session */

/* Seals what belongs to a row of this tenant, and opens it. where: "oidc", "oidc_flow", "oidc_refresh". */
const struct err *oidc_seal(struct arena *a, struct uuid tenant, const char *where, struct uuid row, struct str plain,
                            struct str *ret_sealed) MUST_USE;
const struct err *oidc_open(struct arena *a, struct uuid tenant, const char *where, struct uuid row, struct str sealed,
                            struct str *ret_plain) MUST_USE;

/* ---- the provider (provider.c); asks it, so only in a job's `work` ---- */

struct oidc_client {
    struct str issuer, client_id, secret; /* secret: STR_NONE without one */
    const struct json *provider;          /* as oidc_discover left it; NULL: never asked */
};

/* What a provider publishes, as the JSON that is kept: its addresses and keys. E_UPSTREAM, E_TIMEOUT ... or
 * E_BAD_PAYLOAD with a sentence for the admin: what is wrong, and the cure. */
const struct err *oidc_discover(struct arena *a, struct str issuer, bool has_secret, struct str *ret_json) MUST_USE;

/* One call of the token endpoint. form: urlencoded, without the client's own fields. E_UPSTREAM_AUTH: the client is
 * refused; E_GONE: what was shown is not taken (invalid_grant); others as http_call. */
const struct err *oidc_token(struct arena *a, const struct oidc_client *c, struct str form,
                             const struct json **ret) MUST_USE;
/* Whether client id and secret are taken, by a code that cannot be right. */
const struct err *oidc_try_client(struct arena *a, const struct oidc_client *c, struct str redirect_uri) MUST_USE;
/* The claims of the userinfo endpoint, NULL where there is none. */
const struct err *oidc_userinfo(struct arena *a, const struct oidc_client *c, struct str access_token,
                                const struct json **ret) MUST_USE;
/* "&name=value" with the value percent-encoded. */
void oidc_pair(struct buf *b, const char *name, struct str value);

/* ---- reading (claims.c); pure ---- */

struct oidc_claims {
    struct str subject, email, name, sid;
};
/* Of the ID token's claims, and of userinfo's (NULL: none) where those say nothing. E_FORBIDDEN with a sentence for
 * the person: no address, one that is not verified, one of another domain. */
const struct err *oidc_claims_read(struct arena *a, const struct json *id, const struct json *info,
                                   struct str domains_array, struct oidc_claims *ret) MUST_USE;
/* True if a domain is in PostgreSQL's array. */
bool oidc_domain_in(struct str domain, struct str array);
/* Behind the last @, in lower case; STR_NONE if there is none. */
struct str oidc_domain_of(struct arena *a, struct str email);
/* The role of the first group that fits; STR_NONE where none does. */
struct str oidc_group_role(const struct json *map, const struct json *groups);

/* ---- handlers ---- */

const struct err *oidc_show(struct req *rq), *oidc_change(struct req *rq), *oidc_test(struct req *rq);
const struct err *oidc_offer(struct req *rq), *oidc_start(struct req *rq), *oidc_callback(struct req *rq),
    *oidc_finish(struct req *rq), *oidc_logout(struct req *rq);
extern const struct field oidc_change_in[], oidc_offer_in[], oidc_start_in[];
extern const struct schema oidc_schemas[];
/* Where the provider sends the browser back to, of a tenant's own host or (slug empty) of the service's. */
struct str oidc_redirect_uri(struct arena *a, struct str slug);

/* What a job needs of the tenant's settings: read, secret opened. */
struct oidc_setup {
    struct oidc_get_out row;
    struct oidc_client client;
};
const struct err *oidc_setup_read(struct db *db, struct uuid tenant, struct oidc_setup *ret) MUST_USE;
enum job_result oidc_sign_in_work(struct job *job, void **ret);
const struct err *oidc_sign_in_store(struct job *job, void *product), *oidc_sign_in_dead(struct job *job, struct str reason);
enum job_result oidc_poll_work(struct job *job, void **ret);

#endif
