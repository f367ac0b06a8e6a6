/* The ground floor: arena, strings, JSON, time, ids, sealing, settings, back-off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/crypto.h"
#include "core/json.h"
#include "core/log.h"
#include "core/permissions.h"
#include "core/settings.h"
#include "core/time.h"
#include "core/uuid.h"
#include "core/zone.h"
#include "jobs/jobs.h"

static void count_up(void *n)
{
    ++*(int *)n;
}

static void arena_zeroes_aligns_and_runs_deferred_calls(void **state)
{
    struct arena *a = arena_new();
    int calls = 0;

    (void)state;
    arena_defer(a, count_up, &calls);
    for (size_t n = 0; n < 5000; n += 37) {
        unsigned char *p = arena_alloc(a, n);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, n);
    }
    assert_non_null(arena_alloc(a, 10u << 20));
    arena_free(a);
    assert_int_equal(calls, 1);
}

static void numbers_must_be_whole_and_fit(void **state)
{
    static const char *const bad[] = {"", "-", "+1", "1 ", " 1", "1.0", "0x1", "9223372036854775808",
                                      "-9223372036854775809", "1e3"};
    int64_t n = 7;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(str_to_int(str_of(bad[i]), &n));
    assert_int_equal(n, 7);
    assert_true(str_to_int(STR("-9223372036854775807"), &n));
    assert_true(n == -INT64_MAX);
    assert_true(str_to_int(STR("9223372036854775807"), &n));
    assert_true(n == INT64_MAX);
}

static void utf8_is_checked_strictly(void **state)
{
    static const char *const bad[] = {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "a\xff",
                                      "\xe2\x82", "\xc1\xbf", "\xf8\x88\x80\x80\x80"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(str_utf8(str_of(bad[i])));
    assert_false(str_utf8(str_n("a\0b", 3)));
    assert_true(str_utf8(STR("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80 \xe2\x82\xac")));
}

static void a_buffer_stops_at_its_ceiling(void **state)
{
    struct arena *a = arena_new();
    struct buf b = buf_new(a, 1000);

    (void)state;
    for (int i = 0; i < 300; i++)
        buf_fmt(&b, "%d,", i);
    assert_true(b.over);
    assert_true(b.n <= 1000);
    arena_free(a);
}

static const struct err *parse(struct arena *a, const char *text, const struct json **v)
{
    return json_parse(a, str_of(text), v);
}

static void json_refuses_what_is_ambiguous_or_endless(void **state)
{
    static const char *const bad[] = {"", "{", "{\"a\":1,\"a\":2}", "[1] x", "{'a':1}", "nul",
                                      "\"\xff\"", "[1,]", "{\"a\":01}"};
    struct arena *a = arena_new();
    const struct json *v;
    char deep[400];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_ptr_equal(parse(a, bad[i], &v), E_BAD_PAYLOAD);
    memset(deep, '[', sizeof deep);
    assert_ptr_equal(json_parse(a, str_n(deep, sizeof deep), &v), E_BAD_PAYLOAD);
    assert_true(str_find(arena_why(a), STR("nested deeper"), 0) >= 0);
    assert_null(parse(a, "{\"brackets\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}", &v));
    arena_free(a);
}

static void json_reads_and_writes_the_same_bytes(void **state)
{
    struct arena *a = arena_new();
    const struct json *v, *again;
    struct str text;

    (void)state;
    assert_null(parse(a, "{\"b\":[1,-2.5,true,null],\"a\":\"q\\\"\\u00e9\\n\",\"n\":\"42\"}", &v));
    text = json_canonical(a, v);
    assert_null(json_parse(a, text, &again));
    assert_true(str_eq(text, json_canonical(a, again)));
    assert_int_equal(json_int(v, "n", 0), 42);
    assert_int_equal(json_int(v, "missing", -7), -7);
    assert_true(str_is(json_text(v, "a"), "q\"\xc3\xa9\n"));
    arena_free(a);
}

static void json_parse_next_takes_lines(void **state)
{
    struct arena *a = arena_new();
    struct str rest = STR("{\"a\":1}\n{\"a\":2}{\"a\":3}\n");
    const struct json *v;

    (void)state;
    for (int i = 1; i <= 3; i++) {
        assert_null(json_parse_next(a, &rest, &v));
        assert_int_equal(json_int(v, "a", 0), i);
    }
    assert_int_equal(str_trim(rest).n, 0);
    arena_free(a);
}

static void the_writer_escapes_and_mends(void **state)
{
    struct arena *a = arena_new();
    struct jw w = jw_new(a);

    (void)state;
    jw_open(&w, '{');
    jw_key(&w, "a\"b");
    jw_text(&w, str_n("x\x01\xff\xe2\x82\xac", 6));
    jw_key(&w, "t");
    jw_time(&w, 0);
    jw_key(&w, "none");
    jw_text(&w, STR_NONE);
    jw_close(&w, '}');
    assert_true(str_is(jw_done(&w), "{\"a\\\"b\":\"x\\u0001\xef\xbf\xbd\xe2\x82\xac\","
                                    "\"t\":\"1970-01-01T00:00:00Z\",\"none\":null}"));
    arena_free(a);
}

static void times_round_trip(void **state)
{
    static const char *const texts[] = {"2026-11-21T09:30:00Z", "1969-12-31T23:59:59.5Z",
                                        "2000-02-29T00:00:00Z", "2100-02-28T23:59:59Z"};
    char out[32];
    int64_t t, u;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_true(time_parse(str_of(texts[i]), &t));
        assert_true(time_parse(time_iso(t, out), &u));
        assert_true(t == u);
    }
    assert_true(time_parse(STR("2026-11-21 09:30:00.12+00"), &t));
    assert_true(time_parse(STR("2026-11-21T11:30:00.12+02:00"), &u));
    assert_true(t == u);
    assert_false(time_parse(STR("2026-02-29T00:00:00Z"), &t));
    assert_false(time_parse(STR("2026-11-21T09:30:00"), &t));
    assert_false(time_parse(STR("2026-13-01T00:00:00Z"), &t));
}

static int64_t local(const char *text, const char *zone)
{
    int64_t t = TIME_NONE;

    assert_true(time_parse_local(str_of(text), str_of(zone), &t));
    return t;
}

static int64_t utc(const char *text)
{
    int64_t t = TIME_NONE;

    assert_true(time_parse(str_of(text), &t));
    return t;
}

static void wall_clock_times_know_their_zone(void **state)
{
    int64_t t;

    (void)state;
    assert_true(local("2026-07-01 12:00:00", "Europe/London") == utc("2026-07-01T11:00:00Z"));
    assert_true(local("2026-01-01 12:00:00", "Europe/London") == utc("2026-01-01T12:00:00Z"));
    assert_true(local("2026-01-01T12:00:00", "Asia/Kolkata") == utc("2026-01-01T06:30:00Z"));
    assert_true(local("2026-01-01 12:00:00", "") == utc("2026-01-01T12:00:00Z"));
    assert_false(time_parse_local(STR("2026-01-01 12:00:00"), STR("Nowhere/Land"), &t));
    assert_false(zone_known(STR("../../etc/passwd")));
    assert_false(zone_known(STR("<X>5")));
}

static void mail_dates_are_read(void **state)
{
    static const char *const same[] = {
        "Tue, 03 Aug 2027 09:15:00 +0000", "Tue, 3 Aug 2027 09:15:00 GMT", "3 aug 2027 09:15:00 UTC",
        "Tue, 03 Aug 2027 14:45:00 +0530", "Mon, 03 Aug 2027 05:15:00 -04:00",
        "Tue, 03 Aug 2027 09:15:00 Z",     "Tue, 03 Aug 2027 14:45:00",
    };
    static const char *const wrong[] = {
        "", "Tue,", "Tue, 03 Aug 2027", "Tue, 32 Aug 2027 09:15:00", "Tue, 03 Aou 2027 09:15:00",
        "Tue, 03 Aug 27 09:15:00", "Tue, 03 Aug 2027 9:15:00", "Tue, 03 Aug 2027 09:15:00 PST",
        "2027-08-03 09:15:00", "Tue, 03 Aug 2027 09:15:00 +0000 more", "Tue, -3 Aug 2027 09:15:00",
    };
    int64_t t;

    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_true(time_parse_mail(str_of(same[i]), STR("Asia/Kolkata"), &t));
        assert_true(t == utc("2027-08-03T09:15:00Z"));
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(time_parse_mail(str_of(wrong[i]), STR("Asia/Kolkata"), &t));
}

static void the_repeated_hour_is_the_first(void **state)
{
    (void)state;
    assert_true(local("2026-10-25 01:30:00", "Europe/London") == utc("2026-10-25T00:30:00Z"));
}

static void ids_are_sorted_by_time(void **state)
{
    struct uuid a = uuid_new(), b;
    char text[UUID_TEXT];

    (void)state;
    assert_true(uuid_parse(uuid_text(a, text), &b));
    assert_true(uuid_eq(a, b));
    assert_int_equal(text[14], '7');
    assert_false(uuid_parse(STR("0123"), &b));
    assert_false(uuid_parse(STR("01a1fbc7-df25-7f6a-a841-8ab3e76456ag"), &b));
    assert_false(uuid_parse(STR("01a1fbc7xdf25-7f6a-a841-8ab3e76456a9"), &b));
}

static void sealed_values_open_only_in_their_place(void **state)
{
    struct arena *a = arena_new();
    struct key k = {{1}}, other = {{2}};
    struct str sealed = crypto_seal(a, &k, STR("tenant|table|column|row"), STR("secret")), plain;
    char *bytes;

    (void)state;
    assert_null(crypto_open(a, &k, STR("tenant|table|column|row"), sealed, &plain));
    assert_true(str_is(plain, "secret"));
    assert_ptr_equal(crypto_open(a, &k, STR("tenant|table|column|other"), sealed, &plain), E_SEAL);
    assert_ptr_equal(crypto_open(a, &other, STR("tenant|table|column|row"), sealed, &plain), E_SEAL);
    for (size_t i = 0; i < sealed.n; i++) {
        bytes = arena_alloc(a, sealed.n);
        memcpy(bytes, sealed.p, sealed.n);
        bytes[i] = (char)(bytes[i] ^ 1);
        assert_ptr_equal(crypto_open(a, &k, STR("tenant|table|column|row"),
                                     str_n(bytes, sealed.n), &plain), E_SEAL);
    }
    arena_free(a);
}

/* libsodium alone takes every byte over 127 for an 'A'. */
static void base64_has_one_spelling(void **state)
{
    static const char *const wrong[] = {"e30\xff", "\xff\xff\xff\xff", "e31", "e31=", "e3 0", "e"};
    struct arena *a = arena_new();
    struct str bytes;

    (void)state;
    assert_true(crypto_unbase64url(a, STR("e30"), &bytes) && str_is(bytes, "{}"));
    assert_true(crypto_unbase64(a, STR("e30="), &bytes) && str_is(bytes, "{}"));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(crypto_unbase64url(a, str_of(wrong[i]), &bytes));
        assert_false(crypto_unbase64(a, str_of(wrong[i]), &bytes));
    }
    arena_free(a);
}

static void passwords_verify_and_differ(void **state)
{
    struct arena *a = arena_new();
    struct str hash, again;

    (void)state;
    assert_null(crypto_password_hash(a, STR("correct horse"), &hash));
    assert_null(crypto_password_hash(a, STR("correct horse"), &again));
    assert_false(str_eq(hash, again));
    assert_true(str_starts(hash, STR("$argon2id$v=19$m=65536,t=3,")));
    assert_true(crypto_password_verify(hash, STR("correct horse")));
    assert_false(crypto_password_verify(hash, STR("correct horsf")));
    assert_false(crypto_password_verify(STR(""), STR("")));
    arena_free(a);
}

/* RFC 2202, test case 1. */
static void hmac_sha1_matches_the_rfc(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    assert_true(str_is(crypto_hmac_sha1_base64(a, STR("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
                                                      "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"),
                                               STR("Hi There")), "thcxhlUFcmTii8C2+zeMjvFGvgA="));
    arena_free(a);
}

static void md5_matches_the_published_login(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    assert_true(str_is(crypto_md5_hex(a, STR("1234567890123456secret")),
                       "257dab1c80b18009e7f7a98e1392eedd"));
    arena_free(a);
}

/* The line that this text gives as a reason. */
static struct str logged(struct arena *a, const char *text)
{
    int ends[2], err = dup(STDERR_FILENO);
    char line[1000];
    ssize_t n;

    assert_true(err >= 0 && !pipe(ends));
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    LOG(LOG_ERROR, "test.said", KV_C("reason", text), KV_I("n", 1));
    assert_true(dup2(err, STDERR_FILENO) >= 0);
    close(ends[1]);
    n = read(ends[0], line, sizeof line);
    close(ends[0]);
    close(err);
    assert_true(n > 0);
    return str_dup(a, str_n(line, (size_t)n));
}

static void d3_16_logs_leave_out_what_others_said(void **state)
{
    static const char *const CASES[][2] = {
        {"The host is away.", "\"reason\":\"The host is away.\","},
        {"It answered 400: “Ring Mr Smith at +44 20”. Check the model.",
         "\"reason\":\"It answered 400: “…”. Check the model.\","},
        {"“a” and “b”c”.", "\"reason\":\"“…”.\","},
        {"It said: “cut off here", "\"reason\":\"It said: “…\","},
    };
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct str line = logged(a, CASES[i][0]);
        const struct json *tree;

        assert_null(json_parse(a, str_trim(line), &tree));
        if (str_find(line, str_of(CASES[i][1]), 0) < 0)
            fail_msg("%.*s", STR_ARG(line));
    }
    arena_free(a);
}

static void permissions_come_from_names(void **state)
{
    (void)state;
    assert_int_equal(permissions_of(STR("{calls.read,api_keys.write,nonsense}")),
                     CALLS_READ | API_KEYS_WRITE);
    assert_int_equal(permissions_of(STR("{}")), 0);
    assert_int_equal(permissions_of(STR("")), 0);
}

static void a_wrong_setting_is_named(void **state)
{
    struct arena *a = arena_new();
    struct settings s;

    (void)state;
    setenv("RINGSIGHT_PORT", "80 80", 1);
    assert_ptr_equal(settings_load(a, NULL, &s), E_BAD_INPUT);
    assert_true(str_find(arena_why(a), STR("port"), 0) >= 0);
    setenv("RINGSIGHT_PORT", "8123", 1);
    assert_null(settings_load(a, NULL, &s));
    assert_int_equal(s.port, 8123);
    assert_string_equal(s.public_url, "http://127.0.0.1:8123");
    unsetenv("RINGSIGHT_PORT");
    arena_free(a);
}

static void printed_settings_hide_passwords(void **state)
{
    struct arena *a = arena_new();
    struct settings s;

    (void)state;
    setenv("RINGSIGHT_DATABASE_URL", "postgresql://app:s3cr3t@/db", 1);
    assert_null(settings_load(a, NULL, &s));
    assert_true(str_find(settings_print(a, &s), STR("s3cr3t"), 0) < 0);
    unsetenv("RINGSIGHT_DATABASE_URL");
    arena_free(a);
}

const struct CMUnitTest core_tests[] = {
    cmocka_unit_test(arena_zeroes_aligns_and_runs_deferred_calls),
    cmocka_unit_test(numbers_must_be_whole_and_fit),
    cmocka_unit_test(utf8_is_checked_strictly),
    cmocka_unit_test(a_buffer_stops_at_its_ceiling),
    cmocka_unit_test(json_refuses_what_is_ambiguous_or_endless),
    cmocka_unit_test(json_reads_and_writes_the_same_bytes),
    cmocka_unit_test(json_parse_next_takes_lines),
    cmocka_unit_test(the_writer_escapes_and_mends),
    cmocka_unit_test(times_round_trip),
    cmocka_unit_test(wall_clock_times_know_their_zone),
    cmocka_unit_test(mail_dates_are_read),
    cmocka_unit_test(the_repeated_hour_is_the_first),
    cmocka_unit_test(ids_are_sorted_by_time),
    cmocka_unit_test(sealed_values_open_only_in_their_place),
    cmocka_unit_test(base64_has_one_spelling),
    cmocka_unit_test(passwords_verify_and_differ),
    cmocka_unit_test(md5_matches_the_published_login),
    cmocka_unit_test(hmac_sha1_matches_the_rfc),
    cmocka_unit_test(d3_16_logs_leave_out_what_others_said),
    cmocka_unit_test(permissions_come_from_names),
    cmocka_unit_test(a_wrong_setting_is_named),
    cmocka_unit_test(printed_settings_hide_passwords),
};
const size_t n_core_tests = sizeof core_tests / sizeof *core_tests;
