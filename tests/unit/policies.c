/* What a policy says about a call, over a table of cases; and policies that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "intake/policies/decide.h"

#define MARIA "01900000-0000-7000-8000-0000000000a1"
#define OTHER "01900000-0000-7000-8000-0000000000a2"

struct call {
    const char *agent, *extension, *number, *direction;
    int64_t seconds;
    uint32_t draw;
};

static const struct call maria = {MARIA, "101", "+44 20 7946 0001", "inbound", 65, 4999};
static const struct call stranger = {"", "", "", "unknown", -1, 0};
static const struct call other = {OTHER, "102", "+4915112345", "outbound", 12, 9999};

static struct policy_choice choose(struct arena *a, const char *policy, const struct call *c)
{
    struct policy_facts f = {.extension = str_of(c->extension), .number = str_of(c->number),
                             .direction = call_direction_of(str_of(c->direction)),
                             .seconds = c->seconds, .draw = c->draw};
    struct policy p;

    (void)uuid_parse(str_of(c->agent), &f.agent);
    assert_null(policy_read(a, str_of(policy), &p));
    return policy_decide(a, &p, &f);
}

/* want: NULL both; else the reason, which says by its beginning which of the two is not done. */
static const struct {
    const char *policy;
    const struct call *call;
    const char *want;
} cases[] = {
    {"{}", &maria, NULL},
    {"{}", &stranger, NULL},
    {"{\"analyse\":{\"who\":\"all\"}}", &other, NULL},
    {"{\"analyse\":{\"who\":\"none\"}}", &maria,
     "Not analysed: switched off for this phone system."},
    {"{\"fetch\":{\"who\":\"none\"}}", &maria,
     "Recording not fetched: switched off for this phone system."},
    /* staged rollout: one, then all of a group of extensions, then all */
    {"{\"analyse\":{\"who\":\"listed\",\"agents\":[\"" MARIA "\"]}}", &maria, NULL},
    {"{\"analyse\":{\"who\":\"listed\",\"agents\":[\"" MARIA "\"]}}", &other,
     "Not analysed: agent not in the rollout list."},
    {"{\"analyse\":{\"who\":\"listed\",\"agents\":[\"" MARIA "\"]}}", &stranger,
     "Not analysed: the agent is unknown, and only listed agents are taken."},
    {"{\"analyse\":{\"who\":\"listed\",\"extensions\":[\"10*\"]}}", &other, NULL},
    {"{\"analyse\":{\"who\":\"listed\",\"extensions\":[\"10?\"]}}", &maria, NULL},
    {"{\"analyse\":{\"who\":\"listed\",\"extensions\":[\"1\"]}}", &maria,
     "Not analysed: agent not in the rollout list."},
    {"{\"analyse\":{\"who\":\"listed\"}}", &maria, "Not analysed: agent not in the rollout list."},
    {"{\"analyse\":{\"who\":\"listed\",\"extensions\":[\"*\"]}}", &stranger,
     "Not analysed: the agent is unknown, and only listed agents are taken."},
    /* directions: an unknown one passes */
    {"{\"fetch\":{\"directions\":[\"inbound\"]}}", &maria, NULL},
    {"{\"fetch\":{\"directions\":[\"inbound\"]}}", &stranger, NULL},
    {"{\"fetch\":{\"directions\":[\"inbound\",\"internal\"]}}", &other,
     "Recording not fetched: outbound calls are left out."},
    /* numbers, whatever stands between their digits */
    {"{\"fetch\":{\"numbers\":[\"+44 20*\"]}}", &maria, NULL},
    {"{\"fetch\":{\"numbers\":[\"+4420*\"]}}", &other,
     "Recording not fetched: the number +4915112345 is not among those chosen."},
    {"{\"fetch\":{\"numbers\":[\"+4420*\"]}}", &stranger,
     "Recording not fetched: the number is not known, and only chosen numbers are taken."},
    {"{\"analyse\":{\"except_numbers\":[\"+44(20)7946-0001\"]}}", &maria,
     "Not analysed: the number +442079460001 is left out."},
    {"{\"analyse\":{\"except_numbers\":[\"*\"]}}", &stranger, NULL},
    /* length: an unknown one passes, the border counts */
    {"{\"analyse\":{\"min_s\":65}}", &maria, NULL},
    {"{\"analyse\":{\"min_s\":66}}", &maria, "Not analysed: shorter than 66 seconds."},
    {"{\"analyse\":{\"min_s\":66}}", &stranger, NULL},
    /* percentage */
    {"{\"analyse\":{\"percent\":50}}", &maria, NULL},
    {"{\"analyse\":{\"percent\":49}}", &maria, "Not analysed: not among the 49 % of calls drawn."},
    {"{\"analyse\":{\"percent\":0}}", &stranger, "Not analysed: not among the 0 % of calls drawn."},
    {"{\"analyse\":{\"percent\":100}}", &other, NULL},
    /* all must hold, and a recording that is not fetched is not analysed */
    {"{\"analyse\":{\"who\":\"listed\",\"extensions\":[\"101\"],\"directions\":[\"outbound\"]}}", &maria,
     "Not analysed: inbound calls are left out."},
    {"{\"fetch\":{\"min_s\":600},\"analyse\":{\"who\":\"all\"}}", &maria,
     "Recording not fetched: shorter than 600 seconds."},
};

static void table_of_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *a = arena_new();
        struct policy_choice c = choose(a, cases[i].policy, cases[i].call);
        const char *want = cases[i].want;
        if (!want && c.reason.p)
            fail_msg("%s: %s", cases[i].policy, str_c(a, c.reason));
        if (want && (!c.reason.p || !str_is(c.reason, want)))
            fail_msg("%s: %s, not %s", cases[i].policy, c.reason.p ? str_c(a, c.reason) : "wanted", want);
        assert_int_equal(c.analyse, !want);
        assert_int_equal(c.fetch, !want || strncmp(want, "Not", 3) == 0);
        arena_free(a);
    }
}

static void refused(void **state)
{
    static const char *const bad[][2] = {
        {"{\"analyse\":{\"who\":\"some\"}}", "analyse.who: all, listed or none."},
        {"{\"analyse\":{\"agents\":[\"maria\"]}}", "analyse.agents: give the ids of agents."},
        {"{\"analyse\":{\"agents\":\"" MARIA "\"}}", "analyse.agents: give a list of texts."},
        {"{\"fetch\":{\"directions\":[\"sideways\"]}}", "fetch.directions: inbound, outbound or internal."},
        {"{\"fetch\":{\"numbers\":[\" \"]}}", "fetch.numbers: each entry has 1 to 64 characters."},
        {"{\"fetch\":{\"numbers\":[7]}}", "fetch.numbers: each entry has 1 to 64 characters."},
        {"{\"fetch\":{\"percent\":101}}", "fetch.percent: a whole number from 0 to 100."},
        {"{\"fetch\":{\"percent\":null}}", "fetch.percent: a whole number from 0 to 100."},
        {"{\"fetch\":{\"min_s\":-1}}", "fetch.min_s: a whole number from 0 to 86400."},
        {"{\"fetch\":{\"min\":5}}", "fetch: there is no setting called min."},
        {"{\"fetch\":[]}", "fetch: give an object."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena *a = arena_new();
        struct policy p;
        assert_ptr_equal(policy_read(a, str_of(bad[i][0]), &p), E_BAD_INPUT);
        assert_string_equal(str_c(a, arena_why(a)), bad[i][1]);
        arena_free(a);
    }
}

static void patterns(void **state)
{
    static const struct { const char *pattern, *text; bool fits; } p[] = {
        {"*", "", true}, {"", "", true}, {"", "a", false}, {"a*", "abc", true}, {"*c", "abc", true},
        {"a*c", "abbc", true}, {"a*b*c", "axbyc", true}, {"a*b*c", "axcyb", false}, {"?", "", false},
        {"??", "ab", true}, {"Maria", "mARIA", true}, {"**1", "221", true}, {"1*", "21", false},
        {"*aaab", "aaaaaaaaaaaaaaaaaaaaab", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof p / sizeof *p; i++)
        if (policy_fits(str_of(p[i].pattern), str_of(p[i].text)) != p[i].fits)
            fail_msg("%s and %s", p[i].pattern, p[i].text);
}

/* A larger percentage takes all that a smaller one took, and about as many as it says. */
static void draws(void **state)
{
    struct uuid id;
    char key[16];
    int below[3] = {0};

    (void)state;
    assert_true(uuid_parse(str_of(MARIA), &id));
    for (int i = 0; i < 4000; i++) {
        struct str text = str_n(key, 0);
        for (int k = i; k || !text.n; k /= 10)
            key[text.n++] = (char)('0' + k % 10);
        uint32_t d = policy_draw(id, text);
        assert_true(d < POLICY_DRAWS);
        assert_int_equal(d, policy_draw(id, text));
        below[0] += d < 1000;
        below[1] += d < 5000;
        below[2] += d < 9000;
    }
    assert_in_range(below[0], 320, 480);
    assert_in_range(below[1], 1870, 2130);
    assert_in_range(below[2], 3520, 3680);
}

const struct CMUnitTest policies_tests[] = {
    cmocka_unit_test(table_of_cases),
    cmocka_unit_test(refused),
    cmocka_unit_test(patterns),
    cmocka_unit_test(draws),
};
const size_t n_policies_tests = sizeof policies_tests / sizeof *policies_tests;
