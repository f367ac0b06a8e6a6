/* From words to turns, who is taken to speak, what is stored, and that a score can be derived again
 * from it to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/crypto.h"
#include "engines/builtin/builtin.h"
#include "insight/analysis/analysis.h"
#include "insight/scores/scores.h"
#include "insight/transcripts/transcripts.h"
#include "insight/transcripts/turns.h"
#include "talk.h"

extern const struct CMUnitTest transcripts_tests[];
extern const size_t n_transcripts_tests;

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

/* "hello@0-300 there@350-600": words of one segment on a channel. */
static struct speech_segment said(struct arena *a, int32_t channel, const char *words)
{
    struct speech_segment s = {.channel = channel, .words = ARENA_ARRAY(a, 40, struct speech_word)};
    struct str rest = str_of(words), one, text, from;

    while (rest.n && str_split(&rest, ' ', &one)) {
        int64_t start = 0, end = 0;

        assert_true(str_split(&one, '@', &text) && str_split(&one, '-', &from));
        assert_true(str_to_int(from, &start) && str_to_int(one, &end));
        s.words[s.n_words++] = (struct speech_word){text, (int32_t)start, (int32_t)end, 9000};
    }
    return s;
}

/* "agent: hello there / customer: hi" */
static struct str shown(struct arena *a, const struct conversation *c)
{
    static const char *const WHO[] = {"unknown", "agent", "customer"};
    struct buf b = buf_new(a, 1 << 16);

    for (size_t i = 0; i < c->n_turns; i++) {
        buf_fmt(&b, "%s%s:", i ? " / " : "", WHO[c->turns[i].speaker]);
        for (size_t k = 0; k < c->turns[i].n_words; k++)
            buf_fmt(&b, " %.*s", STR_ARG(c->turns[i].words[k].text));
    }
    return b.n ? buf_str(&b) : STR("");
}

static void expect(struct arena *a, const struct conversation *c, const char *want)
{
    struct str got = shown(a, c);

    if (!str_is(got, want))
        fail_msg("got  %.*s\nwant %s", STR_ARG(got), want);
}

static struct conversation stereo(struct arena *a, const char *left, const char *right)
{
    struct speech_segment s[] = {said(a, 0, left), said(a, 1, right)};

    return turns_build(a, s, 2, &(struct voices){true, SPEAKER_AGENT, STR("inbound")}, 60000);
}

static struct conversation mono(struct arena *a, const char *direction, const char *words)
{
    struct speech_segment s = said(a, 0, words);

    return turns_build(a, &s, 1, &(struct voices){false, SPEAKER_AGENT, str_of(direction)}, 60000);
}

static void channels_become_turns_in_order(void **state)
{
    static const struct {
        const char *left, *right, *want;
    } CASES[] = {
        {"hello@0-300 there@350-600", "hi@900-1100", "agent: hello there / customer: hi"},
        /* a pause ends a turn, a breath does not */
        {"one@0-300 two@1200-1500 three@2401-2700", "", "agent: one two / agent: three"},
        /* the other takes over within a short pause */
        {"hello@0-300 my@900-1100 name@1150-1400", "hi@400-700",
         "agent: hello / customer: hi / agent: my name"},
        {"hello@0-300 my@900-1100", "hi@200-700", "agent: hello / customer: hi / agent: my"},
        /* both give way in turn, without long pauses */
        {"yes@0-300 so@650-800 fine@1300-1500", "ok@350-600 right@900-1100",
         "agent: yes / customer: ok / agent: so / customer: right / agent: fine"},
        /* a nod into the words cuts nothing, nor does an interruption */
        {"i@0-200 would@250-500 like@550-800 to@850-1000", "yes@450-650",
         "agent: i would like to / customer: yes"},
        {"i@0-200 would@250-500 like@550-800 to@850-1000",
         "no@600-800 wait@820-1000 please@1050-1300",
         "agent: i would like to / customer: no wait please"},
        /* who speaks on through a pause of the other has not begun in it */
        {"one@0-300 two@700-900", "a@0-200 b@220-400 c@420-650 d@660-900",
         "agent: one two / customer: a b c d"},
        {"", "", ""},
        {"", "alone@5-10", "customer: alone"},
    };
    struct arena *a = *state;

    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct conversation c = stereo(a, CASES[i].left, CASES[i].right);

        expect(a, &c, CASES[i].want);
        for (size_t k = 1; k < c.n_turns; k++)
            assert_true(c.turns[k - 1].start_ms <= c.turns[k].start_ms);
    }
}

static void segments_are_joined_whatever_their_order(void **state)
{
    struct arena *a = *state;
    struct speech_segment s[] = {said(a, 1, "second@2000-2300"), said(a, 0, "later@5000-5400"),
                                 said(a, 0, "first@0-400 words@450-800")};
    struct conversation c;

    s[1].words[0].text = STR("");
    s[2].words[1].end_ms = 100; /* an engine may err */
    c = turns_build(a, s, 3, &(struct voices){true, SPEAKER_CUSTOMER, STR("inbound")}, 60000);
    expect(a, &c, "customer: first words / agent: second");
    assert_int_equal(c.turns[0].words[1].end_ms, 450);
    assert_int_equal(c.turns[0].end_ms, 450);
    assert_int_equal(c.duration_ms, 60000);
}

static void one_channel_is_told_apart_by_direction(void **state)
{
    static const char WORDS[] = "a@0-300 b@400-700 c@1700-2000 d@3000-3200";
    struct arena *a = *state;
    struct conversation c = mono(a, "inbound", WORDS);

    expect(a, &c, "agent: a b / customer: c / agent: d");
    c = mono(a, "outbound", WORDS);
    expect(a, &c, "customer: a b / agent: c / customer: d");
    /* who gives the company's name is the agent, whoever began */
    c = mono(a, "outbound", "hello@0-300 this@400-500 is@510-600 james@610-900 from@910-1000 "
                            "brightline@1010-1500 yes@2200-2500");
    expect(a, &c, "agent: hello this is james from brightline / customer: yes");
    c = mono(a, "inbound",
             "hello@0-300 Thank@900-1000 you@1010-1100 for@1110-1200 calling@1210-1500");
    expect(a, &c, "customer: hello / agent: Thank you for calling");
    c = mono(a, "outbound",
             "this@0-100 is@110-200 what@210-300 i@310-400 want@410-500 from@510-600");
    expect(a, &c, "customer: this is what i want from");
    c = mono(a, "internal", WORDS);
    expect(a, &c, "unknown: a b / unknown: c / unknown: d");
    c = mono(a, "unknown", "");
    expect(a, &c, "");
}

static void confidence_is_weighted_by_time(void **state)
{
    struct arena *a = *state;
    struct speech_segment s = said(a, 0, "short@0-100 long@200-500 none@600-600");
    struct conversation c;
    int64_t words;

    s.words[0].confidence = 1000;
    s.words[1].confidence = 9000;
    s.words[2].confidence = 0;
    c = turns_build(a, &s, 1, &(struct voices){false, SPEAKER_AGENT, STR("inbound")}, 1000);
    assert_int_equal(turns_confidence(&c, &words), (100 * 1000 + 300 * 9000 + 200) / 401);
    assert_int_equal(words, 3);
    c = mono(a, "inbound", "");
    assert_int_equal(turns_confidence(&c, &words), 0);
    assert_int_equal(words, 0);
}

/* What PostgreSQL's jsonb gives back has other blanks and another order. */
static void stored_turns_come_back_as_they_were(void **state)
{
    struct arena *a = *state;
    struct conversation c = stereo(a, "don't@0-300 caf\xc3\xa9\"@350-600", "hi@900-1100"), back;
    struct str text = turns_json(a, &c), again;
    const struct json *tree;

    assert_null(json_parse(a, text, &tree));
    assert_true(str_eq(json_canonical(a, tree), text));
    assert_null(turns_parse(a, text, &back, &again));
    assert_true(str_eq(text, again));
    expect(a, &back, "agent: don't caf\xc3\xa9\" / customer: hi");
    assert_null(turns_parse(a,
                            STR("[ {\"words\": [{\"t\": \"x\", \"s\": 1, \"e\": 2, \"c\": 3}], "
                                "\"speaker\": \"agent\", \"start_ms\": 1, \"end_ms\": 2} ]"),
                            &back, &again));
    assert_true(str_is(again, "[{\"end_ms\":2,\"speaker\":\"agent\",\"start_ms\":1,\"words\":"
                              "[{\"c\":3,\"e\":2,\"s\":1,\"t\":\"x\"}]}]"));
    assert_ptr_equal(turns_parse(a, STR("{}"), &back, &again), E_BAD_PAYLOAD);
    assert_null(turns_parse(a, STR("[7,{\"words\":[null]}]"), &back, &again));
    assert_int_equal(back.n_turns, 2);
}

static void short_lines_are_the_first_sentence(void **state)
{
    (void)state;
    assert_true(str_is(analysis_in_short(STR("One two. Three.")), "One two."));
    assert_true(str_is(analysis_in_short(STR("At 1.5 percent? Yes.")), "At 1.5 percent?"));
    assert_true(str_is(analysis_in_short(STR("No end")), "No end"));
    assert_true(str_is(analysis_in_short(STR("")), ""));
}

static void analyses_carry_the_mood_of_each_turn(void **state)
{
    struct arena *a = *state;
    struct talk *t = talk_load(a, "07-angry-then-happy.txt");
    struct analysis x;
    const struct json *tree;

    assert_null(builtin_engine.analyse(a, &t->c, &x));
    assert_null(json_parse(a, analysis_body(a, str_of(builtin_engine.name), str_of(builtin_engine.version), &t->c, &x), &tree));
    assert_int_equal(json_count(json_get(tree, "turn_sentiment_bp")), t->c.n_turns);
    assert_true(str_eq(json_text(tree, "title"), x.title));
}

/* The job's way there, and the way back by nothing but what is stored. */
static void scores_replay_to_the_byte(void **state)
{
    struct arena *a = *state;
    struct str card = talk_file(a, "templates/scorecards/service.json");
    const char **names;
    size_t n;

    names = talk_names(a, &n);
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) {
        struct talk *t = talk_load(a, names[i]);
        struct str turns = turns_json(a, &t->c), canonical, raw, stored_raw, body, again;
        struct conversation c;
        struct card parsed;
        struct score first, second;
        const struct json *tree;

        assert_null(card_parse(a, card, &parsed));
        assert_null(score_ask(a, &builtin_engine, &parsed, &t->c, &raw));
        assert_null(score_derive(a, card, &t->c, raw, &first, &body));

        assert_null(turns_parse(a, turns, &c, &canonical));
        c.direction = t->c.direction;
        c.duration_ms = t->c.duration_ms;
        assert_true(str_eq(turns, canonical));
        assert_null(json_parse(a, raw, &tree));
        stored_raw = json_canonical(a, tree);
        assert_null(score_derive(a, card, &c, stored_raw, &second, &again));
        assert_true(str_eq(body, again));
        assert_int_equal(first.score_bp, second.score_bp);
        assert_int_equal(first.state, second.state);
        assert_int_equal(first.auto_fail, second.auto_fail);
    }
}

/* One changed word takes its verdict out of the score. */
static void a_changed_transcript_does_not_replay(void **state)
{
    struct arena *a = *state;
    struct str card = talk_file(a, "templates/scorecards/service.json"), raw, body, again;
    struct talk *t = talk_load(a, "01-good-parcel.txt");
    struct turn_word *words = (struct turn_word *)(uintptr_t)t->c.turns[0].words;
    struct card parsed;
    struct score s;

    assert_null(card_parse(a, card, &parsed));
    assert_null(score_ask(a, &builtin_engine, &parsed, &t->c, &raw));
    assert_null(score_derive(a, card, &t->c, raw, &s, &body));
    for (size_t i = 0; i < t->c.turns[0].n_words; i++)
        words[i].text = STR("mumble");
    assert_null(score_derive(a, card, &t->c, raw, &s, &again));
    assert_false(str_eq(body, again));
    assert_true(str_find(again, STR("unsupported"), 0) >= 0);
}

static void job_arguments_are_ids(void **state)
{
    struct arena *a = *state;
    struct uuid call = uuid_new(), transcript = uuid_new(), c, t;
    const struct json *tree;

    assert_null(json_parse(a, transcript_args(a, call, transcript), &tree));
    assert_true(transcript_args_read(tree, &c, &t));
    assert_true(uuid_eq(c, call) && uuid_eq(t, transcript));
    assert_null(json_parse(a, STR("{\"call\":\"x\"}"), &tree));
    assert_false(transcript_args_read(tree, &c, &t));
}

const struct CMUnitTest transcripts_tests[] = {
    T(channels_become_turns_in_order),
    T(segments_are_joined_whatever_their_order),
    T(one_channel_is_told_apart_by_direction),
    T(confidence_is_weighted_by_time),
    T(stored_turns_come_back_as_they_were),
    T(short_lines_are_the_first_sentence),
    T(analyses_carry_the_mood_of_each_turn),
    T(scores_replay_to_the_byte),
    T(a_changed_transcript_does_not_replay),
    T(job_arguments_are_ids),
};
const size_t n_transcripts_tests = sizeof transcripts_tests / sizeof *transcripts_tests;
