/* The verdict on clock and zone: from how late records arrive against their own times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/arena.h"
#include "intake/setup/clock.h"

#define NOW (INT64_C(1785748530) * TIME_S) /* August 2026: summer time in Europe */
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
    const char *what, *zone, *home;
    int64_t late[8];
    size_t n;
    enum clock_state state;
    const char *better; /* NULL: none is named */
    bool sure;
    const char *text;
} cases[] = {
    {"nothing yet", "UTC", "UTC", {0}, 0, CLOCK_UNKNOWN, NULL, false, "too few"},
    {"two are too few", "UTC", "Asia/Kolkata", {-19790, -19795}, 2, CLOCK_UNKNOWN, NULL, false, "too few"},
    {"in order", "Europe/London", "Europe/London", {1, 4, 2, 90, 0}, 5, CLOCK_FINE, NULL, false, "fit their arrival"},
    {"Indian times taken for UTC", "UTC", "Europe/London", {-19790, -19795, -19700, -19798}, 4, CLOCK_ZONE,
     "Asia/Kolkata", true,
     "Records arrive 5 h 30 min before their own time: the zone should probably be Asia/Kolkata."},
    {"UTC taken for Indian times", "Asia/Kolkata", "Asia/Kolkata", {19803, 19810, 19860}, 3, CLOCK_ZONE, "UTC", false,
     "Records arrive 5 h 30 min after their own time: the zone should probably be UTC."},
    {"London's summer, told as UTC", "UTC", "Europe/London", {-3590, -3580, -3595}, 3, CLOCK_ZONE, "Europe/London",
     true, "Records arrive 1 h before their own time: the zone should probably be Europe/London."},
    {"a zone that several would fit", "UTC", "Europe/London", {-7195, -7190, -7180}, 3, CLOCK_ZONE, NULL, false,
     "Records arrive 2 h before their own time: the zone should probably be UTC+02:00."},
    {"one straggler changes nothing", "UTC", "UTC", {-19790, -19795, -19700, -19798, -19791, 400}, 6, CLOCK_ZONE,
     "Asia/Kolkata", true, "Asia/Kolkata"},
    {"a clock 10 minutes fast", "UTC", "UTC", {-600, -598, -590}, 3, CLOCK_WRONG, NULL, false,
     "which no time zone explains"},
    {"a zone that nobody has", "UTC", "UTC", {-57600, -57590, -57580}, 3, CLOCK_WRONG, NULL, false, "15 h 59 min before"},
    {"collected for an hour", "UTC", "UTC", {3500, 2400, 1300, 200, 900}, 5, CLOCK_UNKNOWN, NULL, false, "too few"},
    {"ten minutes late is late, not wrong", "UTC", "UTC", {600, 610, 640}, 3, CLOCK_FINE, NULL, false, "fit"},
};

static void verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena *a = arena_new();
        struct clock_verdict v;
        struct str better = str_of(cases[i].better);

        clock_judge(a, cases[i].late, cases[i].n, str_of(cases[i].zone), str_of(cases[i].home), NOW, &v);
        if (v.state != cases[i].state || !str_eq(v.zone, better) || v.sure != cases[i].sure ||
            str_find(v.text, str_of(cases[i].text), 0) < 0)
            fail_msg("%s: state %d, zone %.*s, sure %d: %.*s", cases[i].what, v.state, STR_ARG(v.zone),
                     v.sure, STR_ARG(v.text));
        arena_free(a);
    }
}

const struct CMUnitTest clock_tests[] = {
    cmocka_unit_test(verdicts),
};
const size_t n_clock_tests = COUNT(clock_tests);
