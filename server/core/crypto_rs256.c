/* Signing with RSA, over OpenSSL: the one signature that a foreign protocol asks of us (Google's
 * service accounts). Called by engines/google. */
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "core/crypto.h"

#define BITS_MIN 2048

/* No passphrase is asked for on a terminal. */
static int no_passphrase(char *out, int size, int writing, void *arg)
{
    (void)out;
    (void)size;
    (void)writing;
    (void)arg;
    return 0;
}

static EVP_PKEY *read_key(struct str pem)
{
    BIO *bio = pem.n && pem.n < 65536 ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;

    BIO_free(bio);
    if (key && (EVP_PKEY_base_id(key) != EVP_PKEY_RSA || EVP_PKEY_bits(key) < BITS_MIN)) {
        EVP_PKEY_free(key);
        return NULL;
    }
    return key;
}

static bool sign(struct arena *a, EVP_PKEY *key, struct str s, struct str *ret)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    unsigned char *out = NULL;
    size_t n = 0;
    bool ok = c && EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestSign(c, NULL, &n, (const unsigned char *)s.p, s.n) == 1;

    if (ok) {
        out = arena_alloc(a, n);
        ok = EVP_DigestSign(c, out, &n, (const unsigned char *)s.p, s.n) == 1;
    }
    EVP_MD_CTX_free(c);
    if (ok)
        *ret = str_n(out, n);
    return ok;
}

const struct err *crypto_rs256(struct arena *a, struct str pem, struct str s,
                               struct str *ret_signature)
{
    EVP_PKEY *key = read_key(pem);
    bool ok = key && sign(a, key, s, ret_signature);

    EVP_PKEY_free(key);
    return ok ? NULL : err_why(a, E_BAD_INPUT, "The private key cannot be read: an RSA key in PEM of "
                                               "2048 bits or more is needed.");
}
