/* What is done to an engine's words: inventions go, corrections are written, stretches are tagged,
 * people's versions keep times, files cannot be broken out of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/json.h"
#include "insight/transcripts/export.h"
#include "insight/transcripts/mend.h"
#include "insight/transcripts/revise.h"
#include "insight/transcripts/transcripts.h"
#include "insight/transcripts/turns.h"
#include "talk.h"

extern const struct CMUnitTest mending_tests[];
extern const size_t n_mending_tests;

#define SECONDS 60
#define LEVELS (SECONDS * 50)

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

/* A minute of one channel that sounds between the two times only. */
static struct media_info sounding(struct arena *a, int32_t from_ms, int32_t to_ms)
{
    int16_t *levels = ARENA_ARRAY(a, LEVELS, int16_t);

    for (int32_t i = 0; i < LEVELS; i++)
        levels[i] = i * 20 >= from_ms && i * 20 < to_ms ? -2000 : -7000;
    return (struct media_info){.duration_ms = SECONDS * 1000, .channels = 1, .levels = LEVELS,
                               .channel = {{.levels = levels, .gate = -5000}}};
}

/* These words, one every 400 ms from there on. */
static struct speech_segment saying(struct arena *a, int32_t from_ms, const char *text)
{
    struct speech_segment s = {.start_ms = from_ms, .words = ARENA_ARRAY(a, 400, struct speech_word)};
    struct str rest = str_of(text), one;

    while (str_split(&rest, ' ', &one)) {
        int32_t at = from_ms + 400 * (int32_t)s.n_words;

        s.words[s.n_words++] = (struct speech_word){one, at, at + 300, 9000, 0};
    }
    s.end_ms = from_ms + 400 * (int32_t)s.n_words;
    return s;
}

static void expect(struct arena *a, const struct speech_segment *s, const char *want)
{
    struct buf b = buf_new(a, 1 << 16);

    for (size_t i = 0; i < s->n_words; i++)
        buf_fmt(&b, "%s%.*s", i ? " " : "", STR_ARG(s->words[i].text));
    if (!str_is(b.n ? buf_str(&b) : STR(""), want))
        fail_msg("got  %.*s\nwant %s", STR_ARG(buf_str(&b)), want);
}

static void inventing(struct arena *a, const char *text, const char *want)
{
    struct media_info info = sounding(a, 0, 60000);
    struct speech_segment s = saying(a, 0, text);

    invented_remove(a, &info, &s, 1);
    expect(a, &s, want);
}

static void d2_01_words_over_silence_are_left_out(void **state)
{
    struct arena *a = *state;
    struct media_info info = sounding(a, 0, 2000);
    struct speech_segment s[] = {saying(a, 0, "good morning to you"),
                                 saying(a, 20000, "Thank you for watching.")};

    assert_int_equal(invented_remove(a, &info, s, 2), 4);
    expect(a, &s[0], "good morning to you");
    expect(a, &s[1], "");
}

static void d2_01_loops_are_cut_to_their_first_round_in_any_language(void **state)
{
    struct arena *a = *state;

    inventing(a, "yes you you you you you you you you you no", "yes you no");
    inventing(a, "Thank you. Thank you. Thank you. Thank you. Thank you. bye", "Thank you. bye");
    inventing(a, "\xd0\xb4\xd0\xb0 \xd0\xb4\xd0\xb0 \xd0\xb4\xd0\xb0 \xd0\xb4\xd0\xb0 \xd0\xb4\xd0\xb0 "
                 "\xd0\xb4\xd0\xb0 \xd0\xb4\xd0\xb0 \xd0\xb4\xd0\xb0 \xd0\xb4\xd0\xb0",
              "\xd0\xb4\xd0\xb0");
    inventing(a, "subs by the amara org subs by the amara org subs by the amara org end",
              "subs by the amara org end");
    inventing(a, "hahahahahahahahahahahahahahahahahahahahahahahahahahahaha ok", "ok");
}

static void d2_01_what_people_do_repeat_stays(void **state)
{
    struct arena *a = *state;

    inventing(a, "no no no no no I mean it", "no no no no no I mean it");
    inventing(a, "one two one two one two", "one two one two one two");
    inventing(a, "my number is 5 5 5 5 0 0 0", "my number is 5 5 5 5 0 0 0");
    inventing(a, "can you hear me can you hear me hello", "can you hear me can you hear me hello");
}

static void d2_01_faster_than_anybody_speaks_is_left_out(void **state)
{
    struct arena *a = *state;
    struct media_info info = sounding(a, 0, 60000);
    struct speech_segment s = saying(a, 0, "translated by the community of volunteers worldwide");

    s.end_ms = 300;
    assert_int_equal(invented_remove(a, &info, &s, 1), 7);
}

static void d2_10_corrections_mend_and_keep_the_span(void **state)
{
    struct arena *a = *state;
    struct speech_correction list[] = {{STR("ring side"), STR("Ringsight")},
                                       {STR("ring side cloud"), STR("Ringsight Cloud Plus One")},
                                       {STR("acne"), STR("Acme")}};
    struct speech_segment s = saying(a, 1000, "I use Ring side, and ring SIDE cloud. at Acne! ring");

    assert_int_equal(corrections_apply(a, &s, 1, list, 3), 3);
    expect(a, &s, "I use Ringsight, and Ringsight Cloud Plus One. at Acme! ring");
    assert_int_equal(s.words[2].start_ms, 1800);
    assert_int_equal(s.words[2].end_ms, 2500);
    assert_int_equal(s.words[4].start_ms, 3000);
    assert_int_equal(s.words[7].end_ms, 4100);
}

static void d3_09_stretches_that_are_no_conversation_are_tagged(void **state)
{
    struct arena *a = *state;
    struct speech_segment s[] = {saying(a, 0, "Please leave a message, after the tone."),
                                 {.start_ms = 10000, .end_ms = 18000},
                                 {.start_ms = 18500, .end_ms = 30000}};
    struct conversation c = turns_build(a, s, 3, &(struct voices){false, SPEAKER_AGENT, STR("inbound")}, 60000);
    struct mending m = {.removed = 2};
    struct str got = notes_json(a, s, 3, &c, &m);

    assert_true(str_is(got, "{\"removed\":2,\"corrected\":0,\"no_confidence\":false,\"times_spread\":false,"
        "\"tags\":[{\"kind\":\"voicemail\",\"start_ms\":0,\"end_ms\":2700},"
        "{\"kind\":\"wordless\",\"start_ms\":10000,\"end_ms\":30000}]}"));
}

static struct str missing_in(struct arena *a, const char *talk, const char *disposition)
{
    return conversation_missing(a, &talk_read(a, str_of(talk))->c, str_of(disposition));
}

static void d3_10_a_voicemail_or_a_wrong_number_is_no_conversation(void **state)
{
    static const char MAILBOX[] =
        "---\ncustomer: you have reached the mailbox of john smith please leave a message after the tone\n"
        "agent: hello john this is sara of harbour insurance about your renewal please call me back\n";
    static const char TALK[] =
        "---\ncustomer: hello this is john speaking how can i help\n"
        "agent: hello john if you are out next time i will leave a message after the tone is that right\n"
        "customer: yes that is fine please tell me about the renewal now\n"
        "agent: gladly your renewal is due in march\n";
    struct arena *a = *state;
    struct buf b = buf_new(a, 4000);

    assert_true(str_starts(missing_in(a, MAILBOX, "answered"), STR("A mailbox answered")));
    assert_true(str_starts(missing_in(a, TALK, "voicemail"), STR("The phone system says voicemail")));
    assert_true(str_starts(missing_in(a, "---\ncustomer: is this the garage\nagent: no you have the "
                                         "wrong number this is harbour insurance\ncustomer: sorry\n",
                                      "answered"), STR("A wrong number")));
    assert_null(missing_in(a, TALK, "answered").p);
    buf_add(&b, str_of(TALK));
    for (int i = 0; i < 20; i++) /* a long talk may speak of one */
        buf_add(&b, STR("agent: you gave us a wrong number\n"));
    assert_null(missing_in(a, str_c(a, buf_str(&b)), "answered").p);
    buf_add(&b, STR("customer 200: please leave a message after the tone\n"));
    assert_null(missing_in(a, str_c(a, buf_str(&b)), "answered").p);
}

/* Mailboxes of the languages that calls are made in; who speaks of one in a talk is no mailbox. */
static void d3_10_mailboxes_speak_other_languages(void **state)
{
    static const struct {
        const char *mailbox, *wrong, *talk;
    } SAID[] = {
        {"Sie sind verbunden mit der Mailbox von Anna Klein. Bitte hinterlassen Sie eine Nachricht nach dem Signalton.",
         "Da sind Sie falsch verbunden.", "Guten Tag ich habe Ihnen gestern auf die Mailbox gesprochen."},
        {"Vous êtes bien sur la messagerie de Paul, laissez un message après le bip.",
         "Non, c'est un faux numéro.", "Bonjour je vous ai parlé hier sur votre messagerie vocale."},
        {"En este momento no puedo atenderle. Deje su mensaje después de la señal.",
         "Lo siento, número equivocado.", "Hola le hablé ayer al buzón de voz."},
        {"Você ligou para a caixa postal de Ana. Deixe sua mensagem após o sinal.",
         "Desculpe, é número errado.", "Bom dia falei ontem na sua caixa postal."},
        {"आप जिनसे बात करना चाहते हैं वे व्यस्त हैं, बीप के बाद अपना संदेश छो\u095cें",
         "यह गलत नंबर है", "नमस्ते मैंने कल आपको वॉइसमेल पर बताया था"},
        {"الشخص الذي تطلبه غير متاح حاليا، يرجى ترك رسالتك بعد سماع الصافرة",
         "الرقم خطأ يا أخي", "مرحبا تكلمت أمس على البريد الصوتي"},
        {"Risponde la segreteria di Luca. Lasciate un messaggio dopo il segnale acustico.",
         "No, ha il numero sbagliato.", "Buongiorno le ho parlato ieri in segreteria."},
        {"Dit is de voicemail van Jan. Spreek een bericht in na de pieptoon.",
         "U bent verkeerd verbonden.", "Goedemiddag ik sprak gisteren uw voicemail in."},
    };
    struct arena *a = *state;

    for (size_t i = 0; i < sizeof SAID / sizeof *SAID; i++) {
        assert_true(str_starts(
            missing_in(a, str_fmt(a, "---\ncustomer: %s\nagent: Sara 5 5 5\n", SAID[i].mailbox).p, "answered"),
            STR("A mailbox answered")));
        assert_true(str_starts(
            missing_in(a, str_fmt(a, "---\nagent: Sara\ncustomer: %s\n", SAID[i].wrong).p, "answered"),
            STR("A wrong number")));
        assert_null(missing_in(a, str_fmt(a, "---\nagent: %s\ncustomer: ok ok ok ok\n", SAID[i].talk).p,
                               "answered").p);
    }
}

static void d2_03_voices_are_named_by_what_they_say_and_by_direction(void **state)
{
    struct arena *a = *state;
    struct speech_segment s[] = {saying(a, 0, "hello there"),
                                 saying(a, 1000, "thank you for calling how can I help"),
                                 saying(a, 5000, "well")};
    struct conversation c;

    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < s[i].n_words; k++)
            s[i].words[k].voice = i == 1 ? 2 : 1;
    c = turns_of_voices(a, s, 3, STR("inbound"), 60000);
    assert_int_equal(c.n_turns, 3);
    assert_int_equal(c.turns[0].speaker, SPEAKER_CUSTOMER);
    assert_int_equal(c.turns[1].speaker, SPEAKER_AGENT);
    s[1] = saying(a, 1000, "nobody says anything telling here");
    for (size_t k = 0; k < s[1].n_words; k++)
        s[1].words[k].voice = 2;
    assert_int_equal(turns_of_voices(a, s, 3, STR("inbound"), 1).turns[0].speaker, SPEAKER_AGENT);
    assert_int_equal(turns_of_voices(a, s, 3, STR("outbound"), 1).turns[0].speaker, SPEAKER_CUSTOMER);
    assert_int_equal(turns_of_voices(a, s, 3, STR("unknown"), 1).turns[0].speaker, SPEAKER_UNKNOWN);
}

static void d2_05_the_same_words_give_the_same_turns_to_the_byte(void **state)
{
    struct arena *a = *state;
    struct str first = STR_NONE;

    for (int round = 0; round < 3; round++) {
        struct speech_segment s[] = {saying(a, 0, "one two three"), saying(a, 0, "four five six")};
        struct conversation c;
        struct str got;

        for (size_t k = 0; k < 3; k++)
            s[1].words[k].voice = 2;
        c = turns_of_voices(a, s, 2, STR("inbound"), 60000);
        got = turns_json(a, &c);
        if (round)
            assert_true(str_eq(got, first));
        first = got;
    }
}

static struct turn a_turn(struct arena *a, const char *text)
{
    struct speech_segment s = saying(a, 1000, text);
    struct conversation c = turns_build(a, &s, 1, &(struct voices){true, SPEAKER_AGENT, STR("inbound")}, 60000);

    return c.turns[0];
}

static void a_corrected_turn_keeps_what_stays(void **state)
{
    struct arena *a = *state;
    struct turn old = a_turn(a, "good mourning to you"), t;

    t = turn_rewritten(a, &old, STR("good morning to you"));
    assert_int_equal(t.n_words, 4);
    assert_int_equal(t.words[1].start_ms, 1400);
    assert_int_equal(t.words[1].confidence, 10000);
    assert_int_equal(t.words[3].confidence, 9000);
    t = turn_rewritten(a, &old, STR("good morning my friend to you"));
    assert_int_equal(t.n_words, 6);
    assert_int_equal(t.words[1].start_ms, 1400);
    assert_int_equal(t.words[3].end_ms, 1700);
    assert_int_equal(t.words[4].start_ms, 1800);
    t = turn_rewritten(a, &old, STR("good to you"));
    assert_int_equal(t.n_words, 3);
    assert_int_equal(turn_rewritten(a, &old, STR("  ")).n_words, 0);
    t = turn_rewritten(a, &old, STR("oh good mourning to you"));
    assert_int_equal(t.words[0].start_ms, 1000);
    assert_int_equal(t.words[1].start_ms, 1000);
}

static void files_cannot_be_broken_out_of(void **state)
{
    struct arena *a = *state;
    struct turn t = a_turn(a, "a <b>x</b> & --> y");
    struct conversation c = {60000, STR("inbound"), 1, &t};
    struct str vtt = export_vtt(a, &c, STR("An<n>a\nB")), srt = export_srt(a, &c, STR(""));

    assert_true(str_is(vtt, "WEBVTT\n\n00:00:01.000 --> 00:00:02.900\n"
                            "<v An&lt;n&gt;a B>a &lt;b&gt;x&lt;/b&gt; &amp; --&gt; y\n\n"));
    assert_true(str_is(srt, "1\n00:00:01,000 --> 00:00:02,900\nAgent: a (b)x(/b) & --) y\n\n"));
    assert_true(str_find(export_vtt(a, &c, STR("Ann --")), STR("<v Ann >"), 0) >= 0);
    assert_true(str_is(export_text(a, &c, STR("Ann")), "[00:00:01] Ann: a <b>x</b> & --> y\n"));
}

const struct CMUnitTest mending_tests[] = {
    T(d2_01_words_over_silence_are_left_out),
    T(d2_01_loops_are_cut_to_their_first_round_in_any_language),
    T(d2_01_what_people_do_repeat_stays),
    T(d2_01_faster_than_anybody_speaks_is_left_out),
    T(d2_10_corrections_mend_and_keep_the_span),
    T(d3_09_stretches_that_are_no_conversation_are_tagged),
    T(d3_10_a_voicemail_or_a_wrong_number_is_no_conversation),
    T(d3_10_mailboxes_speak_other_languages),
    T(d2_03_voices_are_named_by_what_they_say_and_by_direction),
    T(d2_05_the_same_words_give_the_same_turns_to_the_byte),
    T(a_corrected_turn_keeps_what_stays),
    T(files_cannot_be_broken_out_of),
};
const size_t n_mending_tests = sizeof mending_tests / sizeof *mending_tests;
