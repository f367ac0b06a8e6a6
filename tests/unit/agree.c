/* Agreement on a seeded set, against figures worked out by hand beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "insight/calibration/agree.h"

extern const struct CMUnitTest agree_tests[];
extern const size_t n_agree_tests;

#define CALLS 10

static int set_up(void **state)
{
    *state = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    arena_free(*state);
    return 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static int32_t points(const char *label)
{
    return strcmp(label, "yes") == 0      ? 10000
           : strcmp(label, "partly") == 0 ? 5000
           : strcmp(label, "no") == 0     ? 0
                                          : -1;
}

/* One rating of one question; "" is not assessed. */
static struct rating rating(struct arena *a, const char *label, int32_t score_bp)
{
    struct rated *r = ARENA_NEW(a, struct rated);

    *r = (struct rated){STR("greeting"), *label ? str_of(label) : STR_NONE, points(label)};
    return (struct rating){.score_bp = score_bp, .n = 1, .answers = r};
}

static struct rating_pair *pairs(struct arena *a, size_t n, const char *const *first,
                                 const char *const *second, const int32_t *scores)
{
    struct rating *r = ARENA_ARRAY(a, 2 * n, struct rating);
    struct rating_pair *p = ARENA_ARRAY(a, n, struct rating_pair);

    for (size_t i = 0; i < n; i++) {
        r[2 * i] = rating(a, first[i], scores ? scores[2 * i] : -1);
        r[2 * i + 1] = rating(a, second[i], scores ? scores[2 * i + 1] : -1);
        p[i] = (struct rating_pair){&r[2 * i], &r[2 * i + 1]};
    }
    return p;
}

/* Machine and person on ten calls:
 *
 *             person yes   partly   no   na | machine
 *   yes                4        1    0    0 |   5
 *   partly             0        1    1    0 |   2
 *   no                 0        0    2    0 |   2
 *   na                 1        0    0    0 |   1
 *   person             5        2    3    0 |  10
 *
 * exact    (4 + 1 + 2 + 0) / 10 = 7 / 10                                    70.00 %
 * expected 5*5 + 2*2 + 2*3 + 1*0 = 35 of 100
 * kappa    (0.70 - 0.35) / (1 - 0.35) = 35 / 65 = 0.538461...                0.5385
 * points, over the nine pairs that have them on both sides:
 *   yes/partly +5000, partly/no +5000, all others 0
 *   bias   10000 / 9 = 1111.1                                               +11.11 points
 *   error  the same, for both lie above                                      11.11 points
 *   within ten points: 7 / 9 = 0.7777...                                     77.78 % */
static void kappa_is_what_the_hand_computes(void **state)
{
    static const char *const machine[] = {"yes", "yes", "yes",    "yes",    "yes",
                                          "partly", "partly", "no", "no", "na"};
    static const char *const person[] = {"yes", "yes", "yes", "yes", "partly",
                                         "partly", "no", "no", "no", "yes"};
    struct agreement x = agree_on_question(*state, pairs(*state, CALLS, machine, person, NULL),
                                           CALLS, STR("greeting"));

    assert_int_equal(x.pairs, 10);
    assert_int_equal(x.left_out, 0);
    assert_int_equal(x.exact_bp, 7000);
    assert_int_equal(x.kappa_bp, 5385);
    assert_int_equal(x.bias_bp, 1111);
    assert_int_equal(x.error_bp, 1111);
    assert_int_equal(x.within_bp, 7778);
}

/* Scores of five calls, machine and person, in basis points:
 *   9000 8000  +1000 within (exactly ten points count)
 *   7000 8001  -1001 not within
 *   5000 5000      0 within
 *      0 2500  -2500 not within
 *   none 4000        left out
 * within 2 / 4 = 50.00 %, bias (1000 - 1001 + 0 - 2500) / 4 = -625.25, error 4501 / 4 = 1125.25 */
static void bias_and_error_are_what_the_hand_computes(void **state)
{
    static const char *const none[] = {"", "", "", "", ""};
    static const int32_t scores[] = {9000, 8000, 7000, 8001, 5000, 5000, 0, 2500, -1, 4000};
    struct agreement x = agree_on_scores(pairs(*state, 5, none, none, scores), 5);

    assert_int_equal(x.pairs, 4);
    assert_int_equal(x.left_out, 1);
    assert_int_equal(x.within_bp, 5000);
    assert_int_equal(x.bias_bp, -625);
    assert_int_equal(x.error_bp, 1125);
    assert_int_equal(x.kappa_bp, AGREE_NONE);
}

/* Halves go away from zero on both sides: +-1 over two calls is +-0.5, rounded to +-1. */
static void rounding_is_the_same_on_both_sides_of_zero(void **state)
{
    static const char *const none[] = {"", ""};
    static const int32_t up[] = {101, 100, 100, 100}, down[] = {100, 101, 100, 100};

    assert_int_equal(agree_on_scores(pairs(*state, 2, none, none, up), 2).bias_bp, 1);
    assert_int_equal(agree_on_scores(pairs(*state, 2, none, none, down), 2).bias_bp, -1);
}

/* Chance alone: yes and no by both sides half the time, each combination once. Observed 2 / 4,
 * expected (2*2 + 2*2) / 16 = 1 / 2, kappa 0. Always opposite: observed 0, kappa -1. */
static void kappa_of_chance_is_zero_and_of_contradiction_minus_one(void **state)
{
    static const char *const a[] = {"yes", "yes", "no", "no"}, *const b[] = {"yes", "no", "yes", "no"};
    static const char *const c[] = {"no", "no", "yes", "yes"};

    assert_int_equal(
        agree_on_question(*state, pairs(*state, 4, a, b, NULL), 4, STR("greeting")).kappa_bp, 0);
    assert_int_equal(
        agree_on_question(*state, pairs(*state, 4, a, c, NULL), 4, STR("greeting")).kappa_bp,
        -10000);
}

static void what_was_not_assessed_is_left_out_and_one_answer_has_no_kappa(void **state)
{
    static const char *const a[] = {"yes", "", "yes"}, *const b[] = {"yes", "yes", "yes"};
    struct agreement x =
        agree_on_question(*state, pairs(*state, 3, a, b, NULL), 3, STR("greeting"));
    struct agreement none = agree_on_question(*state, NULL, 0, STR("greeting"));

    assert_int_equal(x.pairs, 2);
    assert_int_equal(x.left_out, 1);
    assert_int_equal(x.exact_bp, 10000);
    assert_int_equal(x.kappa_bp, AGREE_NONE); /* 0 / 0: agreement by chance is as good */
    assert_int_equal(none.pairs, 0);
    assert_int_equal(none.exact_bp, AGREE_NONE);
}

const struct CMUnitTest agree_tests[] = {
    T(kappa_is_what_the_hand_computes),
    T(bias_and_error_are_what_the_hand_computes),
    T(rounding_is_the_same_on_both_sides_of_zero),
    T(kappa_of_chance_is_zero_and_of_contradiction_minus_one),
    T(what_was_not_assessed_is_left_out_and_one_answer_has_no_kappa),
};
const size_t n_agree_tests = sizeof agree_tests / sizeof *agree_tests;
