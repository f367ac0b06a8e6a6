/* What the files of passkeys/ share. */
#ifndef RINGSIGHT_PEOPLE_PASSKEYS_INNER_H
#define RINGSIGHT_PEOPLE_PASSKEYS_INNER_H

#include "http/http.h"
#include "people/passkeys/webauthn.h"

#define PASSKEYS_MAX 20
#define ASK_MINUTES 5
#define CHALLENGE_BYTES 32

struct party passkey_party(struct arena *a);
/* The origin is that of a tenant's own host: whether the account belongs to that tenant. */
const struct err *passkey_tenant_is(struct db *db, struct uuid account, struct str slug, bool *ret_ours) MUST_USE;

/* What the browser made of the question. */
struct passkey_made {
    struct str name, client_data, attestation;
};

/* A question to make a new one, as JSON; E_CONFLICT: there are as many as may be. In the open transaction. */
const struct err *passkey_ask_new(struct req *rq, struct str *ret_json) MUST_USE;
/* The hash by which its answer is checked, taken once and for all; in a transaction that is committed. E_GONE. */
const struct err *passkey_asked_new(struct req *rq, struct hash *ret_challenge) MUST_USE;
/* The passkey is the account's from now on, and every session but the caller's ends. *ret_first: it had no second factor.
 * E_BAD_INPUT names the field. */
const struct err *passkey_add(struct req *rq, const struct passkey_made *in, const struct hash *challenge,
                              struct uuid *ret_id, bool *ret_first) MUST_USE;

#endif
