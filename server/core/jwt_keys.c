/* Key sets: RSA and P-256 public keys of a JSON Web Key Set (RFC 7517, RFC 7518 section 6) as PEM, by
 * OpenSSL, and whether such a key made a signature (RFC 7518 sections 3.3 and 3.4). */
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <string.h>

#include "core/crypto.h"
#include "core/jwt.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192
#define NUMBER_MAX 1100 /* bytes of a number in the set */
#define P256_BYTES 32

static EVP_PKEY *make(const char *type, OSSL_PARAM_BLD *parts)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(parts);
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;

    if (!params || !c || EVP_PKEY_fromdata_init(c) != 1 ||
        EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(c);
    OSSL_PARAM_free(params);
    return key;
}

static bool number(struct arena *a, const struct json *key, const char *name, struct str *ret)
{
    struct str text = json_text(key, name);

    return text.n && text.n <= NUMBER_MAX * 4 / 3 && crypto_unbase64url(a, text, ret) && ret->n > 0;
}

static EVP_PKEY *rsa(struct arena *a, const struct json *key)
{
    struct str n, e;
    OSSL_PARAM_BLD *parts;
    BIGNUM *bn, *be;
    EVP_PKEY *made = NULL;

    if (!number(a, key, "n", &n) || !number(a, key, "e", &e) || e.n > 8)
        return NULL;
    parts = OSSL_PARAM_BLD_new();
    bn = BN_bin2bn((const unsigned char *)n.p, (int)n.n, NULL);
    be = BN_bin2bn((const unsigned char *)e.p, (int)e.n, NULL);
    if (parts && bn && be && BN_is_odd(be) && !BN_is_one(be) && BN_is_odd(bn) &&
        BN_num_bits(bn) >= RSA_BITS_MIN && BN_num_bits(bn) <= RSA_BITS_MAX &&
        OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_N, bn) &&
        OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_E, be))
        made = make("RSA", parts);
    BN_free(bn);
    BN_free(be);
    OSSL_PARAM_BLD_free(parts);
    return made;
}

static EVP_PKEY *p256(struct arena *a, const struct json *key)
{
    unsigned char point[1 + 2 * P256_BYTES] = {4}; /* uncompressed */
    struct str x, y;
    OSSL_PARAM_BLD *parts;
    EVP_PKEY *made = NULL;

    if (!str_is(json_text(key, "crv"), "P-256") || !number(a, key, "x", &x) || !number(a, key, "y", &y) ||
        x.n != P256_BYTES || y.n != P256_BYTES)
        return NULL;
    memcpy(point + 1, x.p, P256_BYTES);
    memcpy(point + 1 + P256_BYTES, y.p, P256_BYTES);
    parts = OSSL_PARAM_BLD_new();
    if (parts && OSSL_PARAM_BLD_push_utf8_string(parts, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) &&
        OSSL_PARAM_BLD_push_octet_string(parts, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point))
        made = make("EC", parts); /* a point that is not on the curve is refused */
    OSSL_PARAM_BLD_free(parts);
    return made;
}

static bool pem_of(struct arena *a, EVP_PKEY *key, struct str *ret)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes;
    bool ok = bio && PEM_write_bio_PUBKEY(bio, key) == 1;

    if (ok) {
        long n = BIO_get_mem_data(bio, &bytes);
        *ret = str_dup(a, str_n(bytes, (size_t)n));
    }
    BIO_free(bio);
    return ok;
}

/* For signatures, and by the algorithm of ours, as far as the set says. */
static bool fits(const struct json *key, const char *algorithm)
{
    struct str use = json_text(key, "use"), alg = json_text(key, "alg");

    return (!use.p || str_is(use, "sig")) && (!alg.p || str_is(alg, algorithm)) && !json_get(key, "d");
}

static bool read_key(struct arena *a, const struct json *key, struct jwt_key *ret)
{
    bool is_rsa = str_is(json_text(key, "kty"), "RSA"), is_ec = str_is(json_text(key, "kty"), "EC");
    EVP_PKEY *made = NULL;
    bool ok;

    if (is_rsa && fits(key, "RS256"))
        made = rsa(a, key);
    else if (is_ec && fits(key, "ES256"))
        made = p256(a, key);
    if (!made)
        return false;
    *ret = (struct jwt_key){.kid = json_text(key, "kid"), .algorithm = is_rsa ? JWT_RS256 : JWT_ES256};
    ok = pem_of(a, made, &ret->pem);
    EVP_PKEY_free(made);
    return ok;
}

const struct err *jwt_keys_parse(struct arena *a, const struct json *set, struct jwt_keys *ret)
{
    const struct json *list = json_get(set, "keys");

    *ret = (struct jwt_keys){0};
    if (json_kind(list) != J_LIST)
        return err_why(a, E_BAD_PAYLOAD, "This is no key set: it has no list \"keys\".");
    if (json_count(list) > JWT_KEYS_MAX)
        return err_why(a, E_BAD_PAYLOAD, "The key set has more than %d keys.", JWT_KEYS_MAX);
    for (size_t i = 0; i < json_count(list); i++)
        ret->n += read_key(a, json_at(list, i), &ret->v[ret->n]);
    return ret->n ? NULL : err_why(a, E_BAD_PAYLOAD, "The key set has no key for RS256 (RSA of 2048 bits or more) "
                                                     "or ES256 (P-256).");
}

/* ---- signatures ---- */

static EVP_PKEY *key_of(struct str pem)
{
    BIO *bio = pem.n ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
    EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;

    BIO_free(bio);
    return key;
}

/* r and s of 32 bytes each, as OpenSSL wants them: in DER. */
static bool der_of(struct arena *a, struct str raw, struct str *ret)
{
    ECDSA_SIG *sig = raw.n == 2 * P256_BYTES ? ECDSA_SIG_new() : NULL;
    BIGNUM *r, *s;
    unsigned char *out = NULL;
    int n = 0;

    if (!sig)
        return false;
    r = BN_bin2bn((const unsigned char *)raw.p, P256_BYTES, NULL);
    s = BN_bin2bn((const unsigned char *)raw.p + P256_BYTES, P256_BYTES, NULL);
    if (r && s && ECDSA_SIG_set0(sig, r, s) == 1) {
        n = i2d_ECDSA_SIG(sig, &out);
    } else {
        BN_free(r);
        BN_free(s);
    }
    if (n > 0)
        *ret = str_dup(a, str_n(out, (size_t)n));
    OPENSSL_free(out);
    ECDSA_SIG_free(sig);
    return n > 0;
}

static bool verify(EVP_PKEY *key, struct str input, struct str signature)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool ok = c && EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestVerify(c, (const unsigned char *)signature.p, signature.n, (const unsigned char *)input.p,
                               input.n) == 1;

    EVP_MD_CTX_free(c);
    return ok;
}

bool jwt_signature_holds(struct arena *a, struct str token, const struct jwt_key *key)
{
    const char *dot = token.n ? memrchr(token.p, '.', token.n) : NULL;
    struct str input, signature;
    EVP_PKEY *k;
    bool ok;

    if (!dot)
        return false;
    input = str_n(token.p, (size_t)(dot - token.p));
    if (!crypto_unbase64url(a, str_sub(token, input.n + 1, token.n - input.n - 1), &signature) || !signature.n)
        return false;
    k = key_of(key->pem);
    ok = k && EVP_PKEY_base_id(k) == (key->algorithm == JWT_RS256 ? EVP_PKEY_RSA : EVP_PKEY_EC) &&
         (key->algorithm == JWT_RS256 || der_of(a, signature, &signature)) && verify(k, input, signature);
    EVP_PKEY_free(k);
    return ok;
}
