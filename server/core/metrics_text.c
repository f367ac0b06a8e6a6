/* Writes the Prometheus text. Called by the metrics port's handler. Series that never counted are
 * left out, but for those without labels: a thousand routes must not be a thousand lines of zero.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "core/time.h"
#include "core/metrics_table.h"

#define TEXT_MAX (16u << 20)
#define COLLECTORS_MAX 16

static struct {
    void (*collect)(void *arg);
    void *arg;
} collectors[COLLECTORS_MAX];
static size_t n_collectors;

void metrics_on_scrape(void (*collect)(void *arg), void *arg)
{
    if (n_collectors == COLLECTORS_MAX)
        return;
    collectors[n_collectors].collect = collect;
    collectors[n_collectors++].arg = arg;
}

/* value / scale as a decimal without rounding: scale is 1 or 1000000. */
static void add_value(struct buf *b, int64_t value, int64_t scale)
{
    uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    if (value < 0)
        buf_char(b, '-');
    if (scale == 1)
        buf_fmt(b, "%" PRIu64, v);
    else
        buf_fmt(b, "%" PRIu64 ".%06" PRIu64, v / (uint64_t)scale, v % (uint64_t)scale);
}

/* A label's value: backslash, quote and line end are escaped, as the format demands. */
static void add_label(struct buf *b, enum label_set set, unsigned i)
{
    struct str v = label_value(set, i);

    buf_fmt(b, "%s=\"", label_name(set));
    for (size_t n = 0; n < v.n; n++) {
        if (v.p[n] == '\n') {
            buf_add(b, STR("\\n"));
            continue;
        }
        if (v.p[n] == '\\' || v.p[n] == '"')
            buf_char(b, '\\');
        buf_char(b, v.p[n]);
    }
    buf_char(b, '"');
}

/* name{labels,le="..."} with a blank behind; `le` may be NULL. */
static void add_series(struct buf *b, const struct metric_row *row, const char *suffix, unsigned i,
                       unsigned j, const char *le)
{
    const char *comma = "";

    buf_fmt(b, "%s%s", row->name, suffix);
    if (row->l1 != LABEL_NONE || row->l2 != LABEL_NONE || le)
        buf_char(b, '{');
    if (row->l1 != LABEL_NONE) {
        add_label(b, row->l1, i);
        comma = ",";
    }
    if (row->l2 != LABEL_NONE) {
        buf_add(b, str_of(comma));
        add_label(b, row->l2, j);
        comma = ",";
    }
    if (le)
        buf_fmt(b, "%sle=\"%s\"", comma, le);
    if (row->l1 != LABEL_NONE || row->l2 != LABEL_NONE || le)
        buf_char(b, '}');
    buf_char(b, ' ');
}

/* The bound as Prometheus writes it: 0.001, 0.25, 10. */
static void bound_text(int64_t microseconds, char out[32])
{
    snprintf(out, 32, "%g", (double)microseconds / 1e6);
}

static void add_histogram(struct buf *b, const struct metric_row *row, unsigned i,
                          _Atomic int64_t *cells)
{
    int64_t total = 0;
    char le[32];

    for (size_t k = 0; k <= HISTOGRAM_BOUNDS; k++) {
        total += atomic_load_explicit(&cells[k], memory_order_relaxed);
        if (k < HISTOGRAM_BOUNDS)
            bound_text(histogram_bounds[k], le);
        else
            memcpy(le, "+Inf", 5);
        add_series(b, row, "_bucket", i, 0, le);
        buf_fmt(b, "%" PRId64 "\n", total);
    }
    add_series(b, row, "_sum", i, 0, NULL);
    add_value(b, atomic_load_explicit(&cells[HISTOGRAM_SUM], memory_order_relaxed), row->scale);
    buf_char(b, '\n');
    /* The total of the buckets just read, so that count and +Inf agree. */
    add_series(b, row, "_count", i, 0, NULL);
    buf_fmt(b, "%" PRId64 "\n", total);
}

static bool counted(const struct metric_row *row, const _Atomic int64_t *cells)
{
    size_t n = row->kind == METRIC_HISTOGRAM ? HISTOGRAM_CELLS : 1;

    if (row->l1 == LABEL_NONE)
        return true;
    for (size_t i = 0; i < n; i++)
        if (atomic_load_explicit(&cells[i], memory_order_relaxed) != 0)
            return true;
    return false;
}

static void add_metric(struct buf *b, enum metric m)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    const struct metric_row *row = &metric_rows[m];

    buf_fmt(b, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name, kinds[row->kind]);
    for (unsigned i = 0; i < label_count(row->l1) && i < row->n1; i++) {
        for (unsigned j = 0; j < label_count(row->l2) && j < row->n2; j++) {
            _Atomic int64_t *cells = metric_cell(m, i, j);
            if (!counted(row, cells))
                continue;
            if (row->kind == METRIC_HISTOGRAM) {
                add_histogram(b, row, i, cells);
                continue;
            }
            add_series(b, row, "", i, j, NULL);
            add_value(b, atomic_load_explicit(cells, memory_order_relaxed), row->scale);
            buf_char(b, '\n');
        }
    }
}

static void add_fact(struct buf *b, const char *name, const char *kind, const char *help,
                     int64_t value, int64_t scale)
{
    buf_fmt(b, "# HELP %s %s\n# TYPE %s %s\n%s ", name, help, name, kind, name);
    add_value(b, value, scale);
    buf_char(b, '\n');
}

/* Field `index` (from 0) of the line of numbers in a /proc file, 0 if unreadable. `after` skips
 * what stands before the last such character: a process name may hold blanks. */
static int64_t proc_number(const char *path, char after, unsigned index)
{
    char line[1024];
    FILE *f = fopen(path, "re");
    struct str rest, part;
    int64_t v = 0;

    if (!f)
        return 0;
    if (!fgets(line, sizeof(line), f))
        line[0] = '\0';
    fclose(f);
    rest = str_of(line);
    if (after && strrchr(line, after))
        rest = str_of(strrchr(line, after) + 1);
    rest = str_trim(rest);
    for (unsigned i = 0; str_split(&rest, ' ', &part); i++)
        if (i == index)
            return str_to_int(part, &v) ? v : 0;
    return 0;
}

static int64_t open_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int64_t n = -3; /* ".", ".." and the folder itself */

    if (!dir)
        return 0;
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

/* Field 22 of proc(5)'s stat is ticks since boot; behind the name it is the twentieth. */
static int64_t start_time(void)
{
    int64_t ticks = proc_number("/proc/self/stat", ')', 19), hz = sysconf(_SC_CLK_TCK);
    struct timespec up;

    clock_gettime(CLOCK_BOOTTIME, &up);
    if (ticks == 0 || hz <= 0)
        return 0;
    return time_now() - (int64_t)up.tv_sec * TIME_S - up.tv_nsec / 1000 + ticks * (TIME_S / hz);
}

static void add_process(struct buf *b)
{
    struct rusage ru = {0};
    struct rlimit fds = {0};
    int64_t page = sysconf(_SC_PAGESIZE);

    getrusage(RUSAGE_SELF, &ru);
    getrlimit(RLIMIT_NOFILE, &fds);
    add_fact(b, "process_cpu_seconds_total", "counter", "CPU time used.",
             ((int64_t)ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * TIME_S + ru.ru_utime.tv_usec +
                 ru.ru_stime.tv_usec,
             TIME_S);
    add_fact(b, "process_resident_memory_bytes", "gauge", "Resident memory.",
             proc_number("/proc/self/statm", 0, 1) * page, 1);
    add_fact(b, "process_virtual_memory_bytes", "gauge", "Virtual memory.",
             proc_number("/proc/self/statm", 0, 0) * page, 1);
    add_fact(b, "process_open_fds", "gauge", "Open file descriptors.", open_fds(), 1);
    add_fact(b, "process_max_fds", "gauge", "Limit of file descriptors.",
             fds.rlim_cur > INT64_MAX ? INT64_MAX : (int64_t)fds.rlim_cur, 1);
    add_fact(b, "process_start_time_seconds", "gauge", "Start of the process.", start_time(),
             TIME_S);
}

struct str metrics_text(struct arena *a, struct str version)
{
    struct buf b = buf_new(a, TEXT_MAX);

    for (size_t i = 0; i < n_collectors; i++)
        collectors[i].collect(collectors[i].arg);
    for (size_t m = 0; m < METRICS_END; m++)
        add_metric(&b, (enum metric)m);
    add_process(&b);
    buf_fmt(&b,
            "# HELP ringsight_build_info The running build.\n# TYPE ringsight_build_info gauge\n"
            "ringsight_build_info{version=\"%.*s\"} 1\n",
            STR_ARG(version));
    return buf_str(&b);
}
