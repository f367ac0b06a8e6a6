/* What an authenticator says of a new passkey or of its use. The first byte chooses how the rest is read: as an attestation
 * object, as authenticator data in one that is otherwise right, as the data of a use, or as client data. What is taken is
 * within its limits, of the domain asked for, with its user verified. */
#include <stdlib.h>
#include <string.h>

#include "people/passkeys/webauthn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fresh(struct arena *a, struct str object)
{
    struct new_passkey k;
    size_t n;

    if (attestation_check(a, object, STR("calls.example.com"), &k))
        return;
    if (!k.id.n || k.id.n > CREDENTIAL_MAX || k.count < 0 || k.count > UINT32_MAX || !cbor_one(object, &n) || n != object.n ||
        (k.key.algorithm == -7 ? k.key.bytes.n != 64 : k.key.algorithm != -257 || k.key.bytes.n != 259))
        abort();
}

static void framed(struct arena *a, struct str data)
{
    struct buf b = buf_new(a, data.n + 64);

    buf_add(&b, STR("\xa3\x63" "fmt\x64none\x67" "attStmt\xa0\x68" "authData\x59"));
    buf_char(&b, (char)(data.n >> 8));
    buf_char(&b, (char)data.n);
    buf_add(&b, data);
    fresh(a, buf_str(&b));
}

/* No signature of 8 bytes is right: nothing may be taken. */
static void use(struct arena *a, struct str data)
{
    char point[64];
    struct public_key key = {-7, str_n(point, sizeof point)};
    struct assertion s = {STR("{}"), data, STR("\x30\x06\x02\x01\x01\x02\x01\x01")};
    int64_t count;

    memset(point, 1, sizeof point);
    if (!assertion_check(a, &s, STR("calls.example.com"), &key, &count))
        abort();
}

static void client(struct arena *a, struct str json)
{
    struct party p = party_of(a, STR("https://calls.example.com"), STR("example.com"));
    struct client_expect x = {PASSKEY_USED, &p, crypto_sha256(STR("c"))};
    struct str slug = STR("");

    if (!client_data_check(a, json, &x, &slug) && (str_find(json, STR("webauthn.get"), 0) < 0 || slug.n >= json.n))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const ways[])(struct arena *, struct str) = {fresh, framed, use, client};
    struct arena *a;

    if (!size || size > ATTESTATION_MAX + 2)
        return 0;
    a = arena_new();
    ways[data[0] % 4](a, str_n(data + 1, size - 1));
    arena_free(a);
    return 0;
}
