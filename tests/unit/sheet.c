/* Sheets beside recordings: columns by their names, dates as people write them, wrong rows in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "intake/dropfolders/sheet.h"

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

static struct sheet sheet_of(const char *csv)
{
    struct sheet s;

    sheet_read(a, str_of(csv), STR("Europe/Berlin"), &s);
    return s;
}

static const struct sheet_row *row_of(const struct sheet *s, const char *file)
{
    const struct sheet_row *row = sheet_find(s, sheet_key(a, str_of(file)));

    if (!row)
        fail_msg("no row of %s", file);
    return row;
}

static void started(const char *date, const char *iso)
{
    struct sheet s = sheet_of(str_fmt(a, "file,date\nx.wav,\"%s\"\n", date).p);
    int64_t t;

    if (!iso) {
        if (!s.rows[0].wrong.p)
            fail_msg("%s was read", date);
        return;
    }
    assert_true(time_parse(str_of(iso), &t));
    if (s.rows[0].wrong.p || s.rows[0].facts.started != t)
        fail_msg("%s: %s", date, s.rows[0].wrong.p ? s.rows[0].wrong.p : "another time");
}

/* As tests/browser/names.test.ts asks of the upload page. */
static void names_are_parts_ends_of_words_or_whole(void **state)
{
    struct sheet s = sheet_of("Report;Sales rep;Sent to:;TIME;Datei;Recall ID\n1;2;3;4:05;a.wav;6\n");
    const struct sheet_row *row = row_of(&s, "a");

    (void)state;
    assert_string_equal(str_c(a, row->facts.agent), "2");
    assert_string_equal(str_c(a, row->facts.number), "3");
    assert_null(row->facts.id.p);
    s = sheet_of("reps;total;timezone;in/out;file;Call ID\n1;2;3;in;a.wav;6\n");
    row = row_of(&s, "a");
    assert_null(row->facts.agent.p);
    assert_null(row->facts.number.p);
    assert_int_equal(row->facts.direction, CALL_INBOUND);
    assert_string_equal(str_c(a, row->facts.id), "6");
}

static void columns_are_known_by_their_names(void **state)
{
    struct sheet s = sheet_of("\xef\xbb\xbf" "Agent name;Recording file;Call started;Direction;Customer number;Call ID\r\n"
                              "Ann Lee;2026/07/One.WAV;2026-07-03 09:15;Out;(030) 123-456;77.1\r\n"
                              ";two;;;;\r\n");
    const struct sheet_row *row = row_of(&s, "one.mp3");
    int64_t t;

    (void)state;
    assert_null(s.problem.p);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.n_wrong, 0);
    assert_int_equal(row->row, 2);
    assert_string_equal(str_c(a, row->facts.agent), "Ann Lee");
    assert_string_equal(str_c(a, row->facts.number), "030123456");
    assert_string_equal(str_c(a, row->facts.id), "77.1");
    assert_int_equal(row->facts.direction, CALL_OUTBOUND);
    assert_true(time_parse(STR("2026-07-03T07:15:00Z"), &t));
    assert_int_equal(row->facts.started, t);
    row = row_of(&s, "deep/er/TWO.wav");
    assert_null(row->facts.agent.p);
    assert_int_equal(row->facts.started, TIME_NONE);
    assert_null(sheet_find(&s, STR("three")));
}

static void dates_are_read_as_people_write_them(void **state)
{
    (void)state;
    started("2026-07-03T07:15:00Z", "2026-07-03T07:15:00Z");
    started("2026-07-03 09:15:30", "2026-07-03T07:15:30Z");
    started("03.07.2026 9:15", "2026-07-03T07:15:00Z");
    started("03/07/26 9.15 pm", "2026-07-03T19:15:00Z");
    started("12/31/2026 12:05 AM", "2026-12-30T23:05:00Z");
    started("20260703 0915", "2026-07-03T07:15:00Z");
    started("03072026 0915", "2026-07-03T07:15:00Z");
}

static void wrong_rows_say_what_to_write(void **state)
{
    struct sheet s = sheet_of("file,agent,date,time,direction\n"
                              "a.wav,1,31/31/2026,,in\n"
                              "b.wav,2,2026-07-03,25:00,in\n"
                              "c.wav,3,2026-07-03,09:15,sideways\n"
                              "d.wav,4,2026-07-03 00:00:00,09:15,incoming\n");

    (void)state;
    assert_int_equal(s.n, 4);
    assert_int_equal(s.n_wrong, 3);
    assert_string_equal(row_of(&s, "a")->wrong.p,
                        "\"31/31/2026\" cannot be read as a date: write it as 2026-11-21 09:30.");
    assert_string_equal(row_of(&s, "b")->wrong.p,
                        "\"2026-07-03 25:00\" cannot be read as a date: write it as 2026-11-21 09:30.");
    assert_string_equal(row_of(&s, "c")->wrong.p,
                        "\"sideways\" is no direction: write inbound, outbound or internal.");
    assert_null(row_of(&s, "d")->wrong.p);
    started("31.02.2026 09:15", NULL);
    started("yesterday", NULL);
    started("2026-07-03 9", NULL);
    started("1", NULL);
}

static void the_last_row_of_a_file_counts(void **state)
{
    struct sheet s = sheet_of("file,agent\nx.wav,1\ny.wav,2\nX.mp3,3\n");

    (void)state;
    assert_string_equal(str_c(a, row_of(&s, "x.ogg")->facts.agent), "3");
    assert_string_equal(str_c(a, row_of(&s, "y.wav")->facts.agent), "2");
}

static void what_is_no_sheet_says_so(void **state)
{
    (void)state;
    assert_string_equal(sheet_of("").problem.p, "It has no rows below the names of its columns.");
    assert_string_equal(sheet_of("file,agent\n").problem.p, "It has no rows below the names of its columns.");
    assert_string_equal(sheet_of("agent,date\n1,2\n").problem.p,
                        "No column says which file a row is of: call one of them \"file\".");
    assert_non_null(strstr(sheet_of("file,agent\n\"x,1\n").problem.p, "It cannot be read as CSV: "));
    assert_true(sheet_name(STR("a.CSV")));
    assert_true(sheet_name(STR("a.tsv")));
    assert_false(sheet_name(STR(".csv")));
    assert_false(sheet_name(STR("csv")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

extern const struct CMUnitTest sheet_tests[];
extern const size_t n_sheet_tests;
const struct CMUnitTest sheet_tests[] = {
    TEST(names_are_parts_ends_of_words_or_whole),
    TEST(columns_are_known_by_their_names),   TEST(dates_are_read_as_people_write_them),
    TEST(wrong_rows_say_what_to_write),       TEST(the_last_row_of_a_file_counts),
    TEST(what_is_no_sheet_says_so),
};
const size_t n_sheet_tests = sizeof sheet_tests / sizeof *sheet_tests;
