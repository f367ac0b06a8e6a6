/* The registry and the counting half. Called from every thread; must not lock, allocate or log on
 * the counting path. The text is written by metrics_text.c. */
#include "core/metrics.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "core/metrics_table.h"

/* Cells are static: one for a counter or gauge, buckets and sum for a histogram. */
#define CELLS(kind, n1, n2) ((n1) * (n2) * ((kind) == METRIC_HISTOGRAM ? HISTOGRAM_CELLS : 1))
#define X(id, kind, name, l1, n1, l2, n2, scale, help)                                             \
    static _Atomic int64_t cells_##id[CELLS(kind, n1, n2)];
METRICS(X)
#undef X

const struct metric_row metric_rows[METRICS_END] = {
#define X(id, kind, name, l1, n1, l2, n2, scale, help)                                             \
    [id] = {kind, name, help, l1, l2, n1, n2, scale, cells_##id},
    METRICS(X)
#undef X
};

/* Upper ends in microseconds; the last bucket has none. */
const int64_t histogram_bounds[HISTOGRAM_BOUNDS] = {
    1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 10000000};

#define NAME_MAX_BYTES 96

struct label_value {
    char name[NAME_MAX_BYTES + 1];
};

static struct label_value routes[LABEL_ROUTES], pools[LABEL_POOLS], kinds[LABEL_KINDS],
    reasons[LABEL_REASONS];

static struct label_value classes[LABEL_CLASSES] = {{"other"}, {"1xx"}, {"2xx"},
                                                    {"3xx"},   {"4xx"}, {"5xx"}};
static struct label_value outcomes[LABEL_OUTCOMES] = {{"other"},  {"done"},    {"retry"},
                                                      {"snooze"}, {"discard"}, {"dead"}};
static struct label_value none[1];

/* `used` is published after the name is written, so that a scrape never reads half a name. */
static struct {
    const char *label;
    struct label_value *v;
    unsigned size;
    _Atomic unsigned used;
} sets[LABEL_SETS] = {
    [LABEL_NONE] = {"", none, 1, 1},
    [LABEL_ROUTE] = {"route", routes, LABEL_ROUTES, 1},
    [LABEL_CLASS] = {"class", classes, LABEL_CLASSES, LABEL_CLASSES},
    [LABEL_POOL] = {"pool", pools, LABEL_POOLS, 1},
    [LABEL_KIND] = {"kind", kinds, LABEL_KINDS, 1},
    [LABEL_OUTCOME] = {"outcome", outcomes, LABEL_OUTCOMES, LABEL_OUTCOMES},
    [LABEL_REASON] = {"reason", reasons, LABEL_REASONS, 1},
};

static pthread_mutex_t label_lock = PTHREAD_MUTEX_INITIALIZER;

unsigned metric_label(enum label_set set, struct str value)
{
    unsigned used, at = 0;

    value = str_sub(value, 0, NAME_MAX_BYTES);
    pthread_mutex_lock(&label_lock);
    used = atomic_load(&sets[set].used);
    for (unsigned i = 1; i < used && at == 0; i++)
        if (str_eq(str_of(sets[set].v[i].name), value))
            at = i;
    if (at == 0 && used < sets[set].size) {
        memcpy(sets[set].v[used].name, value.p ? value.p : "", value.n);
        atomic_store(&sets[set].used, used + 1);
        at = used;
    }
    pthread_mutex_unlock(&label_lock);
    return at;
}

unsigned label_count(enum label_set set)
{
    return atomic_load(&sets[set].used);
}

struct str label_value(enum label_set set, unsigned i)
{
    return i == 0 ? STR("other") : str_of(sets[set].v[i].name);
}

const char *label_name(enum label_set set)
{
    return sets[set].label;
}

_Atomic int64_t *metric_cell(enum metric m, unsigned label1, unsigned label2)
{
    const struct metric_row *row = &metric_rows[m];
    size_t at;

    if (label1 >= row->n1)
        label1 = 0;
    if (label2 >= row->n2)
        label2 = 0;
    at = (size_t)label1 * row->n2 + label2;
    return row->cells + at * (row->kind == METRIC_HISTOGRAM ? HISTOGRAM_CELLS : 1);
}

void metric_add(enum metric m, unsigned label1, unsigned label2, int64_t n)
{
    atomic_fetch_add_explicit(metric_cell(m, label1, label2), n, memory_order_relaxed);
}

void metric_set(enum metric m, unsigned label1, unsigned label2, int64_t value)
{
    atomic_store_explicit(metric_cell(m, label1, label2), value, memory_order_relaxed);
}

int64_t metric_get(enum metric m, unsigned label1, unsigned label2)
{
    return atomic_load_explicit(metric_cell(m, label1, label2), memory_order_relaxed);
}

void metric_observe(enum metric m, unsigned label1, int64_t value)
{
    _Atomic int64_t *cells = metric_cell(m, label1, 0);
    size_t i = 0;

    if (metric_rows[m].kind != METRIC_HISTOGRAM)
        return;
    if (value < 0)
        value = 0; /* a clock that stepped */
    while (i < HISTOGRAM_BOUNDS && value > histogram_bounds[i])
        i++;
    atomic_fetch_add_explicit(&cells[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&cells[HISTOGRAM_SUM], value, memory_order_relaxed);
}

void metric_http(unsigned route, int status, int64_t microseconds, int64_t body_bytes)
{
    unsigned class = status >= 100 && status < 600 ? (unsigned)status / 100 : 0;

    metric_add(M_HTTP_REQUESTS, route, class, 1);
    metric_observe(M_HTTP_SECONDS, route, microseconds);
    metric_add(M_HTTP_BYTES, route, 0, body_bytes);
}
