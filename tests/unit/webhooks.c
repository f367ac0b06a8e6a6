/* Signatures of outgoing webhooks by the vectors of their specifications (TRUST.md O1), and the addresses that may be
 * endpoints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/crypto.h"
#include "net/http_out.h"
#include "people/webhooks/inner.h"

/* standard-webhooks, libraries: the vector that all of them test. */
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define BODY "{\"test\": 2432232314}"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

static struct str bytes(struct arena *a, const char *hex)
{
    struct str out = STR_NONE;

    assert_true(crypto_unhex(a, str_of(hex), &out));
    return out;
}

static void the_vector_of_standard_webhooks(void **state)
{
    struct arena *a = arena_new();
    struct webhook_keys keys[2] = {{.secret = STR(SECRET)}, {.secret = STR("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")}};
    struct str out;

    (void)state;
    assert_null(webhook_signature(a, keys, 1, STR(ID), 1614265330, STR(BODY), &out));
    assert_true(str_is(out, SIGNATURE));
    assert_null(webhook_signature(a, keys, 2, STR(ID), 1614265330, STR(BODY), &out));
    assert_true(str_starts(out, STR(SIGNATURE " v1,")));
    assert_null(webhook_signature(a, keys, 1, STR(ID), 1614265331, STR(BODY), &out));
    assert_false(str_is(out, SIGNATURE));
    keys[0].secret = STR("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    assert_ptr_equal(webhook_signature(a, keys, 1, STR(ID), 1, STR(BODY), &out), E_INTERNAL);
    arena_free(a);
}

/* RFC 8032 section 7.1, TEST 2. */
static void the_vector_of_ed25519(void **state)
{
    struct arena *a = arena_new();
    struct str seed = bytes(a, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");

    (void)state;
    assert_true(crypto_eq(crypto_ed25519_public(a, seed),
                          bytes(a, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")));
    assert_true(crypto_eq(crypto_ed25519_sign(a, seed, STR("\x72")),
                          bytes(a, "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                   "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")));
    assert_null(crypto_ed25519_sign(a, str_sub(seed, 1, 31), STR("x")).p);
    arena_free(a);
}

static void new_keys_are_32_random_bytes(void **state)
{
    struct arena *a = arena_new();
    struct webhook_keys one, two;
    struct str public_key, raw;

    (void)state;
    webhook_keys_make(a, false, &one, &public_key);
    assert_null(public_key.p);
    assert_null(one.seed.p);
    webhook_keys_make(a, true, &two, &public_key);
    assert_false(str_eq(one.secret, two.secret));
    assert_true(str_starts(public_key, STR("whpk_")) && two.seed.n == 32);
    assert_true(crypto_unbase64(a, str_sub(two.secret, 6, two.secret.n), &raw) && raw.n == 32);
    arena_free(a);
}

static void endpoints_inside_are_refused(void **state)
{
    static const struct { const char *url; bool good, good_allowed; } all[] = {
        {"https://crm.example.com/hook", true, true}, {"https://93.184.215.14/hook", true, true},
        {"http://93.184.215.14/hook", false, false}, {"http://crm.example.com/hook", false, true},
        {"https://10.1.2.3/", false, true}, {"http://10.1.2.3/", false, true}, {"https://10.1.2.3:6379/", false, false},
        {"https://10.2.0.1/", false, false}, {"https://127.0.0.1/", false, false}, {"https://0x0a010203/", false, true},
        {"https://[::ffff:10.1.2.3]/", false, false}, {"https://[::1]/", false, false}, {"https://169.254.169.254/", false, false},
        {"https://user@crm.example.com/", false, false}, {"file:///etc/passwd", false, false}, {"", false, false}};
    struct arena *a = arena_new();
    const struct net_allowances *list;

    (void)state;
    assert_null(net_allowances_parse(a, STR("webhook=10.1.0.0/16"), &list));
    for (int allowed = 0; allowed < 2; allowed++) {
        struct http_client *c = http_client_new(a, &(struct http_client_config){.allowances = allowed ? list : NULL});
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            if ((http_url_guard(c, a, str_of(all[i].url), WEBHOOK_USE) == NULL) != (allowed ? all[i].good_allowed : all[i].good))
                fail_msg("%s, allowed %d: %.*s", all[i].url, allowed, STR_ARG(arena_why(a)));
        assert_non_null(http_url_guard(c, a, STR("https://10.1.2.3/"), "engine"));
    }
    arena_free(a);
}

const struct CMUnitTest webhooks_tests[] = {
    cmocka_unit_test(the_vector_of_standard_webhooks),
    cmocka_unit_test(the_vector_of_ed25519),
    cmocka_unit_test(new_keys_are_32_random_bytes),
    cmocka_unit_test(endpoints_inside_are_refused),
};
const size_t n_webhooks_tests = sizeof webhooks_tests / sizeof *webhooks_tests;
