/* Scorecards with every kind of answer: what answers are worth, who decides, conditions, what is
 * refused; and that scores of older cards keep their bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/crypto.h"
#include "engines/builtin/builtin.h"
#include "insight/scores/scores.h"
#include "talk.h"

extern const struct CMUnitTest cards_tests[];
extern const size_t n_cards_tests;

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

/* Single quotes stand for double ones, so that cards can be read. */
static struct str q(struct arena *a, const char *text)
{
    char *p = arena_alloc(a, strlen(text) + 1);

    for (size_t i = 0; text[i]; i++)
        p[i] = text[i] == '\'' ? '"' : text[i];
    return str_of(p);
}

static struct card *card_of(struct arena *a, const char *text)
{
    struct card *card = ARENA_NEW(a, struct card);

    if (card_parse(a, q(a, text), card))
        fail_msg("%.*s", STR_ARG(arena_why(a)));
    return card;
}

static const char TALK[] = "---\nagent: thank you for calling how can i help you today\n"
                           "customer: hello my parcel has not arrived and i need it soon\n"
                           "agent 20: i will send it again today and you will have it by friday\n";

static struct score score_text(struct arena *a, const struct card *card, const char *claims)
{
    struct talk *t = talk_read(a, str_of(TALK));
    struct claim *c;
    size_t n;

    assert_null(claims_parse(a, q(a, claims), &c, &n));
    return score_compute(a, card, &t->c, c, n, SCORE_GATE_BP);
}

#define SPAN "'spans':[{'turn':1,'first':2,'last':3,'words':'parcel has'}]"

static const char KINDS[] =
    "{'name':'Kinds','sections':[{'name':'S','questions':["
    "{'key':'yn','text':'Yes or no','weight':10,'partly':false,'help':'Says the word yes'},"
    "{'key':'scale','text':'Scale','weight':20,'type':'scale','auto_fail':true,'levels':["
    "{'value':'1','text':'Shouts','points':0},{'value':'2','text':'Is curt','points':40},"
    "{'value':'3','text':'Is kind','points':100}]},"
    "{'key':'pick','text':'Choice','weight':30,'type':'choice','levels':["
    "{'value':'a','text':'First','points':70},{'value':'b','text':'Second','points':25}]},"
    "{'key':'num','text':'Number','weight':40,'type':'number','help':'Seconds on hold','bands':["
    "{'from':0,'to':30,'points':100},{'from':31,'to':60,'points':50}]}]}]}";

static void each_kind_of_answer_has_its_points(void **state)
{
    struct arena *a = *state;
    struct card *card = card_of(a, KINDS);
    struct score s = score_text(
        a, card,
        "[{'key':'yn','answer':'yes'," SPAN "},{'key':'scale','answer':'value','value':'2'," SPAN
        "},{'key':'pick','answer':'value','value':'b'," SPAN
        "},{'key':'num','answer':'value','value':'31'," SPAN "}]");

    assert_int_equal(s.state, SCORE_SCORED);
    assert_int_equal(s.marks[0].points_bp, 10000);
    assert_int_equal(s.marks[1].points_bp, 4000);
    assert_int_equal(s.marks[2].points_bp, 2500);
    assert_int_equal(s.marks[3].points_bp, 5000);
    /* (10*10000 + 20*4000 + 30*2500 + 40*5000) / 100 */
    assert_int_equal(s.score_bp, 4550);
    s = score_text(a, card, "[{'key':'num','answer':'value','value':'61'}]");
    assert_true(s.marks[3].counts);
    assert_int_equal(s.marks[3].points_bp, 0);
}

/* d3-07: arithmetic is ours: what is left out is not assessed, what is added is ignored, and an
 * answer that the question does not take counts for nothing. */
static void d3_07_odd_answers_do_not_count(void **state)
{
    static const char *const ODD[] = {
        "[{'key':'yn','answer':'partly'," SPAN "}]",
        "[{'key':'yn','answer':'value','value':'yes'," SPAN "}]",
        "[{'key':'scale','answer':'yes'," SPAN "}]",
        "[{'key':'scale','answer':'value','value':'9'," SPAN "}]",
        "[{'key':'pick','answer':'value'," SPAN "}]",
        "[{'key':'num','answer':'value','value':'many'," SPAN "}]",
        "[{'key':'num','answer':'value','value':'99999999999999999999'," SPAN "}]",
        "[{'key':'invented','answer':'yes'," SPAN "}]",
    };
    struct arena *a = *state;
    struct card *card = card_of(a, KINDS);

    for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++) {
        struct score s = score_text(a, card, ODD[i]);

        assert_int_equal(s.n_marks, 4);
        for (size_t k = 0; k < 4; k++) {
            assert_false(s.marks[k].counts);
            assert_int_equal(s.marks[k].claim.answer, ANSWER_NOT_ASSESSED);
        }
        assert_int_equal(s.state, SCORE_NOT_SCORABLE);
    }
}

/* d3-06: a verdict whose two fields say different things is unsupported, whatever it cites; and so
 * is a level above nothing without words. */
static void d3_06_verdicts_must_not_contradict_themselves(void **state)
{
    struct arena *a = *state;
    struct card *card = card_of(a, KINDS);
    struct score s = score_text(a, card, "[{'key':'yn','answer':'yes','value':'no'," SPAN
                                         "},{'key':'pick','answer':'value','value':'a'}]");

    assert_true(s.marks[0].unsupported);
    assert_false(s.marks[0].counts);
    assert_true(str_find(s.marks[0].claim.reason, STR("contradicts itself"), 0) > 0);
    assert_true(s.marks[2].unsupported);
    s = score_text(a, card, "[{'key':'yn','answer':'yes','value':'yes'," SPAN "}]");
    assert_true(s.marks[0].counts);
}

static void a_level_worth_nothing_fails_the_call(void **state)
{
    struct arena *a = *state;
    struct card *card = card_of(a, KINDS);
    struct score s = score_text(a, card, "[{'key':'yn','answer':'yes'," SPAN
                                         "},{'key':'scale','answer':'value','value':'1'}]");

    assert_true(s.auto_fail);
    assert_int_equal(s.score_bp, 0);
    assert_true(str_is(s.reason, "Auto-fail: “Scale” is answered “Shouts”."));
}

static const char CHAIN[] =
    "{'name':'Chain','sections':[{'name':'S','questions':["
    "{'key':'c','text':'C','weight':10,'if':{'question':'b','is':['yes','na']}},"
    "{'key':'b','text':'B','weight':10,'if':{'question':'a','is':['2']}},"
    "{'key':'a','text':'A','weight':10,'type':'choice','levels':["
    "{'value':'1','text':'one','points':100},{'value':'2','text':'two','points':100}]}]}]}";

static void conditions_follow_the_answers(void **state)
{
    struct arena *a = *state;
    struct card *card = card_of(a, CHAIN);
    struct score s = score_text(a, card, "[{'key':'a','answer':'value','value':'1'," SPAN
                                         "},{'key':'b','answer':'no'},{'key':'c','answer':'no'}]");

    assert_true(s.marks[0].off && s.marks[1].off); /* off is not an answer "na" */
    assert_int_equal(s.score_bp, 10000);
    s = score_text(a, card, "[{'key':'a','answer':'value','value':'2'," SPAN
                            "},{'key':'b','answer':'yes'," SPAN "},{'key':'c','answer':'no'}]");
    assert_false(s.marks[0].off || s.marks[1].off);
    assert_int_equal(s.score_bp, 6667);
    s = score_text(a, card, "[{'key':'a','answer':'value','value':'2'," SPAN
                            "},{'key':'b','answer':'na'},{'key':'c','answer':'no'}]");
    assert_int_equal(s.score_bp, 5000);
    /* what it hangs on is unsupported: not known, and it weighs in what is missing */
    s = score_text(a, card, "[{'key':'a','answer':'value','value':'2','spans':[{'turn':0,'first':0,"
                            "'last':0,'words':'nothing'}]},{'key':'b','answer':'yes'," SPAN "}]");
    assert_int_equal(s.marks[1].claim.answer, ANSWER_NOT_ASSESSED);
    assert_int_equal(s.marks[0].claim.answer, ANSWER_NOT_ASSESSED);
    assert_int_equal(s.state, SCORE_NOT_SCORABLE);
}

static void circles_are_refused_by_name(void **state)
{
    static const char *const CIRCLES[] = {
        "{'name':'x','sections':[{'name':'S','questions':[{'key':'a','text':'A','weight':1,"
        "'if':{'question':'a','is':['yes']}}]}]}",
        "{'name':'x','sections':[{'name':'S','questions':["
        "{'key':'a','text':'A','weight':1,'if':{'question':'b','is':['yes']}},"
        "{'key':'b','text':'B','weight':1,'if':{'question':'c','is':['no']}},"
        "{'key':'c','text':'C','weight':1,'if':{'question':'b','is':['na']}}]}]}",
    };
    struct arena *a = *state;
    struct card card;

    for (size_t i = 0; i < 2; i++)
        assert_ptr_equal(card_parse(a, q(a, CIRCLES[i]), &card), E_CARD_CYCLE);
    assert_true(str_starts(arena_why(a), STR("sections[0].questions[0].if: ")));
}

static void people_answer_what_is_theirs(void **state)
{
    static const char CARD[] = "{'name':'x','sections':[{'name':'S','questions':["
                               "{'key':'m','text':'M','weight':10},{'key':'h','text':'H',"
                               "'weight':90,'decided_by':'human'}]}]}";
    struct arena *a = *state;
    struct card *card = card_of(a, CARD);
    struct score s = score_text(a, card, "[{'key':'m','answer':'yes'," SPAN
                                         "},{'key':'h','answer':'no'}]");

    assert_int_equal(s.score_bp, 10000); /* an engine's answer to it is not heard */
    assert_int_equal(s.marks[1].claim.answer, ANSWER_NOT_ASSESSED);
    s = score_text(a, card, "[{'key':'m','answer':'yes','by_person':true},"
                            "{'key':'h','answer':'no','by_person':true}]");
    assert_int_equal(s.score_bp, 1000);
    s = score_text(a, card, "[{'key':'h','answer':'yes','by_person':true,'spans':[{'turn':0,"
                            "'first':0,'last':0,'words':'goodbye'}]}]");
    assert_true(s.marks[1].unsupported); /* what a person cites must be there too */
}

static void sections_may_weigh(void **state)
{
    static const char CARD[] =
        "{'name':'x','sections':[{'name':'A','weight':3,'questions':[{'key':'a','text':'A',"
        "'weight':1},{'key':'b','text':'B','weight':2}]},{'name':'B','weight':1,'questions':["
        "{'key':'c','text':'C','weight':50}]}]}";
    struct arena *a = *state;
    struct card *card = card_of(a, CARD);
    struct score s = score_text(a, card, "[{'key':'a','answer':'yes'," SPAN
                                         "},{'key':'b','answer':'no'},{'key':'c','answer':'yes',"
                                         SPAN "}]");

    assert_int_equal(s.sections[0].score_bp, 3333);
    assert_int_equal(s.sections[0].weight, 3);
    assert_int_equal(s.score_bp, (3 * 3333 + 1 * 10000 + 2) / 4);
    s = score_text(a, card, "[{'key':'c','answer':'yes'," SPAN "}]");
    assert_int_equal(s.state, SCORE_NOT_SCORABLE); /* a quarter of the weight */
}

static void bad_members_name_the_field(void **state)
{
    static const struct {
        const char *question, *why;
    } BAD[] = {
        {"'type':'stars'", "type: "},
        {"'levels':[]", "levels: goes with"},
        {"'type':'scale'", "levels: a list of 2"},
        {"'type':'scale','levels':[{'value':'1','points':50},{'value':'2','points':40}]",
         "levels: points of a scale"},
        {"'type':'choice','levels':[{'value':'1','points':50},{'value':'1','points':40}]",
         "levels[1].value: "},
        {"'type':'choice','levels':[{'value':'1','points':101},{'value':'2','points':40}]",
         "levels[0].points: "},
        {"'type':'choice','levels':[{'value':'1','points':1,'rule':{'said':['a']}},{'value':'2',"
         "'points':40,'rule':{'said':['b']}}]",
         "levels: either"},
        {"'type':'choice','rule':{'said':['a']},'levels':[{'value':'1','points':1},{'value':'2',"
         "'points':4}]",
         "rule: each level"},
        {"'type':'number'", "bands: "},
        {"'type':'number','bands':[{'from':5,'to':4,'points':1}]", "bands[0].to: "},
        {"'type':'number','bands':[{'from':0,'to':4,'points':1},{'from':4,'to':9,'points':1}]",
         "bands[1].from: "},
        {"'type':'number','bands':[{'from':0,'to':4,'points':1}],'rule':{'said':['a']}",
         "rule: a number"},
        {"'decided_by':'oracle'", "decided_by: "},
        {"'decided_by':'rule'", "decided_by: there is no rule"},
        {"'decided_by':'human','rule':{'said':['a']}", "decided_by: a question with a rule"},
        {"'comment':1", "comment: "},
        {"'help':' '", "help: "},
        {"'if':{'question':'zz','is':['yes']}", "if.question: "},
        {"'if':{'question':'k','is':['maybe']}", "if.is: "},
        {"'if':{'question':'k'}", "if.is: "},
        {"'if':[]", "if: must be an object"},
        {"'colour':'red'", "colour: "},
    };
    struct arena *a = *state;
    struct card card;

    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct str text = str_fmt(a, "{'name':'x','sections':[{'name':'S','questions':[{'key':'k',"
                                     "'text':'T','weight':1,%s}]}]}", BAD[i].question);
        struct str want = str_fmt(a, "sections[0].questions[0].%s", BAD[i].why);

        assert_ptr_equal(card_parse(a, q(a, str_c(a, text)), &card), E_BAD_INPUT);
        if (!str_starts(arena_why(a), want))
            fail_msg("%s: %.*s", BAD[i].question, STR_ARG(arena_why(a)));
    }
}

static void what_cannot_be_heard_is_not_published(void **state)
{
    static const struct {
        const char *question;
        bool sound;
    } CASES[] = {
        {"'text':'Empathy'", false},
        {"'text':'Empathy','help':'nice'", false},
        {"'text':'Empathy','help':'Names the feeling that the customer shows'", true},
        {"'text':'Sorry','rule':{'said':['sorry']}", true},
        {"'text':'E','decided_by':'human'", false},
        {"'text':'E','type':'scale','help':'Long enough a text','levels':[{'value':'1','text':"
         "'Shouts','points':0},{'value':'2','points':9}]", false},
        {"'text':'E','type':'scale','levels':[{'value':'1','text':'Shouts','points':0},"
         "{'value':'2','text':'Is kind','points':9}]", true},
        {"'text':'N','type':'number','bands':[{'from':0,'to':1,'points':5}]", false},
    };
    struct arena *a = *state;

    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct str text = str_fmt(a, "{'name':'x','sections':[{'name':'R','questions':[{'key':'r',"
                                     "'text':'R','weight':1,'rule':{'said':['a']}}]},{'name':'S',"
                                     "'questions':[{'key':'k','weight':1,%s}]}]}",
                                  CASES[i].question);
        const struct err *e = card_check_observable(a, card_of(a, str_c(a, text)));

        assert_ptr_equal(e, CASES[i].sound ? NULL : E_BAD_INPUT);
        if (e)
            assert_true(str_starts(arena_why(a), STR("sections[1].questions[0].")));
    }
}

static const char RULED[] =
    "{'name':'Ruled','sections':[{'name':'S','questions':["
    "{'key':'how','text':'How is it sent','weight':10,'type':'choice','levels':["
    "{'value':'van','text':'By van','points':0,'rule':{'said':['van']}},"
    "{'value':'again','text':'Again','points':80,'rule':{'said':['send it again']}},"
    "{'value':'other','text':'Otherwise','points':10}]},"
    "{'key':'pause','text':'Pause','weight':10,'type':'number','bands':["
    "{'from':1,'to':13000,'points':100}],'rule':{'measure':'longest_silence_ms','min':0}}]}]}";

static void rules_choose_levels_and_find_numbers(void **state)
{
    struct arena *a = *state;
    struct card *card = card_of(a, RULED);
    struct talk *t = talk_read(a, str_of(TALK));
    struct str raw, body;
    struct score s;

    assert_null(score_ask(a, &builtin_engine, card, &t->c, &raw));
    assert_null(score_derive(a, q(a, RULED), &t->c, raw, &s, &body));
    assert_true(str_is(s.marks[0].claim.value, "again"));
    assert_int_equal(s.marks[0].claim.n_spans, 1);
    assert_string_equal(str_c(a, s.marks[1].claim.value), "11950"); /* from 8.05 s to 20 s: talk.h */
    assert_int_equal(s.score_bp, 9000);
    assert_true(str_find(body, STR("\"label\":\"Again\""), 0) > 0);
    t = talk_read(a, STR("---\nagent: good day to you and what may it be today then dear\n"
                         "customer: hello my parcel has not arrived and i need it soon\n"
                         "agent: well i do not know about that one but i will look it up now\n"));
    assert_null(score_ask(a, &builtin_engine, card, &t->c, &raw));
    assert_null(score_derive(a, q(a, RULED), &t->c, raw, &s, &body));
    assert_true(str_is(s.marks[0].claim.value, "other"));
}

/* Another letter under the verdict, and the answer no longer stands: for chosen levels too. */
static void changed_words_make_levels_unsupported(void **state)
{
    struct arena *a = *state;
    struct card *card = card_of(a, RULED);
    struct talk *t = talk_read(a, str_of(TALK));
    struct str raw, body;
    struct score s;

    assert_null(score_ask(a, &builtin_engine, card, &t->c, &raw));
    for (size_t w = 2; w <= 4; w++) { /* "send it again" of the third turn */
        struct talk *other = talk_read(a, str_of(TALK));
        struct turn_word *words = ARENA_ARRAY(a, other->turns[2].n_words, struct turn_word);

        memcpy(words, other->turns[2].words, other->turns[2].n_words * sizeof *words);
        words[w].text = str_fmt(a, "%.*sx", STR_ARG(words[w].text));
        other->turns[2].words = words;
        assert_null(score_derive(a, q(a, RULED), &other->c, raw, &s, &body));
        assert_true(s.marks[0].unsupported);
        assert_false(s.marks[0].counts);
    }
}

static unsigned next(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* A random card of scales and conditions on earlier questions, and random answers to it. */
static struct card *random_card(struct arena *a, unsigned *seed, size_t n, struct str *ret_text)
{
    struct buf b = buf_new(a, 1u << 20);

    buf_add(&b, STR("{'name':'r','sections':[{'name':'S','questions':["));
    for (size_t i = 0; i < n; i++) {
        buf_fmt(&b, "%s{'key':'k%zu','text':'T','weight':%u,'type':'choice','levels':["
                    "{'value':'1','text':'xx','points':%u},{'value':'2','text':'yy','points':%u}]",
                i ? "," : "", i, 1 + next(seed) % 1000, next(seed) % 101, next(seed) % 101);
        if (i && next(seed) % 3 == 0)
            buf_fmt(&b, ",'if':{'question':'k%zu','is':['%u']}", next(seed) % i, 1 + next(seed) % 2);
        buf_char(&b, '}');
    }
    buf_add(&b, STR("]}]}"));
    *ret_text = q(a, str_c(a, buf_str(&b)));
    return card_of(a, str_c(a, buf_str(&b)));
}

/* The score as one would say it: walk the questions, keep those that apply and are answered. */
static int32_t plain_score(const struct card *card, const unsigned *given)
{
    bool applies[64] = {false}, known[64] = {false};
    int64_t weight = 0, points = 0, all = 0;

    for (size_t i = 0; i < card->n_questions; i++) {
        const struct card_question *x = &card->questions[i];
        size_t on = x->if_question;

        known[i] = on == CARD_NO_QUESTION || !applies[on] || (known[on] && given[on]);
        applies[i] = on == CARD_NO_QUESTION ||
                     (applies[on] && (!known[i] || (unsigned)(x->is[0].p[0] - '0') == given[on]));
        if (on != CARD_NO_QUESTION && !applies[on])
            applies[i] = false;
        if (!applies[i])
            continue;
        all += x->weight;
        if (!known[i] || !given[i])
            continue;
        weight += x->weight;
        points += (int64_t)x->weight * x->levels[given[i] - 1].points_bp;
    }
    return weight == 0 || weight * 2 < all ? -1 : (int32_t)((2 * points + weight) / (2 * weight));
}

static void any_card_scores_as_said(void **state)
{
    unsigned seed = 7;

    (void)state;
    for (int round = 0; round < 400; round++) {
        struct arena *a = arena_new();
        size_t n = 1 + next(&seed) % 12;
        struct str text, body, again;
        struct card *card = random_card(a, &seed, n, &text);
        struct talk *t = talk_read(a, str_of(TALK));
        struct claim *claims = ARENA_ARRAY(a, n, struct claim);
        unsigned given[64];
        struct score s, s2;

        for (size_t i = 0; i < n; i++) {
            given[i] = next(&seed) % 5;
            given[i] = given[i] > 2 ? 1 : given[i];
            claims[n - 1 - i] = (struct claim){
                .key = card->questions[i].key, .by_rule = true, .reason = STR("r"),
                .answer = given[i] ? ANSWER_VALUE : ANSWER_NOT_ASSESSED,
                .value = given[i] ? str_fmt(a, "%u", given[i]) : STR_NONE};
        }
        s = score_compute(a, card, &t->c, claims, n, 0);
        assert_int_equal(s.score_bp, plain_score(card, given));
        assert_null(score_derive(a, text, &t->c, claims_json(a, claims, n), &s2, &body));
        assert_int_equal(s2.score_bp, s.score_bp);
        assert_null(score_derive(a, text, &t->c, claims_json(a, claims, n), &s2, &again));
        assert_true(str_eq(body, again));
        arena_free(a);
    }
}

/* d3-04: scores of cards made before cards had kinds of answers keep every byte. */
static void d3_04_older_cards_keep_their_bytes(void **state)
{
    struct arena *a = *state;
    struct str text = talk_file(a, "templates/scorecards/service.json");
    struct buf all = buf_new(a, 4u << 20);
    struct card card;
    size_t n;
    const char **names = talk_names(a, &n);
    struct hash h;

    assert_null(card_parse(a, text, &card));
    for (size_t f = 0; f < n && strncmp(names[f], "16", 2) < 0; f++) {
        struct talk *t = talk_load(a, names[f]);
        struct str raw, body;
        struct score s;

        assert_null(score_ask(a, &builtin_engine, &card, &t->c, &raw));
        assert_null(score_derive(a, text, &t->c, raw, &s, &body));
        buf_add(&all, raw);
        buf_add(&all, body);
    }
    h = crypto_sha256(buf_str(&all));
    assert_string_equal(str_c(a, crypto_hex(a, str_n(h.b, sizeof h.b))), 
        "12545ada4502237b4956e425a4da5b5a2688dd9da08422581ad2006670bf7aca");
}

const struct CMUnitTest cards_tests[] = {
    T(each_kind_of_answer_has_its_points),
    T(d3_07_odd_answers_do_not_count),
    T(d3_06_verdicts_must_not_contradict_themselves),
    T(a_level_worth_nothing_fails_the_call),
    T(conditions_follow_the_answers),
    T(circles_are_refused_by_name),
    T(people_answer_what_is_theirs),
    T(sections_may_weigh),
    T(bad_members_name_the_field),
    T(what_cannot_be_heard_is_not_published),
    T(rules_choose_levels_and_find_numbers),
    T(changed_words_make_levels_unsupported),
    T(any_card_scores_as_said),
    T(d3_04_older_cards_keep_their_bytes),
};
const size_t n_cards_tests = sizeof cards_tests / sizeof *cards_tests;
