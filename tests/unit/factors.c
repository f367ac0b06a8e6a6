/* Second factors without a database: codes against the vectors of RFC 6238 and against those that Debian's oathtool made,
 * the window of one step, the URI and QR code of the set-up, recovery codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/time.h"
#include "people/factors/inner.h"

#define RFC_SEED "12345678901234567890"

static int64_t at(int64_t seconds)
{
    return seconds * TIME_S;
}

/* Appendix B, its last six digits. */
static void codes_of_rfc_6238(void **state)
{
    static const struct {
        int64_t seconds;
        const char *code;
    } v[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
             {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof *v; i++)
        assert_int_equal(totp_step(STR(RFC_SEED), str_of(v[i].code), at(v[i].seconds)), v[i].seconds / 30);
}

/* oathtool --totp -d 6 --now "@<seconds>" <seed in hex> */
static void codes_of_oathtool(void **state)
{
    static const struct {
        const char *seed, *first, *second; /* of 1700000000 and 1790000015 */
    } v[] = {{"d512fccf7bb3607938b45ab2a93767013f2a785a", "661275", "611920"},
             {"d7c96e50ea12f3fbd29fc4dd9bce4be0b65bed60", "534741", "388332"},
             {"4de2a7d0c16c4ab68f2c0abf9d66b824c0ffc945", "853179", "639857"}};
    struct arena *a = arena_new();
    struct str seed;

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        assert_true(crypto_unhex(a, str_of(v[i].seed), &seed));
        assert_int_equal(totp_step(seed, str_of(v[i].first), at(1700000000)), 1700000000 / 30);
        assert_int_equal(totp_step(seed, str_of(v[i].second), at(1790000015)), 1790000015 / 30);
        assert_int_equal(totp_step(seed, str_of(v[i].second), at(1700000000)), -1);
    }
    arena_free(a);
}

static void one_step_before_and_after_and_no_more(void **state)
{
    int64_t step = 1111111111 / 30;

    (void)state;
    for (int64_t d = -3; d <= 3; d++)
        assert_int_equal(totp_step(STR(RFC_SEED), STR("050471"), at((step + d) * 30 + 7)), d >= -1 && d <= 1 ? step : -1);
    assert_int_equal(totp_step(STR(RFC_SEED), STR("755224"), at(5)), 0); /* step 0, RFC 4226 appendix D */
}

static void what_is_no_code(void **state)
{
    static const char *const none[] = {"", " ", "05047", "0504711", "05047a", "050 471 1", "-50471", ("\xd9\xa0" "50471"), "050471\n"};

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(totp_step(STR(RFC_SEED), str_of(none[i]), at(1111111111)), -1);
    assert_int_equal(totp_step(STR(RFC_SEED), STR("050471\0"), at(1111111111)), -1);
    assert_int_equal(totp_step(STR(RFC_SEED), STR(" 050 471 "), at(1111111111)), 1111111111 / 30);
}

static void the_uri_is_what_apps_read(void **state)
{
    struct arena *a = arena_new();
    struct str base32 = totp_base32(a, STR(RFC_SEED)), uri = totp_uri(a, STR("ann o'b+c@x.example"), base32);

    (void)state;
    assert_true(str_is(base32, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
    assert_true(str_is(uri, "otpauth://totp/Ringsight:ann%20o%27b%2Bc%40x.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                            "&issuer=Ringsight&algorithm=SHA1&digits=6&period=30"));
    arena_free(a);
}

/* Version 1 has 21 modules a side; its three finders are seven wide: the first row begins with one. */
static void a_qr_code_is_a_path(void **state)
{
    struct arena *a = arena_new();
    struct str long_text;
    struct buf b = buf_new(a, 8192);
    struct qr qr;

    (void)state;
    assert_null(qr_make(a, STR("RINGSIGHT"), &qr));
    assert_int_equal(qr.size, 21);
    assert_true(str_starts(qr.path, STR("M0 0h7v1h-7z")));
    assert_true(str_find(qr.path, STR("M14 0h7v1h-7z"), 0) > 0);
    assert_true(str_find(qr.path, STR("M0 20h7v1h-7z"), 0) > 0);
    for (int i = 0; i < 4000; i++)
        buf_char(&b, 'x');
    long_text = buf_str(&b);
    assert_ptr_equal(qr_make(a, long_text, &qr), E_TOO_LARGE);
    arena_free(a);
}

static void recovery_codes_are_read_as_people_write_them(void **state)
{
    struct arena *a = arena_new();
    struct uuid one = {{1}}, two = {{2}};
    struct str code, other, low;
    struct hash h;

    (void)state;
    crypto_init();
    code = recovery_new(a);
    other = recovery_new(a);
    assert_int_equal(code.n, 29);
    assert_false(str_eq(code, other));
    h = recovery_hash(a, one, code);
    low = str_lower(a, str_fmt(a, " %.*s %.*s ", (int)14, code.p, (int)14, code.p + 15));
    assert_memory_equal(recovery_hash(a, one, low).b, h.b, sizeof h.b);
    assert_memory_not_equal(recovery_hash(a, two, code).b, h.b, sizeof h.b);
    assert_memory_not_equal(recovery_hash(a, one, other).b, h.b, sizeof h.b);
    assert_memory_not_equal(recovery_hash(a, one, str_sub(code, 0, 28)).b, h.b, sizeof h.b);
    arena_free(a);
}

const struct CMUnitTest factors_tests[] = {
    cmocka_unit_test(codes_of_rfc_6238),
    cmocka_unit_test(codes_of_oathtool),
    cmocka_unit_test(one_step_before_and_after_and_no_more),
    cmocka_unit_test(what_is_no_code),
    cmocka_unit_test(the_uri_is_what_apps_read),
    cmocka_unit_test(a_qr_code_is_a_path),
    cmocka_unit_test(recovery_codes_are_read_as_people_write_them),
};
const size_t n_factors_tests = sizeof factors_tests / sizeof *factors_tests;
