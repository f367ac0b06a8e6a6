/* Exotel: who gets the account's credentials, and that a call is the same whatever order its
 * callbacks come in (EXPECTATIONS.md d1-05, d1-06, d1-11, d1-14). The deliveries as such are recorded
 * in tests/providers/exotel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "intake/calls/fold.h"
#include "providers/exotel/exotel.h"

static void who_is_trusted(void **state)
{
    static const struct {
        const char *url;
        bool trusted;
    } cases[] = {
        {"https://recordings.exotel.com/exotelrecordings/a/b.mp3", true},
        {"https://exotel.com/b.mp3", true},
        {"https://RECORDINGS.Exotel.Com:443/b.mp3", true},
        {"http://recordings.exotel.com/b.mp3", false},
        {"https://s3-ap-southeast-1.amazonaws.com/exotelrecordings/b.mp3", false},
        {"https://recordings.exotel.com.evil.example/b.mp3", false},
        {"https://evilexotel.com/b.mp3", false},
        {"https://recordings.exotel.com@evil.example/b.mp3", false},
        {"https://evil.example\\@recordings.exotel.com/b.mp3", false},
        {"https://evil.example/recordings.exotel.com", false},
        {"//recordings.exotel.com/b.mp3", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *a = arena_new();
        if (exotel_trusts(a, str_of(cases[i].url)) != cases[i].trusted)
            fail_msg("%s", cases[i].url);
        arena_free(a);
    }
}

static void settings_are_checked(void **state)
{
    static const struct {
        const char *json;
        bool good;
    } cases[] = {
        {"{}", true},
        {"{\"recording_hosts\":\"files.example.com, .Example.net,127.0.0.1\"}", true},
        {"{\"recording_hosts\":\"https://files.example.com\"}", false},
        {"{\"recording_hosts\":\"files.example.com/recordings\"}", false},
        {"{\"recording_hosts\":\"files.example.com others.example.com\"}", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *a = arena_new();
        const struct json *values;
        const char *name = NULL;

        assert_null(json_parse(a, str_of(cases[i].json), &values));
        if ((exotel_provider.check(a, values, &name) == NULL) != cases[i].good)
            fail_msg("%s", cases[i].json);
        assert_string_equal(name, "recording_hosts");
        arena_free(a);
    }
}

#define HEAD "CallSid=c1&CallFrom=09999999991&CallTo=09999999980&Direction=incoming"
#define START "&StartTime=2022-02-23+12%3A31%3A58&EndTime=1970-01-01+05%3A30%3A00"
#define URL "https%3A%2F%2Frecordings.exotel.com%2Fexotelrecordings%2Facme1%2Fc1.mp3"

/* Menu, two agents rung, the second took it, and a status at the end. */
static const char *const callbacks[] = {
    HEAD START "&CallStatus=in-progress&CallType=call-attempt&digits=%222%22",
    HEAD "&DialWhomNumber=09999999998&EventType=Dial&Status=busy",
    HEAD "&DialWhomNumber=09999999998&EventType=Terminal&Status=free",
    HEAD "&DialWhomNumber=09999999999&EventType=Dial&Status=busy",
    HEAD START "&CallType=completed&DialCallStatus=completed&DialWhomNumber=09999999999&DialCallDuration=17"
        "&Legs[0][Number]=09999999998&Legs[0][OnCallDuration]=0&Legs[1][Number]=09999999999"
        "&Legs[1][OnCallDuration]=10&RecordingUrl=" URL,
    "CallSid=c1&EventType=terminal&Status=completed&Direction=inbound&StartTime=2022-02-23+12%3A31%3A58"
        "&EndTime=2022-02-23+12%3A32%3A25&From=09999999991&To=09999999980&ConversationDuration=10"
        "&RecordingUrl=" URL,
};

#define N_CALLBACKS (sizeof callbacks / sizeof *callbacks)

static struct str folded(struct arena *a, const size_t *order, size_t n)
{
    struct event_list list = {0};
    struct call_row row;

    for (size_t i = 0; i < n; i++) {
        struct hook h = {.method = STR("GET"), .query = str_of(callbacks[order[i]])};
        assert_null(exotel_parse(a, &h, &list));
    }
    call_fold(a, list.v, list.n, &row);
    return call_row_json(a, &row);
}

static void is(const struct json *row, const char *key, const char *want)
{
    if (!str_is(json_text(row, key), want))
        fail_msg("%s is %.*s, not %s", key, STR_ARG(json_text(row, key)), want);
}

static void d1_11_any_order_is_one_call(void **state)
{
    struct arena *keep = arena_new();
    size_t order[2 * N_CALLBACKS];
    const struct json *row;
    struct str want;

    (void)state;
    for (size_t i = 0; i < 2 * N_CALLBACKS; i++)
        order[i] = i % N_CALLBACKS;
    want = folded(keep, order, N_CALLBACKS);
    assert_null(json_parse(keep, want, &row));
    is(row, "direction", "inbound");
    is(row, "disposition", "answered");
    is(row, "agent", "09999999999");
    is(row, "customer_number", "09999999991");
    is(row, "started", "2022-02-23T07:01:58Z"); /* 12:31:58 in India */
    is(row, "ended", "2022-02-23T07:02:25Z");
    assert_int_equal(json_int(row, "talk", 0), 10);
    assert_int_equal(json_int(row, "duration", 0), 27);
    assert_int_equal(json_count(json_get(row, "legs")), 2);
    assert_int_equal(json_count(json_get(row, "recordings")), 1);
    srandom(11);
    for (int round = 0; round < 1000; round++) {
        struct arena *a = arena_new();
        for (size_t i = 2 * N_CALLBACKS - 1; i > 0; i--) {
            size_t j = (size_t)random() % (i + 1), t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        if (!str_eq(folded(a, order, 2 * N_CALLBACKS), want))
            fail_msg("order %d gives another call", round);
        arena_free(a);
    }
    arena_free(keep);
}

const struct CMUnitTest exotel_tests[] = {
    cmocka_unit_test(who_is_trusted),
    cmocka_unit_test(settings_are_checked),
    cmocka_unit_test(d1_11_any_order_is_one_call),
};
const size_t n_exotel_tests = sizeof exotel_tests / sizeof *exotel_tests;
