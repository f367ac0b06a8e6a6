/* Cryptography over libsodium; MD5 and SHA-1 from OpenSSL, for Grandstream's login and Twilio's
 * signature only. Keys and plain
 * secrets are never logged from here. */
#include "core/crypto.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES
#define ARGON_T 3
#define ARGON_M (64u << 20)

void crypto_init(void)
{
    if (sodium_init() < 0) {
        fputs("{\"level\":\"error\",\"event\":\"crypto.init_failed\"}\n", stderr);
        abort();
    }
}

void crypto_random(void *out, size_t n)
{
    randombytes_buf(out, n);
}

struct hash crypto_sha256(struct str s)
{
    struct hash h;

    crypto_hash_sha256(h.b, (const unsigned char *)(s.p ? s.p : ""), s.n);
    return h;
}

struct hash crypto_hmac_sha256(struct str key, struct str s)
{
    crypto_auth_hmacsha256_state st;
    struct hash h;

    crypto_auth_hmacsha256_init(&st, (const unsigned char *)(key.p ? key.p : ""), key.n);
    crypto_auth_hmacsha256_update(&st, (const unsigned char *)(s.p ? s.p : ""), s.n);
    crypto_auth_hmacsha256_final(&st, h.b);
    return h;
}

struct str crypto_ed25519_public(struct arena *a, struct str seed)
{
    unsigned char secret[crypto_sign_SECRETKEYBYTES], *key = arena_alloc(a, crypto_sign_PUBLICKEYBYTES);

    if (seed.n != crypto_sign_SEEDBYTES)
        return STR_NONE;
    crypto_sign_seed_keypair(key, secret, (const unsigned char *)seed.p);
    sodium_memzero(secret, sizeof secret);
    return str_n(key, crypto_sign_PUBLICKEYBYTES);
}

struct str crypto_ed25519_sign(struct arena *a, struct str seed, struct str s)
{
    unsigned char secret[crypto_sign_SECRETKEYBYTES], key[crypto_sign_PUBLICKEYBYTES], *out = arena_alloc(a, crypto_sign_BYTES);

    if (seed.n != crypto_sign_SEEDBYTES)
        return STR_NONE;
    crypto_sign_seed_keypair(key, secret, (const unsigned char *)seed.p);
    crypto_sign_detached(out, NULL, (const unsigned char *)(s.p ? s.p : ""), s.n, secret);
    sodium_memzero(secret, sizeof secret);
    return str_n(out, crypto_sign_BYTES);
}

struct str crypto_hmac_sha1_base64(struct arena *a, struct str key, struct str s)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int n = 0;

    if (key.n > INT_MAX ||
        !HMAC(EVP_sha1(), key.p ? key.p : "", (int)key.n, (const unsigned char *)(s.p ? s.p : ""),
              s.n, mac, &n))
        return STR("");
    return crypto_base64(a, str_n(mac, n));
}

struct str crypto_md5_hex(struct arena *a, struct str s)
{
    unsigned char md[EVP_MAX_MD_SIZE];
    unsigned int n = 0;

    if (EVP_Digest(s.p ? s.p : "", s.n, md, &n, EVP_md5(), NULL) != 1)
        return STR("");
    return crypto_hex(a, str_n(md, n));
}

bool crypto_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}

void crypto_wipe(void *p, size_t n)
{
    sodium_memzero(p, n);
}

struct str crypto_hex(struct arena *a, struct str bytes)
{
    char *out = arena_alloc(a, bytes.n * 2 + 1);

    sodium_bin2hex(out, bytes.n * 2 + 1, (const unsigned char *)(bytes.p ? bytes.p : ""), bytes.n);
    return str_n(out, bytes.n * 2);
}

bool crypto_unhex(struct arena *a, struct str hex, struct str *ret)
{
    unsigned char *out = arena_alloc(a, hex.n / 2 + 1);
    size_t n = 0;

    if (hex.n % 2 || sodium_hex2bin(out, hex.n / 2 + 1, hex.p, hex.n, NULL, &n, NULL) != 0 ||
        n != hex.n / 2)
        return false;
    *ret = str_n(out, n);
    return true;
}

static struct str base64(struct arena *a, struct str bytes, int variant)
{
    size_t cap = sodium_base64_encoded_len(bytes.n, variant);
    char *out = arena_alloc(a, cap);

    sodium_bin2base64(out, cap, (const unsigned char *)(bytes.p ? bytes.p : ""), bytes.n, variant);
    return str_n(out, strlen(out));
}

struct str crypto_base64(struct arena *a, struct str bytes)
{
    return base64(a, bytes, sodium_base64_VARIANT_ORIGINAL);
}

struct str crypto_base64url(struct arena *a, struct str bytes)
{
    return base64(a, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* libsodium 1.0.18 reads every byte over 127 as 'A' where char is signed: its look-up takes an int, and the difference to
 * 'A' is shifted out. Such text is refused before it gets there. */
static bool unbase64(struct arena *a, struct str text, int variant, struct str *ret)
{
    unsigned char *out = arena_alloc(a, text.n + 1);
    const char *end = NULL;
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] > 127)
            return false;
    if (!text.p || sodium_base642bin(out, text.n + 1, text.p, text.n, NULL, &n, &end, variant) != 0)
        return false;
    if (end != text.p + text.n)
        return false;
    *ret = str_n(out, n);
    return true;
}

bool crypto_unbase64(struct arena *a, struct str text, struct str *ret)
{
    return unbase64(a, text, sodium_base64_VARIANT_ORIGINAL, ret);
}

bool crypto_unbase64url(struct arena *a, struct str text, struct str *ret)
{
    return unbase64(a, text, sodium_base64_VARIANT_URLSAFE_NO_PADDING, ret);
}

struct str crypto_token(struct arena *a, size_t n)
{
    char *raw = arena_alloc(a, n);

    randombytes_buf(raw, n);
    return crypto_base64url(a, str_n(raw, n));
}

struct str crypto_seal(struct arena *a, const struct key *k, struct str about, struct str plain)
{
    unsigned char *out = arena_alloc(a, NONCE + plain.n + TAG);
    unsigned long long n = 0;

    randombytes_buf(out, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        out + NONCE, &n, (const unsigned char *)(plain.p ? plain.p : ""), plain.n,
        (const unsigned char *)about.p, about.n, NULL, out, k->b);
    return str_n(out, NONCE + (size_t)n);
}

const struct err *crypto_open(struct arena *a, const struct key *k, struct str about,
                              struct str sealed, struct str *ret_plain)
{
    unsigned char *out;
    unsigned long long n = 0;

    if (sealed.n < NONCE + TAG)
        return E_SEAL;
    out = arena_alloc(a, sealed.n - NONCE - TAG + 1);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            out, &n, NULL, (const unsigned char *)sealed.p + NONCE, sealed.n - NONCE,
            (const unsigned char *)about.p, about.n, (const unsigned char *)sealed.p, k->b) != 0)
        return E_SEAL;
    *ret_plain = str_n(out, (size_t)n);
    return NULL;
}

struct key crypto_derive(const struct key *k, struct str purpose)
{
    struct key out;

    crypto_generichash(out.b, sizeof out.b, (const unsigned char *)purpose.p, purpose.n, k->b,
                       sizeof k->b);
    return out;
}

const struct err *crypto_password_hash(struct arena *a, struct str password, struct str *ret_hash)
{
    char *out = arena_alloc(a, crypto_pwhash_STRBYTES);

    if (crypto_pwhash_str_alg(out, password.p, password.n, ARGON_T, ARGON_M,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return E_BUSY;
    *ret_hash = str_of(out);
    return NULL;
}

bool crypto_password_verify(struct str hash, struct str password)
{
    char text[crypto_pwhash_STRBYTES] = {0};

    if (!hash.p || hash.n >= sizeof text)
        return false;
    memcpy(text, hash.p, hash.n);
    return crypto_pwhash_str_verify(text, password.p ? password.p : "", password.n) == 0;
}
