/* Passkeys without a database: answers that a test authenticator made (tests/api/authenticator.ts, with OpenSSL), and each
 * check of theirs broken once; CBOR that claims much; which origins are ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "people/passkeys/webauthn.h"

#define RP STR("calls.example.com")
#define URL "https://calls.example.com"
#define CHALLENGE "dGVzdHMvdW5pdC9wYXNza2V5cy5jIGFza3MgdGhpcyE"

/* In hex: client data and attestation object of a new one, its id; client data, authenticator data and signature of its use. */
static const struct vector {
    int64_t algorithm;
    size_t key_bytes;
    const char *client, *attestation, *id, *used_client, *data, *signature;
} vectors[] = {
    {-7, 64,
     "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a226447567a64484d7664573570644339"
     "7759584e7a613256356379356a4947467a61334d6764476870637945222c226f726967696e223a2268747470733a2f2f63616c6c732e"
     "6578616d706c652e636f6d222c2263726f73734f726967696e223a66616c73657d",
     "a363666d74646e6f6e656761747453746d74a068617574684461746158a4752a4113bfeb670f71516a2ca35b85efe2d4ad68714a41bb"
     "b6472b2fe75e956a4500000007000000000000000000000000000000000020437032658cf7db8f6fddd170efcd56239180fbdd21f9a9"
     "b8348efada0f3910c8a50102032620012158208ce058a7d53635a53ed6bff40debf4e1e8d8cc5f66dcf74d11d6404a5f835043225820"
     "333bceb760e52be2693e3f79734a8e72e01c2f4c11d232923b2cddc88b736a34",
     "437032658cf7db8f6fddd170efcd56239180fbdd21f9a9b8348efada0f3910c8",
     "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a226447567a64484d7664573570644339775958"
     "4e7a613256356379356a4947467a61334d6764476870637945222c226f726967696e223a2268747470733a2f2f63616c6c732e657861"
     "6d706c652e636f6d222c2263726f73734f726967696e223a66616c73657d",
     "752a4113bfeb670f71516a2ca35b85efe2d4ad68714a41bbb6472b2fe75e956a0500000008",
     "304602210088ae2123e675242f91a705ba93f1105abfc584a8e87809bbc3f1210698f32429022100cf1b679f9d50bf90a0f09deb08a7"
     "536b9405064cd5bfcf3dd56bfb8906860ae3"},
    {-257, 259,
     "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a226447567a64484d7664573570644339"
     "7759584e7a613256356379356a4947467a61334d6764476870637945222c226f726967696e223a2268747470733a2f2f63616c6c732e"
     "6578616d706c652e636f6d222c2263726f73734f726967696e223a66616c73657d",
     "a363666d74646e6f6e656761747453746d74a0686175746844617461590167752a4113bfeb670f71516a2ca35b85efe2d4ad68714a41"
     "bbb6472b2fe75e956a4500000007000000000000000000000000000000000020b74c54ed3822b0414c97da284536857d3c08b9cbcf62"
     "cd50c45c4fa97e636220a401030339010020590100aeb795f4c9d6945f4217da5b4f3b083b5f19b42346c2bd044dbe0cb2e134174edc"
     "0e10dc94528ab808f79786ef93e14b0f79f9f6afcb8495da9aba72ff2ba70d13edd943ad7b5ffb6091b28870ec77bc177e5b88186662"
     "1a3bc24d8aea9f55382f5069abc0cb3b5a7ffe8d3016c4ec4b6045e1c2e467c18392939aba0d14a63d83989df1e9fa79a71a77bc3281"
     "004a78a00188bb491451243ef3a8537d141db38d0489d2db5cb001f9ad7d8609a40fa734fc103e9c3729eea63933cce7acfb7d0b1be4"
     "16d465d6405535b1930da00eac8a538cfc8e541e78449de27a11e5f671b0738a7c8fa536a045caa3f5029df0c80d163231b50685ab7c"
     "6da5f86255cceb2143010001",
     "b74c54ed3822b0414c97da284536857d3c08b9cbcf62cd50c45c4fa97e636220",
     "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a226447567a64484d7664573570644339775958"
     "4e7a613256356379356a4947467a61334d6764476870637945222c226f726967696e223a2268747470733a2f2f63616c6c732e657861"
     "6d706c652e636f6d222c2263726f73734f726967696e223a66616c73657d",
     "752a4113bfeb670f71516a2ca35b85efe2d4ad68714a41bbb6472b2fe75e956a0500000008",
     "08415953e0899f354706e1cba8ce45f3ee839b6e6919bd82a777b28de9daec250bcae5ccd6ff89415d12e5d587b3a59fcb5ce0e6f420"
     "a7228753a70d51d6e2f95c61162de865203a4b50a4a50d5c9ad671fa99931c49b80c602e38f2166b9f49be0dc8cb9c072b78cb6de921"
     "d9e28ee17d42843f90eaa80bb80d2c22f9d90b0b8f639cd848e59f1dde5e754c48458bea0975467cc06e2e470e86da20a814d5833a96"
     "4aca83d29c9221578929a0ccba1e4bb174908543f3d1a40f7b2e38d4ec99f8ef20941ea69cce864885f9dfa34f703400685256d37586"
     "52cf91bde910c6b65abbba0fc45be2b5407d3a64a65e54d6bbb19360a144d7648b83444ba0a4b5d0"},
};
#define N_VECTORS (sizeof vectors / sizeof *vectors)

static struct str hex(struct arena *a, const char *text)
{
    struct str s;

    assert_true(crypto_unhex(a, str_of(text), &s));
    return s;
}

static bool says(const char *why, const char *words)
{
    return why && str_find(str_of(why), str_of(words), 0) >= 0;
}

static struct client_expect expected(const struct party *p, const char *type)
{
    return (struct client_expect){type, p, crypto_sha256(STR(CHALLENGE))};
}

static void right_ones_are_taken(void **state)
{
    struct arena *a = arena_new();
    struct party p = party_of(a, STR(URL), STR(""));
    struct client_expect made = expected(&p, PASSKEY_MADE), used = expected(&p, PASSKEY_USED);

    (void)state;
    for (const struct vector *v = vectors; v < vectors + N_VECTORS; v++) {
        struct assertion s = {hex(a, v->used_client), hex(a, v->data), hex(a, v->signature)};
        struct new_passkey k;
        struct str slug;
        int64_t count;
        assert_null(client_data_check(a, hex(a, v->client), &made, &slug));
        assert_int_equal(slug.n, 0);
        assert_null(attestation_check(a, hex(a, v->attestation), RP, &k));
        assert_int_equal(k.key.algorithm, v->algorithm);
        assert_int_equal(k.key.bytes.n, v->key_bytes);
        assert_int_equal(k.count, 7);
        assert_true(str_eq(k.id, hex(a, v->id)));
        assert_null(client_data_check(a, s.client_data, &used, &slug));
        assert_null(assertion_check(a, &s, RP, &k.key, &count));
        assert_int_equal(count, 8);
    }
    arena_free(a);
}

/* ---- client data ---- */

#define DATA(type, challenge, origin, more) \
    "{\"type\":\"" type "\",\"challenge\":\"" challenge "\",\"origin\":\"" origin "\"" more "}"

static void client_data_is_looked_at_whole(void **state)
{
    static const struct {
        const char *json, *why;
    } v[] = {
        {DATA("webauthn.create", CHALLENGE, URL, ""), NULL},
        {DATA("webauthn.create", CHALLENGE, URL, ",\"crossOrigin\":false,\"later\":[1]"), NULL},
        {DATA("webauthn.get", CHALLENGE, URL, ""), "another question"},
        {DATA("webauthn.create", "", URL, ""), "earlier question"},
        {DATA("webauthn.create", CHALLENGE "A", URL, ""), "earlier question"},
        {DATA("webauthn.create", CHALLENGE, URL, ",\"crossOrigin\":true"), "inside another"},
        {DATA("webauthn.create", CHALLENGE, URL, ",\"crossOrigin\":\"no\""), "inside another"},
        {DATA("webauthn.create", CHALLENGE, URL, ",\"topOrigin\":\"" URL "\""), "inside another"},
        {DATA("webauthn.create", CHALLENGE, "http://calls.example.com", ""), "another address"},
        {DATA("webauthn.create", CHALLENGE, URL ":443", ""), "another address"},
        {DATA("webauthn.create", CHALLENGE, URL "/", ""), "another address"},
        {DATA("webauthn.create", CHALLENGE, URL ".evil.example", ""), "another address"},
        {DATA("webauthn.create", CHALLENGE, "https://x.calls.example.com", ""), "another address"},
        {DATA("webauthn.create", CHALLENGE, "null", ""), "another address"},
        {DATA("webauthn.create", CHALLENGE, URL, ",\"type\":\"webauthn.create\""), "cannot be read"},
        {DATA("webauthn.create", CHALLENGE, URL, "") " x", "cannot be read"},
        {"[]", "cannot be read"},
        {"{}", "another question"},
        {"", "cannot be read"},
    };
    struct arena *a = arena_new();
    struct party p = party_of(a, STR(URL), STR(""));
    struct client_expect x = expected(&p, PASSKEY_MADE);
    struct buf big = buf_new(a, CLIENT_DATA_MAX + 400);
    struct str slug;

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        const char *why = client_data_check(a, str_of(v[i].json), &x, &slug);
        if (v[i].why ? !says(why, v[i].why) : why != NULL)
            fail_msg("%s: %s", v[i].json, why ? why : "taken");
    }
    buf_add(&big, STR(DATA("webauthn.create", CHALLENGE, URL, "")));
    while (big.n <= CLIENT_DATA_MAX)
        buf_char(&big, ' ');
    assert_true(says(client_data_check(a, buf_str(&big), &x, &slug), "cannot be read"));
    arena_free(a);
}

/* ---- the authenticator's words ---- */

/* Where the authenticator data begins: with the hash of the domain. */
static size_t data_at(struct str object)
{
    struct hash h = crypto_sha256(RP);
    ptrdiff_t at = str_find(object, str_n(h.b, sizeof h.b), 0);

    assert_true(at > 0);
    return (size_t)at;
}

static struct str with(struct arena *a, struct str s, size_t at, uint8_t byte)
{
    struct str copy = str_dup(a, s);

    ((char *)copy.p)[at] = (char)byte;
    return copy;
}

static void new_ones_are_refused(struct arena *a, struct str object)
{
    size_t at = data_at(object);
    struct new_passkey k;
    static const struct {
        size_t offset;
        uint8_t byte;
        const char *why;
    } v[] = {{0, 0, "belongs to another address"}, {31, 0, "belongs to another address"}, {32, 0x44, "nobody was there"},
             {32, 0x41, "did not check"}, {32, 0x55, "contradicts"}, {32, 0x05, "cannot be read"}, {32, 0xc5, "cannot be read"},
             {53, 4, "cannot be read"}, {54, 0, "cannot be read"}, {54, 31, "cannot be read"}};

    for (size_t i = 0; i < sizeof v / sizeof *v; i++)
        if (!says(attestation_check(a, with(a, object, at + v[i].offset, v[i].byte), RP, &k), v[i].why))
            fail_msg("byte %zu as %02x is taken, or refused otherwise", v[i].offset, v[i].byte);
    for (size_t n = 0; n < object.n; n++)
        assert_non_null(attestation_check(a, str_sub(object, 0, n), RP, &k));
    assert_true(says(attestation_check(a, str_fmt(a, "%.*s0", STR_ARG(object)), RP, &k), "cannot be read"));
    assert_non_null(attestation_check(a, object, STR("example.com"), &k));
}

static void a_bent_new_one_is_refused(void **state)
{
    struct arena *a = arena_new();
    struct buf big = buf_new(a, ATTESTATION_MAX + 10);
    struct new_passkey k;
    struct str object;
    ptrdiff_t at;

    (void)state;
    for (const struct vector *v = vectors; v < vectors + N_VECTORS; v++)
        new_ones_are_refused(a, hex(a, v->attestation));
    object = hex(a, vectors[0].attestation);
    at = str_find(object, STR("\x01\x02\x03\x26\x20\x01\x21"), 0); /* kty EC2, alg -7, crv P-256, x */
    assert_true(at > 0);
    assert_true(says(attestation_check(a, with(a, object, (size_t)at + 3, 0x27), RP, &k), "another kind")); /* EdDSA */
    assert_true(says(attestation_check(a, with(a, object, (size_t)at + 5, 2), RP, &k), "another kind"));    /* P-384 */
    assert_true(says(attestation_check(a, with(a, object, (size_t)at + 1, 3), RP, &k), "another kind"));    /* RSA */
    assert_true(says(attestation_check(a, with(a, object, (size_t)at + 20, (uint8_t)(object.p[at + 20] ^ 1)), RP, &k),
                     "another kind")); /* not on the curve */
    while (big.n <= ATTESTATION_MAX)
        buf_char(&big, 0);
    assert_true(says(attestation_check(a, buf_str(&big), RP, &k), "cannot be read"));
    arena_free(a);
}

static void uses_are_refused(struct arena *a, const struct vector *v, const struct public_key *key)
{
    struct assertion s = {hex(a, v->used_client), hex(a, v->data), hex(a, v->signature)}, bent;
    static const struct {
        size_t offset;
        uint8_t byte;
        const char *why;
    } b[] = {{0, 0, "belongs to another address"}, {32, 0x04, "nobody was there"}, {32, 0x01, "did not check"},
             {32, 0x15, "contradicts"}, {32, 0x45, "cannot be read"}, {32, 0x85, "cannot be read"}, {36, 9, "signature"}};
    int64_t count;

    for (size_t i = 0; i < sizeof b / sizeof *b; i++) {
        bent = s;
        bent.auth_data = with(a, s.auth_data, b[i].offset, b[i].byte);
        if (!says(assertion_check(a, &bent, RP, key, &count), b[i].why))
            fail_msg("byte %zu as %02x is taken, or refused otherwise", b[i].offset, b[i].byte);
    }
    bent = s;
    bent.client_data = with(a, s.client_data, 3, 'x');
    assert_true(says(assertion_check(a, &bent, RP, key, &count), "signature"));
    bent = s;
    bent.auth_data = str_fmt(a, "%.*s0", STR_ARG(s.auth_data));
    assert_true(says(assertion_check(a, &bent, RP, key, &count), "cannot be read"));
    for (size_t n = 0; n < s.signature.n; n++) {
        bent = s;
        bent.signature = str_sub(s.signature, 0, n);
        assert_true(says(assertion_check(a, &bent, RP, key, &count), "signature"));
    }
    assert_non_null(assertion_check(a, &s, STR("example.com"), key, &count));
}

static void a_bent_use_is_refused(void **state)
{
    struct arena *a = arena_new();
    struct new_passkey k[N_VECTORS];
    struct assertion s = {hex(a, vectors[0].used_client), hex(a, vectors[0].data), hex(a, vectors[0].signature)};
    struct public_key odd;
    int64_t count;

    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++) {
        assert_null(attestation_check(a, hex(a, vectors[i].attestation), RP, &k[i]));
        uses_are_refused(a, &vectors[i], &k[i].key);
    }
    assert_true(says(assertion_check(a, &s, RP, &k[1].key, &count), "signature"));
    odd = k[0].key;
    odd.algorithm = -8;
    assert_true(says(assertion_check(a, &s, RP, &odd, &count), "signature"));
    arena_free(a);
}

/* ---- CBOR ---- */

static void cbor_that_claims_much_is_refused(void **state)
{
    static const struct {
        struct str bytes;
        size_t n; /* 0: refused */
    } v[] = {
        {{"\x00", 1}, 1}, {{"\x00\x00", 2}, 1}, {{"\xa0", 1}, 1}, {{"\x82\x01\x61x!", 5}, 4}, {{"\xf6", 1}, 1},
        {{"", 0}, 0}, {{"\x82\x01", 2}, 0}, {{"\xa1\x01", 2}, 0}, {{"\x43xy", 3}, 0},
        {{"\x9b\x00\x00\x00\x01\x00\x00\x00\x00", 9}, 0}, {{"\xbb\xff\xff\xff\xff\xff\xff\xff\xff", 9}, 0},
        {{"\x5b\xff\xff\xff\xff\xff\xff\xff\xff", 9}, 0}, {{"\x9f\xff", 2}, 0}, {{"\xbf\xff", 2}, 0},
        {{"\x5f\x41x\xff", 4}, 0}, {{"\x7f\x61x\xff", 4}, 0}, {{"\xc0\x00", 2}, 0}, {{"\xf9\x00\x00", 3}, 0},
        {{"\xf7", 1}, 0}, {{"\xff", 1}, 0}, {{"\x1c", 1}, 0},
        {{"\x81\x81\x81\x81\x81\x81\x81\x81\x00", 9}, 9}, {{"\x81\x81\x81\x81\x81\x81\x81\x81\x81\x00", 10}, 0},
    };
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof *v; i++)
        if (cbor_one(v[i].bytes, &n) != (v[i].n > 0) || (v[i].n && n != v[i].n))
            fail_msg("case %zu", i);
}

static void an_attestation_has_its_three_members(void **state)
{
    static const struct {
        struct str bytes;
        bool taken;
    } v[] = {
#define FMT "\x63" "fmt\x64none"
#define STMT "\x67" "attStmt\xa0"
#define AUTH "\x68" "authData\x41x"
#define CASE(head, text, taken) {{head text, sizeof head text - 1}, taken}
        CASE("\xa3", FMT STMT AUTH, true), CASE("\xa3", AUTH STMT FMT, true), CASE("\xa2", FMT AUTH, false),
        CASE("\xa3", FMT AUTH AUTH, false), CASE("\xa4", FMT STMT AUTH AUTH, false), CASE("\xa3", FMT STMT AUTH "\x00", false),
        CASE("\xa3", FMT STMT "\x68" "authData\x61x", false), CASE("\x86", FMT STMT AUTH, false),
        CASE("\xa3", FMT "\x67" "attStmt\x80" AUTH, false),
    };
    struct arena *a = arena_new();
    struct str data;

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof *v; i++)
        if (cbor_attestation(a, v[i].bytes, &data) != v[i].taken)
            fail_msg("case %zu", i);
    arena_free(a);
}

/* ---- where our pages are ---- */

static void passkeys_need_a_name_and_https(void **state)
{
    static const struct {
        const char *url, *why;
    } v[] = {{"https://calls.example.com", NULL}, {"http://localhost:8080", NULL}, {"https://calls.example.com:8443", NULL},
             {"http://calls.example.com", "https"}, {"http://127.0.0.1:8080", "domain name"}, {"https://192.0.2.1", "domain name"},
             {"https://[2001:db8::1]", "domain name"}, {"http://localhost.example.com", "https"}, {"calls", "no address"}};
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        struct party p = party_of(a, str_of(v[i].url), STR(""));
        if (v[i].why ? !says(p.why, v[i].why) : p.why != NULL)
            fail_msg("%s: %s", v[i].url, p.why ? p.why : "can");
    }
    arena_free(a);
}

static void origins_of_tenants_hosts(void **state)
{
    static const struct {
        const char *url, *base, *rp, *origin;
        const char *slug; /* NULL: not ours */
    } v[] = {
        {"https://calls.example.com", "calls.example.com", "calls.example.com", "https://acme.calls.example.com", "acme"},
        {"https://app.example.com", "example.com", "example.com", "https://app.example.com", ""},
        {"https://app.example.com", "example.com", "example.com", "https://example.com", ""},
        {"https://app.example.com:8443", "example.com", "example.com", "https://acme.example.com:8443", "acme"},
        {"https://app.example.com:8443", "example.com", "example.com", "https://acme.example.com", NULL},
        {"https://app.example.com", "example.com", "example.com", "http://acme.example.com", NULL},
        {"https://app.example.com", "example.com", "example.com", "https://a.b.example.com", NULL},
        {"https://app.example.com", "example.com", "example.com", "https://evilexample.com", NULL},
        {"https://app.example.com", "example.com", "example.com", "https://.example.com", NULL},
        {"https://app.example.com", "example.com", "example.com", "https://acme.example.com.evil.example", NULL},
        {"https://calls.example.com", "tenants.example", "calls.example.com", "https://acme.tenants.example", NULL},
        {"https://calls.example.com", "", "calls.example.com", "https://acme.calls.example.com", NULL},
        {"https://calls.example.com", "", "calls.example.com", "", NULL},
    };
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        struct party p = party_of(a, str_of(v[i].url), str_of(v[i].base));
        struct str slug;
        bool ours = party_origin(&p, str_of(v[i].origin), &slug);
        if (!str_is(p.rp_id, v[i].rp) || ours != (v[i].slug != NULL) || (ours && !str_is(slug, v[i].slug)))
            fail_msg("%s under %s", v[i].origin, v[i].url);
    }
    arena_free(a);
}

const struct CMUnitTest passkeys_tests[] = {
    cmocka_unit_test(right_ones_are_taken),
    cmocka_unit_test(client_data_is_looked_at_whole),
    cmocka_unit_test(a_bent_new_one_is_refused),
    cmocka_unit_test(a_bent_use_is_refused),
    cmocka_unit_test(cbor_that_claims_much_is_refused),
    cmocka_unit_test(an_attestation_has_its_three_members),
    cmocka_unit_test(passkeys_need_a_name_and_https),
    cmocka_unit_test(origins_of_tenants_hosts),
};
const size_t n_passkeys_tests = sizeof passkeys_tests / sizeof *passkeys_tests;
