/* The arithmetic of money that engines cost, and how much a request may cost at most. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "engines/model_engine.h"
#include "money/spend/spend.h"
#include "talk.h"

extern const struct CMUnitTest spending_tests[];
extern const size_t n_spending_tests;

static void d6_11_amounts_are_rounded_up_and_never_overflow(void **state)
{
    (void)state;
    assert_int_equal(spend_micro(1, 150000, 1000000), 1); /* never nothing for something */
    assert_int_equal(spend_micro(1000000, 150000, 1000000), 150000);
    assert_int_equal(spend_micro(1000001, 150000, 1000000), 150001);
    assert_int_equal(spend_micro(0, 150000, 1000000), 0);
    assert_int_equal(spend_micro(-1, 150000, 1000000), 0);
    assert_int_equal(spend_micro(90001, 6000, 60000), 9001);
    assert_int_equal(spend_micro(INT64_MAX, INT64_MAX, 1), INT64_MAX / 4);
}

static void amounts_read_like_money(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    assert_true(str_is(spend_text(a, 1500000, STR("USD")), "1.50 USD"));
    assert_true(str_is(spend_text(a, 1, STR("EUR")), "0.000001 EUR"));
    assert_true(str_is(spend_text(a, 0, STR("JPY")), "0.00 JPY"));
    arena_free(a);
}

static void a_bound_is_no_estimate(void **state)
{
    (void)state;
    assert_int_equal(model_tokens_most(STR("abcde")), 3);
    assert_int_equal(model_tokens_most(STR("\xe6\x97\xa5\xe6\x9c\xac")), 6); /* a byte may be one */
}

static void d3_02_a_long_call_goes_in_parts_that_fit_and_lose_no_word(void **state)
{
    struct arena *a = arena_new();
    struct buf b = buf_new(a, 1u << 20);
    struct model_part *p;
    struct talk *t;
    size_t n, words = 0;

    (void)state;
    buf_add(&b, STR("---\n"));
    for (int i = 0; i < 200; i++)
        buf_fmt(&b, "%s: word number %d of a long call\n", i % 2 ? "agent" : "customer", i);
    buf_add(&b, STR("agent:"));
    for (int i = 0; i < 2000; i++) /* a turn that is too long by itself */
        buf_add(&b, STR(" monologue"));
    buf_add(&b, STR("\n"));
    t = talk_read(a, buf_str(&b));
    n = model_parts(a, &t->c, 500, &p);
    assert_true(n > 10);
    assert_int_equal(p[0].from, 0);
    assert_int_equal(p[n - 1].to, t->c.n_turns);
    for (size_t i = 0; i < n; i++) {
        struct str text = model_call_part(a, &t->c, p[i]);
        const struct json *tree, *turns;

        assert_true(model_tokens(text) <= 600);
        if (i)
            assert_true(p[i].from == p[i - 1].to && p[i].from_word == p[i - 1].to_word);
        assert_null(json_parse(a, text, &tree));
        turns = json_get(tree, "turns");
        for (size_t k = 0; k < json_count(turns); k++) {
            struct str rest = json_text(json_at(turns, k), "words"), one;

            while (rest.n && str_split(&rest, ' ', &one))
                words++;
        }
    }
    for (size_t i = 0; i < t->c.n_turns; i++)
        words -= t->c.turns[i].n_words;
    assert_int_equal(words, 0);
    assert_int_equal(model_parts(a, &t->c, 1 << 20, &p), 1);
    arena_free(a);
}

const struct CMUnitTest spending_tests[] = {
    cmocka_unit_test(d6_11_amounts_are_rounded_up_and_never_overflow),
    cmocka_unit_test(amounts_read_like_money),
    cmocka_unit_test(a_bound_is_no_estimate),
    cmocka_unit_test(d3_02_a_long_call_goes_in_parts_that_fit_and_lose_no_word),
};
const size_t n_spending_tests = sizeof spending_tests / sizeof *spending_tests;
