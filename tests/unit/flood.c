/* Token buckets: the rate, the burst, who is told to wait how long, and room for many keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/flood.h"

static struct flood f;

static int taken(uint64_t key, int64_t rate, int64_t burst, int64_t now, int tries)
{
    int64_t wait;
    int n = 0;

    for (int i = 0; i < tries; i++)
        n += flood_take(&f, key, rate, burst, now, &wait);
    return n;
}

static void a_burst_then_the_rate(void **state)
{
    const int64_t s = 1000000;
    int n = 0;

    (void)state;
    assert_int_equal(taken(11, 100, 500, 7 * s, 1000), 500);
    assert_int_equal(taken(11, 100, 500, 8 * s, 1000), 100);
    for (int64_t t = 8 * s; t < 18 * s; t += 1000)
        n += taken(11, 100, 500, t, 1);
    assert_true(n >= 999 && n <= 1001);
    assert_int_equal(taken(11, 100, 500, 100 * s, 1000), 500); /* full again, and no fuller */
    assert_int_equal(taken(12, 100, 500, 100 * s, 1000), 500); /* another's is another's */
    assert_int_equal(taken(13, 0, 1, s, 1000), 1000);          /* no limit */
}

static void the_wait_is_as_long_as_it_says(void **state)
{
    int64_t wait = 0;

    (void)state;
    assert_int_equal(taken(21, 4, 2, 1000000, 5), 2);
    assert_false(flood_take(&f, 21, 4, 2, 1000000, &wait));
    assert_int_equal(wait, 250000);
    assert_false(flood_take(&f, 21, 4, 2, 1000000 + wait - 1, &wait));
    assert_true(flood_has(&f, 21, 4, 2, 1250000, &wait));
    assert_true(flood_has(&f, 21, 4, 2, 1250000, &wait)); /* looking takes nothing */
    assert_true(flood_take(&f, 21, 4, 2, 1250000, &wait));
    assert_false(flood_has(&f, 21, 4, 2, 1250000, &wait));
}

/* Tokens that come one in some seconds. */
static void tokens_may_come_slowly(void **state)
{
    const int64_t s = 1000000;
    int64_t wait = 0;

    (void)state;
    assert_true(flood_take_each(&f, 51, 30 * s, 2, s, &wait));
    assert_true(flood_take_each(&f, 51, 30 * s, 2, s, &wait));
    assert_false(flood_take_each(&f, 51, 30 * s, 2, s, &wait));
    assert_int_equal(wait, 30 * s);
    assert_true(flood_take_each(&f, 51, 30 * s, 2, 31 * s, &wait));
    assert_false(flood_take_each(&f, 51, 30 * s, 2, 32 * s, &wait));
    assert_true(flood_take_each(&f, 52, 0, 1, s, &wait)); /* no limit */
}

/* Keys that share a set push out the emptiest, not the one that floods. */
static void a_flooder_is_not_pushed_out_by_the_quiet(void **state)
{
    (void)state;
    assert_int_equal(taken(31, 1, 50, 1000000, 100), 50);
    for (uint64_t i = 1; i < 100; i++)
        assert_int_equal(taken(31 + i * FLOOD_SETS, 1, 50, 1000000, 1), 1);
    assert_int_equal(taken(31, 1, 50, 1000000, 1), 0);
}

static int taken_of(struct flood *of, uint64_t key, int64_t rate, int64_t burst, int64_t now)
{
    int64_t wait;
    int n = 0;

    while (flood_take(of, key, rate, burst, now, &wait))
        n++;
    return n;
}

/* Two processes, one address: what one gave away the other holds back, a second later. */
static void what_others_took_is_held_back(void **state)
{
    static struct flood x, y;
    const int64_t s = 1000000;
    struct flood_count c[4];
    int64_t wait, all = 40; /* of an earlier flood */
    size_t n;

    (void)state;
    for (int i = 0; i < 60; i++)
        (void)flood_take(&x, 41, 10, 100, s, &wait);
    assert_int_equal(flood_collect(&x, 61, c, 4), 0); /* too few to tell */
    n = flood_collect(&x, 5, c, 4);
    assert_int_equal(n, 1);
    assert_int_equal(c[0].taken, 60);
    all += c[0].taken;
    flood_others(&x, &c[0], all, 10, 100, s);
    assert_int_equal(flood_collect(&x, 1, c, 4), 0);
    for (int i = 0; i < 10; i++)
        assert_true(flood_take(&x, 41, 10, 100, s, &wait)); /* what was before is not held against it */

    assert_true(flood_take(&y, 41, 10, 100, s, &wait));
    (void)flood_collect(&y, 1, c, 4);
    flood_others(&y, &c[0], ++all, 10, 100, s);
    n = flood_collect(&x, 1, c, 4);
    all += c[0].taken;
    flood_others(&x, &c[0], all, 10, 100, s);
    assert_true(flood_take(&y, 41, 10, 100, s, &wait));
    (void)flood_collect(&y, 1, c, 4);
    all += 90; /* and ninety by others besides */
    flood_others(&y, &c[0], ++all, 10, 100, s);
    for (n = 0; flood_take(&y, 41, 10, 100, s, &wait); n++)
        assert_true(n < 100);
    assert_true(n < 10);
    /* However much others took, the debt ends. */
    assert_int_equal(flood_take(&y, 41, 10, 100, s, &wait), 0);
    flood_others(&y, &(struct flood_count){41, 0}, all + 1000000, 10, 100, s);
    assert_true(flood_take(&y, 41, 10, 100, s + 2 * s, &wait));
    /* What others took while nothing was asked of us is long made up for. */
    (void)flood_collect(&y, 1, c, 4);
    flood_others(&y, &(struct flood_count){41, 1}, all + 1000100, 10, 100, 60 * s);
    assert_int_equal(taken_of(&y, 41, 10, 100, 60 * s), 100);
}

const struct CMUnitTest flood_tests[] = {
    cmocka_unit_test(a_burst_then_the_rate),
    cmocka_unit_test(the_wait_is_as_long_as_it_says),
    cmocka_unit_test(tokens_may_come_slowly),
    cmocka_unit_test(a_flooder_is_not_pushed_out_by_the_quiet),
    cmocka_unit_test(what_others_took_is_held_back),
};
const size_t n_flood_tests = sizeof flood_tests / sizeof *flood_tests;
