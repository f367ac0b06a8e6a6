/* Chunk sealing and streamed SHA-256 over libsodium. Called by objects. Must not choose nonces: the
 * format of net/objects.h does. */
#include "core/seal.h"

#include <sodium.h>
#include <string.h>

#define ABOUT (16 + 16 + 8 + 8 + 1)
#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES

_Static_assert(NONCE == 16 + 8, "file id and chunk index make up the nonce");
_Static_assert(SEAL_TAG == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");
_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct seal_sha256), "room for SHA-256");

void seal_put64(uint8_t out[8], uint64_t v)
{
    for (unsigned i = 0; i < 8; i++)
        out[i] = (uint8_t)(v >> (8 * i));
}

uint64_t seal_get64(const uint8_t in[8])
{
    uint64_t v = 0;

    for (unsigned i = 0; i < 8; i++)
        v |= (uint64_t)in[i] << (8 * i);
    return v;
}

static void make_nonce(const struct seal_file *f, uint64_t index, uint8_t out[NONCE])
{
    memcpy(out, f->id, 16);
    seal_put64(out + 16, index);
}

static void make_about(const struct seal_file *f, uint64_t index, bool last, uint8_t out[ABOUT])
{
    memcpy(out, f->tenant.b, 16);
    memcpy(out + 16, f->id, 16);
    seal_put64(out + 32, index);
    seal_put64(out + 40, f->length);
    out[48] = last;
}

void seal_chunk(const struct seal_file *f, uint64_t index, bool last, struct str plain, void *out)
{
    uint8_t nonce[NONCE], about[ABOUT];

    make_nonce(f, index, nonce);
    make_about(f, index, last, about);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, (const uint8_t *)(plain.p ? plain.p : ""),
                                               plain.n, about, sizeof about, NULL, nonce, f->key.b);
}

bool seal_open(const struct seal_file *f, uint64_t index, bool last, struct str sealed, void *out)
{
    uint8_t nonce[NONCE], about[ABOUT];

    if (sealed.n < SEAL_TAG)
        return false;
    make_nonce(f, index, nonce);
    make_about(f, index, last, about);
    return crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, (const uint8_t *)sealed.p,
                                                      sealed.n, about, sizeof about, nonce,
                                                      f->key.b) == 0;
}

void seal_sha256_init(struct seal_sha256 *h)
{
    crypto_hash_sha256_init((crypto_hash_sha256_state *)(void *)h->state);
}

void seal_sha256_add(struct seal_sha256 *h, struct str bytes)
{
    if (bytes.n)
        crypto_hash_sha256_update((crypto_hash_sha256_state *)(void *)h->state,
                                  (const uint8_t *)bytes.p, bytes.n);
}

struct hash seal_sha256_end(struct seal_sha256 *h)
{
    struct hash out;

    crypto_hash_sha256_final((crypto_hash_sha256_state *)(void *)h->state, out.b);
    return out;
}
