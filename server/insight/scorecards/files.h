/* Scorecards as files that people exchange: JSON, YAML, CSV, XLSX. Private to this folder. */
#ifndef RINGSIGHT_INSIGHT_SCORECARDS_FILES_H
#define RINGSIGHT_INSIGHT_SCORECARDS_FILES_H

#include "core/csv.h"
#include "core/json.h"

struct card_file {
    struct str bytes, type; /* type: as HTTP names it */
};

/* A body in that format: "json", "yaml", "csv" or "xlsx". In CSV no cell can run as a formula. */
const struct err *file_write(struct arena *a, struct str format, struct str body,
                             struct card_file *ret) MUST_USE;
/* The body that is in a file of "json", "yaml" or "csv"; card_parse has yet to check it.
 * E_BAD_PAYLOAD with line or row. */
const struct err *file_read(struct arena *a, struct str format, struct str text,
                            struct str *ret_body) MUST_USE;

#endif
