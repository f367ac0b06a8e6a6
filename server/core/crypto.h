/* The cryptography we use, over libsodium (and OpenSSL where a foreign format asks for SHA-1 or
 * MD5). crypto_init first, once per process. */
#ifndef RINGSIGHT_CORE_CRYPTO_H
#define RINGSIGHT_CORE_CRYPTO_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

#define CRYPTO_HASH 32
#define CRYPTO_KEY 32

struct key {
    uint8_t b[CRYPTO_KEY];
};

struct hash {
    uint8_t b[CRYPTO_HASH];
};

void crypto_init(void);
void crypto_random(void *out, size_t n);
struct hash crypto_sha256(struct str s);
struct hash crypto_hmac_sha256(struct str key, struct str s);
/* Ed25519 (RFC 8032) by a seed of 32 bytes: the public key's 32 bytes, and the 64 of a signature of s.
 * STR_NONE for a seed of another length. */
struct str crypto_ed25519_public(struct arena *a, struct str seed);
struct str crypto_ed25519_sign(struct arena *a, struct str seed, struct str s);
/* Base64 of HMAC-SHA1; only for protocols that demand it (Twilio's signature). */
struct str crypto_hmac_sha1_base64(struct arena *a, struct str key, struct str s);
/* Lower-case hex MD5 of s; only for protocols that demand it (Grandstream's login). */
struct str crypto_md5_hex(struct arena *a, struct str s);
/* Constant time for equal lengths. */
bool crypto_eq(struct str a, struct str b);
void crypto_wipe(void *p, size_t n);

struct str crypto_hex(struct arena *a, struct str bytes);
bool crypto_unhex(struct arena *a, struct str hex, struct str *ret);
/* Base64, standard alphabet with padding, and the URL alphabet without. */
struct str crypto_base64(struct arena *a, struct str bytes);
struct str crypto_base64url(struct arena *a, struct str bytes);
/* Strict: one spelling for the same bytes. */
bool crypto_unbase64(struct arena *a, struct str text, struct str *ret);
bool crypto_unbase64url(struct arena *a, struct str text, struct str *ret);
/* n random bytes in the URL alphabet. */
struct str crypto_token(struct arena *a, size_t n);

/* XChaCha20-Poly1305: 24-byte random nonce, then the sealed bytes. `about` is authenticated, not
 * stored: callers pass "tenant|table|column|row", so a value moved elsewhere does not open. */
struct str crypto_seal(struct arena *a, const struct key *k, struct str about, struct str plain);
const struct err *crypto_open(struct arena *a, const struct key *k, struct str about,
                              struct str sealed, struct str *ret_plain) MUST_USE;
/* A key for one purpose or file, derived by keyed BLAKE2b of `purpose`. */
struct key crypto_derive(const struct key *k, struct str purpose);

/* Argon2id t=3 m=64 MiB (TRUST.md A1). Slow and large: only on the hashing lane. */
const struct err *crypto_password_hash(struct arena *a, struct str password,
                                       struct str *ret_hash) MUST_USE;
bool crypto_password_verify(struct str hash, struct str password);

/* RS256 (RSASSA-PKCS1-v1_5 with SHA-256) of s by a private key in PEM, for tokens that Google takes.
 * E_BAD_INPUT if the key cannot be read or is no RSA key of 2048 bits or more. */
const struct err *crypto_rs256(struct arena *a, struct str pem, struct str s,
                               struct str *ret_signature) MUST_USE;

#endif
