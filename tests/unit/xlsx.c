/* XLSX sheets through the real locked-in process: what a spreadsheet program shows is what is read, and
 * files made to do harm are refused in words. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <xlsxwriter.h>

#include "core/csv.h"
#include "media/media.h"

extern const struct CMUnitTest xlsx_tests[];
extern const size_t n_xlsx_tests;

static struct arena *a;

static int set_up(void **state)
{
    static char path[PATH_MAX + 32];
    const char *set = getenv("RINGSIGHT_MEDIA_CHILD");
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);

    (void)state;
    assert_true(n > 0);
    path[n] = 0;
    strcpy(strrchr(path, '/'), "/ringsight-media"); /* shorter than the room behind PATH_MAX */
    media_set_child(set ? set : path);
    media_set_timeout(60000);
    media_watch(NULL, NULL);
    a = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

/* ---- archives by hand ---- */

struct part {
    const char *name;
    struct str bytes;
    unsigned method; /* 0: as they are; else what the archive claims */
};

static uint32_t crc_of(struct str s)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < s.n; i++) {
        crc ^= (unsigned char)s.p[i];
        for (int k = 0; k < 8; k++)
            crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1)));
    }
    return ~crc;
}

static void le(struct buf *b, uint64_t v, unsigned bytes)
{
    for (; bytes--; v >>= 8)
        buf_char(b, (char)(v & 0xff));
}

static void entry(struct buf *b, const struct part *p, const size_t *at)
{
    le(b, at ? 0x02014b50 : 0x04034b50, 4);
    if (at)
        le(b, 20, 2);
    le(b, 20, 2);
    le(b, 0, 2);
    le(b, p->method, 2);
    le(b, 0x5a21, 2); /* some time of 2025 */
    le(b, 0x5a21, 2);
    le(b, crc_of(p->bytes), 4);
    le(b, p->bytes.n, 4);
    le(b, p->bytes.n, 4);
    le(b, strlen(p->name), 2);
    le(b, 0, at ? 12 : 2);
    if (at)
        le(b, *at, 4);
    buf_add(b, str_of(p->name));
    if (!at)
        buf_add(b, p->bytes);
}

static struct str zip_of(const struct part *parts, size_t n)
{
    struct buf b = buf_new(a, 64u << 20);
    size_t at[16], central;

    for (size_t i = 0; i < n; i++) {
        at[i] = b.n;
        entry(&b, &parts[i], NULL);
    }
    central = b.n;
    for (size_t i = 0; i < n; i++)
        entry(&b, &parts[i], &at[i]);
    at[0] = b.n - central;
    le(&b, 0x06054b50, 4);
    le(&b, 0, 4);
    le(&b, n, 2);
    le(&b, n, 2);
    le(&b, at[0], 4);
    le(&b, central, 4);
    le(&b, 0, 2);
    return buf_str(&b);
}

#define NOTHING STR("<?xml version=\"1.0\"?><x/>")

/* A workbook whose sheet, shared texts and styles are these. */
static struct str book_of(struct str sheet, struct str strings, struct str styles)
{
    struct part parts[] = {
        {"xl/workbook.xml", STR("<workbook xmlns:r=\"r\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"r7\"/>"
                                "<sheet name=\"B\" sheetId=\"2\" r:id=\"r8\"/></sheets></workbook>"), 0},
        {"xl/_rels/workbook.xml.rels", STR("<Relationships><Relationship Id=\"r8\" Target=\"no.xml\"/>"
                                           "<Relationship Id=\"r7\" Target=\"/xl/worksheets/s.xml\"/></Relationships>"), 0},
        {"xl/worksheets/s.xml", sheet, 0},
        {"xl/sharedStrings.xml", strings, 0},
        {"xl/styles.xml", styles, 0},
    };

    return zip_of(parts, 5);
}

static const char *lines_of(struct str xlsx)
{
    struct str lines;
    const struct err *e = media_sheet(a, xlsx, &lines);

    if (e)
        fail_msg("%s", str_c(a, arena_why(a)));
    return str_c(a, lines);
}

static void is_sheet(const char *data, const char *lines)
{
    struct str sheet = str_fmt(a, "<worksheet><sheetData>%s</sheetData></worksheet>", data);

    assert_string_equal(lines_of(book_of(sheet, NOTHING, NOTHING)), lines);
}

static void is_refused(struct str xlsx, const char *why)
{
    struct str lines = STR("untouched");

    assert_ptr_equal(media_sheet(a, xlsx, &lines), E_BAD_MEDIA);
    assert_string_equal(lines.p, "untouched");
    if (str_find(arena_why(a), str_of(why), 0) < 0)
        fail_msg("%s", str_c(a, arena_why(a)));
}

/* ---- what is read ---- */

static struct str read_file(const char *path)
{
    FILE *f = fopen(path, "rbe");
    char *p = arena_alloc(a, 1u << 20);
    size_t n = f ? fread(p, 1, 1u << 20, f) : 0;

    assert_non_null(f);
    fclose(f);
    unlink(path);
    return str_n(p, n);
}

/* Written by libxlsxwriter, deflated, as spreadsheet programs do. */
static void a_spreadsheet_is_read_as_it_shows(void **state)
{
    char path[] = "/tmp/ringsight-sheet-XXXXXX";
    int fd = mkstemp(path);
    lxw_workbook *book = workbook_new(path);
    lxw_worksheet *sheet = workbook_add_worksheet(book, "Calls");
    lxw_format *day = workbook_add_format(book), *clock = workbook_add_format(book);
    lxw_datetime when = {2026, 7, 3, 9, 15, 30}, midnight = {2026, 2, 28, 0, 0, 0}, at = {0, 0, 0, 14, 5, 0};
    struct csv_row *rows;
    size_t n;

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    format_set_num_format(day, "dd/mm/yyyy \"at\" hh:mm");
    format_set_num_format_index(clock, 20);
    worksheet_write_string(sheet, 0, 0, "File", NULL);
    worksheet_write_string(sheet, 0, 1, "Date, time; zone", NULL);
    worksheet_write_string(sheet, 0, 2, "Time", NULL);
    worksheet_write_string(sheet, 0, 3, "Number", NULL);
    worksheet_write_string(sheet, 0, 4, "Agent", NULL);
    worksheet_write_string(sheet, 2, 0, "\"Zoë\"\tone.wav", NULL);
    worksheet_write_datetime(sheet, 2, 1, &when, day);
    worksheet_write_datetime(sheet, 2, 2, &at, clock);
    worksheet_write_number(sheet, 2, 3, 4915112345678.0, NULL);
    worksheet_write_formula_str(sheet, 2, 4, "=B1", NULL, "Ann Lee");
    worksheet_write_string(sheet, 3, 0, "two.wav", NULL);
    worksheet_write_datetime(sheet, 3, 1, &midnight, day);
    worksheet_write_boolean(sheet, 3, 4, 1, NULL);
    workbook_add_worksheet(book, "Other");
    assert_int_equal(workbook_close(book), LXW_NO_ERROR);
    assert_null(csv_parse(a, str_of(lines_of(read_file(path))), &rows, &n));
    assert_int_equal(n, 4);
    assert_string_equal(str_c(a, rows[0].cells[1]), "Date  time  zone");
    assert_int_equal(rows[1].cells[0].n, 0);
    assert_string_equal(str_c(a, rows[2].cells[0]), "\"Zoë\" one.wav");
    assert_string_equal(str_c(a, rows[2].cells[1]), "2026-07-03 09:15:30");
    assert_string_equal(str_c(a, rows[2].cells[2]), "14:05:00");
    assert_string_equal(str_c(a, rows[2].cells[3]), "4915112345678");
    assert_string_equal(str_c(a, rows[2].cells[4]), "Ann Lee");
    assert_string_equal(str_c(a, rows[3].cells[1]), "2026-02-28");
    assert_string_equal(str_c(a, rows[3].cells[4]), "TRUE");
}

static void cells_of_every_kind(void **state)
{
    (void)state;
    is_sheet("<row r=\"3\"><c r=\"B3\" t=\"inlineStr\"><is><r><t>fi</t></r><r><t>le</t></r><rPh><t>no</t></rPh></is></c></row>"
             "<row><c><v>1.5E+3</v></c><c t=\"str\"><f>A1</f><v> x &amp; y </v></c><c t=\"d\"><v>2026-07-03T09:15:00</v></c></row>"
             "<row r=\"6\"><c r=\"A6\"><v>201.0</v></c><c r=\"C6\"/></row><row/>",
             "\tfile\n1500\tx & y\t2026-07-03T09:15:00\n\t\n201\t\n");
    is_sheet("<x:row xmlns:x=\"m\"><x:c><x:v>7</x:v></x:c></x:row>", "7\t\n");
    is_sheet("", "");
}

static void styles_tell_dates(void **state)
{
    struct str styles = STR("<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"[Red]0&quot;days&quot;\"/>"
                            "<numFmt numFmtId=\"165\" formatCode=\"[h]:mm\"/></numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
                            "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"),
               sheet = STR("<worksheet><sheetData><row><c s=\"0\"><v>46206</v></c><c s=\"1\"><v>46206</v></c><c s=\"2\"><v>0.5</v></c>"
                           "<c s=\"3\"><v>46206.999999</v></c><c s=\"3\"><v>59</v></c><c s=\"9\"><v>61</v></c><c s=\"3\"><v>-4</v></c>"
                           "<c s=\"3\"><v>2958466</v></c></row></sheetData></worksheet>");

    (void)state;
    assert_string_equal(lines_of(book_of(sheet, NOTHING, styles)),
                        "46206\t46206\t12:00:00\t2026-07-04\t1900-02-28\t61\t-4\t2958466\n");
}

/* ---- what is refused ---- */

static void what_is_no_spreadsheet_is_told(void **state)
{
    struct part lone[] = {{"a.txt", STR("x"), 0}};

    (void)state;
    is_refused(STR("file,agent\n"), "no XLSX file");
    is_refused(zip_of(lone, 1), "no XLSX file");
    is_refused(STR("\xd0\xcf\x11\xe0 and more"), "behind a password");
    is_refused(book_of(STR("<worksheet><sheetData><row>"), NOTHING, NOTHING), "damaged");
    is_refused(book_of(STR("<worksheet><sheetData><row><c t=\"s\"><v>3</v></c></row></sheetData></worksheet>"),
                       NOTHING, NOTHING), "damaged");
    is_refused(str_n(arena_alloc(a, MEDIA_SHEET_MAX_BYTES), MEDIA_SHEET_MAX_BYTES), "too much");
}

static void what_declares_a_document_type_is_not_read(void **state)
{
    (void)state;
    is_refused(book_of(STR("<!DOCTYPE x [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;&a;\">]><worksheet>&c;</worksheet>"),
                       NOTHING, NOTHING), "document type");
    is_refused(book_of(STR("<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><worksheet/>"), NOTHING, NOTHING), "document type");
}

static struct str many(const char *each, size_t n)
{
    struct buf b = buf_new(a, 64u << 20);

    for (size_t i = 0; i < n; i++)
        buf_add(&b, str_of(each));
    return buf_str(&b);
}

static void too_much_of_anything_is_refused(void **state)
{
    struct str cells = many("<c><v>1</v></c>", 101), nest = str_fmt(a, "%.*s%.*s", STR_ARG(many("<r>", 70)), STR_ARG(many("</r>", 70))), row = many("<row><c><v>1</v></c></row>", 20001);

    (void)state;
    is_refused(book_of(str_fmt(a, "<worksheet><sheetData><row>%.*s</row></sheetData></worksheet>", STR_ARG(cells)),
                       NOTHING, NOTHING), "100 columns");
    is_refused(book_of(nest, NOTHING, NOTHING), "damaged");
    is_refused(book_of(str_fmt(a, "<worksheet><sheetData>%.*s</sheetData></worksheet>", STR_ARG(row)), NOTHING, NOTHING),
               "20,000 rows");
    is_refused(book_of(STR("<worksheet><sheetData><row r=\"1\"><c><v>1</v></c></row><row r=\"900000\"><c><v>1</v></c></row>"
                           "</sheetData></worksheet>"), NOTHING, NOTHING), "20,000 rows");
}

/* A few kilobytes that libxlsxwriter deflated: 20 million characters in one text, told of 600 times. */
static void a_small_file_cannot_unpack_to_much(void **state)
{
    char path[] = "/tmp/ringsight-sheet-XXXXXX";
    int fd = mkstemp(path);
    lxw_workbook *book = workbook_new(path);
    lxw_worksheet *sheet = workbook_add_worksheet(book, NULL);
    struct str text = many("x", 32000), file;

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    for (lxw_row_t r = 0; r < 2000; r++)
        worksheet_write_string(sheet, r, 0, str_c(a, text), NULL);
    assert_int_equal(workbook_close(book), LXW_NO_ERROR);
    file = read_file(path);
    assert_true(file.n < 100000);
    is_refused(file, "unpacks to too much");
}

static void a_method_nobody_uses_is_not_unpacked(void **state)
{
    struct part parts[] = {{"xl/workbook.xml", STR("BZh9 and so on"), 12}};

    (void)state;
    is_refused(zip_of(parts, 1), "no XLSX file");
}

const struct CMUnitTest xlsx_tests[] = {
    cmocka_unit_test_setup_teardown(a_spreadsheet_is_read_as_it_shows, set_up, tear_down),
    cmocka_unit_test_setup_teardown(cells_of_every_kind, set_up, tear_down),
    cmocka_unit_test_setup_teardown(styles_tell_dates, set_up, tear_down),
    cmocka_unit_test_setup_teardown(what_is_no_spreadsheet_is_told, set_up, tear_down),
    cmocka_unit_test_setup_teardown(what_declares_a_document_type_is_not_read, set_up, tear_down),
    cmocka_unit_test_setup_teardown(too_much_of_anything_is_refused, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_small_file_cannot_unpack_to_much, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_method_nobody_uses_is_not_unpacked, set_up, tear_down),
};
const size_t n_xlsx_tests = sizeof xlsx_tests / sizeof *xlsx_tests;
