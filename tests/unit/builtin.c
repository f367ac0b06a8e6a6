/* The built-in engine: words, phrases, rules, measures, findings, and the hand-written
 * conversations with what is expected of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "engines/builtin/builtin.h"
#include "engines/builtin/lexicon.h"
#include "engines/builtin/measure.h"
#include "engines/builtin/phrase.h"
#include "engines/builtin/rule.h"
#include "insight/scores/write.h"
#include "prospect.h"
#include "talk.h"

extern const struct CMUnitTest builtin_tests[];
extern const size_t n_builtin_tests;

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

static bool fits(struct arena *a, const char *phrase, const char *text)
{
    struct talk *t = talk_read(a, str_fmt(a, "---\nagent: %s\n", text));
    struct heard h = heard_new(a, &t->c);
    const struct phrase *p = phrase_of(a, phrase);

    assert_non_null(p);
    for (size_t i = 0; i < h.lane[SPEAKER_AGENT].n; i++)
        if (phrase_at(p, &h.lane[SPEAKER_AGENT], i))
            return true;
    return false;
}

static void phrases_skip_gaps_and_take_variants(void **state)
{
    struct arena *a = *state;
    const char *recorded = "call|line ~4 record*";

    assert_true(fits(a, recorded, "this call is being recorded"));
    assert_true(fits(a, recorded, "the line may be record it"));
    assert_true(fits(a, recorded, "This Call, um, is RECORDED."));
    assert_false(fits(a, recorded, "call me when you can and bring the old record"));
    assert_false(fits(a, recorded, "recorded call"));
    assert_true(fits(a, "call record*", "call recorded"));
    assert_false(fits(a, "call record*", "call is recorded"));
    assert_true(fits(a, "i will call", "I'll call you"));
    assert_true(fits(a, "i'll call", "i will call you"));
    assert_true(fits(a, "can not", "we cannot do it"));
    assert_true(fits(a, "can't", "we can not do it"));
    assert_true(fits(a, "could you please? send", "could you send it"));
    assert_true(fits(a, "within # days", "within five days"));
    assert_true(fits(a, "within # days", "within 5 days"));
    assert_true(fits(a, "good bye", "goodbye"));
    assert_true(fits(a, "a b ~2 c", "a a b x c"));
    assert_false(fits(a, "a b", "a | | | | b"));
}

static void phrases_say_what_is_wrong(void **state)
{
    static const char *const BAD[] = {
        "",          "  ",     "~2 a",          "a ~2",
        "a ~0 b",    "a ~x b", "a ~99 b",       "ab*",
        "a ~1 ~1 b", "a? b",   "a b?",          "i'll|we'll",
        "um",        "a&b",    "a ~20 b ~20 c", "a b c d e f g h i j k l m n o p q",
        "|"};
    struct arena *a = *state;
    const struct phrase *p;

    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        assert_ptr_equal(phrase_parse(a, str_of(BAD[i]), 0, &p), E_BAD_INPUT);
        assert_true(arena_why(a).n > 0);
    }
}

static void every_entry_of_the_lexicons_reads(void **state)
{
    struct arena *a = *state;
    const char *const *lists[] = {lexicon_breach_unless, lexicon_recorded, lexicon_deadlines,
                                  lexicon_needs,         lexicon_solves,   lexicon_forms,
                                  lexicon_handles,       lexicon_leaving};
    const struct {
        const struct lexicon_finding *f;
        const size_t *n;
    } tables[] = {{lexicon_emotions, &lexicon_n_emotions},
                  {lexicon_intents, &lexicon_n_intents},
                  {lexicon_objections, &lexicon_n_objections},
                  {lexicon_timelines, &lexicon_n_timelines}};

    for (size_t i = 0; i < lexicon_n_mood; i++)
        if (!phrase_of(a, lexicon_mood[i].phrase))
            fail_msg("%s", lexicon_mood[i].phrase);
    for (size_t i = 0; i < lexicon_n_topics; i++)
        for (size_t k = 0; k < 14 && lexicon_topics[i].signs[k]; k++)
            if (!phrase_of(a, lexicon_topics[i].signs[k]))
                fail_msg("%s", lexicon_topics[i].signs[k]);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (size_t j = 0; j < *tables[i].n; j++)
            for (size_t k = 0; k < 14 && tables[i].f[j].signs[k]; k++)
                if (!phrase_of(a, tables[i].f[j].signs[k]))
                    fail_msg("%s", tables[i].f[j].signs[k]);
    for (size_t i = 0; i < lexicon_n_actions + lexicon_n_breaches; i++) {
        const struct lexicon_finding *f =
            i < lexicon_n_actions ? &lexicon_actions[i] : &lexicon_breaches[i - lexicon_n_actions];

        for (size_t k = 0; k < 14 && f->signs[k]; k++)
            if (!phrase_of(a, f->signs[k]))
                fail_msg("%s", f->signs[k]);
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (size_t k = 0; lists[i][k]; k++)
            if (!phrase_of(a, lists[i][k]))
                fail_msg("%s", lists[i][k]);
    assert_non_null(phrase_of(a, LEXICON_ASK_WHAT));
    assert_non_null(phrase_of(a, LEXICON_ASK_DO));
}

static void bad_rules_name_the_field(void **state)
{
    static const struct {
        const char *rule, *field;
    } BAD[] = {
        {"[]", "rule: a rule"},
        {"{}", "rule: exactly one"},
        {"{", "rule: "},
        {"{\"said\":[\"a\"],\"all\":[]}", "rule: exactly one"},
        {"{\"said\":[]}", "rule.said: "},
        {"{\"said\":[1]}", "rule.said[0]: "},
        {"{\"said\":[\"a\",\"~2\"]}", "rule.said[1]: "},
        {"{\"said\":[\"a\"],\"by\":\"boss\"}", "rule.by: "},
        {"{\"said\":[\"a\"],\"within_first_s\":0}", "rule.within_first_s: "},
        {"{\"said\":[\"a\"],\"within_last_s\":\"60\"}", "rule.within_last_s: "},
        {"{\"said\":[\"a\"],\"within\":3}", "rule.within: "},
        {"{\"said\":[\"a\"],\"gap\":6}", "rule.gap: "},
        {"{\"said\":[\"a\"],\"after\":[]}", "rule.after: "},
        {"{\"said\":[\"a\"],\"after\":{\"said\":[\"b\"],\"each\":true}}", "rule.after.each: "},
        {"{\"not_said\":[\"a\"],\"before\":{\"said\":[\"b\"]}}", "rule.before: "},
        {"{\"measure\":\"luck\",\"max\":1}", "rule.measure: "},
        {"{\"measure\":\"agent_wpm\"}", "rule.min: "},
        {"{\"measure\":\"agent_wpm\",\"min\":5,\"max\":4}", "rule.max: "},
        {"{\"measure\":\"agent_wpm\",\"max\":4,\"partly_max\":3}", "rule.partly_max: "},
        {"{\"all\":[{\"said\":[\"a\"]},{\"any\":[{\"said\":[\"|\"]}]}]}",
         "rule.all[1].any[0].said[0]: "},
        {"{\"all\":[{\"said\":[\"a\"]}],\"partly_from\":2}", "rule.all"},
        {"{\"said\":[\"a\"],\"when\":{\"none\":3}}", "rule.when.none: "},
        {"{\"said\":[\"a\"],\"name\":\"\"}", "rule.name: "},
        {"{\"said\":[\"a\"],\"directions\":[\"up\"]}", "rule.directions: "},
    };
    struct arena *a = *state;
    const struct rule *r;

    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        assert_ptr_equal(rule_parse(a, str_of(BAD[i].rule), &r), E_BAD_INPUT);
        if (!str_starts(arena_why(a), str_of(BAD[i].field)) && i != 20)
            fail_msg("%s: %.*s", BAD[i].rule, STR_ARG(arena_why(a)));
    }
}

static struct verdict ask(struct arena *a, const char *rule, const char *text)
{
    struct talk *t = talk_read(a, str_fmt(a, "---\n%s", text));
    struct question q = {STR("q"), STR("?"), str_of(rule)};
    struct verdict v;

    assert_null(builtin_engine.judge(a, &t->c, &q, 1, &v));
    assert_true(str_is(v.key, "q"));
    for (size_t i = 0; i < v.n_spans; i++) {
        assert_true(v.spans[i].turn < t->c.n_turns);
        assert_true(v.spans[i].first <= v.spans[i].last);
        assert_true(v.spans[i].last < t->c.turns[v.spans[i].turn].n_words);
    }
    return v;
}

static void rules_decide(void **state)
{
    static const char HELP[] = "{\"said\":[\"anything else\"],\"within_last_s\":60}";
    static const char ORDER[] = "{\"said\":[\"birth\"],\"before\":{\"said\":[\"your account\"]}}";
    static const char AFTER[] = "{\"said\":[\"sorry\"],\"within_turns\":1,\"each\":true,"
                                "\"after\":{\"said\":[\"angry\"],\"by\":\"customer\"}}";
    struct arena *a = *state;
    struct verdict v = ask(a, HELP, "agent: hello there\n");

    assert_int_equal(v.answer, ANSWER_NO);
    assert_true(str_is(v.reason, "Not said in the last 60 seconds (rule)"));
    v = ask(a, HELP, "agent 0: anything else\nagent 90: hello again\n");
    assert_int_equal(v.answer, ANSWER_NO);
    v = ask(a, HELP, "agent 0: hello\nagent 125: is there anything else\n");
    assert_int_equal(v.answer, ANSWER_YES);
    assert_true(str_is(v.reason, "Said at 2:05 (rule)"));
    assert_int_equal(v.n_spans, 1);
    assert_int_equal(v.spans[0].first, 2);
    v = ask(a, HELP, "customer: is there anything else\nagent: no\n");
    assert_int_equal(v.answer, ANSWER_NO);
    assert_int_equal(ask(a, ORDER, "agent: date of birth\nagent: your account\n").answer,
                     ANSWER_YES);
    assert_int_equal(ask(a, ORDER, "agent: your account\nagent: birth\n").answer, ANSWER_PARTLY);
    assert_int_equal(ask(a, ORDER, "agent: your account\n").answer, ANSWER_NO);
    assert_int_equal(ask(a, AFTER, "agent: sorry\ncustomer: hello\n").answer, ANSWER_NA);
    assert_int_equal(ask(a, AFTER, "customer: angry\nagent: sorry\n").answer, ANSWER_YES);
    assert_int_equal(ask(a, AFTER, "customer: angry\nagent: so what\nagent: sorry\n").answer,
                     ANSWER_NO);
    assert_int_equal(
        ask(a, AFTER, "customer: angry\nagent: sorry\ncustomer: angry\nagent: really now\n").answer,
        ANSWER_PARTLY);
}

static void rules_combine(void **state)
{
    static const char ALL[] = "{\"all\":[{\"said\":[\"one\"],\"name\":\"One\"},{\"said\":[\"two\"],"
                              "\"name\":\"Two\"}],\"partly_from\":1}";
    static const char ANY[] = "{\"any\":[{\"said\":[\"one\"]},{\"said\":[\"two\"]}]}";
    static const char NONE[] = "{\"none\":[{\"said\":[\"one\"]},{\"said\":[\"two\"]}]}";
    static const char WHEN[] =
        "{\"said\":[\"one\"],\"when\":{\"said\":[\"two\"],\"by\":\"anyone\"}}";
    static const char NOT[] = "{\"not_said\":[\"guarantee\"],\"unless\":[\"not\"]}";
    struct arena *a = *state;
    struct verdict v = ask(a, ALL, "agent: one\n");

    assert_int_equal(v.answer, ANSWER_PARTLY);
    assert_true(str_is(v.reason, "Two not said by the agent (rule)"));
    assert_int_equal(v.n_spans, 1);
    v = ask(a, ALL, "agent: one two\n");
    assert_int_equal(v.answer, ANSWER_YES);
    assert_true(str_is(v.reason, "One said at 0:00; Two said at 0:00 (rule)"));
    assert_int_equal(ask(a, ALL, "agent: three\n").answer, ANSWER_NO);
    assert_int_equal(ask(a, ANY, "agent: two\n").answer, ANSWER_YES);
    assert_int_equal(ask(a, ANY, "agent: three\n").answer, ANSWER_NO);
    v = ask(a, NONE, "agent: two\n");
    assert_int_equal(v.answer, ANSWER_NO);
    assert_int_equal(v.n_spans, 1);
    assert_int_equal(ask(a, NONE, "agent: three\n").answer, ANSWER_YES);
    assert_int_equal(ask(a, WHEN, "agent: one\n").answer, ANSWER_NA);
    assert_int_equal(ask(a, WHEN, "customer: two\n").answer, ANSWER_NO);
    assert_int_equal(ask(a, NOT, "agent: we guarantee it\n").answer, ANSWER_NO);
    assert_int_equal(ask(a, NOT, "agent: we can't guarantee it\n").answer, ANSWER_YES);
    assert_int_equal(ask(a, "{\"said\":", "agent: one\n").answer, ANSWER_NOT_ASSESSED);
}

/* Ten words of 300 ms with 50 ms between take 3450 ms. */
static void measures_count(void **state)
{
    struct arena *a = *state;
    struct talk *t = talk_read(a, STR("duration: 40\n---\n"
                                      "agent 0: a b c d e f g h i j\n"
                                      "customer 2: no wait please let me finish\n"
                                      "agent 10: what is it then\n"
                                      "customer 10.5: yes\n"
                                      "customer 30: a b c d e f g h i j\n"));
    struct analysis x;

    assert_null(builtin_engine.analyse(a, &t->c, &x));
    assert_int_equal(x.agent_talk_ms, 3450 + 1350);
    assert_int_equal(x.customer_talk_ms, 2050 + 300 + 3450);
    assert_int_equal(x.overlap_ms, 1450 + 300);
    assert_int_equal(x.longest_silence_ms, 30000 - 11350);
    assert_int_equal(x.silence_ms, 40000 - 4050 - 1350 - 3450);
    assert_int_equal(x.interruptions_by_customer, 1);
    assert_int_equal(x.interruptions_by_agent, 0);
    assert_int_equal(x.longest_monologue_ms, 3450);
    assert_int_equal(x.agent_share_bp, (4800 * 10000 + 5300) / 10600);
    assert_int_equal(x.questions_by_agent, 1);
    assert_int_equal(x.agent_wpm, 14 * 60000 / 4800);
}

static void strange_times_do_no_harm(void **state)
{
    struct arena *a = *state;
    struct talk *t = talk_load(a, "09-interrupting.txt");
    struct analysis x;

    for (size_t i = 0; i < t->c.n_turns; i++) {
        struct turn_word *w = ARENA_ARRAY(a, t->turns[i].n_words, struct turn_word);

        for (size_t k = 0; k < t->turns[i].n_words; k++)
            w[k] = (struct turn_word){t->turns[i].words[k].text, i % 2 ? INT32_MAX : INT32_MIN,
                                      i % 3 ? INT32_MIN : INT32_MAX, INT32_MAX};
        t->turns[i].words = w;
        t->turns[i].start_ms = i % 2 ? INT32_MIN : INT32_MAX;
    }
    t->c.duration_ms = 0;
    assert_null(builtin_engine.analyse(a, &t->c, &x));
    assert_true(x.agent_share_bp >= 0 && x.agent_share_bp <= 10000);
}

static const struct finding *named(const struct finding *f, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(f[i].name, name))
            return &f[i];
    return NULL;
}

static struct card default_card(struct arena *a)
{
    struct card card;

    if (card_parse(a, talk_file(a, "templates/scorecards/service.json"), &card))
        fail_msg("%.*s", STR_ARG(arena_why(a)));
    return card;
}

static void check_finding(const char *file, const struct analysis *x, const struct expectation *e)
{
    bool breach = str_is(e->what, "breach"), topic = str_is(e->what, "topic");
    const struct finding *list = breach ? x->breaches : topic ? x->topics : x->actions;
    size_t n = breach ? x->n_breaches : topic ? x->n_topics : x->n_actions;

    if (breach && str_is(e->value, "none")) {
        if (n)
            fail_msg("%s: breach %.*s", file, STR_ARG(list[0].name));
        return;
    }
    if (!named(list, n, e->value))
        fail_msg("%s: no %.*s %.*s", file, STR_ARG(e->what), STR_ARG(e->value));
}

static void check_answer(const char *file, const struct score *s, const struct expectation *e)
{
    for (size_t i = 0; i < s->n_marks; i++) {
        const struct mark *m = &s->marks[i];
        const char *got = m->unsupported ? "unsupported" : answer_name(m->claim.answer);

        if (!str_eq(m->question->key, e->what))
            continue;
        if (!str_is(e->value, got))
            fail_msg("%s: %.*s is %s, not %.*s: %.*s", file, STR_ARG(e->what), got,
                     STR_ARG(e->value), STR_ARG(m->claim.reason));
        return;
    }
    fail_msg("%s: no question %.*s", file, STR_ARG(e->what));
}

static void check_one(const char *file, const struct analysis *x, const struct score *s,
                      const struct expectation *e)
{
    if (str_is(e->what, "score"))
        check_range(file, e, s->score_bp);
    else if (prospect_expected(file, x, e))
        return;
    else if (str_is(e->what, "breach") || str_is(e->what, "topic") || str_is(e->what, "action"))
        check_finding(file, x, e);
    else if (str_is(e->what, "state"))
        assert_string_equal(score_state_name(s->state), e->value.p); /* str_dup ends in NUL */
    else if (str_is(e->what, "sentiment"))
        assert_true(str_is(e->value, sentiment_name(x->sentiment)));
    else if (str_is(e->what, "title"))
        assert_true(str_eq(e->value, x->title));
    else
        check_answer(file, s, e);
}

static void conversations_get_what_they_deserve(void **state)
{
    struct arena *a = *state;
    struct card card = default_card(a);
    size_t n;
    const char **names = talk_names(a, &n);

    assert_true(n >= 12);
    for (size_t i = 0; i < n; i++) {
        struct talk *t = talk_load(a, names[i]);
        struct verdict *v = ARENA_ARRAY(a, card.n_questions, struct verdict);
        struct analysis x;
        struct score s;

        assert_null(builtin_engine.analyse(a, &t->c, &x));
        assert_null(builtin_engine.judge(a, &t->c, card_questions(a, &card), card.n_questions, v));
        s = score_compute(a, &card, &t->c, claims_of(a, &t->c, v, card.n_questions),
                          card.n_questions, SCORE_GATE_BP);
        for (size_t k = 0; k < t->n_expect; k++) {
            t->expect[k].value = str_dup(a, t->expect[k].value);
            check_one(names[i], &x, &s, &t->expect[k]);
        }
    }
}

/* One label for the whole call would hide that it ended well. */
static void d3_17_anger_that_turned_is_seen(void **state)
{
    struct arena *a = *state;
    struct talk *t = talk_load(a, "07-angry-then-happy.txt");
    struct analysis x;

    assert_null(builtin_engine.analyse(a, &t->c, &x));
    assert_int_equal(x.sentiment, SENTIMENT_MIXED);
    assert_true(x.sentiment_start_bp < 0);
    assert_true(x.sentiment_end_bp > 0);
}

/* What a caller says must not move a verdict on the agent. */
static void d3_08_callers_words_are_data(void **state)
{
    struct arena *a = *state;
    struct card card = default_card(a);
    struct talk *t = talk_load(a, "08-injection.txt");
    struct verdict with[32], without[32];

    assert_null(builtin_engine.judge(a, &t->c, card_questions(a, &card), card.n_questions, with));
    for (size_t i = 0; i < t->c.n_turns; i++) {
        struct turn_word *w = ARENA_ARRAY(a, t->turns[i].n_words, struct turn_word);

        if (t->turns[i].speaker != SPEAKER_CUSTOMER)
            continue;
        memcpy(w, t->turns[i].words, t->turns[i].n_words * sizeof *w);
        for (size_t k = 0; k < t->turns[i].n_words; k++)
            w[k].text = STR("something");
        t->turns[i].words = w;
    }
    assert_null(
        builtin_engine.judge(a, &t->c, card_questions(a, &card), card.n_questions, without));
    for (size_t i = 0; i < card.n_questions; i++)
        assert_int_equal(with[i].answer, without[i].answer);
}

static struct str everything(struct arena *a, const char *name)
{
    struct card card = default_card(a);
    struct talk *t = talk_load(a, name);
    struct verdict v[32];
    struct analysis x;

    assert_null(builtin_engine.analyse(a, &t->c, &x));
    assert_null(builtin_engine.judge(a, &t->c, card_questions(a, &card), card.n_questions, v));
    return str_fmt(
        a, "%.*s%.*s", STR_ARG(analysis_json(a, STR("builtin"), STR("1"), &t->c, &x)),
        STR_ARG(claims_json(a, claims_of(a, &t->c, v, card.n_questions), card.n_questions)));
}

static void equal_calls_give_equal_bytes(void **state)
{
    struct arena *a = *state;
    size_t n;
    const char **names = talk_names(a, &n);

    for (size_t i = 0; i < n; i++) {
        struct arena *other = arena_new();

        assert_true(str_eq(everything(a, names[i]), everything(other, names[i])));
        arena_free(other);
    }
}

static void summary_quotes_the_call(void **state)
{
    struct arena *a = *state;
    struct talk *t = talk_load(a, "07-angry-then-happy.txt");
    struct analysis x;

    assert_null(builtin_engine.analyse(a, &t->c, &x));
    assert_true(x.sentiment_start_bp < -1500 && x.sentiment_end_bp > 1500);
    assert_true(str_find(x.summary, STR("customer upset at first, content at the end."), 0) > 0);
    assert_true(str_find(x.summary, STR("Customer: “"), 0) > 0);
    assert_true(str_find(x.summary, STR("Agent: “"), 0) > 0);
}

const struct CMUnitTest builtin_tests[] = {
    T(phrases_skip_gaps_and_take_variants),
    T(phrases_say_what_is_wrong),
    T(every_entry_of_the_lexicons_reads),
    T(bad_rules_name_the_field),
    T(rules_decide),
    T(rules_combine),
    T(measures_count),
    T(strange_times_do_no_harm),
    T(conversations_get_what_they_deserve),
    T(d3_17_anger_that_turned_is_seen),
    T(d3_08_callers_words_are_data),
    T(equal_calls_give_equal_bytes),
    T(summary_quotes_the_call),
};
const size_t n_builtin_tests = sizeof builtin_tests / sizeof *builtin_tests;
