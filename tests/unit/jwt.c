/* Tokens of others (TRUST.md A7): what holds, and everything that must not, signed here with real keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "core/crypto.h"
#include "core/jwt.h"

#define NOW INT64_C(1800000000)
#define ISS "https://id.example.com"
#define AUD "ringsight"

static struct arena *a;
static EVP_PKEY *rsa, *rsa_other, *rsa_small, *ec;
static struct jwt_keys keys;
static char rsa_pem[4096];

static struct str b64(struct str s)
{
    return crypto_base64url(a, s);
}

static struct str bn_text(EVP_PKEY *key, const char *name, int size)
{
    BIGNUM *n = NULL;
    unsigned char bytes[1024];
    int length;

    assert_int_equal(EVP_PKEY_get_bn_param(key, name, &n), 1);
    length = size ? BN_bn2binpad(n, bytes, size) : BN_bn2bin(n, bytes);
    BN_free(n);
    return b64(str_n(bytes, (size_t)length));
}

static struct str jwk_rsa(EVP_PKEY *key, const char *kid, const char *more)
{
    return str_fmt(a, "{\"kty\":\"RSA\",\"kid\":\"%s\",\"n\":\"%.*s\",\"e\":\"%.*s\"%s}", kid,
                   STR_ARG(bn_text(key, OSSL_PKEY_PARAM_RSA_N, 0)), STR_ARG(bn_text(key, OSSL_PKEY_PARAM_RSA_E, 0)), more);
}

static struct str jwk_ec(EVP_PKEY *key, const char *kid)
{
    return str_fmt(a, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"%s\",\"x\":\"%.*s\",\"y\":\"%.*s\"}", kid,
                   STR_ARG(bn_text(key, OSSL_PKEY_PARAM_EC_PUB_X, 32)), STR_ARG(bn_text(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32)));
}

static const struct err *read_set(struct str text, struct jwt_keys *ret)
{
    const struct json *set;

    assert_null(json_parse(a, text, &set));
    return jwt_keys_parse(a, set, ret);
}

static int set_up(void **state)
{
    (void)state;
    crypto_init();
    a = arena_new();
    rsa = EVP_RSA_gen(2048);
    rsa_other = EVP_RSA_gen(2048);
    rsa_small = EVP_RSA_gen(1024);
    ec = EVP_EC_gen("P-256");
    assert_true(rsa && rsa_other && rsa_small && ec);
    assert_null(read_set(str_fmt(a, "{\"keys\":[%.*s,%.*s]}", STR_ARG(jwk_rsa(rsa, "r", "")), STR_ARG(jwk_ec(ec, "e"))), &keys));
    assert_int_equal(keys.n, 2);
    memcpy(rsa_pem, keys.v[0].pem.p, keys.v[0].pem.n);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(rsa_other);
    EVP_PKEY_free(rsa_small);
    EVP_PKEY_free(ec);
    arena_free(a);
    return 0;
}

static struct str raw_ecdsa(struct str der)
{
    const unsigned char *p = (const unsigned char *)der.p;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)der.n);
    unsigned char out[64];

    assert_non_null(sig);
    BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + 32, 32);
    ECDSA_SIG_free(sig);
    return str_dup(a, str_n(out, 64));
}

static struct str sign(EVP_PKEY *key, struct str head, struct str claims)
{
    struct str input = str_fmt(a, "%.*s.%.*s", STR_ARG(b64(head)), STR_ARG(b64(claims))), signature;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    unsigned char out[1024];
    size_t n = sizeof out;

    assert_int_equal(EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(EVP_DigestSign(c, out, &n, (const unsigned char *)input.p, input.n), 1);
    EVP_MD_CTX_free(c);
    signature = str_dup(a, str_n(out, n));
    if (key == ec)
        signature = raw_ecdsa(signature);
    return str_fmt(a, "%.*s.%.*s", STR_ARG(input), STR_ARG(b64(signature)));
}

static struct str claims_but(const char *name, const char *json)
{
    static const char *const usual[][2] = {
        {"iss", "\"" ISS "\""}, {"aud", "\"" AUD "\""}, {"sub", "\"u1\""}, {"nonce", "\"n-1\""},
        {"exp", "1800000300"}, {"iat", "1799999990"}};
    struct buf b = buf_new(a, 1u << 21);
    bool used = false;

    buf_char(&b, '{');
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        bool this = strcmp(usual[i][0], name) == 0;
        used = used || this;
        if (!this || json)
            buf_fmt(&b, "%s\"%s\":%s", b.n > 1 ? "," : "", usual[i][0], this ? json : usual[i][1]);
    }
    if (!used && json)
        buf_fmt(&b, ",\"%s\":%s", name, json);
    buf_char(&b, '}');
    return buf_str(&b);
}

#define USUAL claims_but("", NULL)
#define HEAD "{\"alg\":\"RS256\",\"kid\":\"r\"}"

static const struct err *look(struct str token, enum jwt_kind kind)
{
    const struct json *claims = NULL;
    struct jwt_want want = {kind, STR(ISS), STR(AUD), kind == JWT_ID ? STR("n-1") : STR_NONE, NOW};
    const struct err *e = jwt_verify(a, token, &keys, &want, &claims);

    assert_true((e == NULL) == (claims != NULL));
    if (e)
        assert_true(arena_why(a).n > 0);
    return e;
}

static void holds(const char *head, struct str claims)
{
    assert_null(look(sign(strstr(head, "ES256") ? ec : rsa, str_of(head), claims), JWT_ID));
}

static void refused(const char *head, struct str claims)
{
    assert_ptr_equal(look(sign(rsa, str_of(head), claims), JWT_ID), E_BAD_SIGNATURE);
}

static void what_holds(void **state)
{
    (void)state;
    holds(HEAD, USUAL);
    holds("{\"alg\":\"RS256\"}", USUAL);
    holds("{\"alg\":\"RS256\",\"kid\":\"r\",\"typ\":\"JWT\"}", USUAL);
    holds("{\"alg\":\"ES256\",\"kid\":\"e\",\"typ\":\"jwt\"}", USUAL);
    holds(HEAD, claims_but("aud", "[\"" AUD "\"]"));
    holds(HEAD, claims_but("azp", "\"" AUD "\""));
    holds(HEAD, claims_but("exp", "1799999941"));   /* within the leeway */
    holds(HEAD, claims_but("nbf", "1800000060"));
    holds(HEAD, claims_but("iat", "1800000060"));
    holds(HEAD, claims_but("exp", "1800000300.5"));
}

static void heads(void **state)
{
    static const char *const bad[] = {
        "{\"alg\":\"none\",\"kid\":\"r\"}", "{\"alg\":\"None\",\"kid\":\"r\"}", "{\"alg\":\"nOnE\"}", "{\"alg\":\"\"}",
        "{\"kid\":\"r\"}", "{\"alg\":null}", "{\"alg\":[\"RS256\"]}", "{\"alg\":\"HS256\",\"kid\":\"r\"}",
        "{\"alg\":\"RS512\",\"kid\":\"r\"}", "{\"alg\":\"PS256\",\"kid\":\"r\"}", "{\"alg\":\"rs256\",\"kid\":\"r\"}",
        "{\"alg\":\"ES256\",\"kid\":\"r\"}", "{\"alg\":\"RS256\",\"kid\":\"e\"}",
        "{\"alg\":\"RS256\",\"kid\":\"r\",\"jku\":\"https://evil.example/keys\"}",
        "{\"alg\":\"RS256\",\"kid\":\"r\",\"x5u\":\"https://evil.example/c\"}", "{\"alg\":\"RS256\",\"x5c\":[]}",
        "{\"alg\":\"RS256\",\"jwk\":{\"kty\":\"RSA\"}}", "{\"alg\":\"RS256\",\"kid\":\"r\",\"crit\":[\"exp\"]}",
        "{\"alg\":\"RS256\",\"kid\":\"r\",\"b64\":false}", "{\"alg\":\"RS256\",\"kid\":\"r\",\"zip\":\"DEF\"}",
        "{\"alg\":\"RS256\",\"kid\":\"r\",\"typ\":\"at+jwt\"}", "{\"alg\":\"RS256\",\"kid\":\"r\",\"typ\":\"logout+jwt\"}",
        "{\"alg\":\"RS256\",\"kid\":\"r\",\"typ\":7}", "{\"alg\":\"RS256\",\"kid\":7}", "{\"alg\":\"RS256\",\"kid\":\"\"}",
        "{\"alg\":\"HS256\",\"alg\":\"RS256\",\"kid\":\"r\"}", "[\"RS256\"]", "RS256", "{\"alg\":\"RS256\"} {}"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(bad[i], USUAL);
}

static void key_ids(void **state)
{
    static const char *const unknown[] = {"{\"alg\":\"RS256\",\"kid\":\"R\"}", "{\"alg\":\"RS256\",\"kid\":\"../../dev/null\"}",
                                          "{\"alg\":\"RS256\",\"kid\":\"r' or '1'='1\"}", "{\"alg\":\"RS256\",\"kid\":\"r\\u0001\"}"};
    (void)state;
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_ptr_equal(look(sign(rsa, str_of(unknown[i]), USUAL), JWT_ID), E_NOT_FOUND);
}

static void claims_refused(void **state)
{
    static const char *const bad[][2] = {
        {"iss", "\"https://id.example.com/\""}, {"iss", "\"https://evil.example\""}, {"iss", NULL}, {"iss", "[\"" ISS "\"]"},
        {"aud", "\"other\""}, {"aud", NULL}, {"aud", "[]"}, {"aud", "[\"other\"]"}, {"aud", "[\"" AUD "\",\"other\"]"},
        {"aud", "[\"" AUD "\",7]"}, {"azp", "\"other\""}, {"azp", "7"}, {"sub", NULL}, {"sub", "\"\""}, {"sub", "7"},
        {"nonce", NULL}, {"nonce", "\"n-2\""}, {"nonce", "7"}, {"nonce", "\"\""}, {"exp", NULL}, {"exp", "1799999940"},
        {"exp", "\"1800000300\""}, {"exp", "-1"}, {"exp", "1e300"}, {"exp", "null"}, {"nbf", "1800000061"}, {"nbf", "\"soon\""},
        {"iat", "1800000061"}, {"iat", NULL}, {"events", "{}"}};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(HEAD, claims_but(bad[i][0], bad[i][1]));
    refused(HEAD, STR("{\"iss\":\"" ISS "\",\"iss\":\"" ISS "\",\"aud\":\"" AUD "\",\"sub\":\"u1\",\"nonce\":\"n-1\","
                      "\"exp\":1800000300,\"iat\":1799999990}"));
    refused(HEAD, STR("[]"));
}

static struct str part_of(struct str token, int n)
{
    struct str rest = token, part = STR_NONE;

    for (int i = 0; i <= n; i++)
        assert_true(str_split(&rest, '.', &part));
    return part;
}

static void signatures(void **state)
{
    struct str good = sign(rsa, STR(HEAD), USUAL), h = part_of(good, 0), c = part_of(good, 1), s = part_of(good, 2);
    struct str other = sign(rsa, STR(HEAD), claims_but("sub", "\"admin\""));
    struct str bad[] = {
        str_fmt(a, "%.*s.%.*s.", STR_ARG(h), STR_ARG(c)), str_fmt(a, "%.*s.%.*s", STR_ARG(h), STR_ARG(c)),
        str_fmt(a, "%.*s.%.*s.%.*s", STR_ARG(h), STR_ARG(part_of(other, 1)), STR_ARG(s)),
        str_fmt(a, "%.*s.%.*s.%.*s.", STR_ARG(h), STR_ARG(c), STR_ARG(s)),
        str_fmt(a, "%.*s.%.*s.%.*s=", STR_ARG(h), STR_ARG(c), STR_ARG(s)),
        str_fmt(a, "%.*s.%.*s.%.*s", STR_ARG(h), STR_ARG(c), STR_ARG(str_sub(s, 0, s.n - 4))),
        str_fmt(a, " %.*s", STR_ARG(good)), str_fmt(a, "%.*s\n", STR_ARG(good)),
        str_fmt(a, "%.*s.%.*s.%.*s.%.*s.%.*s", STR_ARG(h), STR_ARG(c), STR_ARG(s), STR_ARG(s), STR_ARG(s)),
        str_fmt(a, "%.*s%c", STR_ARG(str_sub(good, 0, good.n - 1)), good.p[good.n - 1] + 1), /* another spelling of it */
        STR(""), STR("."), STR(".."), STR("..."), STR("e30.e30.e30"), sign(rsa_other, STR(HEAD), USUAL)};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_ptr_equal(look(bad[i], JWT_ID), E_BAD_SIGNATURE);
    /* ES256 of zeros, and in DER instead of r and s */
    h = b64(STR("{\"alg\":\"ES256\",\"kid\":\"e\"}"));
    assert_non_null(look(str_fmt(a, "%.*s.%.*s.%.*s", STR_ARG(h), STR_ARG(c), STR_ARG(b64(str_n((char[64]){0}, 64)))), JWT_ID));
}

/* The public key as the secret of an HMAC. */
static void public_key_as_secret(void **state)
{
    struct str input = str_fmt(a, "%.*s.%.*s", STR_ARG(b64(STR("{\"alg\":\"HS256\",\"kid\":\"r\"}"))), STR_ARG(b64(USUAL)));
    struct hash mac = crypto_hmac_sha256(str_of(rsa_pem), input);

    (void)state;
    assert_ptr_equal(look(str_fmt(a, "%.*s.%.*s", STR_ARG(input), STR_ARG(b64(str_n(mac.b, sizeof mac.b)))), JWT_ID),
                     E_BAD_SIGNATURE);
}

static void large(void **state)
{
    char *fill = arena_alloc(a, 1u << 20);

    (void)state;
    memset(fill, 'x', 1u << 20);
    refused(HEAD, claims_but("more", str_c(a, str_fmt(a, "\"%.*s\"", 1 << 20, fill))));
    assert_ptr_equal(look(str_n(fill, 1u << 20), JWT_ID), E_BAD_SIGNATURE);
}

#define EVENT "{\"http://schemas.openid.net/event/backchannel-logout\":{}}"

static struct str logout(const char *name, const char *json)
{
    struct str usual = str_fmt(a, "\"iss\":\"" ISS "\",\"aud\":\"" AUD "\",\"sub\":\"u1\",\"exp\":1800000100,\"jti\":\"j\"");

    if (strcmp(name, "events") == 0)
        return str_fmt(a, "{%.*s,\"iat\":1800000000,\"events\":%s}", STR_ARG(usual), json);
    if (strcmp(name, "iat") == 0)
        return str_fmt(a, "{%.*s,\"iat\":%s,\"events\":" EVENT "}", STR_ARG(usual), json);
    return str_fmt(a, "{%.*s,\"iat\":1800000000,\"events\":" EVENT "%s}", STR_ARG(usual), json);
}

static void logout_tokens(void **state)
{
    (void)state;
    assert_null(look(sign(rsa, STR(HEAD), logout("", "")), JWT_LOGOUT));
    assert_null(look(sign(rsa, STR("{\"alg\":\"RS256\",\"typ\":\"logout+jwt\"}"), logout("", "")), JWT_LOGOUT));
    assert_non_null(look(sign(rsa, STR(HEAD), logout("", ",\"nonce\":\"n-1\"")), JWT_LOGOUT));
    assert_non_null(look(sign(rsa, STR(HEAD), logout("events", "{}")), JWT_LOGOUT));
    assert_non_null(look(sign(rsa, STR(HEAD), logout("iat", "1799999399")), JWT_LOGOUT));
    assert_non_null(look(sign(rsa, STR(HEAD), USUAL), JWT_LOGOUT)); /* an ID token */
}

static void key_sets(void **state)
{
    struct jwt_keys k;

    (void)state;
    assert_ptr_equal(read_set(STR("{}"), &k), E_BAD_PAYLOAD);
    assert_ptr_equal(read_set(STR("{\"keys\":[]}"), &k), E_BAD_PAYLOAD);
    assert_ptr_equal(read_set(STR("{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\",\"kid\":\"r\"}]}"), &k), E_BAD_PAYLOAD);
    assert_ptr_equal(read_set(str_fmt(a, "{\"keys\":[%.*s]}", STR_ARG(jwk_rsa(rsa_small, "s", ""))), &k), E_BAD_PAYLOAD);
    assert_ptr_equal(read_set(str_fmt(a, "{\"keys\":[%.*s]}", STR_ARG(jwk_rsa(rsa, "r", ",\"use\":\"enc\""))), &k), E_BAD_PAYLOAD);
    assert_ptr_equal(read_set(str_fmt(a, "{\"keys\":[%.*s]}", STR_ARG(jwk_rsa(rsa, "r", ",\"alg\":\"RS512\""))), &k), E_BAD_PAYLOAD);
    /* a point that is not on the curve */
    assert_ptr_equal(read_set(STR("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\","
                                  "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}]}"), &k), E_BAD_PAYLOAD);
}

const struct CMUnitTest jwt_tests[] = {
    cmocka_unit_test_setup_teardown(what_holds, set_up, tear_down),
    cmocka_unit_test_setup_teardown(heads, set_up, tear_down),
    cmocka_unit_test_setup_teardown(key_ids, set_up, tear_down),
    cmocka_unit_test_setup_teardown(claims_refused, set_up, tear_down),
    cmocka_unit_test_setup_teardown(signatures, set_up, tear_down),
    cmocka_unit_test_setup_teardown(public_key_as_secret, set_up, tear_down),
    cmocka_unit_test_setup_teardown(large, set_up, tear_down),
    cmocka_unit_test_setup_teardown(logout_tokens, set_up, tear_down),
    cmocka_unit_test_setup_teardown(key_sets, set_up, tear_down),
};
const size_t n_jwt_tests = sizeof jwt_tests / sizeof *jwt_tests;
