/* The first sheet's cells, see xlsx.h. Called by package.c. Cells may leave out where they are: then they
 * follow the one before. */
#include "media/child/xlsx.h"

#include <stdlib.h>
#include <string.h>

#include "media/child/book.h"
#include "media/child/cells.h"

#define CELL_MAX ((size_t)32767 * 4) /* what Excel takes, in UTF-8 */

struct sheet {
    struct xml *xml;
    struct book book;
    xlsx_put_fn *put;
    void *ctx;
    size_t sent;                          /* bytes of lines */
    unsigned long row, first, lines;      /* row: counted from 1; first: the first that is not blank */
    unsigned column, columns;             /* of the row; columns: one more than the last with a text */
    size_t at[WIRE_SHEET_MAX_COLUMNS][2]; /* in `line`: from, length */
    struct text line, cell;
    char type[12];
    unsigned long style;
    bool in_cell, in_value, in_reading;
};

/* ---- out ---- */

static bool send(struct sheet *s, const char *p, size_t n)
{
    s->sent += n;
    if (s->sent > WIRE_SHEET_MAX_OUT) {
        xml_stop(s->xml, WIRE_SHEET_BIG);
        return false;
    }
    for (size_t part; n; n -= part, p += part) {
        part = n < WIRE_MAX_OUT ? n : WIRE_MAX_OUT;
        s->put(s->ctx, p, part);
    }
    return true;
}

static bool send_cell(struct sheet *s, const char *p, size_t n)
{
    bool quote = n && *p == '"';
    size_t from = 0;

    if (quote && !send(s, "\"", 1))
        return false;
    for (size_t i = 0; i < n && quote; i++)
        if (p[i] == '"') { /* up to and with this one, then once more */
            if (!send(s, p + from, i + 1 - from))
                return false;
            from = i;
        }
    return send(s, p + from, n - from) && (!quote || send(s, "\"", 1));
}

static void send_row(struct sheet *s)
{
    if (!s->columns)
        return;
    if (!s->first)
        s->first = s->row;
    if (s->row - s->first >= WIRE_SHEET_MAX_ROWS) {
        xml_stop(s->xml, WIRE_SHEET_ROWS);
        return;
    }
    for (; s->lines < s->row - s->first; s->lines++) /* two empty cells: a line with none is no row */
        if (!send(s, "\t\n", 2))
            return;
    for (unsigned i = 0; i < s->columns; i++)
        if ((i && !send(s, "\t", 1)) || !send_cell(s, s->line.p + s->at[i][0], s->at[i][1]))
            return;
    /* A tab in the first line, which shows that cells are parted by tabs. */
    if (s->columns > 1 ? send(s, "\n", 1) : send(s, "\t\n", 2))
        s->lines++;
}

/* ---- in ---- */

static bool is(const char *x, const char *y)
{
    return strcmp(x, y) == 0;
}

static void open_row(struct sheet *s, const char **attributes)
{
    const char *r = xml_attribute(attributes, "r");
    unsigned long row = r ? strtoul(r, NULL, 10) : 0;

    s->row = row > s->row && row <= 1048576 ? row : s->row + 1;
    s->column = s->columns = 0;
    s->line.n = 0;
    memset(s->at, 0, sizeof s->at);
}

static void open_cell(struct sheet *s, const char **attributes)
{
    const char *r = xml_attribute(attributes, "r"), *t = xml_attribute(attributes, "t"),
               *style = xml_attribute(attributes, "s");
    unsigned column = 0;

    for (; r && *r >= 'A' && *r <= 'Z' && column < 16384; r++)
        column = column * 26 + (unsigned)(*r - 'A') + 1;
    s->column = column > s->column ? column : s->column + 1;
    s->type[0] = 0;
    if (t && strlen(t) < sizeof s->type)
        memcpy(s->type, t, strlen(t) + 1);
    s->style = style ? strtoul(style, NULL, 10) : 0;
    s->cell.n = 0;
    s->in_cell = true;
}

static void on_open(void *ctx, const char *name, const char **attributes)
{
    struct sheet *s = ctx;

    if (is(name, "row"))
        open_row(s, attributes);
    else if (is(name, "c"))
        open_cell(s, attributes);
    else if (is(name, "rPh"))
        s->in_reading = true;
    s->in_value = s->in_cell && !s->in_reading && (is(name, "v") || is(name, "t"));
}

static void on_text(void *ctx, const char *p, size_t n)
{
    struct sheet *s = ctx;

    if (s->in_value && !text_add(&s->cell, p, n, CELL_MAX))
        xml_stop(s->xml, WIRE_SHEET_BIG);
}

/* What the cell shows: a shared text by its number, a number by its style, else what stands there. */
static const char *shown(struct sheet *s, char buf[CELL_NUMBER_TEXT], size_t *ret_n)
{
    const char *written;

    *ret_n = s->cell.n;
    if (!s->cell.n || !text_add(&s->cell, "", 1, CELL_MAX + 1)) /* ended by 0 */
        return "";
    written = s->cell.p;
    if (is(s->type, "s"))
        return book_string(&s->book, strtoul(written, NULL, 10), ret_n);
    if (is(s->type, "b")) {
        *ret_n = *written == '1' ? 4 : 5;
        return *written == '1' ? "TRUE" : "FALSE";
    }
    if (s->type[0] && !is(s->type, "n"))
        return written;
    *ret_n = cell_number(written, book_style_is_date(&s->book, s->style), s->book.from_1904, buf);
    return buf;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void close_cell(struct sheet *s)
{
    char buf[CELL_NUMBER_TEXT];
    size_t n, from = s->line.n;
    const char *p = shown(s, buf, &n);

    s->in_cell = s->in_value = false;
    if (!p) {
        xml_stop(s->xml, WIRE_SHEET_DAMAGED);
        return;
    }
    for (; n && is_blank(*p); p++)
        n--;
    while (n && is_blank(p[n - 1]))
        n--;
    if (!n)
        return;
    if (s->column > WIRE_SHEET_MAX_COLUMNS || !text_add(&s->line, p, n, WIRE_SHEET_MAX_OUT)) {
        xml_stop(s->xml, s->column > WIRE_SHEET_MAX_COLUMNS ? WIRE_SHEET_COLUMNS : WIRE_SHEET_BIG);
        return;
    }
    for (size_t i = from; i < s->line.n; i++)
        if (is_blank(s->line.p[i]))
            s->line.p[i] = ' ';
    s->at[s->column - 1][0] = from;
    s->at[s->column - 1][1] = n;
    s->columns = s->column;
}

/* Titles have no commas and semicolons: by the first line's signs it is told how cells are parted. */
static void plain_titles(struct sheet *s)
{
    for (size_t i = 0; i < s->line.n && !s->first; i++)
        if (s->line.p[i] == ',' || s->line.p[i] == ';')
            s->line.p[i] = ' ';
}

static void on_close(void *ctx, const char *name)
{
    struct sheet *s = ctx;

    s->in_value = false;
    if (is(name, "c") && s->in_cell) {
        close_cell(s);
    } else if (is(name, "rPh")) {
        s->in_reading = false;
    } else if (is(name, "row")) {
        plain_titles(s);
        send_row(s);
    } else if (is(name, "sheetData")) {
        xml_stop(s->xml, WIRE_OK);
    }
}

enum wire_reason xlsx_read(const struct xlsx_parts *parts, xlsx_put_fn *put, void *ctx)
{
    struct xml x = {.parts = parts};
    struct sheet s = {.xml = &x, .put = put, .ctx = ctx};
    enum wire_reason reason = book_read(&s.book, &x);

    x.ctx = &s;
    x.open = on_open;
    x.close = on_close;
    x.text = on_text;
    if (!reason)
        reason = xml_read(&x, s.book.sheet);
    book_end(&s.book);
    free(s.line.p);
    free(s.cell.p);
    return reason;
}
