/* Numbers, amounts, days and addresses as people say them. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/said.h"
#include "core/time.h"

extern const struct CMUnitTest said_tests[];
extern const size_t n_said_tests;

static int64_t number(const char *text)
{
    int64_t v = -1;

    return said_number(str_of(text), &v) ? v : -1;
}

static void numbers(void **state)
{
    (void)state;
    assert_int_equal(number("two hundred and fifty thousand"), 25000000);
    assert_int_equal(number("about 12,500.75 or so"), 1250075);
    assert_int_equal(number("a hundred"), 10000);
    assert_int_equal(number("250k"), 25000000);
    assert_int_equal(number("twenty-five"), 2500);
    assert_int_equal(number("two and a half thousand"), 250000);
    assert_int_equal(number("fifteen lakhs"), 150000000);
    assert_int_equal(number("one million two hundred thousand"), 120000000);
    assert_int_equal(number("seven seven"), 700); /* a number ends where the next begins */
    assert_int_equal(number("nothing at all"), -1);
    assert_int_equal(number(""), -1);
    assert_int_equal(number("m k"), -1);
    assert_int_equal(number("99999999999999999999999"), INT64_C(1000000000000000));
}

static void money(void **state)
{
    int64_t v;
    const char *c;

    (void)state;
    assert_true(said_money(STR("two hundred thousand pounds"), &v, &c));
    assert_int_equal(v, 20000000);
    assert_string_equal(c, "GBP");
    assert_true(said_money(STR("up to \xe2\x82\xac 950"), &v, &c));
    assert_int_equal(v, 95000);
    assert_string_equal(c, "EUR");
    assert_true(said_money(STR("\xc2\xa3" "1,200"), &v, &c));
    assert_string_equal(c, "GBP");
    assert_true(said_money(STR("three hundred"), &v, &c));
    assert_string_equal(c, "");
    assert_false(said_money(STR("pounds"), &v, &c));
}

/* Seen from Thursday, 26 November 2026. */
static const char *day(const char *text)
{
    static char out[16];
    struct arena *a = arena_new();
    int64_t d;

    strncpy(out, "none", sizeof out);
    if (said_day(str_of(text), time_days(2026, 11, 26), &d))
        memcpy(out, said_date_text(a, d).p, 11);
    arena_free(a);
    return out;
}

static void days(void **state)
{
    (void)state;
    assert_string_equal(day("by tomorrow morning"), "2026-11-27");
    assert_string_equal(day("the day after tomorrow"), "2026-11-28");
    assert_string_equal(day("this afternoon, today"), "2026-11-26");
    assert_string_equal(day("on friday"), "2026-11-27");
    assert_string_equal(day("thursday"), "2026-12-03"); /* today's name is next week's day */
    assert_string_equal(day("next Friday"), "2026-12-04");
    assert_string_equal(day("next week"), "2026-11-30");
    assert_string_equal(day("by the end of the week"), "2026-11-27");
    assert_string_equal(day("end of the month"), "2026-11-30");
    assert_string_equal(day("within two days"), "2026-11-28");
    assert_string_equal(day("in a month"), "2026-12-26");
    assert_string_equal(day("within twenty-four hours"), "2026-11-27");
    assert_string_equal(day("the fourth of March"), "2027-03-04");
    assert_string_equal(day("March the 4th"), "2027-03-04");
    assert_string_equal(day("december thirty first 2026"), "2026-12-31");
    assert_string_equal(day("2027-02-28"), "2027-02-28");
    assert_string_equal(day("13/4/2027"), "2027-04-13");
}

static void no_days(void **state)
{
    (void)state;
    assert_string_equal(day("3/4/2027"), "none"); /* has two readings */
    assert_string_equal(day("31/2/2027"), "none");
    assert_string_equal(day("february thirtieth"), "none");
    assert_string_equal(day("soon"), "none");
    assert_string_equal(day("may"), "none");
    assert_string_equal(day(""), "none");
}

static void yes_and_no(void **state)
{
    bool yes;

    (void)state;
    assert_true(said_yes(STR("Yeah, that's right"), &yes));
    assert_true(yes);
    assert_true(said_yes(STR("I don't, yes I know"), &yes));
    assert_false(yes);
    assert_false(said_yes(STR("perhaps"), &yes));
}

static void addresses_and_digits(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    assert_true(str_is(said_mail(a, STR("It is Ann dot Lee at example dot co dot uk.")),
                       "ann.lee@example.co.uk"));
    assert_true(str_is(said_mail(a, STR("a_b@x.org, please")), "a_b@x.org"));
    assert_null(said_mail(a, STR("ann at example")).p);
    assert_null(said_mail(a, STR("<script>@x.org")).p);
    assert_null(said_mail(a, STR("at dot at")).p);
    assert_true(str_is(said_digits(a, STR("oh seven double seven 00, triple one")), "077700111"));
    assert_true(str_is(said_digits(a, STR("plus 44 twenty")), "+44"));
    arena_free(a);
}

const struct CMUnitTest said_tests[] = {
    cmocka_unit_test(numbers), cmocka_unit_test(money),      cmocka_unit_test(days),
    cmocka_unit_test(no_days), cmocka_unit_test(yes_and_no), cmocka_unit_test(addresses_and_digits),
};
const size_t n_said_tests = sizeof said_tests / sizeof *said_tests;
