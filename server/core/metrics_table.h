/* What metrics.c and metrics_text.c share; nobody else includes it. */
#ifndef RINGSIGHT_CORE_METRICS_TABLE_H
#define RINGSIGHT_CORE_METRICS_TABLE_H

#include <stdatomic.h>

#include "core/metrics.h"

#define HISTOGRAM_BOUNDS 12
/* Counts per bucket (not cumulative), the one beyond the last bound, then the sum. */
#define HISTOGRAM_SUM (HISTOGRAM_BOUNDS + 1)
#define HISTOGRAM_CELLS (HISTOGRAM_BOUNDS + 2)

struct metric_row {
    enum metric_kind kind;
    const char *name, *help;
    enum label_set l1, l2;
    unsigned n1, n2;
    int64_t scale; /* counted units in one printed unit */
    _Atomic int64_t *cells;
};

extern const struct metric_row metric_rows[METRICS_END];
extern const int64_t histogram_bounds[HISTOGRAM_BOUNDS];

/* The cell of a counter or gauge, the first cell of a histogram. */
_Atomic int64_t *metric_cell(enum metric m, unsigned label1, unsigned label2);
unsigned label_count(enum label_set set);
struct str label_value(enum label_set set, unsigned i);
const char *label_name(enum label_set set);

#endif
