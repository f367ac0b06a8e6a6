/* Cards as files: every template survives each format unchanged, no cell of a CSV runs as a
 * formula, and files that are not what they should be are refused with their line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/yaml.h"
#include "insight/scorecards/files.h"
#include "insight/scores/card.h"
#include "talk.h"

extern const struct CMUnitTest card_files_tests[];
extern const size_t n_card_files_tests;

static int set_up(void **state)
{
    *state = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    arena_free(*state);
    return 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static struct str canonical(struct arena *a, struct str text)
{
    const struct json *tree;

    assert_null(json_parse(a, text, &tree));
    return json_canonical(a, tree);
}

static void same_card(struct arena *a, struct str x, struct str y, const char *format)
{
    struct card one, two;

    if (card_parse(a, x, &one) || card_parse(a, y, &two))
        fail_msg("%s: %.*s in %.*s", format, STR_ARG(arena_why(a)), STR_ARG(y));
    if (!str_eq(canonical(a, x), canonical(a, y)))
        fail_msg("%s: %.*s\nbecame %.*s", format, STR_ARG(canonical(a, x)),
                 STR_ARG(canonical(a, y)));
}

static const char ODD[] =
    "{\"name\":\"=cmd|' /C calc'!A0\",\"description\":\"two\\nlines, \\\"quoted\\\"; - yes: no\","
    "\"sections\":[{\"name\":\"+S\",\"weight\":3,\"questions\":[{\"key\":\"a\",\"text\":\"-1+1\","
    "\"help\":\"'=not a formula\",\"weight\":0},"
    "{\"key\":\"b\",\"text\":\"@SUM(A1)\",\"weight\":5,\"auto_fail\":true,\"na\":false,"
    "\"comment\":true,\"type\":\"choice\",\"levels\":[{\"value\":\"x|y\",\"text\":\" sp \",\"points\":"
    "0},{\"value\":\"2\",\"text\":\"t\",\"points\":100}]},{\"key\":\"c\",\"text\":\"\\tTab\","
    "\"weight\":2,\"type\":\"number\",\"bands\":[{\"from\":-5,\"to\":-1,\"points\":1},{\"from\":0,"
    "\"to\":9,\"points\":2}],\"decided_by\":\"human\",\"if\":{\"question\":\"b\",\"is\":[\"x|y\",\"2\"]}}"
    "]},{\"name\":\"true\",\"weight\":1,\"questions\":[{\"key\":\"d\",\"text\":\"null\",\"help\":\"007\","
    "\"weight\":1,\"partly\":false}]}]}";

static void cards_survive_every_format(void **state)
{
    static const char *const NAMES[] = {"collections", "insurance", "real-estate", "sales",
                                        "service", "support", NULL};
    static const char *const FORMATS[] = {"json", "yaml", "csv"};
    struct arena *a = *state;

    for (size_t i = 0; i < 7; i++) {
        struct str card = NAMES[i]
                              ? talk_file(a, str_c(a, str_fmt(a, "templates/scorecards/%s.json",
                                                              NAMES[i])))
                              : str_of(ODD);

        for (size_t k = 0; k < 3; k++) {
            struct card_file f;
            struct str back;

            assert_null(file_write(a, str_of(FORMATS[k]), card, &f));
            if (file_read(a, str_of(FORMATS[k]), f.bytes, &back))
                fail_msg("%s: %.*s in %.*s", FORMATS[k], STR_ARG(arena_why(a)), STR_ARG(f.bytes));
            same_card(a, card, back, FORMATS[k]);
        }
    }
}

/* No cell of a written file begins with what a spreadsheet would run. */
static void no_cell_runs(void **state)
{
    static const char *const EVIL[] = {"=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1",
                                       "'=1",  "''",   "=\"x\",=2", "-5"};
    struct arena *a = *state;

    for (size_t i = 0; i < sizeof EVIL / sizeof *EVIL; i++) {
        struct buf b = buf_new(a, 1000);
        struct csv_row *rows;
        size_t n, at;

        csv_cell(&b, str_of(EVIL[i]), true);
        csv_cell(&b, STR("next"), false);
        csv_end_row(&b);
        at = b.p[0] == '"';
        if (strcmp(EVIL[i], "-5") != 0)
            assert_null(strchr("=+-@\t\r", b.p[at]));
        assert_null(csv_parse(a, buf_str(&b), &rows, &n));
        assert_int_equal(n, 1);
        assert_int_equal(rows[0].n, 2);
        if (strcmp(EVIL[i], "''") != 0)
            assert_string_equal(str_c(a, rows[0].cells[0]), EVIL[i]);
    }
}

static void a_workbook_is_a_zip_of_texts(void **state)
{
    struct arena *a = *state;
    struct card_file f;

    assert_null(file_write(a, STR("xlsx"), talk_file(a, "templates/scorecards/sales.json"), &f));
    assert_true(f.bytes.n > 2000 && str_starts(f.bytes, STR("PK")));
    assert_true(str_find(f.bytes, STR("xl/worksheets/sheet1.xml"), 0) > 0);
}

static void bad_files_name_their_line(void **state)
{
    static const struct {
        const char *format, *text, *why;
    } BAD[] = {
        {"yaml", "a: &x [1]\nb: *x\n", "Line 1: anchors"},
        {"yaml", "a: 1\nb: *x\n", "Line 2: "},
        {"yaml", "a: !!python/object 1\n", "Line 1: anchors and tags"},
        {"yaml", "a: [1\nb: 2\n", "Line 2: "},
        {"yaml", "--- 1\n--- 2\n", "Line 2: one document"},
        {"yaml", "? [a]\n: 1\n", "Line 1: a key"},
        {"csv", "section,key,question,weight\nA,\"b,c,1\n", "The quote that opens in line 2"},
        {"csv", "section,key,question,weight\n", "The file has no rows"},
        {"csv", "section,key,question,weight,colour\nA,b,c,1,red\n", "Row 1, column colour"},
        {"csv", "section,key\nA,b\n", "The first row names"},
        {"csv", "section,key,question,weight,na\nA,b,c,1,perhaps\n", "Row 2, column na"},
        {"csv", "section,key,question,weight,type,answers\nA,b,c,1,scale,one\n",
         "Row 2, column answers"},
        {"csv", "section,key,question,weight,rule\nA,b,c,1,{\n", "Row 2, column rule"},
        {"csv", "section,key\xff\n", "The file is not in UTF-8"},
    };
    struct arena *a = *state;

    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct str body;

        assert_ptr_equal(file_read(a, str_of(BAD[i].format), str_of(BAD[i].text), &body),
                         E_BAD_PAYLOAD);
        if (!str_starts(arena_why(a), str_of(BAD[i].why)))
            fail_msg("%s: %.*s", BAD[i].text, STR_ARG(arena_why(a)));
    }
}

static void deep_files_are_refused(void **state)
{
    struct arena *a = *state;
    struct buf b = buf_new(a, 1u << 20);
    struct str body;

    for (int i = 0; i < 5000; i++)
        buf_char(&b, '[');
    assert_ptr_equal(file_read(a, STR("yaml"), buf_str(&b), &body), E_BAD_PAYLOAD);
}

static void semicolons_and_marks_are_read(void **state)
{
    struct arena *a = *state;
    struct str body;
    struct card card;

    assert_null(file_read(a, STR("csv"),
                          STR("\xef\xbb\xbfSection;Key;Question;Weight;Auto_fail\r\nA;b;\"c; d\";7;"
                              "YES\r\n\r\n"),
                          &body));
    assert_null(card_parse(a, body, &card));
    assert_true(str_is(card.questions[0].text, "c; d"));
    assert_true(card.questions[0].auto_fail);
    assert_int_equal(card.questions[0].weight, 7);
}

const struct CMUnitTest card_files_tests[] = {
    T(cards_survive_every_format),     T(no_cell_runs),
    T(a_workbook_is_a_zip_of_texts),   T(bad_files_name_their_line),
    T(deep_files_are_refused),         T(semicolons_and_marks_are_read),
};
const size_t n_card_files_tests = sizeof card_files_tests / sizeof *card_files_tests;
