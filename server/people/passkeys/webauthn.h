/* What a browser sends of a passkey (WebAuthn Level 2), read and checked: bytes in, facts out. Knows no database and no
 * HTTP. A function that finds fault returns a sentence for the person at the browser; NULL: all is right. */
#ifndef RINGSIGHT_PEOPLE_PASSKEYS_WEBAUTHN_H
#define RINGSIGHT_PEOPLE_PASSKEYS_WEBAUTHN_H

#include "core/arena.h"
#include "core/crypto.h"

/* ---- party.c: under which names our pages are served ---- */

struct party {
    const char *why;        /* passkeys cannot work at this address, and what to do; NULL: they can */
    struct str rp_id;       /* what passkeys are bound to: a domain */
    struct str origin;      /* of the public URL */
    struct str scheme, base, port; /* base empty: tenants have no hosts of their own; port ":8443" or empty */
};

/* From the settings public_url and base_domain. */
struct party party_of(struct arena *a, struct str public_url, struct str base_domain);
/* Whether it is one of ours, letter by letter. *ret_slug: the tenant whose own host it is, if there is such a tenant, or
 * empty. */
bool party_origin(const struct party *p, struct str origin, struct str *ret_slug);

/* ---- client.c: the browser's words ---- */

#define CLIENT_DATA_MAX 4096
#define PASSKEY_MADE "webauthn.create"
#define PASSKEY_USED "webauthn.get"

struct client_expect {
    const char *type;             /* PASSKEY_MADE or PASSKEY_USED */
    const struct party *party;
    struct hash challenge;        /* SHA-256 of the challenge in base64url */
};

/* Section 5.8.1: JSON with type, challenge, origin, crossOrigin. */
const char *client_data_check(struct arena *a, struct str json, const struct client_expect *x, struct str *ret_slug);

/* ---- cbor.c ---- */

#define CBOR_DEPTH 8
#define CBOR_CHILDREN 64
/* The length of the one item that the bytes begin with; false unless it is well-formed, of definite lengths, without tags,
 * floats and undefined values, nested no deeper than CBOR_DEPTH and with no more than CBOR_CHILDREN members a level. */
bool cbor_one(struct str bytes, size_t *ret_n);
/* Of an attestation object {fmt, attStmt, authData} with nothing else in it and nothing behind it, the last; a copy. */
bool cbor_attestation(struct arena *a, struct str bytes, struct str *ret_auth_data);

/* ---- authenticator.c, over libfido2: the authenticator's words ---- */

#define ATTESTATION_MAX 8192
#define AUTH_DATA_MAX 4096
#define SIGNATURE_MAX 1024
#define CREDENTIAL_MAX 1023
#define USER_PRESENT 0x01
#define USER_VERIFIED 0x04
#define MAY_BE_BACKED_UP 0x08
#define BACKED_UP 0x10
#define HAS_CREDENTIAL 0x40
#define HAS_EXTENSIONS 0x80

struct public_key {
    int64_t algorithm; /* COSE: -7 ES256, -257 RS256 */
    struct str bytes;  /* x and y, 64 bytes; or n and e of 2048 bits, 259 bytes */
};

struct new_passkey {
    struct str id;
    struct public_key key;
    int64_t count;
};

/* Section 7.1, steps 9 to 18, of a new one. What it says in attStmt about its maker is not believed and not kept. */
const char *attestation_check(struct arena *a, struct str object, struct str rp_id, struct new_passkey *ret);

struct assertion {
    struct str client_data, auth_data, signature;
};

/* Section 7.2, steps 13 to 20. The counter is the caller's to compare. */
const char *assertion_check(struct arena *a, const struct assertion *s, struct str rp_id, const struct public_key *key,
                            int64_t *ret_count);

#endif
