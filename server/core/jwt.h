/* Tokens signed by others (RFC 7519), read strictly. The algorithm is that of the key and is RS256 or ES256; a
 * key comes from the signer's key set (RFC 7517) and never from the token; every claim is checked here. Over
 * OpenSSL: libjwt 1.10 takes no token whose type is "logout+jwt". Pure: asks nobody for anything. */
#ifndef RINGSIGHT_CORE_JWT_H
#define RINGSIGHT_CORE_JWT_H

#include "core/arena.h"
#include "core/err.h"
#include "core/json.h"
#include "core/str.h"

#define JWT_MAX 16384      /* bytes of a token */
#define JWT_KEYS_MAX 64    /* keys of a set */
#define JWT_LEEWAY_S 60    /* by how much clocks may differ */

enum jwt_algorithm { JWT_RS256 = 1, JWT_ES256 };

struct jwt_key {
    struct str kid; /* STR_NONE: has none */
    enum jwt_algorithm algorithm;
    struct str pem; /* the public key */
};

struct jwt_keys {
    size_t n;
    struct jwt_key v[JWT_KEYS_MAX];
};

/* The keys of a JSON Web Key Set that can verify RS256 (RSA, 2048 to 8192 bits) or ES256 (P-256); others are
 * passed over. E_BAD_PAYLOAD with a sentence: no key set, more than JWT_KEYS_MAX keys, or none of use. */
const struct err *jwt_keys_parse(struct arena *a, const struct json *set, struct jwt_keys *ret) MUST_USE;

enum jwt_kind {
    JWT_ID = 1, /* OpenID Connect Core 1.0, 3.1.3.7: needs the nonce */
    JWT_LOGOUT  /* OpenID Connect Back-Channel Logout 1.0, 2.6: needs the event, takes no nonce */
};

struct jwt_want {
    enum jwt_kind kind;
    struct str issuer, audience, nonce;
    int64_t now_s; /* seconds since 1970 */
};

/* The claims of a token that holds. E_BAD_SIGNATURE with a sentence that says what is wrong, and never shows
 * anything of the token; E_NOT_FOUND: signed by a key that is not in the set, which may be old. */
const struct err *jwt_verify(struct arena *a, struct str token, const struct jwt_keys *keys,
                             const struct jwt_want *want, const struct json **ret_claims) MUST_USE;

/* ---- what core/jwt.c and core/jwt_keys.c share ---- */

/* True if what stands behind the last '.' is the signature of all before it, by this very key and its algorithm. */
bool jwt_signature_holds(struct arena *a, struct str token, const struct jwt_key *key);

#endif
