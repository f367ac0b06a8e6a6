/* Metrics: what is counted is what is printed, from many threads too, and the text keeps the
 * format's rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>

#include "core/metrics.h"

static bool has(struct str text, const char *line)
{
    struct str rest = text, one;

    while (str_split(&rest, '\n', &one))
        if (str_is(one, line))
            return true;
    return false;
}

static void counted_is_printed(void **state)
{
    struct arena *a = arena_new();
    unsigned route = metric_label(LABEL_ROUTE, STR("GET /api/v1/things/{thing}"));
    unsigned odd = metric_label(LABEL_ROUTE, STR("GET /\"\\\n"));
    struct str t;

    (void)state;
    assert_true(route > 0 && odd > route);
    assert_int_equal(metric_label(LABEL_ROUTE, STR("GET /api/v1/things/{thing}")), route);
    metric_http(route, 200, 3000, 120);
    metric_http(route, 200, 1000, 80);
    metric_http(route, 503, 20000000, 0);
    metric_http(odd, 999, -5, 0);
    metric_set(M_JOB_OLDEST, 0, 0, 1500000);
    metric_set(M_HTTP_IN_FLIGHT, 0, 0, -3);
    t = metrics_text(a, STR("1.0"));
#define R "{route=\"GET /api/v1/things/{thing}\""
    assert_true(has(t, "ringsight_http_requests_total" R ",class=\"2xx\"} 2"));
    assert_true(has(t, "ringsight_http_requests_total" R ",class=\"5xx\"} 1"));
    assert_true(has(t, "ringsight_http_request_duration_seconds_bucket" R ",le=\"0.001\"} 1"));
    assert_true(has(t, "ringsight_http_request_duration_seconds_bucket" R ",le=\"0.005\"} 2"));
    assert_true(has(t, "ringsight_http_request_duration_seconds_bucket" R ",le=\"10\"} 2"));
    assert_true(has(t, "ringsight_http_request_duration_seconds_bucket" R ",le=\"+Inf\"} 3"));
    assert_true(has(t, "ringsight_http_request_duration_seconds_sum" R "} 20.004000"));
    assert_true(has(t, "ringsight_http_request_duration_seconds_count" R "} 3"));
    assert_true(has(t, "ringsight_http_response_bytes_total" R "} 200"));
    assert_true(
        has(t, "ringsight_http_requests_total{route=\"GET /\\\"\\\\\\n\",class=\"other\"} 1"));
    assert_true(has(t, "ringsight_job_oldest_waiting_seconds 1.500000"));
    assert_true(has(t, "ringsight_http_requests_in_flight -3"));
    assert_true(has(t, "ringsight_build_info{version=\"1.0\"} 1"));
    assert_true(has(t, "# TYPE process_open_fds gauge"));
    assert_true(str_ends(t, STR("\n")));
    arena_free(a);
}

static void labels_are_bounded(void **state)
{
    char name[32];

    (void)state;
    for (unsigned i = 0; i < 2 * LABEL_REASONS; i++) {
        snprintf(name, sizeof(name), "reason %u", i);
        assert_int_equal(metric_label(LABEL_REASON, str_of(name)),
                         i + 1 < LABEL_REASONS ? i + 1 : 0);
    }
    metric_add(M_HTTP_REFUSED, LABEL_REASONS + 7, 99, 1); /* out of range: other */
    assert_int_equal(metric_get(M_HTTP_REFUSED, 0, 0), 1);
    metric_observe(M_HTTP_REFUSED, 0, 5); /* no histogram: nothing happens */
    assert_int_equal(metric_get(M_HTTP_REFUSED, 0, 0), 1);
}

static void *count_up(void *arg)
{
    for (int i = 0; i < 50000; i++) {
        metric_add(M_HOOKS, 0, 0, 1);
        metric_observe(M_POOL_WAIT_SECONDS, *(unsigned *)arg, i);
    }
    return NULL;
}

static void threads_lose_nothing(void **state)
{
    struct arena *a = arena_new();
    unsigned pool = metric_label(LABEL_POOL, STR("fast"));
    int64_t before = metric_get(M_HOOKS, 0, 0);
    pthread_t threads[4];

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_up, &pool), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(metric_get(M_HOOKS, 0, 0) - before, 200000);
    assert_true(
        has(metrics_text(a, STR("1")), "ringsight_pool_wait_seconds_count{pool=\"fast\"} 200000"));
    arena_free(a);
}

static void set_one(void *arg)
{
    metric_set(M_LIVE_SOCKETS, 0, 0, *(int *)arg);
}

static void collectors_run_before_the_text(void **state)
{
    static int sockets = 12;
    struct arena *a = arena_new();

    (void)state;
    metrics_on_scrape(set_one, &sockets);
    assert_true(has(metrics_text(a, STR("1")), "ringsight_live_sockets 12"));
    arena_free(a);
}

const struct CMUnitTest metrics_tests[] = {
    cmocka_unit_test(counted_is_printed),
    cmocka_unit_test(labels_are_bounded),
    cmocka_unit_test(threads_lose_nothing),
    cmocka_unit_test(collectors_run_before_the_text),
};
const size_t n_metrics_tests = sizeof(metrics_tests) / sizeof(metrics_tests[0]);
