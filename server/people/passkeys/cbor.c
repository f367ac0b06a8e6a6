/* CBOR as authenticators write it (CTAP2's canonical form allows little), over libcbor. Each item is walked once without
 * memory of its own before anything is built of it: a few bytes can claim millions of members. */
#include <cbor.h>

#include "people/passkeys/webauthn.h"

struct walk {
    size_t children; /* of the item just read */
    bool refused;
};

static void members(void *w, size_t n)
{
    struct walk *walk = w;

    walk->refused |= n > CBOR_CHILDREN;
    walk->children = n;
}

static void pairs(void *w, size_t n)
{
    members(w, n);
    ((struct walk *)w)->children *= 2;
}

static void refuse(void *w)
{
    ((struct walk *)w)->refused = true;
}

static void refuse_tag(void *w, uint64_t tag)
{
    (void)tag;
    refuse(w);
}

static void refuse_float(void *w, float f)
{
    (void)f;
    refuse(w);
}

static void refuse_double(void *w, double d)
{
    (void)d;
    refuse(w);
}

static struct cbor_callbacks callbacks(void)
{
    struct cbor_callbacks c = cbor_empty_callbacks;

    c.array_start = members;
    c.map_start = pairs;
    c.indef_array_start = c.indef_map_start = c.indef_break = refuse;
    c.string_start = c.byte_string_start = c.undefined = refuse;
    c.tag = refuse_tag;
    c.float2 = c.float4 = refuse_float;
    c.float8 = refuse_double;
    return c;
}

bool cbor_one(struct str bytes, size_t *ret_n)
{
    const struct cbor_callbacks on = callbacks();
    size_t left[CBOR_DEPTH], depth = 0, at = 0;

    do {
        struct walk w = {0};
        struct cbor_decoder_result r = cbor_stream_decode((cbor_data)bytes.p + at, bytes.n - at, &on, &w);
        if (r.status != CBOR_DECODER_FINISHED || !r.read || w.refused)
            return false;
        at += r.read;
        if (w.children && depth == CBOR_DEPTH)
            return false;
        if (w.children) {
            left[depth++] = w.children;
            continue;
        }
        while (depth && --left[depth - 1] == 0)
            depth--;
    } while (depth);
    *ret_n = at;
    return true;
}

static bool key_is(const cbor_item_t *key, struct str name)
{
    return cbor_isa_string(key) && str_eq(str_n(cbor_string_handle(key), cbor_string_length(key)), name);
}

/* Three different keys of three pairs: none is there twice. */
static bool take(struct arena *a, const cbor_item_t *map, struct str *ret_auth_data)
{
    struct cbor_pair *pair = cbor_map_handle(map);
    bool fmt = false, statement = false, data = false;

    if (cbor_map_size(map) != 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        const cbor_item_t *value = pair[i].value;
        if (key_is(pair[i].key, STR("fmt")) && cbor_isa_string(value))
            fmt = true;
        else if (key_is(pair[i].key, STR("attStmt")) && cbor_isa_map(value))
            statement = true;
        else if (key_is(pair[i].key, STR("authData")) && cbor_isa_bytestring(value)) {
            *ret_auth_data = str_dup(a, str_n(cbor_bytestring_handle(value), cbor_bytestring_length(value)));
            data = true;
        }
    }
    return fmt && statement && data;
}

bool cbor_attestation(struct arena *a, struct str bytes, struct str *ret_auth_data)
{
    struct cbor_load_result r;
    cbor_item_t *root;
    size_t n;
    bool ok;

    if (!cbor_one(bytes, &n) || n != bytes.n)
        return false;
    root = cbor_load((cbor_data)bytes.p, bytes.n, &r);
    if (!root)
        return false;
    ok = r.read == bytes.n && cbor_isa_map(root) && take(a, root, ret_auth_data);
    cbor_decref(&root);
    return ok;
}
