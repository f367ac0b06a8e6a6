/* Field maps beside the fixtures of tests/providers/generic: forms of time and length, what is
 * refused when a map is saved, and that a preview says everything at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/arena.h"
#include "providers/generic/generic_map.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
    const char *text, *format, *zone, *iso; /* iso NULL: refused */
} times[] = {
    {"2026-08-03T09:15:00Z", "", "", "2026-08-03T09:15:00Z"},
    {"2026-08-03 14:45:00", "auto", "Asia/Kolkata", "2026-08-03T09:15:00Z"},
    {"2026-08-03T14:45:00", "auto", "Asia/Kolkata", "2026-08-03T09:15:00Z"},
    {"1785748500", "auto", "Asia/Kolkata", "2026-08-03T09:15:00Z"},
    {"1785748500.25", "auto", "", "2026-08-03T09:15:00.250000Z"},
    {"1785748500250", "auto", "", "2026-08-03T09:15:00.250000Z"},
    {"1785748500", "unix", "", "2026-08-03T09:15:00Z"},
    {"1785748500000", "unix_ms", "", "2026-08-03T09:15:00Z"},
    {"03/08/2026 02:45:00 PM", "DD/MM/YYYY hh:mm:ss A", "Asia/Kolkata", "2026-08-03T09:15:00Z"},
    {"3/8/2026 2:45:00 am", "D/M/YYYY h:mm:ss A", "UTC", "2026-08-03T02:45:00Z"},
    {"12:05 AM 03-08-26", "hh:mm A DD-MM-YY", "UTC", "2026-08-03T00:05:00Z"},
    {"12:05 PM 03-08-26", "hh:mm A DD-MM-YY", "UTC", "2026-08-03T12:05:00Z"},
    {"3 Aug 2026 09:15:00 +0530", "D MMM YYYY HH:mm:ss Z", "UTC", "2026-08-03T03:45:00Z"},
    {"2026-08-03T09:15:00.5-04:00", "YYYY-MM-DDTHH:mm:ss.SSSZ", "", "2026-08-03T13:15:00.500000Z"},
    {"20260803091500", "YYYYMMDDHHmmss", "", "2026-08-03T09:15:00Z"},
    {"13:05 PM 03-08-26", "hh:mm A DD-MM-YY", "UTC", NULL},
    {"2026-08-03", "auto", "", NULL},
    {"2026-13-03 09:15:00", "auto", "", NULL},
    {"2026-02-30 09:15:00", "auto", "", NULL},
    {"2026-08-03 09:15:00 ", "auto", "", "2026-08-03T09:15:00Z"},
    {"2026-08-03 09:15:00x", "YYYY-MM-DD HH:mm:ss", "", NULL},
    {"2026-08-03 09:15", "YYYY-MM-DD HH:mm:ss", "", NULL},
    {"2026-08-03 09:15:00", "auto", "Nowhere/Land", NULL},
    {"99999999999999999999", "unix", "", NULL},
    {"9223372036854775807", "unix", "", NULL},
    {"-5", "auto", "", NULL},
    {"", "auto", "", NULL},
    {"12", "auto", "", NULL},
};

static void forms_of_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(times); i++) {
        struct arena *a = arena_new();
        int64_t t = 0;
        char iso[32];
        bool ok = map_time(a, str_of(times[i].text), str_of(times[i].format), str_of(times[i].zone), &t);

        if (ok != (times[i].iso != NULL) || (ok && !str_is(time_iso(t, iso), times[i].iso)))
            fail_msg("%s by %s: %s", times[i].text, times[i].format, ok ? time_iso(t, iso).p : "refused");
        arena_free(a);
    }
}

static void lengths(void **state)
{
    static const struct {
        const char *text, *unit;
        int64_t s; /* -1: refused */
    } cases[] = {{"189", "", 189},      {"189.9", "auto", 189}, {"00:03:09", "auto", 189}, {"03:09", "", 189},
                 {"1:03:09", "", 3789}, {"180500", "ms", 180},  {"3", "min", 180},         {"3:9:1:2", "", -1},
                 {"00:61", "", -1},     {"-3", "", -1},         {"", "", -1},              {"a", "", -1},
                 {"1e3", "", -1},       {"00:03:09", "s", -1},  {":", "", -1},             {"9999999999999", "", -1}};
    int64_t s;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        s = -1;
        if (!map_seconds(str_of(cases[i].text), str_of(cases[i].unit), &s))
            s = -1;
        if (s != cases[i].s)
            fail_msg("%s as %s: %lld", cases[i].text, cases[i].unit, (long long)s);
    }
}

#define LEAST "\"call_id\":{\"from\":\"a\"},\"direction\":{\"const\":\"inbound\"},\"from\":{\"from\":\"b\"},\"to\":{\"from\":\"c\"}"

static void saving(void **state)
{
    static const struct {
        const char *map, *why; /* why NULL: fine */
    } cases[] = {
        {"{\"fields\":{" LEAST ",\"started_at\":{\"from\":\"d\"}}}", NULL},
        {"{\"fields\":{" LEAST ",\"started_at\":{\"from\":\"d\",\"time\":\"DD/MM/YYYY HH:mm\",\"zone\":\"Asia/Kolkata\"}}}", NULL},
        {"[]", "must be an object"},
        {"{}", "fields: an object with a rule"},
        {"{\"fields\":{" LEAST "}}", "fields.started_at: this field is needed"},
        {"{\"field\":{}}", "there is no \"field\" in a map"},
        {"{\"fields\":{\"callid\":{}}}", "fields: there is no \"callid\""},
        {"{\"fields\":{" LEAST ",\"started_at\":{\"form\":\"d\"}}}", "fields.started_at: there is no \"form\""},
        {"{\"fields\":{" LEAST ",\"started_at\":{\"from\":[]}}}", "fields.started_at: \"from\" must be"},
        {"{\"fields\":{" LEAST ",\"started_at\":{\"from\":\"d\",\"time\":\"YYYY-MM-DD\"}}}", "year, month, day, hour and minute"},
        {"{\"fields\":{" LEAST ",\"started_at\":{\"from\":\"d\",\"time\":\"YYYY YYYY MM DD HH mm\"}}}", "once each"},
        {"{\"fields\":{" LEAST ",\"started_at\":{\"from\":\"d\",\"zone\":\"IST\"}}}", "time zone like Asia/Kolkata"},
        {"{\"fields\":{" LEAST ",\"started_at\":{\"from\":\"d\"},\"talk\":{\"from\":\"t\",\"unit\":\"h\"}}}", "auto, s, ms or min"},
        {"{\"fields\":{" LEAST ",\"started_at\":{\"from\":\"d\",\"table\":{\"a\":1}}}}", "texts into texts"},
        {"{\"fields\":{" LEAST ",\"started_at\":{\"from\":\"d\",\"outbound\":{\"outbound\":{}}}}}", "fields.started_at: outbound: there is no"},
        {"{\"only\":{\"from\":\"e\"},\"fields\":{" LEAST ",\"started_at\":{\"from\":\"d\"}}}", "only: \"is\" must be"},
        {"{\"zone\":\"Mars/Base\",\"fields\":{}}", "\"zone\" must be"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena *a = arena_new();
        const struct json *map;
        const struct err *e;

        assert_null(json_parse(a, str_of(cases[i].map), &map));
        e = generic_map_check(a, map);
        if ((e != NULL) != (cases[i].why != NULL) ||
            (e && str_find(arena_why(a), str_of(cases[i].why), 0) < 0))
            fail_msg("%s: %.*s", cases[i].map, STR_ARG(arena_why(a)));
        arena_free(a);
    }
}

static void preview_tells_all(void **state)
{
    struct arena *a = arena_new();
    struct hook h = {.method = STR("POST"), .query = STR(""), .headers = STR("Content-Type: application/json\r\n"),
                     .body = STR("[{\"a\":\"1\",\"dir\":\"x\",\"d\":\"soon\",\"t\":\"much\"},{\"a\":\"2\"}]")};
    struct map_trace trace = {0};
    struct event_list list = {0};
    const struct json *map;
    size_t faults = 0;

    (void)state;
    assert_null(json_parse(a, STR("{\"fields\":{\"call_id\":{\"from\":\"a\"},\"direction\":{\"from\":\"dir\"},"
                                  "\"started_at\":{\"from\":\"d\"},\"talk\":{\"from\":\"t\"}}}"), &map));
    assert_null(generic_map_run(a, map, &h, &list, &trace));
    assert_int_equal(list.n, 0);
    assert_int_equal(trace.n, 2);
    assert_int_equal(trace.sent.n, 4);
    for (size_t i = 0; i < trace.v[0].n; i++)
        faults += trace.v[0].v[i].why.n > 0;
    assert_int_equal(faults, 5); /* direction, from, to, started_at, talk: each with its own sentence */
    arena_free(a);
}

const struct CMUnitTest fieldmap_tests[] = {
    cmocka_unit_test(forms_of_time),
    cmocka_unit_test(lengths),
    cmocka_unit_test(saving),
    cmocka_unit_test(preview_tells_all),
};
const size_t n_fieldmap_tests = COUNT(fieldmap_tests);
