/* The two primitives of sealed objects that core/crypto has no need of: XChaCha20-Poly1305 with a
 * nonce that the format prescribes, and SHA-256 over a stream. Used by objects only. */
#ifndef RINGSIGHT_CORE_SEAL_H
#define RINGSIGHT_CORE_SEAL_H

#include "core/crypto.h"
#include "core/uuid.h"

#define SEAL_TAG 16u

/* What is the same for all chunks of one file. */
struct seal_file {
    struct key key; /* of this file alone: the nonce is only unique within it */
    struct uuid tenant;
    uint8_t id[16];
    uint64_t length; /* plain bytes of the whole file */
};

/* Seals plain into out, which has room for plain.n + SEAL_TAG. Never twice with other content for
 * the same key and index. */
void seal_chunk(const struct seal_file *f, uint64_t index, bool last, struct str plain, void *out);

/* Opens into out, which has room for sealed.n - SEAL_TAG. False if it does not verify. */
bool seal_open(const struct seal_file *f, uint64_t index, bool last, struct str sealed,
               void *out) MUST_USE;

struct seal_sha256 {
    _Alignas(16) uint8_t state[128]; /* libsodium's state */
};

void seal_sha256_init(struct seal_sha256 *h);
void seal_sha256_add(struct seal_sha256 *h, struct str bytes);
struct hash seal_sha256_end(struct seal_sha256 *h);

/* Little-endian numbers, as in the object format. */
void seal_put64(uint8_t out[8], uint64_t v);
uint64_t seal_get64(const uint8_t in[8]);

#endif
