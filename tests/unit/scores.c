/* Score arithmetic: cited words are looked up, weights and auto-fail, what is not scorable, cards,
 * and the bytes that are stored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engines/builtin/builtin.h"
#include "insight/scores/write.h"
#include "talk.h"

extern const struct CMUnitTest scores_tests[];
extern const size_t n_scores_tests;

static const char CARD[] =
    "{\"name\":\"Test\",\"sections\":["
    "{\"name\":\"A\",\"questions\":[{\"key\":\"a1\",\"text\":\"One\",\"weight\":10},"
    "{\"key\":\"a2\",\"text\":\"Two\",\"weight\":20}]},"
    "{\"name\":\"B\",\"questions\":[{\"key\":\"b1\",\"text\":\"Three\",\"weight\":3,"
    "\"auto_fail\":true}]}]}";

static const char TALK[] = "---\nagent: thank you for calling how can i help you today\n"
                           "customer: hello my Parcel, has not arrived and i need it soon\n"
                           "agent: i will send it again today and you will have it by friday\n";

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

static struct card card_of(struct arena *a, struct str text)
{
    struct card card;

    if (card_parse(a, text, &card))
        fail_msg("%.*s", STR_ARG(arena_why(a)));
    return card;
}

static struct claim claim(struct arena *a, const char *key, enum answer answer, size_t turn,
                          size_t first, const char *words)
{
    struct claim c = {.key = str_of(key), .answer = answer, .reason = STR("because")};
    size_t n = 1;

    if (!words)
        return c;
    for (const char *p = words; *p; p++)
        n += *p == ' ';
    c.spans = ARENA_NEW(a, struct cited);
    c.spans[0] = (struct cited){{turn, first, first + n - 1}, str_of(words)};
    c.n_spans = 1;
    return c;
}

static struct score score(struct arena *a, const struct claim *claims, size_t n)
{
    struct card *card = ARENA_NEW(a, struct card);
    struct talk *t = talk_read(a, str_of(TALK));

    *card = card_of(a, str_of(CARD));
    return score_compute(a, card, &t->c, claims, n, SCORE_GATE_BP);
}

static void weights_are_summed_in_integers(void **state)
{
    struct arena *a = *state;
    struct claim c[] = {
        claim(a, "a1", ANSWER_YES, 0, 0, "thank you for calling"),
        claim(a, "a2", ANSWER_PARTLY, 2, 1, "will send it"),
        claim(a, "b1", ANSWER_YES, 1, 2, "parcel has not"),
        claim(a, "zz", ANSWER_NO, 0, 0, NULL),
    };
    struct score s = score(a, c, 4);

    assert_int_equal(s.state, SCORE_SCORED);
    assert_int_equal(s.score_bp, (10 * 10000 + 20 * 5000 + 3 * 10000 + 16) / 33);
    assert_int_equal(s.sections[0].score_bp, 6667);
    assert_int_equal(s.sections[0].weight, 30);
    assert_int_equal(s.sections[1].score_bp, 10000);
    assert_int_equal(s.n_marks, 3);
    assert_null(s.reason.p);
}

static void na_and_unsupported_are_left_out(void **state)
{
    struct arena *a = *state;
    struct claim c[] = {
        claim(a, "a1", ANSWER_YES, 0, 0, "thank you for nothing"),
        claim(a, "a2", ANSWER_PARTLY, 2, 1, "will send it"),
        claim(a, "b1", ANSWER_NA, 0, 0, NULL),
    };
    struct score s = score(a, c, 3);

    assert_int_equal(s.state, SCORE_SCORED);
    assert_int_equal(s.score_bp, 5000);
    assert_true(s.marks[0].unsupported && !s.marks[0].counts);
    assert_true(str_find(s.marks[0].claim.reason, STR("thank you for nothing"), 0) > 0);
    assert_int_equal(s.sections[1].score_bp, -1);
}

static void a_models_yes_needs_words(void **state)
{
    struct arena *a = *state;
    struct claim c[] = {
        claim(a, "a1", ANSWER_YES, 0, 0, NULL),
        claim(a, "a2", ANSWER_YES, 2, 1, "will send it"),
        claim(a, "b1", ANSWER_NO, 0, 0, "not there at all"),
    };
    struct score s = score(a, c, 3);

    assert_true(s.marks[0].unsupported);
    assert_true(s.marks[2].unsupported);
    assert_false(s.auto_fail);
    assert_int_equal(s.score_bp, 10000);
    c[0].by_rule = true; /* a rule may rest on absence: code derives it again */
    s = score(a, c, 3);
    assert_false(s.marks[0].unsupported);
}

static void auto_fail_takes_all(void **state)
{
    struct arena *a = *state;
    struct claim c[] = {
        claim(a, "a1", ANSWER_YES, 0, 0, "thank you"),
        claim(a, "a2", ANSWER_YES, 2, 1, "will send it"),
        claim(a, "b1", ANSWER_NO, 0, 0, NULL),
    };
    struct score s = score(a, c, 3);

    assert_true(s.auto_fail);
    assert_int_equal(s.state, SCORE_SCORED);
    assert_int_equal(s.score_bp, 0);
    assert_int_equal(s.sections[0].score_bp, 10000);
    assert_true(str_find(s.reason, STR("Three"), 0) > 0);
    c[2].answer = ANSWER_PARTLY;
    c[2].by_rule = true;
    s = score(a, c, 3);
    assert_false(s.auto_fail);
}

static void missing_verdicts_are_not_assessed(void **state)
{
    struct arena *a = *state;
    struct claim c[] = {
        claim(a, "a1", ANSWER_YES, 0, 0, "thank you"),
        claim(a, "a1", ANSWER_NO, 0, 0, NULL),
        claim(a, "a2", ANSWER_YES, 2, 1, "will send it"),
    };
    struct score s = score(a, c, 3);

    assert_int_equal(s.score_bp, 10000);
    assert_int_equal(s.marks[2].claim.answer, ANSWER_NOT_ASSESSED);
    s = score(a, c, 1); /* 10 of 33: a few answers must not speak for the rest */
    assert_int_equal(s.state, SCORE_NOT_SCORABLE);
    assert_int_equal(s.score_bp, -1);
}

static struct score state_of(struct arena *a, const char *talk)
{
    struct card *card = ARENA_NEW(a, struct card);
    struct talk *t = talk_read(a, str_of(talk));

    *card = card_of(a, str_of(CARD));
    return score_compute(a, card, &t->c, NULL, 0, SCORE_GATE_BP);
}

static void d3_11_some_calls_are_not_scored(void **state)
{
    struct arena *a = *state;
    struct score s = state_of(a, "---\n");

    assert_int_equal(s.state, SCORE_NO_SPEECH);
    assert_true(str_is(s.reason, "No speech in the recording."));
    s = state_of(a, "---\nagent: hello\ncustomer: wrong number sorry\n");
    assert_int_equal(s.state, SCORE_NOT_SCORABLE);
    assert_true(str_is(s.reason, "Too little speech to score."));
    s = state_of(a, "---\nagent: a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d\n");
    assert_int_equal(s.state, SCORE_NOT_SCORABLE);
    assert_true(str_is(s.reason, "Only one side speaks: nothing to score."));
    s = state_of(a,
                 "confidence: 4299\n---\nagent: a b c d e f g h i j k l m n o p q r s t u v w x\n"
                 "customer: a b c d e\n");
    assert_int_equal(s.state, SCORE_HELD);
    assert_int_equal(s.confidence_bp, 4299);
    assert_true(str_is(s.reason, "Transcript too uncertain to score. Listen, or send to review."));
    for (size_t i = 0; i < s.n_sections; i++)
        assert_int_equal(s.sections[i].score_bp, -1);
}

static void spans_outside_the_transcript_do_not_hold(void **state)
{
    static const struct span BAD[] = {{9, 0, 0},        {0, 11, 11},      {0, 5, 4},
                                      {0, 0, SIZE_MAX}, {SIZE_MAX, 0, 0}, {2, 0, INT32_MAX}};
    struct arena *a = *state;
    struct talk *t = talk_read(a, str_of(TALK));

    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct cited x = {BAD[i], STR("thank")};

        assert_false(evidence_holds(a, &t->c, &x));
        assert_int_equal(evidence_words(a, &t->c, BAD[i]).n, 0);
    }
    assert_true(evidence_holds(a, &t->c, &(struct cited){{1, 2, 3}, STR("parcel has")}));
    assert_true(evidence_holds(a, &t->c, &(struct cited){{1, 2, 3}, STR(" “Parcel”, HAS. ")}) ==
                false); /* typographic quotes are letters to us: they were not said */
    assert_true(evidence_holds(a, &t->c, &(struct cited){{1, 2, 3}, STR(" \"Parcel\", HAS. ")}));
    assert_false(evidence_holds(a, &t->c, &(struct cited){{1, 2, 3}, STR("parcel")}));
    assert_false(evidence_holds(a, &t->c, &(struct cited){{1, 2, 2}, STR("parcel has")}));
    assert_false(evidence_holds(a, &t->c, &(struct cited){{1, 2, 2}, STR("")}));
    assert_false(evidence_holds(a, &t->c, &(struct cited){{1, 2, 2}, STR("...")}));
}

static void mutate(struct arena *a, struct talk *t, struct span s, unsigned seed)
{
    struct turn *turn = &t->turns[s.turn];
    struct turn_word *w = ARENA_ARRAY(a, turn->n_words, struct turn_word);
    size_t at = s.first + seed % (s.last - s.first + 1);
    char *text;

    memcpy(w, turn->words, turn->n_words * sizeof *w);
    text = arena_alloc(a, w[at].text.n + 2);
    memcpy(text, w[at].text.p, w[at].text.n);
    if (seed % 3 == 0) {
        text[w[at].text.n] = 'q'; /* one letter more */
        w[at].text = str_n(text, w[at].text.n + 1);
    } else if (seed % 3 == 1) {
        text[0] = text[0] == 'x' ? 'y' : 'x'; /* another letter */
        w[at].text = str_n(text, w[at].text.n);
    } else {
        w[at].text = STR("zebra"); /* another word */
    }
    turn->words = w;
}

/* Whatever word of the evidence changes in whatever way, the verdict no longer stands. */
static void changed_words_make_verdicts_unsupported(void **state)
{
    struct arena *a = *state;
    struct card card = card_of(a, talk_file(a, "templates/scorecards/service.json"));
    size_t n, changed = 0;
    const char **names = talk_names(a, &n);

    for (size_t f = 0; f < n; f++) {
        struct talk *t = talk_load(a, names[f]);
        struct verdict *v = ARENA_ARRAY(a, card.n_questions, struct verdict);
        struct claim *c;

        assert_null(builtin_engine.judge(a, &t->c, card_questions(a, &card), card.n_questions, v));
        c = claims_of(a, &t->c, v, card.n_questions);
        for (size_t q = 0; q < card.n_questions; q++)
            for (size_t k = 0; k < 3 * c[q].n_spans; k++) {
                struct talk *other = talk_load(a, names[f]);
                struct score s;

                mutate(a, other, c[q].spans[k / 3].span, (unsigned)(f * 7 + q * 5 + k));
                s = score_compute(a, &card, &other->c, c, card.n_questions, 0);
                if (s.state == SCORE_NOT_SCORABLE && !s.marks[q].claim.n_spans)
                    continue; /* nothing of this call is assessed at all */
                assert_true(s.marks[q].unsupported);
                assert_false(s.marks[q].counts);
                assert_int_equal(s.marks[q].points_bp, 0);
                changed++;
            }
    }
    assert_true(changed > 200);
}

/* A stored raw answer gives the same score, byte for byte. */
static void replay_gives_the_same_bytes(void **state)
{
    struct arena *a = *state;
    struct card card = card_of(a, talk_file(a, "templates/scorecards/service.json"));
    struct score_head head = {.card_version = 1,
                              .engine = str_of(builtin_engine.name),
                              .engine_version = str_of(builtin_engine.version),
                              .created_at = 0,
                              .team_average_bp = -1};
    size_t n, n_again;
    const char **names = talk_names(a, &n);

    for (size_t f = 0; f < n; f++) {
        struct talk *t = talk_load(a, names[f]);
        struct verdict *v = ARENA_ARRAY(a, card.n_questions, struct verdict);
        struct claim *c, *again;
        struct score s, s2;
        struct str raw, one, two;
        const struct json *tree;

        assert_null(builtin_engine.judge(a, &t->c, card_questions(a, &card), card.n_questions, v));
        c = claims_of(a, &t->c, v, card.n_questions);
        raw = claims_json(a, c, card.n_questions);
        assert_null(claims_parse(a, raw, &again, &n_again));
        assert_true(str_eq(raw, claims_json(a, again, n_again)));
        s = score_compute(a, &card, &t->c, c, card.n_questions, SCORE_GATE_BP);
        s2 = score_compute(a, &card, &t->c, again, n_again, SCORE_GATE_BP);
        one = score_json(a, &head, &card, &t->c, &s);
        two = score_json(a, &head, &card, &t->c, &s2);
        assert_true(str_eq(one, two));
        assert_null(json_parse(a, one, &tree));
        assert_int_equal(json_count(json_get(tree, "criteria")), card.n_questions);
    }
}

static void the_default_card_is_sound(void **state)
{
    struct arena *a = *state;
    struct card card = card_of(a, talk_file(a, "templates/scorecards/service.json"));
    int32_t weight = 0;
    size_t fails = 0;

    for (size_t i = 0; i < card.n_questions; i++) {
        weight += card.questions[i].weight;
        fails += card.questions[i].auto_fail;
        assert_non_null(card.questions[i].rule.p);
    }
    assert_int_equal(card.n_sections, 5);
    assert_int_equal(card.n_questions, 10);
    assert_int_equal(weight, 100);
    assert_int_equal(fails, 2);
}

static void bad_cards_name_the_field(void **state)
{
    static const struct {
        const char *card, *field;
    } BAD[] = {
        {"[", "scorecard: "},
        {"[]", "scorecard: "},
        {"{\"name\":\" \",\"sections\":[]}", "name: "},
        {"{\"name\":\"a\",\"sections\":[]}", "sections: "},
        {"{\"name\":\"a\",\"title\":1}", "title: "},
        {"{\"name\":\"a\",\"sections\":[{\"name\":\"b\",\"questions\":[]}]}",
         "sections[0].questions: "},
        {"{\"name\":\"a\",\"sections\":[{\"name\":\"b\",\"questions\":[{\"key\":\"A\",\"text\":"
         "\"t\","
         "\"weight\":1}]}]}",
         "sections[0].questions[0].key: "},
        {"{\"name\":\"a\",\"sections\":[{\"name\":\"b\",\"questions\":[{\"key\":\"a\",\"text\":"
         "\"t\","
         "\"weight\":1.5}]}]}",
         "sections[0].questions[0].weight: "},
        {"{\"name\":\"a\",\"sections\":[{\"name\":\"b\",\"questions\":[{\"key\":\"a\",\"text\":"
         "\"t\","
         "\"weight\":1},{\"key\":\"a\",\"text\":\"t\",\"weight\":1}]}]}",
         "sections[0].questions[1].key: "},
        {"{\"name\":\"a\",\"sections\":[{\"name\":\"b\",\"questions\":[{\"key\":\"a\",\"text\":"
         "\"t\","
         "\"weight\":1,\"rule\":{\"said\":[]}}]}]}",
         "sections[0].questions[0].rule.said: "},
        {"{\"name\":\"a\",\"sections\":[{\"name\":\"b\",\"questions\":[{\"key\":\"a\",\"text\":"
         "\"t\","
         "\"weight\":0}]}]}",
         "sections: "},
    };
    struct arena *a = *state;
    struct card card;

    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        assert_ptr_equal(card_parse(a, str_of(BAD[i].card), &card), E_BAD_INPUT);
        if (!str_starts(arena_why(a), str_of(BAD[i].field)))
            fail_msg("%s: %.*s", BAD[i].card, STR_ARG(arena_why(a)));
    }
}

static void raw_answers_of_any_shape_are_read(void **state)
{
    static const char *const ODD[] = {
        "[1,null,\"x\",[],{}]",
        "[{\"key\":7,\"answer\":\"perhaps\",\"spans\":{}}]",
        "[{\"key\":\"a1\",\"answer\":\"yes\",\"spans\":[{\"turn\":-1,\"last\":null},7]}]",
    };
    struct arena *a = *state;
    struct claim *c;
    size_t n;

    for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++) {
        struct score s;

        assert_null(claims_parse(a, str_of(ODD[i]), &c, &n));
        s = score(a, c, n);
        assert_int_equal(s.state, SCORE_NOT_SCORABLE);
    }
    assert_ptr_equal(claims_parse(a, STR("{}"), &c, &n), E_BAD_PAYLOAD);
}

const struct CMUnitTest scores_tests[] = {
    T(weights_are_summed_in_integers),
    T(na_and_unsupported_are_left_out),
    T(a_models_yes_needs_words),
    T(auto_fail_takes_all),
    T(missing_verdicts_are_not_assessed),
    T(d3_11_some_calls_are_not_scored),
    T(spans_outside_the_transcript_do_not_hold),
    T(changed_words_make_verdicts_unsupported),
    T(replay_gives_the_same_bytes),
    T(the_default_card_is_sound),
    T(bad_cards_name_the_field),
    T(raw_answers_of_any_shape_are_read),
};
const size_t n_scores_tests = sizeof scores_tests / sizeof *scores_tests;
