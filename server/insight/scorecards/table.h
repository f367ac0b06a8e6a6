/* A card as a table: one row for each question, for CSV and spreadsheets. Private to this folder;
 * pure. Columns, in any order: card, description, section, section_weight, key, question, help,
 * type, weight, decided_by, auto_fail, na, partly, comment, if_question, if_is, answers, rule.
 *   answers  of a scale or choice, one a line: value | points | text
 *            of a number, one band a line: from..to | points
 *   rule     the rule as JSON; of levels, the list of theirs */
#ifndef RINGSIGHT_INSIGHT_SCORECARDS_TABLE_H
#define RINGSIGHT_INSIGHT_SCORECARDS_TABLE_H

#include "core/csv.h"
#include "core/json.h"

#define TABLE_COLUMNS 18
extern const char *const TABLE_NAMES[TABLE_COLUMNS];

/* The rows of a card (a body that card_parse takes), without the head. */
const struct err *table_of_card(struct arena *a, struct str body, struct csv_row **ret_rows,
                                size_t *ret_n) MUST_USE;
/* And back to a body: what is in it card_parse has yet to check. E_BAD_PAYLOAD with the row. */
const struct err *table_to_card(struct arena *a, const struct csv_row *rows, size_t n,
                                struct str *ret_body) MUST_USE;

#endif
