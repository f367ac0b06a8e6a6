/* Counters, gauges and histograms of the process, and their Prometheus text (exposition format
 * 0.0.4). The list of metrics is one static table; label values are registered at the start
 * (routes, pools, job kinds) or fixed here. Counting is a relaxed atomic add: any thread, no lock.
 */
#ifndef RINGSIGHT_HTTP_METRICS_H
#define RINGSIGHT_HTTP_METRICS_H

#include "core/arena.h"
#include "core/str.h"

/* Where label values come from. Each set keeps place 0 for "other", which also takes what is
 * registered beyond the set's size, so that no input can grow the output. */
enum label_set {
    LABEL_NONE = 0,
    LABEL_ROUTE,   /* "GET /api/v1/calls/{call}" */
    LABEL_CLASS,   /* status class: 1xx to 5xx, fixed */
    LABEL_POOL,    /* connection pools and thread lanes: "fast", "slow", "hash", "inbox", "jobs" */
    LABEL_KIND,    /* job kinds */
    LABEL_OUTCOME, /* of a job: done, retry, snooze, discard, dead; fixed */
    LABEL_REASON,  /* why something was refused: "limit", "strict", "origin" and so on */
    LABEL_SETS
};

#define LABEL_ROUTES 1024
#define LABEL_CLASSES 6
#define LABEL_POOLS 16
#define LABEL_KINDS 128
#define LABEL_OUTCOMES 6
#define LABEL_REASONS 32

enum job_outcome_label {
    OUTCOME_OTHER = 0,
    OUTCOME_DONE,
    OUTCOME_RETRY,
    OUTCOME_SNOOZE,
    OUTCOME_DISCARD,
    OUTCOME_DEAD
};

enum metric_kind { METRIC_COUNTER = 0, METRIC_GAUGE, METRIC_HISTOGRAM };

/* id, kind, name, label sets and their sizes, label names, scale of the unit, help. Times are
 * counted in microseconds and printed in seconds: scale 1000000. */
#define METRICS(X)                                                                                 \
    X(M_HTTP_REQUESTS, METRIC_COUNTER, "ringsight_http_requests_total", LABEL_ROUTE, LABEL_ROUTES, \
      LABEL_CLASS, LABEL_CLASSES, 1, "Requests answered, by route and status class.")              \
    X(M_HTTP_SECONDS, METRIC_HISTOGRAM, "ringsight_http_request_duration_seconds", LABEL_ROUTE,    \
      LABEL_ROUTES, LABEL_NONE, 1, 1000000, "Time from the whole request to the last byte.")       \
    X(M_HTTP_BYTES, METRIC_COUNTER, "ringsight_http_response_bytes_total", LABEL_ROUTE,            \
      LABEL_ROUTES, LABEL_NONE, 1, 1, "Body bytes sent, by route.")                                \
    X(M_HTTP_REFUSED, METRIC_COUNTER, "ringsight_http_refused_total", LABEL_REASON, LABEL_REASONS, \
      LABEL_NONE, 1, 1, "Requests refused before their handler, by reason.")                       \
    X(M_LIMITS_ALONE, METRIC_COUNTER, "ringsight_limits_alone_total", LABEL_NONE, 1, LABEL_NONE,     \
      1, 1, "Requests counted by this process alone because Redis was away or did not answer.")    \
    X(M_HTTP_CONNECTIONS, METRIC_GAUGE, "ringsight_http_connections", LABEL_NONE, 1, LABEL_NONE,   \
      1, 1, "Open client connections.")                                                            \
    X(M_HTTP_IN_FLIGHT, METRIC_GAUGE, "ringsight_http_requests_in_flight", LABEL_NONE, 1,          \
      LABEL_NONE, 1, 1, "Requests being worked on.")                                               \
    X(M_POOL_SIZE, METRIC_GAUGE, "ringsight_pool_size", LABEL_POOL, LABEL_POOLS, LABEL_NONE, 1, 1, \
      "Places in the pool.")                                                                       \
    X(M_POOL_USED, METRIC_GAUGE, "ringsight_pool_used", LABEL_POOL, LABEL_POOLS, LABEL_NONE, 1, 1, \
      "Places in use.")                                                                            \
    X(M_POOL_WAITING, METRIC_GAUGE, "ringsight_pool_waiting", LABEL_POOL, LABEL_POOLS, LABEL_NONE, \
      1, 1, "Units of work that wait for a place.")                                                \
    X(M_POOL_ERRORS, METRIC_COUNTER, "ringsight_pool_errors_total", LABEL_POOL, LABEL_POOLS,       \
      LABEL_NONE, 1, 1, "Failures of the pool's members, lost connections for one.")               \
    X(M_POOL_WAIT_SECONDS, METRIC_HISTOGRAM, "ringsight_pool_wait_seconds", LABEL_POOL,            \
      LABEL_POOLS, LABEL_NONE, 1, 1000000, "Time spent waiting for a place.")                      \
    X(M_JOBS, METRIC_COUNTER, "ringsight_jobs_total", LABEL_KIND, LABEL_KINDS, LABEL_OUTCOME,      \
      LABEL_OUTCOMES, 1, "Job runs ended, by kind and outcome.")                                   \
    X(M_JOB_SECONDS, METRIC_HISTOGRAM, "ringsight_job_duration_seconds", LABEL_KIND, LABEL_KINDS,  \
      LABEL_NONE, 1, 1000000, "Time of a job run.")                                                \
    X(M_JOBS_RUNNING, METRIC_GAUGE, "ringsight_jobs_running", LABEL_NONE, 1, LABEL_NONE, 1, 1,     \
      "Jobs being run by this process.")                                                           \
    X(M_JOB_OLDEST, METRIC_GAUGE, "ringsight_job_oldest_waiting_seconds", LABEL_NONE, 1,           \
      LABEL_NONE, 1, 1000000, "Age of the oldest due job that nobody runs.")                       \
    X(M_JOB_LAST_DONE, METRIC_GAUGE, "ringsight_job_last_done_timestamp_seconds", LABEL_NONE, 1,   \
      LABEL_NONE, 1, 1000000, "When this process last finished a job.")                            \
    X(M_JOB_DRIFT, METRIC_GAUGE, "ringsight_job_ledger_drift", LABEL_NONE, 1, LABEL_NONE, 1, 1,    \
      "Jobs that the ledger lacks or has too many, over all tenants: always 0.")                   \
    X(M_JOBS_DEAD, METRIC_GAUGE, "ringsight_jobs_dead", LABEL_NONE, 1, LABEL_NONE, 1, 1,           \
      "Jobs in the dead set.")                                                                     \
    X(M_STAGES_STILL, METRIC_GAUGE, "ringsight_stages_without_job", LABEL_NONE, 1, LABEL_NONE, 1,   \
      1, "Recordings, calls and deliveries on their way for over a minute that no job works on, "   \
      "when last looked for: always 0.")                                                           \
    X(M_HOOKS, METRIC_COUNTER, "ringsight_hooks_accepted_total", LABEL_NONE, 1, LABEL_NONE, 1, 1,  \
      "Deliveries stored and acknowledged.")                                                       \
    X(M_HOOK_BATCHES, METRIC_COUNTER, "ringsight_hook_batches_total", LABEL_NONE, 1, LABEL_NONE,   \
      1, 1, "Commits that stored them.")                                                           \
    X(M_SPOOLED, METRIC_COUNTER, "ringsight_spool_written_total", LABEL_NONE, 1, LABEL_NONE, 1, 1, \
      "Hooks acknowledged from this machine's disk while PostgreSQL was away.")                    \
    X(M_SPOOL_DRAINED, METRIC_COUNTER, "ringsight_spool_drained_total", LABEL_NONE, 1, LABEL_NONE, \
      1, 1, "Hooks of the spool brought into the inbox.")                                          \
    X(M_SPOOL_BYTES, METRIC_GAUGE, "ringsight_spool_bytes", LABEL_NONE, 1, LABEL_NONE, 1, 1,       \
      "Size of what waits in the spool of this machine.")                                          \
    X(M_SPOOL_AGE, METRIC_GAUGE, "ringsight_spool_age_seconds", LABEL_NONE, 1, LABEL_NONE, 1,      \
      1000000, "Age of the oldest that waits there; 0: nothing waits.")                            \
    X(M_SPOOL_KEPT, METRIC_GAUGE, "ringsight_spool_kept_files", LABEL_NONE, 1, LABEL_NONE, 1, 1,   \
      "Files of the spool put aside because something in them could not be read or stored: "      \
      "always 0.")                                                                                 \
    X(M_LIVE_SOCKETS, METRIC_GAUGE, "ringsight_live_sockets", LABEL_NONE, 1, LABEL_NONE, 1, 1,     \
      "Open web sockets.")                                                                         \
    X(M_LIVE_DROPPED, METRIC_COUNTER, "ringsight_live_dropped_total", LABEL_NONE, 1, LABEL_NONE,   \
      1, 1, "Web sockets closed because their reader was too slow.")

enum metric {
#define X(id, ...) id,
    METRICS(X)
#undef X
        METRICS_END
};

/* The place of a label value in its set; the same name gives the same place. At the start and not
 * per request: it takes a lock and walks the set. 0 ("other") when the set is full. The name is
 * copied, cut at 96 bytes. */
unsigned metric_label(enum label_set set, struct str value);

/* Labels that a metric does not have are 0; a label out of range counts as 0. */
void metric_add(enum metric m, unsigned label1, unsigned label2, int64_t n);
void metric_set(enum metric m, unsigned label1, unsigned label2, int64_t value);
/* One observation of a histogram, in its counted unit (microseconds). */
void metric_observe(enum metric m, unsigned label1, int64_t value);
int64_t metric_get(enum metric m, unsigned label1, unsigned label2);

/* One answered request: counts class, duration and bytes under the route's label. */
void metric_http(unsigned route, int status, int64_t microseconds, int64_t body_bytes);

/* Called before each scrape, on the scraping thread, to set gauges that others keep the numbers
 * of. At most 16, at the start only; must not block. */
void metrics_on_scrape(void (*collect)(void *arg), void *arg);

/* The whole text, with process facts (memory, CPU, file descriptors, start time) and build_info.
 * Content type METRICS_TYPE. `version` is the build's name. */
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"
struct str metrics_text(struct arena *a, struct str version);

#endif
