/* Writes a spreadsheet. libxlsxwriter packs into a file, so there is one in the temporary folder
 * for a moment, readable by nobody else. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "insight/sheets/sheets.h"

#define CELL_MAX 32767 /* of Excel */

/* "12", "-3", "81.50", of at most 15 digits: what a double holds. */
static bool number(struct arena *a, struct str cell, double *ret)
{
    size_t digits = 0, dots = 0;

    for (size_t i = cell.n && cell.p[0] == '-'; i < cell.n; i++) {
        bool dot = cell.p[i] == '.';

        if ((!dot && (cell.p[i] < '0' || cell.p[i] > '9')) || (dot && (!digits || i + 1 == cell.n)))
            return false;
        dots += dot;
        digits += !dot;
    }
    if (!digits || digits > 15 || dots > 1 || (digits > 1 && !dots && cell.p[cell.p[0] == '-'] == '0'))
        return false;
    *ret = strtod(str_c(a, cell), NULL);
    return true;
}

static void put(lxw_worksheet *sheet, struct arena *a, size_t row, size_t column, struct str cell)
{
    double n;

    if (number(a, cell, &n))
        worksheet_write_number(sheet, (lxw_row_t)row, (lxw_col_t)column, n, NULL);
    else if (cell.n && cell.n < CELL_MAX)
        worksheet_write_string(sheet, (lxw_row_t)row, (lxw_col_t)column, str_c(a, cell), NULL);
}

static const struct err *fill(struct arena *a, const char *path, const char *name, const char *const *head,
                              size_t n_head, const struct csv_row *rows, size_t n)
{
    lxw_workbook_options options = {.constant_memory = LXW_FALSE, .tmpdir = NULL};
    lxw_workbook *book = workbook_new_opt(path, &options);
    lxw_worksheet *sheet = book ? workbook_add_worksheet(book, name) : NULL;
    lxw_format *bold = book ? workbook_add_format(book) : NULL;

    if (!sheet || !bold)
        return err_why(a, E_INTERNAL, "The spreadsheet cannot be written.");
    format_set_bold(bold);
    for (size_t c = 0; c < n_head; c++)
        worksheet_write_string(sheet, 0, (lxw_col_t)c, head[c], bold);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < rows[i].n; c++)
            put(sheet, a, i + 1, c, rows[i].cells[c]);
    worksheet_freeze_panes(sheet, 1, 0);
    return workbook_close(book) == LXW_NO_ERROR
               ? NULL
               : err_why(a, E_INTERNAL, "The spreadsheet cannot be written.");
}

static const struct err *read_back(struct arena *a, const char *path, struct str *ret)
{
    FILE *f = fopen(path, "rbe");
    char *p = arena_alloc(a, XLSX_MAX_SIZE);
    size_t n;

    if (!f)
        return err_why(a, E_INTERNAL, "The spreadsheet cannot be read again.");
    n = fread(p, 1, XLSX_MAX_SIZE, f);
    fclose(f);
    *ret = str_n(p, n);
    if (n == XLSX_MAX_SIZE)
        return err_why(a, E_TOO_LARGE, "The spreadsheet would be larger than 8 MB.");
    return n ? NULL : err_why(a, E_INTERNAL, "The spreadsheet is empty.");
}

const struct err *xlsx_write(struct arena *a, const char *name, const char *const *head, size_t n_head,
                             const struct csv_row *rows, size_t n, struct str *ret_bytes)
{
    char path[] = "/tmp/ringsight-xlsx-XXXXXX";
    int fd = mkstemp(path); /* mode 0600; the library writes into this same file */
    const struct err *e;

    if (fd < 0)
        return err_why(a, E_INTERNAL, "There is no temporary folder to write the spreadsheet in.");
    close(fd);
    e = fill(a, path, name, head, n_head, rows, n);
    if (!e)
        e = read_back(a, path, ret_bytes);
    unlink(path);
    return e;
}
