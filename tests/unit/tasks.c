/* Which tasks an analysis makes, and when two are the same; which intent a call has. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/time.h"
#include "engines/builtin/builtin.h"
#include "insight/intents/intents.h"
#include "insight/tasks/plan.h"
#include "talk.h"

extern const struct CMUnitTest tasks_tests[];
extern const size_t n_tasks_tests;

#define SPAN(s, e) "\"spans\":[{\"start_ms\":" #s ",\"end_ms\":" #e "}]"

static const struct json *tree(struct arena *a, const char *text)
{
    const struct json *x;

    if (json_parse(a, str_of(text), &x))
        fail_msg("%.*s", STR_ARG(arena_why(a)));
    return x;
}

static void promises_become_tasks(void **state)
{
    struct arena *a = arena_new();
    size_t n;
    struct planned *p = plan_tasks(
        a, tree(a, "{\"actions\":[{\"name\":\"Call back\",\"detail\":\"I will ring you\",\"owner\":"
                   "\"AGENT\",\"due\":\"by friday\",\"level\":\"HIGH\"," SPAN(1000, 2000) "},"
                   "{\"name\":\"Send papers\",\"detail\":\"\",\"owner\":\"CUSTOMER\"," SPAN(1, 2) "},"
                   "{\"name\":\"call back\",\"detail\":\"again\",\"owner\":\"AGENT\"," SPAN(9, 10) "}],"
                   "\"follow_up\":{\"name\":\"FOLLOW_UP\",\"detail\":\"Ring on Friday\"," SPAN(1500, 1800) "}}"),
        time_days(2026, 11, 26), &n);

    (void)state;
    assert_int_equal(n, 1); /* the customer's is not ours, the same is not made twice */
    assert_true(str_is(p[0].title, "Call back"));
    assert_true(str_is(p[0].priority, "HIGH"));
    assert_int_equal(p[0].due_day, time_days(2026, 11, 27));
    plan_tasks(a, tree(a, "{\"follow_up\":{\"name\":\"FOLLOW_UP\",\"detail\":\"Ring\"," SPAN(1, 2) "}}"), 0, &n);
    assert_int_equal(n, 1);
    plan_tasks(a, NULL, 0, &n);
    assert_int_equal(n, 0);
    arena_free(a);
}

static void the_same_task(void **state)
{
    struct planned p = {.title = STR("Call back"), .start_ms = 1000, .end_ms = 2000};

    (void)state;
    assert_true(plan_same(STR("call back"), -1, -1, &p));
    assert_true(plan_same(STR("Ring them"), 1900, 2500, &p)); /* another engine's words for it */
    assert_false(plan_same(STR("Ring them"), 2000, 2500, &p));
    assert_false(plan_same(STR("Ring them"), -1, -1, &p));
}

static const char TALK[] = "---\nagent: hello\ncustomer: i would like a solar quote and a solar panel\n"
                           "customer: can you book an appointment\n";

static void decide(struct intent *v, size_t n, const char *analysis, const char *first, const char *second)
{
    struct arena *a = arena_new();
    struct talk *t = talk_read(a, str_of(TALK));
    struct intent_set set = {n, v};
    struct str p, s, phrase = STR("solar");

    for (size_t i = 0; i < n; i++)
        if (!v[i].builtin)
            assert_null(tracker_compile(a, TRACKER_PHRASE, STR("anyone"), &phrase, 1, &v[i].tracker));
    intents_decide(a, &set, &t->c, tree(a, analysis), &p, &s);
    if (!str_is(p, first) || !(second ? str_is(s, second) : !s.p))
        fail_msg("%.*s, %.*s", STR_ARG(p), STR_ARG(s));
    arena_free(a);
}

static void own_intents_are_weighed_with_the_products(void **state)
{
    /* The order is the engine's: the set begins with all of its intents. */
    struct intent v[16];
    size_t n = 0;

    (void)state;
    for (const char *code; (code = builtin_intent(n)); n++)
        v[n] = (struct intent){.code = str_of(code), .builtin = true};
    v[n] = (struct intent){.code = STR("SOLAR")};
    decide(v, n + 1, "{\"engine\":\"builtin\"}", "BOOKING", "SOLAR");
    v[n].retired = true;
    decide(v, n + 1, "{\"engine\":\"builtin\"}", "BOOKING", NULL);
    v[n].retired = false;
    decide(v, n + 1, "{\"engine\":\"other\",\"primary_intent\":\"REFUND\"}", "REFUND", "SOLAR");
    decide(v, n + 1, "{\"engine\":\"other\",\"primary_intent\":\"INVENTED\"}", "SOLAR", NULL);
}

const struct CMUnitTest tasks_tests[] = {
    cmocka_unit_test(promises_become_tasks),
    cmocka_unit_test(the_same_task),
    cmocka_unit_test(own_intents_are_weighed_with_the_products),
};
const size_t n_tasks_tests = sizeof tasks_tests / sizeof *tasks_tests;
