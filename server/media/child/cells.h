/* What a spreadsheet's numbers mean: whether a style shows a date, and the number as text. */
#ifndef RINGSIGHT_MEDIA_CHILD_CELLS_H
#define RINGSIGHT_MEDIA_CHILD_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#define CELL_NUMBER_TEXT 64

/* Whether a number format shows dates or times: one of the formats without a code (ECMA-376 18.8.30),
 * or by its code. */
bool cell_format_is_date(unsigned id);
bool cell_code_is_date(const char *code);

/* Writes the number that stands in the file into buf, ended by 0; as written where it is none or no
 * date, save that whole numbers have neither exponent nor point. from_1904: how the workbook counts days. */
size_t cell_number(const char *written, bool is_date, bool from_1904, char buf[CELL_NUMBER_TEXT]);

#endif
