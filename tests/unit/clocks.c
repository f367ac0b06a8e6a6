/* d1-14: phone systems' clocks without a zone, the hour that comes twice and the one that never comes,
 * clocks that are off. Read from the recorded deliveries of tests/providers, as each provider's parse
 * reads them; the events beside them are checked by providers.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/crypto.h"
#include "intake/calls/fold.h"
#include "providers/provider.h"

static const struct err *parse(struct arena *a, const char *slug, const char *zone, const char *body,
                               struct event_list *list)
{
    struct hook h = {.method = STR("POST"), .query = STR(""), .body = str_of(body),
                     .headers = STR("Content-Type: application/json\r\n")};
    struct str settings = str_fmt(a, "{\"zone\":\"%s\"}", zone);

    *list = (struct event_list){0};
    assert_null(json_parse(a, settings, &h.settings));
    return provider_find(str_of(slug))->parse(a, &h, list);
}

static void d1_14_times_without_a_zone_are_of_the_setting(void **state)
{
    static const struct {
        const char *zone, *start, *end, *seconds, *want, *ended;
    } v[] = {
        {"UTC", "2026-08-03 09:15:00", "2026-08-03 09:15:30", "30", "2026-08-03T09:15:00Z", "2026-08-03T09:15:30Z"},
        {"Asia/Kolkata", "2026-08-03 09:15:00", "2026-08-03 09:15:30", "30", "2026-08-03T03:45:00Z", "2026-08-03T03:45:30Z"},
        /* 29 March, 01:00 to 02:00 never comes in London */
        {"Europe/London", "2026-03-29 00:59:50", "2026-03-29 02:00:20", "30", "2026-03-29T00:59:50Z", "2026-03-29T01:00:20Z"},
        {"Europe/London", "2026-03-29 01:30:00", "2026-03-29 01:30:30", "30", "2026-03-29T01:30:00Z", "2026-03-29T01:30:30Z"},
        /* 25 October, 01:00 to 02:00 comes twice: the clock goes back within the call */
        {"Europe/London", "2026-10-25 01:59:50", "2026-10-25 01:00:20", "30", "2026-10-25T00:59:50Z", "2026-10-25T01:00:20Z"},
    };

    (void)state;
    crypto_init();
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        struct arena *a = arena_new();
        struct event_list list;
        struct call_row row;
        char text[1000], started[40], ended[40];

        snprintf(text, sizeof text, "{\"AcctId\":\"1\",\"session\":\"s\",\"src\":\"07\",\"dst\":\"1001\","
                 "\"start\":\"%s\",\"answer\":\"\",\"end\":\"%s\",\"duration\":\"%s\","
                 "\"disposition\":\"NO ANSWER\"}", v[i].start, v[i].end, v[i].seconds);
        assert_null(parse(a, "ucm", v[i].zone, text, &list));
        assert_int_equal(list.n, 1);
        call_fold(a, list.v, list.n, &row);
        if (!str_is(time_iso(row.started, started), v[i].want) || !str_is(time_iso(row.ended, ended), v[i].ended))
            fail_msg("%s in %s: %s to %s", v[i].start, v[i].zone, started, ended);
        assert_int_equal(row.duration, 30);
        arena_free(a);
    }
}

/* A zone that nobody knows is said, and not taken for UTC. */
static void d1_14_a_zone_that_is_none_is_refused(void **state)
{
    struct arena *a = arena_new();
    struct event_list list;

    (void)state;
    crypto_init();
    assert_ptr_equal(parse(a, "ucm", "Europe/Lundon", "{\"AcctId\":\"1\",\"session\":\"s\",\"src\":\"07\","
                           "\"dst\":\"1\",\"start\":\"2026-08-03 09:15:00\",\"duration\":\"3\"}", &list), E_BAD_PAYLOAD);
    assert_non_null(strstr(str_c(a, arena_why(a)), "zone"));
    arena_free(a);
}

const struct CMUnitTest clocks_tests[] = {
    cmocka_unit_test(d1_14_times_without_a_zone_are_of_the_setting),
    cmocka_unit_test(d1_14_a_zone_that_is_none_is_refused),
};
const size_t n_clocks_tests = sizeof clocks_tests / sizeof *clocks_tests;
