/* Comma-separated values (RFC 4180): rows of cells, read and written. Pure. */
#ifndef RINGSIGHT_CORE_CSV_H
#define RINGSIGHT_CORE_CSV_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

#define CSV_MAX_ROWS 20000
#define CSV_MAX_CELLS 100

struct csv_row {
    size_t n;
    struct str *cells;
};

/* Reads all rows; blank lines are left out, a byte order mark too. The separator is the one of
 * comma, semicolon and tab that the first line has most of. E_BAD_PAYLOAD with the line for a quote
 * that does not end, bytes that are no UTF-8, or too much of anything. A cell that csv_cell has
 * guarded is given without its guard. */
const struct err *csv_parse(struct arena *a, struct str text, struct csv_row **ret_rows,
                            size_t *ret_n) MUST_USE;

/* Appends a cell; `first` of its row or not. What a spreadsheet would run as a formula (text that
 * begins with = + - @, a tab or a carriage return) gets an apostrophe in front; whole numbers do
 * not. */
void csv_cell(struct buf *b, struct str cell, bool first);
void csv_end_row(struct buf *b);

#endif
