/* Authenticator data (WebAuthn section 6.1): 32 bytes SHA-256 of the domain, a byte of flags, a counter of 4 bytes; of a
 * new passkey 16 bytes of its model, two of a length, the id and the key in CBOR; then extensions in CBOR where the flags
 * say so. libfido2 reads the key and checks signatures; it does not mind bytes left over, so the frame is checked here. */
#include <fido.h>
#include <fido/es256.h>
#include <fido/rs256.h>

#include "people/passkeys/webauthn.h"

#define HEAD 37
#define MODEL 16

struct frame {
    uint8_t flags;
    int64_t count;
    struct str id;
};

static uint8_t byte(struct str s, size_t i)
{
    return (uint8_t)s.p[i];
}

static bool skip_item(struct str data, size_t *at)
{
    size_t n;

    if (*at >= data.n || !cbor_one(str_sub(data, *at, data.n - *at), &n))
        return false;
    *at += n;
    return true;
}

static bool frame_read(struct str data, bool fresh, struct frame *ret)
{
    size_t at = HEAD, n;

    if (data.n < HEAD || data.n > AUTH_DATA_MAX)
        return false;
    ret->flags = byte(data, 32);
    ret->count = (int64_t)byte(data, 33) << 24 | byte(data, 34) << 16 | byte(data, 35) << 8 | byte(data, 36);
    if (!(ret->flags & HAS_CREDENTIAL) == fresh)
        return false;
    if (fresh) {
        if (data.n < HEAD + MODEL + 2)
            return false;
        n = (size_t)(byte(data, HEAD + MODEL) << 8 | byte(data, HEAD + MODEL + 1));
        at += MODEL + 2;
        if (!n || n > CREDENTIAL_MAX || data.n - at < n)
            return false;
        ret->id = str_sub(data, at, n);
        at += n;
        if (!skip_item(data, &at))
            return false;
    }
    if (ret->flags & HAS_EXTENSIONS && !skip_item(data, &at))
        return false;
    return at == data.n;
}

static const char *frame_check(struct str data, bool fresh, struct str rp_id, struct frame *ret)
{
    struct hash domain = crypto_sha256(rp_id);

    if (!frame_read(data, fresh, ret))
        return "The passkey's answer cannot be read.";
    if (!crypto_eq(str_n(domain.b, sizeof domain.b), str_sub(data, 0, CRYPTO_HASH)))
        return "The passkey belongs to another address than that of this service.";
    if (!(ret->flags & USER_PRESENT))
        return "The passkey says that nobody was there.";
    if (!(ret->flags & USER_VERIFIED))
        return "The passkey did not check that it is you: give it a PIN, a fingerprint or your face, or take another one.";
    if (ret->flags & BACKED_UP && !(ret->flags & MAY_BE_BACKED_UP))
        return "The passkey contradicts itself.";
    return NULL;
}

static bool key_holds(int algorithm, const void *bytes, size_t n)
{
    es256_pk_t *ec = es256_pk_new();
    rs256_pk_t *rsa = rs256_pk_new();
    bool ok = ec && rsa &&
              (algorithm == COSE_ES256 ? es256_pk_from_ptr(ec, bytes, n) : rs256_pk_from_ptr(rsa, bytes, n)) == FIDO_OK;

    es256_pk_free(&ec);
    rs256_pk_free(&rsa);
    return ok;
}

static bool key_read(struct arena *a, struct str data, int algorithm, struct new_passkey *ret)
{
    fido_cred_t *c = fido_cred_new();
    bool ok = c && fido_cred_set_type(c, algorithm) == FIDO_OK &&
              fido_cred_set_authdata_raw(c, (const unsigned char *)data.p, data.n) == FIDO_OK &&
              key_holds(algorithm, fido_cred_pubkey_ptr(c), fido_cred_pubkey_len(c)) &&
              str_eq(str_n(fido_cred_id_ptr(c), fido_cred_id_len(c)), ret->id);

    if (ok)
        ret->key = (struct public_key){algorithm,
                                       str_dup(a, str_n(fido_cred_pubkey_ptr(c), fido_cred_pubkey_len(c)))};
    fido_cred_free(&c);
    return ok;
}

const char *attestation_check(struct arena *a, struct str object, struct str rp_id, struct new_passkey *ret)
{
    struct frame f = {0};
    struct str data;
    const char *why;

    if (!object.n || object.n > ATTESTATION_MAX || !cbor_attestation(a, object, &data))
        return "The passkey's answer cannot be read.";
    why = frame_check(data, true, rp_id, &f);
    if (why)
        return why;
    ret->id = f.id;
    ret->count = f.count;
    if (!key_read(a, data, COSE_ES256, ret) && !key_read(a, data, COSE_RS256, ret))
        return "The passkey's key is of another kind than ES256 (P-256) or RS256 (2048 bits): take another passkey.";
    return NULL;
}

static bool ask(fido_assert_t *f, const struct assertion *s, const char *rp_id)
{
    struct hash h = crypto_sha256(s->client_data);

    return fido_assert_set_count(f, 1) == FIDO_OK && fido_assert_set_rp(f, rp_id) == FIDO_OK &&
           fido_assert_set_clientdata_hash(f, h.b, sizeof h.b) == FIDO_OK &&
           fido_assert_set_up(f, FIDO_OPT_TRUE) == FIDO_OK && fido_assert_set_uv(f, FIDO_OPT_TRUE) == FIDO_OK &&
           fido_assert_set_authdata_raw(f, 0, (const unsigned char *)s->auth_data.p, s->auth_data.n) == FIDO_OK &&
           fido_assert_set_sig(f, 0, (const unsigned char *)s->signature.p, s->signature.n) == FIDO_OK;
}

static bool signed_by(fido_assert_t *f, const struct public_key *key)
{
    es256_pk_t *ec = es256_pk_new();
    rs256_pk_t *rsa = rs256_pk_new();
    bool ok = false;

    if (key->algorithm == COSE_ES256)
        ok = ec && es256_pk_from_ptr(ec, key->bytes.p, key->bytes.n) == FIDO_OK &&
             fido_assert_verify(f, 0, COSE_ES256, ec) == FIDO_OK;
    else if (key->algorithm == COSE_RS256)
        ok = rsa && rs256_pk_from_ptr(rsa, key->bytes.p, key->bytes.n) == FIDO_OK &&
             fido_assert_verify(f, 0, COSE_RS256, rsa) == FIDO_OK;
    es256_pk_free(&ec);
    rs256_pk_free(&rsa);
    return ok;
}

const char *assertion_check(struct arena *a, const struct assertion *s, struct str rp_id, const struct public_key *key,
                            int64_t *ret_count)
{
    struct frame frame = {0};
    fido_assert_t *f;
    const char *why;
    bool ok;

    why = frame_check(s->auth_data, false, rp_id, &frame);
    if (why)
        return why;
    if (!s->signature.n || s->signature.n > SIGNATURE_MAX)
        return "The passkey's signature is wrong.";
    f = fido_assert_new();
    ok = f && ask(f, s, str_c(a, rp_id)) && signed_by(f, key);
    fido_assert_free(&f);
    *ret_count = frame.count;
    return ok ? NULL : "The passkey's signature is wrong.";
}
