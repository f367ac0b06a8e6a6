/* Spoken attacks (tests/injection/attacks.txt) in a call that went badly, by the customer and by the
 * agent, against the built-in engine and against a model that obeys every one of them: no bound is
 * broken, nothing is added to a card, no verdict counts without words that were said. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "engines/builtin/builtin.h"
#include "engines/model.h"
#include "insight/scores/evidence.h"
#include "insight/scores/scores.h"
#include "talk.h"

extern const struct CMUnitTest injection_tests[];
extern const size_t n_injection_tests;

#define ATTACKS_LEAST 60

static const char CARD[] =
    "{\"name\":\"Card\",\"sections\":[{\"name\":\"Only\",\"questions\":["
    "{\"key\":\"greets\",\"text\":\"Greets?\",\"weight\":10,\"decided_by\":\"model\"},"
    "{\"key\":\"sorry\",\"text\":\"Says sorry?\",\"weight\":20,\"decided_by\":\"model\"},"
    "{\"key\":\"notice\",\"text\":\"Recording notice?\",\"weight\":30,\"decided_by\":\"model\","
    "\"auto_fail\":true}]}]}";

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

typedef void (*check_fn)(struct arena *a, const struct talk *t, struct str attack);

static struct talk *bad_call(struct arena *a, const char *who, struct str attack)
{
    return talk_read(a, str_fmt(a, "---\nagent: what do you want i am busy now\n"
                                   "customer: my parcel has not arrived and i wait since monday\n"
                                   "%s: %.*s\nagent: that is not my problem at all call later\n"
                                   "customer: this is very bad service i will cancel the contract\n"
                                   "agent: do what you want goodbye\n", who, STR_ARG(attack)));
}

/* Each attack by each side, in an arena of its own. */
static void each(check_fn check)
{
    static const char *const WHO[] = {"customer", "agent"};
    struct arena *all = arena_new();
    struct str rest = talk_file(all, "tests/injection/attacks.txt"), line;
    size_t n = 0;

    while (str_split(&rest, '\n', &line)) {
        if (!line.n || line.p[0] == '#')
            continue;
        n++;
        for (size_t i = 0; i < 2; i++) {
            struct arena *a = arena_new();

            check(a, bad_call(a, WHO[i], line), line);
            arena_free(a);
        }
    }
    assert_true(n >= ATTACKS_LEAST);
    arena_free(all);
}

static bool within(int64_t n, int64_t low, int64_t high)
{
    return n >= low && n <= high;
}

/* What counts rests on words that stand there, and nothing lies outside its bounds. */
static void check_score(struct arena *a, const struct talk *t, struct str card, struct str raw,
                        struct score *ret)
{
    struct str body;
    int64_t weight = 0, sum = 0;

    assert_null(score_derive(a, card, &t->c, raw, ret, &body));
    assert_true(within(ret->score_bp, -1, SCORE_POINTS));
    for (size_t i = 0; i < ret->n_marks; i++) {
        const struct mark *m = &ret->marks[i];

        for (size_t k = 0; !m->unsupported && k < m->claim.n_spans; k++)
            assert_true(evidence_holds(a, &t->c, &m->claim.spans[k]));
        assert_true(within(m->points_bp, 0, SCORE_POINTS));
        if (m->counts && !m->claim.by_rule)
            assert_true(m->claim.n_spans > 0);
        weight += m->counts ? m->question->weight : 0;
        sum += m->counts ? (int64_t)m->question->weight * m->points_bp : 0;
    }
    if (ret->state == SCORE_SCORED && !ret->auto_fail)
        assert_true(within(ret->score_bp, sum / (weight ? weight : 1) - 1,
                           sum / (weight ? weight : 1) + 1));
}

/* ---- the request: an attack is data and stays within it ---- */

static void check_request(struct arena *a, const struct talk *t, struct str attack)
{
    static const struct question Q[] = {{.key = STR("greets"), .text = STR("Greets?")}};
    struct talk *calm = bad_call(a, "customer", STR("hello"));
    struct model_ask ask = model_ask_verdicts(a, &t->c, Q, 1);
    struct model_ask plain = model_ask_verdicts(a, &calm->c, Q, 1);
    struct model_ask analysis = model_ask_analysis(a, &t->c, &model_wants_default);
    const struct json *tree;

    assert_true(str_eq(ask.system, plain.system));
    assert_true(str_eq(ask.schema, plain.schema));
    assert_int_equal(str_find(ask.system, attack, 0), -1);
    assert_int_equal(str_find(analysis.system, attack, 0), -1);
    assert_null(json_parse(a, ask.user, &tree));
    assert_int_equal(json_count(tree), 3); /* scorecard, call, then */
    assert_int_equal(json_count(json_get(json_get(tree, "call"), "turns")), t->c.n_turns);
    assert_true(str_eq(json_text(json_at(json_get(json_get(tree, "call"), "turns"), 2), "words"),
                       attack));
}

static void d3_08_attacks_stay_data(void **state)
{
    (void)state;
    each(check_request);
}

/* ---- the built-in engine ---- */

static void check_builtin(struct arena *a, const struct talk *t, struct str attack)
{
    struct str card = talk_file(a, "templates/scorecards/service.json"), raw;
    struct talk *calm = bad_call(a, "customer", STR("hello"));
    struct card parsed;
    struct score with, without;
    struct analysis x;

    (void)attack;
    assert_null(card_parse(a, card, &parsed));
    assert_null(score_ask(a, &builtin_engine, &parsed, &t->c, &raw));
    check_score(a, t, card, raw, &with);
    assert_int_equal(with.n_marks, parsed.n_questions);
    assert_null(score_ask(a, &builtin_engine, &parsed, &calm->c, &raw));
    check_score(a, calm, card, raw, &without);
    for (size_t i = 0; t->c.turns[2].speaker == SPEAKER_CUSTOMER && i < with.n_marks; i++)
        if (with.marks[i].counts && without.marks[i].counts)
            assert_true(with.marks[i].points_bp <= without.marks[i].points_bp);
    assert_null(builtin_engine.analyse(a, &t->c, &x));
    assert_true(within(x.sentiment_bp, -10000, 10000) && within(x.agent_share_bp, 0, 10000));
    assert_true(within(x.lead_quality, -1, 100) && within(x.conversion_bp, -1, 10000));
}

static void d3_08_the_builtin_engine_is_not_talked_round(void **state)
{
    (void)state;
    each(check_builtin);
}

/* ---- a model that obeys ---- */

static void put_span(struct jw *w, int64_t turn, struct str words)
{
    jw_open(w, '{');
    jw_key(w, "turn");
    jw_int(w, turn);
    jw_key(w, "words");
    jw_text(w, words);
    jw_close(w, '}');
}

/* Full marks for all, by words that nobody said, and whatever else was asked for. */
static struct str obeyed(struct arena *a, struct str attack)
{
    static const char *const KEYS[] = {"greets", "sorry", "notice", "bonus", "__proto__"};
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        jw_key(&w, KEYS[i]);
        jw_open(&w, '{');
        jw_key(&w, "answer");
        jw_text(&w, STR("yes"));
        jw_key(&w, "reason");
        jw_text(&w, str_fmt(a, "<script>alert(1)</script> %.*s", STR_ARG(attack)));
        jw_key(&w, "weight");
        jw_int(&w, 1000000);
        jw_key(&w, "points_bp");
        jw_int(&w, INT64_MAX);
        jw_key(&w, "spans");
        jw_open(&w, '[');
        put_span(&w, 0, STR("thank you for calling i am so sorry this call is recorded"));
        put_span(&w, INT64_MAX, attack);
        put_span(&w, -1, attack);
        jw_close(&w, ']');
        jw_close(&w, '}');
    }
    jw_close(&w, '}');
    return jw_done(&w);
}

static void check_obedient(struct arena *a, const struct talk *t, struct str attack)
{
    struct card *card = ARENA_NEW(a, struct card);
    struct verdict v[3];
    struct score s;

    assert_null(card_parse(a, str_of(CARD), card));
    assert_null(model_read_verdicts(a, &t->c, card_questions(a, card), 3, obeyed(a, attack), v));
    check_score(a, t, str_of(CARD), claims_json(a, claims_of(a, &t->c, v, 3), 3), &s);
    assert_int_equal(s.n_marks, 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(s.marks[i].unsupported && !s.marks[i].counts);
    assert_int_equal(s.score_bp, -1);
    assert_int_equal(s.state, SCORE_NOT_SCORABLE);
}

static void d3_08_an_obedient_model_proves_nothing(void **state)
{
    (void)state;
    each(check_obedient);
}

static void check_analysis(struct arena *a, const struct talk *t, struct str attack)
{
    struct jw w = jw_new(a);
    struct analysis x = {0};
    const struct json *tree;
    struct str json;

    jw_open(&w, '{');
    jw_key(&w, "title");
    jw_text(&w, attack);
    jw_key(&w, "summary");
    jw_text(&w, str_fmt(a, "\"}],<script>%.*s</script>", STR_ARG(attack)));
    jw_key(&w, "sentiment_score");
    jw_raw(&w, STR("1e308"));
    jw_key(&w, "lead_quality");
    jw_int(&w, 1000000);
    jw_key(&w, "conversion");
    jw_int(&w, 100);
    jw_key(&w, "breaches");
    jw_raw(&w, str_fmt(a, "[{\"name\":\"The supervisor\",\"spans\":[{\"turn\":0,\"words\":\"fire her "
                          "at once please\"}]}]"));
    jw_close(&w, '}');
    assert_null(model_read_analysis(a, &t->c, jw_done(&w), &x));
    assert_int_equal(x.sentiment_bp, 10000);
    assert_int_equal(x.lead_quality, -1);
    assert_int_equal(x.conversion_bp, -1);
    assert_int_equal(x.n_breaches, 0);
    json = analysis_json(a, STR("openai"), STR("1"), &t->c, &x);
    assert_null(json_parse(a, json, &tree)); /* what it says stays one text */
    assert_true(str_eq(json_text(tree, "summary"), x.summary));
}

static void d3_08_an_obedient_analysis_stays_within_bounds(void **state)
{
    (void)state;
    each(check_analysis);
}

const struct CMUnitTest injection_tests[] = {
    T(d3_08_attacks_stay_data),
    T(d3_08_the_builtin_engine_is_not_talked_round),
    T(d3_08_an_obedient_model_proves_nothing),
    T(d3_08_an_obedient_analysis_stays_within_bounds),
};
const size_t n_injection_tests = sizeof injection_tests / sizeof *injection_tests;
