/* Intents, emotions, objections, what customers tell of themselves and what follows from it: the
 * expectations of the conversations, and edges that no conversation has. */
#include "prospect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "engines/builtin/builtin.h"

extern const struct CMUnitTest prospect_tests[];
extern const size_t n_prospect_tests;

void check_range(const char *file, const struct expectation *e, int64_t got)
{
    ptrdiff_t dots = str_find(e->value, STR(".."), 0);
    int64_t least = 0, most = 0;

    if (dots < 0) {
        assert_true(str_to_int(e->value, &least));
        most = least;
    } else {
        assert_true(str_to_int(str_sub(e->value, 0, (size_t)dots), &least));
        assert_true(str_to_int(str_sub(e->value, (size_t)dots + 2, e->value.n), &most));
    }
    if (got < least || got > most)
        fail_msg("%s: %.*s %lld, not %.*s", file, STR_ARG(e->what), (long long)got,
                 STR_ARG(e->value));
}

static const struct finding *find(const struct finding *f, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(f[i].name, name))
            return &f[i];
    return NULL;
}

static const char *level(enum level l)
{
    static const char *const NAMES[] = {"NONE", "LOW", "MEDIUM", "HIGH", "URGENT"};

    return NAMES[l];
}

static bool same(struct str got, struct str want)
{
    return str_eq(got, want);
}

/* "NAME REST": the finding of that name, and REST. */
static const struct finding *split(const struct finding *f, size_t n, struct str value,
                                   struct str *ret_rest)
{
    struct str name;

    if (!str_split(&value, ' ', &name))
        return NULL;
    *ret_rest = value;
    return find(f, n, name);
}

bool prospect_expected(const char *file, const struct analysis *x, const struct expectation *e)
{
    const struct finding *f;
    struct str rest = STR_NONE;
    bool met;

    if (str_is(e->what, "intent"))
        met = same(x->primary_intent, e->value);
    else if (str_is(e->what, "timeline"))
        met = same(x->timeline, e->value);
    else if (str_is(e->what, "emotion"))
        met = find(x->emotions, x->n_emotions, e->value) != NULL;
    else if (str_is(e->what, "moment"))
        met = find(x->moments, x->n_moments, e->value) != NULL;
    else if (str_is(e->what, "churn"))
        met = str_is(e->value, level(x->churn_risk.level));
    else if (str_is(e->what, "urgency"))
        met = str_is(e->value, level(x->urgency.level));
    else if (str_is(e->what, "follow_up"))
        met = (x->follow_up.name.p != NULL) == str_is(e->value, "yes");
    else if (str_is(e->what, "objection"))
        met = (f = split(x->objections, x->n_objections, e->value, &rest)) && same(f->state, rest);
    else if (str_is(e->what, "field"))
        met = (f = split(x->fields, x->n_fields, e->value, &rest)) && same(f->detail, rest);
    else if (str_is(e->what, "lead"))
        return check_range(file, e, x->lead_quality), true;
    else
        return false;
    if (!met)
        fail_msg("%s: not %.*s %.*s", file, STR_ARG(e->what), STR_ARG(e->value));
    return true;
}

static struct analysis analysed(struct arena *a, const char *text)
{
    struct talk *t = talk_read(a, str_fmt(a, "---\n%s", text));
    struct analysis x;

    assert_null(builtin_engine.analyse(a, &t->c, &x));
    return x;
}

static void a_complaint_is_no_prospect(void **state)
{
    struct arena *a = arena_new();
    struct analysis x = analysed(a, "customer: i want to make a complaint your service is appalling\n"
                                    "agent: i am sorry i will call you back tomorrow\n");

    (void)state;
    assert_int_equal(x.lead_quality, -1);
    assert_int_equal(x.conversion_bp, -1);
    assert_true(str_is(x.primary_intent, "COMPLAINT"));
    assert_null(x.deal_risk.name.p);
    assert_true(str_is(x.follow_up.due, "tomorrow"));
    arena_free(a);
}

static void feelings_that_are_denied_are_none(void **state)
{
    struct arena *a = arena_new();
    struct analysis x = analysed(a, "customer: i am not angry and i am not worried at all\n");

    (void)state;
    assert_int_equal(x.n_emotions, 0);
    arena_free(a);
}

static void the_journey_is_in_order_of_time(void **state)
{
    struct arena *a = arena_new();
    struct analysis x = analysed(a, "customer 0: i am furious\nagent 40: i will refund it today\n"
                                    "customer 80: that is wonderful what a relief\n");

    (void)state;
    assert_true(x.n_emotions >= 2);
    assert_true(str_is(x.emotions[0].name, "ANGER"));
    assert_true(str_is(x.sentiment_reason, "The customer goes from anger to relief.") ||
                str_is(x.sentiment_reason, "The customer goes from anger to joy."));
    arena_free(a);
}

static void nobody_speaking_has_nothing(void **state)
{
    struct arena *a = arena_new();
    struct analysis x = analysed(a, "");

    (void)state;
    assert_int_equal(x.n_emotions + x.n_moments + x.n_objections + x.n_fields, 0);
    assert_null(x.primary_intent.p);
    assert_null(x.next_action.name.p);
    assert_int_equal(x.churn_risk.level, LEVEL_NONE);
    arena_free(a);
}

static void a_price_is_no_telephone_number(void **state)
{
    struct arena *a = arena_new();
    struct analysis x = analysed(a, "customer: it was one two three pounds and then four five six\n");

    (void)state;
    assert_int_equal(x.n_fields, 0);
    arena_free(a);
}

const struct CMUnitTest prospect_tests[] = {
    cmocka_unit_test(a_complaint_is_no_prospect),
    cmocka_unit_test(feelings_that_are_denied_are_none),
    cmocka_unit_test(the_journey_is_in_order_of_time),
    cmocka_unit_test(nobody_speaking_has_nothing),
    cmocka_unit_test(a_price_is_no_telephone_number),
};
const size_t n_prospect_tests = sizeof prospect_tests / sizeof *prospect_tests;
