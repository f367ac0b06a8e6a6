/* Which calls get a card: each member of a rule, samples that are the same for ever, and rules that
 * are refused with their field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/crypto.h"
#include "insight/scorecards/assign.h"

extern const struct CMUnitTest assign_tests[];
extern const size_t n_assign_tests;

static const struct json *rules_of(struct arena *a, const char *text)
{
    char *p = arena_alloc(a, strlen(text) + 1);
    const struct json *tree;

    for (size_t i = 0; text[i]; i++)
        p[i] = text[i] == '\'' ? '"' : text[i];
    assert_null(json_parse(a, str_of(p), &tree));
    return tree;
}

static struct uuid id(unsigned n)
{
    struct uuid u = {{1, 144}};

    u.b[14] = (unsigned char)(n >> 8);
    u.b[15] = (unsigned char)n;
    return u;
}

static bool takes(struct arena *a, const char *rules, const struct assign_call *c)
{
    const struct json *tree = rules_of(a, rules);

    if (assign_check(a, tree))
        fail_msg("%s: %.*s", rules, STR_ARG(arena_why(a)));
    return assign_call(a, tree, id(1), c).takes;
}

static void each_member_narrows(void **state)
{
    static const struct {
        const char *rules;
        bool takes;
    } CASES[] = {
        {"[]", false},
        {"[{}]", true},
        {"[{'queues':['sales','Support']}]", true},
        {"[{'queues':['billing']}]", false},
        {"[{'directions':['inbound']}]", true},
        {"[{'directions':['outbound']}]", false},
        {"[{'languages':['de']}]", false},
        {"[{'min_s':60,'max_s':60}]", true},
        {"[{'min_s':61}]", false},
        {"[{'max_s':59}]", false},
        {"[{'agents':['01900000-0000-0000-0000-000000000007']}]", true},
        {"[{'agents':['01900000-0000-0000-0000-000000000008']}]", false},
        {"[{'integrations':['01900000-0000-0000-0000-000000000009']}]", true},
        {"[{'queues':['billing']},{'directions':['inbound'],'min_s':1}]", true},
        {"[{'queues':['support'],'directions':['outbound']}]", false},
        {"[{'percent':100}]", true},
        {"[{'per_agent':{'n':1,'per':'week'}}]", true},
    };
    struct arena *a = arena_new();
    struct assign_call c = {.id = id(2), .agent = id(7), .integration = id(9),
                            .queue = STR("support"), .direction = STR("inbound"),
                            .language = STR("en"), .seconds = 60};

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (takes(a, CASES[i].rules, &c) != CASES[i].takes)
            fail_msg("%s", CASES[i].rules);
    c.agent = (struct uuid){{0}};
    assert_false(takes(a, "[{'per_agent':{'n':1,'per':'week'}}]", &c)); /* nobody's quota */
    arena_free(a);
}

static void the_rule_in_force_is_told(void **state)
{
    struct arena *a = arena_new();
    struct assign_call c = {.id = id(2), .agent = id(7), .queue = STR("b")};
    struct assigned got = assign_call(
        a, rules_of(a, "[{'queues':['a']},{'per_agent':{'per':'month','n':3},'queues':['b']}]"),
        id(1), &c);

    (void)state;
    assert_true(got.takes);
    assert_string_equal(str_c(a, got.rule),
                        "{\"per_agent\":{\"n\":3,\"per\":\"month\"},\"queues\":[\"b\"]}");
    assert_int_equal(got.quota, 3);
    assert_string_equal(got.per, "month");
    arena_free(a);
}

/* A sample is as large as it says, the same each time, contained in every larger one, and another
 * for another card. */
static void samples_are_the_same_for_ever(void **state)
{
    struct arena *a = arena_new();
    const struct json *ten = rules_of(a, "[{'percent':10}]"), *half = rules_of(a, "[{'percent':50}]");
    size_t in_ten = 0, in_half = 0, in_both_cards = 0;

    (void)state;
    for (unsigned i = 0; i < 4000; i++) {
        struct assign_call c = {.id = id(i)};
        bool small = assign_call(a, ten, id(1), &c).takes;
        bool large = assign_call(a, half, id(1), &c).takes;

        assert_int_equal(small, assign_call(a, ten, id(1), &c).takes);
        assert_true(large || !small);
        in_ten += small;
        in_half += large;
        in_both_cards += small && assign_call(a, ten, id(2), &c).takes;
    }
    assert_in_range(in_ten, 330, 470);
    assert_in_range(in_half, 1880, 2120);
    assert_in_range(in_both_cards, 15, 70);
    arena_free(a);
}

static void bad_rules_name_the_field(void **state)
{
    static const struct {
        const char *rules, *why;
    } BAD[] = {
        {"{}", "rules: "},
        {"[1]", "rules[0]: must be an object"},
        {"[{},{'queue':'a'}]", "rules[1].queue: "},
        {"[{'queues':[]}]", "rules[0].queues: "},
        {"[{'queues':[1]}]", "rules[0].queues: texts"},
        {"[{'agents':['me']}]", "rules[0].agents: ids"},
        {"[{'percent':0}]", "rules[0].percent: "},
        {"[{'percent':1.5}]", "rules[0].percent: "},
        {"[{'min_s':9,'max_s':8}]", "rules[0].max_s: "},
        {"[{'per_agent':5}]", "rules[0].per_agent.n: "},
        {"[{'per_agent':{'n':0,'per':'week'}}]", "rules[0].per_agent.n: "},
        {"[{'per_agent':{'n':1,'per':'day'}}]", "rules[0].per_agent.per: "},
        {"[{'per_agent':{'n':1,'per':'week','x':1}}]", "rules[0].per_agent.x: "},
    };
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        assert_ptr_equal(assign_check(a, rules_of(a, BAD[i].rules)), E_BAD_INPUT);
        if (!str_starts(arena_why(a), str_of(BAD[i].why)))
            fail_msg("%s: %.*s", BAD[i].rules, STR_ARG(arena_why(a)));
    }
    arena_free(a);
}

const struct CMUnitTest assign_tests[] = {
    cmocka_unit_test(each_member_narrows),
    cmocka_unit_test(the_rule_in_force_is_told),
    cmocka_unit_test(samples_are_the_same_for_ever),
    cmocka_unit_test(bad_rules_name_the_field),
};
const size_t n_assign_tests = sizeof assign_tests / sizeof *assign_tests;
