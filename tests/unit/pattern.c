/* What file names tell: the patterns of drop folders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "intake/dropfolders/pattern.h"

static struct arena *a;

static int set_up(void **state)
{
    (void)state;
    a = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static void is(const char *pattern, const char *path, const char *agent, const char *number,
               const char *id, const char *started)
{
    struct name_facts f;
    int64_t t = TIME_NONE;

    assert_null(pattern_check(a, str_of(pattern)));
    assert_true(pattern_read(a, str_of(pattern), str_of(path), STR("Europe/Berlin"), &f));
    assert_string_equal(str_c(a, f.agent.p ? f.agent : STR("-")), agent);
    assert_string_equal(str_c(a, f.number.p ? f.number : STR("-")), number);
    assert_string_equal(str_c(a, f.id.p ? f.id : STR("-")), id);
    if (started)
        assert_true(time_parse(str_of(started), &t));
    assert_int_equal(f.started, t);
}

static void names_tell_agent_time_and_number(void **state)
{
    (void)state;
    is("{agent}_{date:%Y%m%d}_{time:%H%M%S}_{number}", "2001_20260703_091500_+4930123456.wav", "2001",
       "+4930123456", "-", "2026-07-03T07:15:00Z");
    is("{date:%d.%m.%y}-{time:%H%M}-{agent}", "03.12.26-0915-Ann Lee.mp3", "Ann Lee", "-", "-",
       "2026-12-03T08:15:00Z");
    /* Asterisk: MixMonitor's usual names, in folders by day */
    is("out-{number}-{agent}-{date}-{time}-{id}", "2026/07/03/out-08001234-2001-20260703-091500-1751526900.123.wav",
       "2001", "08001234", "1751526900.123", "2026-07-03T07:15:00Z");
    is("{agent}/{date:%Y-%m-%d}/{any}_{number}", "in/2001/2026-07-03/x_y_0301.wav", "2001", "0301", "-",
       "2026-07-02T22:00:00Z");
    is("auto-{date:%s}-{agent}-{number}.wav", "auto-1661157839-230-0700.wav", "230", "0700", "-",
       "2022-08-22T08:43:59Z");
    is("{number}", "0301234", "-", "0301234", "-", NULL);
}

static void names_that_do_not_fit_tell_nothing(void **state)
{
    struct name_facts f;

    (void)state;
    assert_false(pattern_read(a, STR("{number}_{date}"), STR("abc_20260703.wav"), STR("UTC"), &f));
    assert_false(pattern_read(a, STR("{agent}_{date}"), STR("x_2026.wav"), STR("UTC"), &f));
    assert_false(pattern_read(a, STR("{agent}/{number}"), STR("12.wav"), STR("UTC"), &f));
    assert_false(pattern_read(a, STR(""), STR("12.wav"), STR("UTC"), &f));
    assert_true(pattern_read(a, STR("{date}"), STR("20261345.wav"), STR("UTC"), &f));
    assert_true(f.started == TIME_NONE); /* no such day */
}

static void wrong_patterns_are_said(void **state)
{
    (void)state;
    assert_ptr_equal(pattern_check(a, STR("{agent")), E_BAD_INPUT);
    assert_ptr_equal(pattern_check(a, STR("{agent}{number}")), E_BAD_INPUT);
    assert_ptr_equal(pattern_check(a, STR("{agnet}")), E_BAD_INPUT);
    assert_ptr_equal(pattern_check(a, STR("{date:%Q}")), E_BAD_INPUT);
    assert_ptr_equal(pattern_check(a, STR("{date:%}")), E_BAD_INPUT);
    assert_ptr_equal(pattern_check(a, STR("{agent:x}")), E_BAD_INPUT);
    assert_null(pattern_check(a, STR("")));
}

/* A pattern of many parts against a name that almost fits must not search for ever. */
static void a_hard_name_ends(void **state)
{
    struct name_facts f;
    char name[251];

    (void)state;
    for (size_t i = 0; i < sizeof name - 1; i++)
        name[i] = i % 2 ? '-' : 'a';
    name[sizeof name - 1] = '\0';
    assert_false(pattern_read(a, STR("{any}-{any}-{any}-{any}-{any}-{any}-{any}-{any}!"), str_of(name),
                              STR("UTC"), &f));
}

static void directions_in_both_spellings(void **state)
{
    struct name_facts f;

    (void)state;
    assert_true(pattern_read(a, STR("{direction}-{number}"), STR("OUT-12.wav"), STR("UTC"), &f));
    assert_int_equal(f.direction, CALL_OUTBOUND);
    assert_true(pattern_read(a, STR("{direction}-{number}"), STR("inbound-12.wav"), STR("UTC"), &f));
    assert_int_equal(f.direction, CALL_INBOUND);
}

const struct CMUnitTest pattern_tests[] = {
    cmocka_unit_test_setup_teardown(names_tell_agent_time_and_number, set_up, tear_down),
    cmocka_unit_test_setup_teardown(names_that_do_not_fit_tell_nothing, set_up, tear_down),
    cmocka_unit_test_setup_teardown(wrong_patterns_are_said, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_hard_name_ends, set_up, tear_down),
    cmocka_unit_test_setup_teardown(directions_in_both_spellings, set_up, tear_down),
};
const size_t n_pattern_tests = sizeof pattern_tests / sizeof *pattern_tests;
