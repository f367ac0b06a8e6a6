/* Tables as spreadsheets, by libxlsxwriter. */
#ifndef RINGSIGHT_INSIGHT_SHEETS_H
#define RINGSIGHT_INSIGHT_SHEETS_H

#include "core/csv.h"

#define XLSX_MAX_SIZE (8u << 20)

/* The bytes of a workbook with one sheet of that name (at most 31 letters, none of []:*?/\): a bold head row that
 * stays in sight, then the rows. Cells that are plain numbers are written as such, whole or with a fraction; the
 * others as text, which nothing runs as a formula. E_INTERNAL, E_TOO_LARGE beyond XLSX_MAX_SIZE. */
const struct err *xlsx_write(struct arena *a, const char *name, const char *const *head, size_t n_head,
                             const struct csv_row *rows, size_t n, struct str *ret_bytes) MUST_USE;

#endif
