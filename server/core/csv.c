/* Reads and writes CSV. Called where people's spreadsheets come in or go out. */
#include "core/csv.h"

#include <string.h>

struct reader {
    struct arena *a;
    struct str text;
    size_t at, line;
    char separator;
};

static bool runs(struct str s)
{
    int64_t n;

    return s.n && strchr("=+-@\t\r", s.p[0]) && !str_to_int(s, &n);
}

void csv_cell(struct buf *b, struct str cell, bool first)
{
    bool guard = runs(cell) || (cell.n > 1 && cell.p[0] == '\'' && runs(str_sub(cell, 1, cell.n)));
    bool quote = guard;

    if (!first)
        buf_char(b, ',');
    for (size_t i = 0; i < cell.n && !quote; i++)
        quote = cell.p[i] == '"' || cell.p[i] == ',' || cell.p[i] == ';' || cell.p[i] == '\n' ||
                cell.p[i] == '\r' || cell.p[i] == '\t';
    if (!quote && !(cell.n && (cell.p[0] == ' ' || cell.p[cell.n - 1] == ' '))) {
        buf_add(b, cell);
        return;
    }
    buf_char(b, '"');
    if (guard)
        buf_char(b, '\'');
    for (size_t i = 0; i < cell.n; i++) {
        if (cell.p[i] == '"')
            buf_char(b, '"');
        buf_char(b, cell.p[i]);
    }
    buf_char(b, '"');
}

void csv_end_row(struct buf *b)
{
    buf_add(b, STR("\r\n"));
}

static struct str unguarded(struct str s)
{
    if (s.n < 2 || s.p[0] != '\'')
        return s;
    if (runs(str_sub(s, 1, s.n)) || s.p[1] == '\'')
        return str_sub(s, 1, s.n);
    return s;
}

static char separator_of(struct str text)
{
    static const char SIGNS[] = ",;\t";
    size_t n[3] = {0}, best = 0;

    for (size_t i = 0; i < text.n && text.p[i] != '\n'; i++)
        for (size_t k = 0; k < 3; k++)
            n[k] += text.p[i] == SIGNS[k];
    for (size_t k = 1; k < 3; k++)
        best = n[k] > n[best] ? k : best;
    return SIGNS[best];
}

/* The cell at the place reached; the place is then on what ended it. */
static const struct err *cell(struct reader *r, struct str *ret)
{
    struct buf b = buf_new(r->a, r->text.n + 1);
    size_t from = r->at, line = r->line;

    if (r->at < r->text.n && r->text.p[r->at] == '"') {
        for (r->at++; r->at < r->text.n; r->at++) {
            if (r->text.p[r->at] == '"') {
                if (r->at + 1 >= r->text.n || r->text.p[r->at + 1] != '"')
                    break;
                r->at++;
            }
            r->line += r->text.p[r->at] == '\n';
            buf_char(&b, r->text.p[r->at]);
        }
        if (r->at++ >= r->text.n)
            return err_why(r->a, E_BAD_PAYLOAD, "The quote that opens in line %zu never closes.",
                           line);
        *ret = unguarded(b.n ? buf_str(&b) : STR(""));
        return NULL;
    }
    while (r->at < r->text.n && r->text.p[r->at] != r->separator && r->text.p[r->at] != '\n' &&
           r->text.p[r->at] != '\r')
        r->at++;
    *ret = unguarded(str_sub(r->text, from, r->at - from));
    return NULL;
}

static const struct err *row(struct reader *r, struct csv_row *ret)
{
    struct str cells[CSV_MAX_CELLS];
    size_t n = 0;
    const struct err *e;

    do {
        if (n == CSV_MAX_CELLS)
            return err_why(r->a, E_BAD_PAYLOAD, "Line %zu has more than %d cells.", r->line,
                           CSV_MAX_CELLS);
        if (n)
            r->at++;
        e = cell(r, &cells[n++]);
    } while (!e && r->at < r->text.n && r->text.p[r->at] == r->separator);
    if (e)
        return e;
    if (r->at < r->text.n && r->text.p[r->at] == '\r')
        r->at++;
    if (r->at < r->text.n && r->text.p[r->at] != '\n')
        return err_why(r->a, E_BAD_PAYLOAD, "Line %zu goes on behind a closing quote.", r->line);
    r->at++;
    r->line++;
    ret->n = n;
    ret->cells = ARENA_ARRAY(r->a, n, struct str);
    memcpy(ret->cells, cells, n * sizeof *cells);
    return NULL;
}

const struct err *csv_parse(struct arena *a, struct str text, struct csv_row **ret_rows,
                            size_t *ret_n)
{
    struct reader r = {.a = a, .line = 1};
    struct csv_row *rows = ARENA_ARRAY(a, CSV_MAX_ROWS, struct csv_row);
    size_t n = 0;
    const struct err *e = NULL;

    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_sub(text, 3, text.n);
    if (!str_utf8(text))
        return err_why(a, E_BAD_PAYLOAD, "The file is not in UTF-8: save it as “CSV UTF-8”.");
    r.text = text;
    r.separator = separator_of(text);
    while (!e && r.at < text.n) {
        if (n == CSV_MAX_ROWS)
            return err_why(a, E_BAD_PAYLOAD, "The file has more than %d rows.", CSV_MAX_ROWS);
        e = row(&r, &rows[n]);
        if (!e && !(rows[n].n == 1 && rows[n].cells[0].n == 0))
            n++;
    }
    *ret_rows = rows;
    *ret_n = n;
    return e;
}
