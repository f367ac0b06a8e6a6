/* The pause before a job is tried again (Q12): it grows by the curve of its kind, from a
 * second to six hours where that says nothing, and of a thousand
 * jobs that failed together never more than a twentieth come back within a hundredth of the window. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "jobs/jobs.h"

#define FAILED 1000
#define HOURS_6 (6 * 3600 * 1000)

static const struct job_curve usual, phones = {15, 3, 3600};

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static int64_t middle(int64_t first, int64_t times, int64_t most, int attempt)
{
    int64_t ms = first;

    for (int i = 1; i < attempt && ms < most; i++)
        ms *= times;
    return ms < most ? ms : most;
}

/* The most of them in any stretch of that length. */
static int densest(const int64_t *sorted, int64_t stretch)
{
    int most = 0, from = 0;

    for (int i = 0; i < FAILED; i++) {
        while (sorted[i] - sorted[from] >= stretch)
            from++;
        most = i - from + 1 > most ? i - from + 1 : most;
    }
    return most;
}

static void a_thousand_fail(const struct job_curve *curve, int attempt, int64_t ms)
{
    int64_t pauses[FAILED], window = ms * 4 / 10;

    for (int i = 0; i < FAILED; i++)
        pauses[i] = job_backoff_ms(curve, attempt);
    qsort(pauses, FAILED, sizeof *pauses, by_size);
    assert_in_range(pauses[0], ms * 8 / 10, ms * 82 / 100);
    assert_in_range(pauses[FAILED - 1], ms * 118 / 100, ms * 12 / 10);
    assert_in_range(densest(pauses, window / 100), 1, FAILED / 20);
}

static void d3_13_no_second_herd(void **state)
{
    (void)state;
    for (int attempt = 1; attempt <= 12; attempt++) {
        a_thousand_fail(&usual, attempt, middle(1000, 4, HOURS_6, attempt));
        a_thousand_fail(&phones, attempt, middle(15000, 3, 3600000, attempt));
    }
}

static void it_never_overflows(void **state)
{
    (void)state;
    assert_in_range(job_backoff_ms(&usual, INT64_MAX), HOURS_6 * 8LL / 10, HOURS_6 * 12LL / 10);
    assert_in_range(job_backoff_ms(&usual, 0), 800, 1200);
}

const struct CMUnitTest backoff_tests[] = {
    cmocka_unit_test(d3_13_no_second_herd),
    cmocka_unit_test(it_never_overflows),
};
const size_t n_backoff_tests = sizeof(backoff_tests) / sizeof(backoff_tests[0]);
