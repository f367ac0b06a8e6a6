/* Workbook, relations, shared texts and styles, see book.h. Called by xlsx.c. Styles and shared texts may
 * be missing: then there are none. */
#include "media/child/book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/child/cells.h"

#define STRINGS_MAX ((size_t)32 << 20)

bool text_add(struct text *t, const char *p, size_t n, size_t most)
{
    size_t room = t->room ? t->room : 4096;
    char *more;

    if (n > most - t->n)
        return false;
    while (room < t->n + n)
        room *= 2;
    if (room > t->room) {
        more = realloc(t->p, room);
        if (!more)
            return false;
        t->p = more;
        t->room = room;
    }
    if (n)
        memcpy(t->p + t->n, p, n);
    t->n += n;
    return true;
}

static bool is(const char *x, const char *y)
{
    return strcmp(x, y) == 0;
}

static void copy_name(char to[BOOK_NAME_MAX], const char *name)
{
    snprintf(to, BOOK_NAME_MAX, "%s", name ? name : "");
}

/* ---- where the sheet is ---- */

static void workbook_open(void *ctx, const char *name, const char **attributes)
{
    struct book *b = ctx;
    const char *v;

    if (is(name, "workbookPr")) {
        v = xml_attribute(attributes, "date1904");
        b->from_1904 = v && (is(v, "1") || is(v, "true"));
    } else if (is(name, "sheet") && !b->relation[0]) {
        /* r:id, beside which there may be no other attribute called id */
        copy_name(b->relation, xml_attribute(attributes, "id"));
    }
}

static void relations_open(void *ctx, const char *name, const char **attributes)
{
    struct book *b = ctx;
    const char *id = xml_attribute(attributes, "Id"), *target = xml_attribute(attributes, "Target");

    if (!is(name, "Relationship") || !id || !target || !is(id, b->relation))
        return;
    snprintf(b->sheet, sizeof b->sheet, "%s%s", target[0] == '/' ? "" : "xl/",
             target[0] == '/' ? target + 1 : target);
    xml_stop(b->xml, WIRE_OK);
}

/* ---- shared texts; the reading (rPh) of Japanese ones is left out ---- */

static void strings_open(void *ctx, const char *name, const char **attributes)
{
    struct book *b = ctx;

    (void)attributes;
    b->in_reading = b->in_reading || is(name, "rPh");
    b->in_text = is(name, "t") && !b->in_reading;
}

static void strings_close(void *ctx, const char *name)
{
    struct book *b = ctx;
    uint32_t end = (uint32_t)b->strings.n;

    b->in_text = false;
    if (is(name, "rPh"))
        b->in_reading = false;
    if (is(name, "si") && !text_add(&b->ends, (const char *)&end, sizeof end, STRINGS_MAX))
        xml_stop(b->xml, WIRE_SHEET_BIG);
}

static void strings_text(void *ctx, const char *p, size_t n)
{
    struct book *b = ctx;

    if (b->in_text && !text_add(&b->strings, p, n, STRINGS_MAX))
        xml_stop(b->xml, WIRE_SHEET_BIG);
}

const char *book_string(const struct book *b, unsigned long at, size_t *ret_n)
{
    uint32_t from = 0, end;

    if (at >= b->ends.n / sizeof end)
        return NULL;
    memcpy(&end, b->ends.p + at * sizeof end, sizeof end);
    if (at)
        memcpy(&from, b->ends.p + (at - 1) * sizeof from, sizeof from);
    *ret_n = end - from;
    return b->strings.p ? b->strings.p + from : "";
}

/* ---- styles ---- */

static unsigned number(const char *s)
{
    unsigned long n = s ? strtoul(s, NULL, 10) : 0;

    return n < 100000 ? (unsigned)n : 0;
}

static bool is_own_date(const struct book *b, unsigned id)
{
    unsigned known;

    for (size_t i = 0; i < b->formats.n; i += sizeof known) {
        memcpy(&known, b->formats.p + i, sizeof known);
        if (known == id)
            return true;
    }
    return false;
}

static void styles_open(void *ctx, const char *name, const char **attributes)
{
    struct book *b = ctx;
    unsigned id = number(xml_attribute(attributes, "numFmtId"));
    const char *code;
    char date;

    if (is(name, "cellXfs")) {
        b->in_styles = true;
    } else if (is(name, "numFmt")) {
        code = xml_attribute(attributes, "formatCode");
        if (code && cell_code_is_date(code) &&
            !text_add(&b->formats, (const char *)&id, sizeof id, BOOK_FORMATS_MAX * sizeof id))
            xml_stop(b->xml, WIRE_SHEET_BIG);
    } else if (is(name, "xf") && b->in_styles) {
        date = cell_format_is_date(id) || is_own_date(b, id);
        if (!text_add(&b->styles, &date, 1, BOOK_STYLES_MAX))
            xml_stop(b->xml, WIRE_SHEET_BIG);
    }
}

static void styles_close(void *ctx, const char *name)
{
    struct book *b = ctx;

    if (is(name, "cellXfs"))
        b->in_styles = false;
}

bool book_style_is_date(const struct book *b, unsigned long style)
{
    return style < b->styles.n && b->styles.p[style];
}

/* ---- all of them ---- */

static enum wire_reason read_optional(struct xml *x, const char *part)
{
    enum wire_reason reason = xml_read(x, part);

    return reason == WIRE_SHEET_NOT_XLSX ? WIRE_OK : reason;
}

enum wire_reason book_read(struct book *b, struct xml *x)
{
    enum wire_reason reason;

    memset(b, 0, sizeof *b);
    b->xml = x;
    x->ctx = b;
    x->open = workbook_open;
    reason = xml_read(x, "xl/workbook.xml");
    x->open = relations_open;
    if (!reason)
        reason = xml_read(x, "xl/_rels/workbook.xml.rels");
    if (!reason && !b->sheet[0])
        reason = WIRE_SHEET_NOT_XLSX;
    x->open = strings_open;
    x->close = strings_close;
    x->text = strings_text;
    if (!reason)
        reason = read_optional(x, "xl/sharedStrings.xml");
    x->open = styles_open;
    x->close = styles_close;
    x->text = NULL;
    return reason ? reason : read_optional(x, "xl/styles.xml");
}

void book_end(struct book *b)
{
    free(b->strings.p);
    free(b->ends.p);
    free(b->styles.p);
    free(b->formats.p);
}
