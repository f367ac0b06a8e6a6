/* Zones and schedules. The oracle walks real minutes one by one with the C library's zones, and
 * runs what falls due as Debian's cron does; the code under test must name the same minutes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/cron.h"
#include "core/time.h"
#include "core/zone.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int64_t utc(const char *text)
{
    int64_t t = TIME_NONE;

    assert_true(time_parse(str_of(text), &t));
    return t;
}

static const struct zone *zone(const char *name)
{
    const struct zone *z = zone_find(str_of(name));

    assert_non_null(z);
    return z;
}

/* ---- zones ---- */

static void zones_are_known_by_name(void **state)
{
    static const char *const bad[] = {"Nowhere/Land", "europe/london", "IST", "EST", "GMT+3", "+02:00",
                                      "Etc/Unknown", "SystemV/PST8", "Europe/London\n", " UTC",
                                      "../../etc/passwd", "Europe/Z\xc3\xbcrich",
                                      "A/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/a/b/c/d/e/f"};
    static const char *const good[] = {"", "UTC", "Europe/London", "Asia/Kolkata", "US/Eastern",
                                       "America/Argentina/Buenos_Aires", "Etc/GMT+5"};

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (zone_known(str_of(bad[i])))
            fail_msg("\"%s\" is no zone", bad[i]);
    for (size_t i = 0; i < COUNT(good); i++)
        if (!zone_known(str_of(good[i])))
            fail_msg("\"%s\" is a zone", good[i]);
    assert_false(zone_known(str_n("UTC\0x", 5)));
    assert_ptr_equal(zone("Europe/Berlin"), zone("Europe/Berlin"));
}

static void skipped_and_repeated_hours_have_an_answer(void **state)
{
    static const struct {
        const char *zone, *wall, *instant;
        enum zone_hour hour;
    } cases[] = {
        {"Europe/Berlin", "2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z", ZONE_PLAIN},
        {"Europe/Berlin", "2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z", ZONE_SKIPPED},
        {"Europe/Berlin", "2026-03-29T03:00:00Z", "2026-03-29T01:00:00Z", ZONE_PLAIN},
        {"Europe/Berlin", "2026-10-25T02:30:00.5Z", "2026-10-25T00:30:00.5Z", ZONE_REPEATED},
        {"Europe/Berlin", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z", ZONE_PLAIN},
        {"Australia/Lord_Howe", "2020-10-04T02:15:00Z", "2020-10-03T15:45:00Z", ZONE_SKIPPED},
        {"Australia/Lord_Howe", "2020-04-05T01:45:00Z", "2020-04-04T14:45:00Z", ZONE_REPEATED},
        {"America/Sao_Paulo", "2018-11-04T00:10:00Z", "2018-11-04T03:10:00Z", ZONE_SKIPPED},
        {"Asia/Kolkata", "2026-03-29T02:30:00Z", "2026-03-28T21:00:00Z", ZONE_PLAIN},
        {"", "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z", ZONE_PLAIN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum zone_hour hour;
        const struct zone *z = zone(cases[i].zone);
        int64_t t = zone_instant(z, utc(cases[i].wall), &hour);
        if (t != utc(cases[i].instant) || hour != cases[i].hour)
            fail_msg("%s in \"%s\"", cases[i].wall, cases[i].zone);
        if (hour != ZONE_SKIPPED && zone_wall(z, t) != utc(cases[i].wall))
            fail_msg("%s in \"%s\" and back", cases[i].wall, cases[i].zone);
    }
    assert_true(zone_change_after(zone("Europe/Berlin"), utc("2026-01-01T00:00:00Z")) ==
                utc("2026-03-29T01:00:00Z"));
    assert_true(zone_change_before(zone("Europe/Berlin"), utc("2026-03-29T01:00:00Z")) ==
                utc("2026-03-29T01:00:00Z"));
    assert_true(zone_change_after(zone("UTC"), 0) == INT64_MAX);
}

/* ---- reading ---- */

static void bad_schedules_name_the_field(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "five fields"}, {"* * * *", "this has 4"}, {"* * * * * *", "this has 6"},
        {"@often", "five fields"}, {"60 * * * *", "minute"}, {"* 24 * * *", "hour"},
        {"* * 0 * *", "day"}, {"* * 32 * *", "day"}, {"* * * 13 *", "month"},
        {"* * * foo *", "month"}, {"* * * * 8", "weekday"}, {"* * * * january", "weekday"},
        {"5-1 * * * *", "ends before it begins"}, {"*/0 * * * *", "step"}, {"*/x * * * *", "step"},
        {"*/ * * * *", "step"}, {"* */24 * * *", "step"}, {"5/10 * * * *", "without a range"},
        {"1, * * * *", "minute"}, {",1 * * * *", "minute"}, {"1,,2 * * * *", "minute"},
        {"1- * * * *", "minute"}, {"-1 * * * *", "minute"}, {"1-2-3 * * * *", "minute"},
        {"+1 * * * *", "minute"}, {"** * * * *", "minute"}, {"* * * * fri-mon", "weekday"},
        {"99999999999999999999 * * * *", "minute"},
    };
    struct arena *a = arena_new();
    struct cron c;
    char long_text[CRON_TEXT_MAX + 2];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (cron_parse(a, str_of(cases[i].text), &c) != E_BAD_INPUT)
            fail_msg("\"%s\" must be refused", cases[i].text);
        if (str_find(arena_why(a), str_of(cases[i].says), 0) < 0)
            fail_msg("\"%s\": %.*s", cases[i].text, STR_ARG(arena_why(a)));
    }
    memset(long_text, ' ', sizeof long_text);
    memcpy(long_text, "* * * * *", 9);
    assert_ptr_equal(cron_parse(a, str_n(long_text, sizeof long_text), &c), E_BAD_INPUT);
    assert_null(cron_parse(a, str_n(long_text, CRON_TEXT_MAX), &c));
    arena_free(a);
}

static int64_t next(const char *text, const char *in, int64_t after)
{
    struct arena *a = arena_new();
    struct cron c;
    const struct err *e = cron_parse(a, str_of(text), &c);

    if (e)
        fail_msg("\"%s\": %.*s", text, STR_ARG(arena_why(a)));
    arena_free(a);
    return cron_next(&c, zone(in), after);
}

/* `dates` are the following times one after the other, "" for never. */
static void runs(const char *text, const char *in, const char *after, const char *const *dates)
{
    int64_t t = utc(after);

    for (; *dates; dates++) {
        char got[32];
        t = next(text, in, t);
        if (t != (**dates ? utc(*dates) : TIME_NONE))
            fail_msg("\"%s\" in \"%s\": %.*s, not %s", text, in, STR_ARG(time_iso(t, got)), *dates);
    }
}
#define RUNS(text, in, after, ...) runs(text, in, after, (const char *const[]){__VA_ARGS__, NULL})

static void fields_mean_what_crontab_says(void **state)
{
    (void)state;
    RUNS("5,50-52 6 * * *", "", "2026-01-01T06:05:00Z", "2026-01-01T06:50:00Z", "2026-01-01T06:51:00Z",
         "2026-01-01T06:52:00Z", "2026-01-02T06:05:00Z");
    RUNS("10-50/20 */12 * * *", "", "2026-01-01T00:10:59.9Z", "2026-01-01T00:30:00Z",
         "2026-01-01T00:50:00Z", "2026-01-01T12:10:00Z");
    RUNS("0 0 13 * FRI", "", "2026-02-01T00:00:00Z", "2026-02-06T00:00:00Z", "2026-02-13T00:00:00Z");
    RUNS("0 0 */30 * Fri", "", "2026-01-01T00:00:00Z", "2026-05-01T00:00:00Z", "2026-07-31T00:00:00Z");
    RUNS(" 0\t0  1 jan,Jul-aug * ", "", "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z",
         "2026-08-01T00:00:00Z", "2027-01-01T00:00:00Z");
    RUNS("0 12 * * 7", "", "2026-11-21T00:00:00Z", "2026-11-22T12:00:00Z", "2026-11-29T12:00:00Z");
    RUNS("0 12 * * 6-7", "", "2026-11-21T00:00:00Z", "2026-11-21T12:00:00Z", "2026-11-22T12:00:00Z",
         "2026-11-28T12:00:00Z");
    RUNS("@hourly", "Asia/Kolkata", "2026-11-21T00:00:00Z", "2026-11-21T00:30:00Z");
    RUNS("@daily", "Asia/Kolkata", "2026-11-21T00:00:00Z", "2026-11-21T18:30:00Z");
    RUNS("@Weekly", "", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z");
    RUNS("@monthly", "", "2026-11-21T00:00:00Z", "2026-12-01T00:00:00Z");
    RUNS("@yearly", "", "2026-11-21T00:00:00Z", "2027-01-01T00:00:00Z");
    RUNS("* * * * *", "", "1969-12-31T23:58:30Z", "1969-12-31T23:59:00Z", "1970-01-01T00:00:00Z");
}

static void leap_days_come_and_impossible_ones_never(void **state)
{
    (void)state;
    RUNS("30 6 29 2 *", "Europe/Berlin", "2021-01-01T00:00:00Z", "2024-02-29T05:30:00Z",
         "2028-02-29T05:30:00Z");
    RUNS("0 0 29 2 *", "", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z");
    RUNS("0 0 29 2 */7", "", "2072-01-01T00:00:00Z", "2088-02-29T00:00:00Z", "2128-02-29T00:00:00Z");
    RUNS("59 23 28-29 2 *", "", "2023-02-01T00:00:00Z", "2023-02-28T23:59:00Z", "2024-02-28T23:59:00Z",
         "2024-02-29T23:59:00Z", "2025-02-28T23:59:00Z");
    RUNS("0 0 30 2 *", "Europe/Berlin", "2026-01-01T00:00:00Z", "");
    RUNS("* * 31 4,6,9,11 *", "Europe/Berlin", "2026-01-01T00:00:00Z", "");
    assert_true(next("* * * * *", "Europe/Berlin", INT64_MAX - 1) == TIME_NONE);
    assert_true(next("* * * * *", "Europe/Berlin", INT64_MIN) == TIME_NONE);
}

static void moved_clocks_neither_lose_nor_double(void **state)
{
    (void)state;
    RUNS("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z",
         "2026-03-30T00:30:00Z");
    RUNS("0,30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z",
         "2026-03-30T00:00:00Z");
    RUNS("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z",
         "2026-10-26T01:30:00Z");
    RUNS("30 * * * *", "Europe/Berlin", "2026-10-24T23:45:00Z", "2026-10-25T00:30:00Z",
         "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z");
    RUNS("30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T00:30:00Z",
         "2026-03-29T01:30:00Z");
    RUNS("0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z",
         "2018-11-05T02:00:00Z");
    RUNS("15 2 * * *", "Australia/Lord_Howe", "2020-10-03T00:00:00Z", "2020-10-03T15:30:00Z",
         "2020-10-04T15:15:00Z");
}

/* ---- the oracle ---- */

static bool naive(const char *field, int v)
{
    char copy[64], *rest = copy, *one;

    snprintf(copy, sizeof copy, "%s", field);
    while ((one = strsep(&rest, ","))) {
        int from = 0, to = 0, step = 1, n = sscanf(one, "%d-%d/%d", &from, &to, &step);
        if (one[0] == '*') {
            from = 0; /* days and months begin with 1 */
            to = 99;
            n = 2 + (sscanf(one, "*/%d", &step) == 1);
        }
        if (n == 1)
            to = from;
        if (v >= from && v <= to && (v - from) % step == 0)
            return true;
    }
    return false;
}

struct spec {
    const char *text;
    char f[5][16];
    bool fits[5][64];
    int64_t found;
};

static void spec_read(struct spec *s)
{
    assert_int_equal(sscanf(s->text, "%15s %15s %15s %15s %15s", s->f[0], s->f[1], s->f[2], s->f[3],
                            s->f[4]), 5);
    for (int k = 0; k < 5; k++)
        for (int v = 0; v < 64; v++) /* a step over "*" counts from the first value */
            s->fits[k][v] = naive(s->f[k], s->f[k][0] == '*' && (k == 2 || k == 3) ? v - 1 : v);
}

static bool spec_fits(const struct spec *s, const struct tm *tm)
{
    bool day = s->fits[2][tm->tm_mday], weekday = s->fits[4][tm->tm_wday];

    return s->fits[0][tm->tm_min] && s->fits[1][tm->tm_hour] && s->fits[3][tm->tm_mon + 1] &&
           (s->f[2][0] == '*' || s->f[4][0] == '*' ? day && weekday : day || weekday);
}

/* Is the spec run at the real minute `t`, whose wall clock is `now`? What was skipped before it
 * counts too, unless it goes by real time. */
static bool due(const struct spec *s, const struct tm *now, int64_t seen, int64_t wall)
{
    if (s->f[0][0] == '*' || s->f[1][0] == '*')
        return spec_fits(s, now);
    for (int64_t w = seen + 1; w <= wall; w++) {
        struct tm tm;
        time_t as_utc = (time_t)w * 60;
        if (spec_fits(s, w == wall ? now : gmtime_r(&as_utc, &tm)))
            return true;
    }
    return false;
}

static int64_t compare(const char *in, const char *from, const char *to, struct spec *specs, size_t n)
{
    int64_t start = utc(from) / TIME_S / 60, end = utc(to) / TIME_S / 60, seen = INT64_MIN, ticks = 0;

    setenv("TZ", in, 1);
    tzset();
    for (int64_t t = start; t < end; t++) {
        time_t seconds = (time_t)t * 60;
        struct tm tm;
        int64_t wall;
        localtime_r(&seconds, &tm);
        wall = t + tm.tm_gmtoff / 60;
        if (t == start)
            seen = wall - 1;
        for (size_t i = 0; i < n; i++) {
            if (!due(&specs[i], &tm, seen, wall))
                continue;
            if (specs[i].found == INT64_MIN)
                specs[i].found = utc(from) - 1;
            specs[i].found = next(specs[i].text, in, specs[i].found);
            if (specs[i].found != t * 60 * TIME_S) {
                char got[32], want[32];
                time_iso(specs[i].found, got);
                time_iso(t * 60 * TIME_S, want);
                fail_msg("\"%s\" in %s: %s, the oracle says %s", specs[i].text, in, got, want);
            }
            ticks++;
        }
        if (wall > seen)
            seen = wall;
    }
    unsetenv("TZ");
    tzset();
    return ticks;
}

static void ten_thousand_ticks_are_those_of_the_oracle(void **state)
{
    static const struct {
        const char *zone, *from, *to;
    } spans[] = {
        {"Europe/Berlin", "2019-06-01T00:00:00Z", "2020-12-01T00:00:00Z"},
        {"America/New_York", "2019-06-01T00:00:00Z", "2020-12-01T00:00:00Z"},
        {"Australia/Lord_Howe", "2019-09-01T00:00:00Z", "2020-12-01T00:00:00Z"},
        {"Asia/Kolkata", "2020-01-01T00:00:00Z", "2020-04-01T00:00:00Z"},
        {"America/Sao_Paulo", "2017-09-01T00:00:00Z", "2019-04-01T00:00:00Z"},
        {"Africa/Casablanca", "2018-03-01T00:00:00Z", "2020-07-01T00:00:00Z"},
        {"Asia/Kathmandu", "1985-12-30T00:00:00Z", "1986-01-03T00:00:00Z"},
        {"Pacific/Apia", "2011-12-25T00:00:00Z", "2012-04-10T00:00:00Z"},
    };
    static const char *const texts[] = {
        "30 2 * * *", "0 0 * * *", "0,30 1-3 * * *", "59 23 28,29 2 *", "15 2 1-7 * 0", "45 1 */2 3-11/2 *",
        "0 * * * *", "*/20 2 * * *", "7 */3 * * 1-5", "5-55/10 0-4 * * 6", "10 1,2,3 29 * *",
    };
    struct spec specs[COUNT(texts)];
    int64_t ticks = 0;

    (void)state;
    for (size_t k = 0; k < COUNT(spans); k++) {
        for (size_t i = 0; i < COUNT(texts); i++) {
            specs[i] = (struct spec){.text = texts[i], .found = INT64_MIN};
            spec_read(&specs[i]);
        }
        ticks += compare(spans[k].zone, spans[k].from, spans[k].to, specs, COUNT(texts));
    }
    assert_true(ticks >= 10000);
}

const struct CMUnitTest cron_tests[] = {
    cmocka_unit_test(zones_are_known_by_name),
    cmocka_unit_test(skipped_and_repeated_hours_have_an_answer),
    cmocka_unit_test(bad_schedules_name_the_field),
    cmocka_unit_test(fields_mean_what_crontab_says),
    cmocka_unit_test(leap_days_come_and_impossible_ones_never),
    cmocka_unit_test(moved_clocks_neither_lose_nor_double),
    cmocka_unit_test(ten_thousand_ticks_are_those_of_the_oracle),
};
const size_t n_cron_tests = COUNT(cron_tests);
