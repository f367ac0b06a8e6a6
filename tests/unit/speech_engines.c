/* Engines that are asked: forms byte for byte, answers as fixtures (tests/engines/<name>/NNN-name/),
 * errors, pieces and their words' way back. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "core/json.h"
#include "engines/ask.h"
#include "engines/assemblyai/assemblyai.h"
#include "engines/deepgram/deepgram.h"
#include "engines/google/google.h"
#include "engines/openai/openai_speech.h"
#include "engines/phone_system/phone_system.h"
#include "engines/pieces.h"

extern const struct CMUnitTest speech_engines_tests[];
extern const size_t n_speech_engines_tests;

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

static struct str contents(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "re");
    char *out = arena_alloc(a, 1 << 20);
    size_t n;

    if (!f)
        return STR_NONE;
    n = fread(out, 1, 1 << 20, f);
    fclose(f);
    return str_n(out, n);
}

/* ---- answers ---- */

static void write_word(struct buf *b, const struct speech_word *w)
{
    buf_fmt(b, "%.*s %d %d %d %d\n", STR_ARG(w->text), w->start_ms, w->end_ms, w->confidence,
            w->voice);
}

static struct str shown(struct arena *a, const struct err *e, struct str language, size_t n,
                        const struct speech_word *words, const char *more)
{
    struct buf b = buf_new(a, 1 << 20);

    if (e) {
        buf_fmt(&b, "error %s\n", e->code);
        return buf_str(&b);
    }
    buf_fmt(&b, "language %.*s%s\n", STR_ARG(language), more);
    for (size_t i = 0; i < n; i++)
        write_word(&b, &words[i]);
    return buf_str(&b);
}

static struct str openai_shown(struct arena *a, enum openai_style style, struct str body)
{
    struct openai_heard h;
    const struct err *e = openai_speech_parse(a, style, body, 4000, &h);

    return shown(a, e, h.language, h.n, h.words,
                 e ? "" : str_fmt(a, "%s%s", h.timed ? " timed" : "", h.no_confidence ? " unsure" : "").p);
}

static struct str engine_shown(struct arena *a, const char *name, struct str body)
{
    struct deepgram_heard d;
    struct assemblyai_heard y;
    struct google_heard g;
    const struct err *e;

    if (strcmp(name, "openai-whisper") == 0)
        return openai_shown(a, OPENAI_WHISPER, body);
    if (strcmp(name, "openai-text") == 0)
        return openai_shown(a, OPENAI_TEXT, body);
    if (strcmp(name, "openai-diarize") == 0)
        return openai_shown(a, OPENAI_DIARIZE, body);
    if (strcmp(name, "deepgram") == 0) {
        e = deepgram_parse(a, body, &d);
        return shown(a, e, d.language, d.n, d.words, "");
    }
    if (strcmp(name, "assemblyai") == 0) {
        e = assemblyai_parse(a, body, &y);
        return shown(a, e, y.language, y.n, y.words,
                     y.state == ASSEMBLYAI_DONE ? " done" : y.state == ASSEMBLYAI_FAILED ? " failed" : " waiting");
    }
    if (strcmp(name, "google") == 0) {
        e = google_parse(a, body, &g);
        return shown(a, e, g.language, g.n, g.words, "");
    }
    fail_msg("no engine is called %s", name);
    return STR_NONE;
}

static size_t cases_of(struct arena *a, const char *root, const char *engine)
{
    struct str folder = str_fmt(a, "%s/%s", root, engine);
    DIR *dir = opendir(folder.p);
    struct dirent *entry;
    size_t n = 0;

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        struct str at = str_fmt(a, "%s/%s", folder.p, entry->d_name), body, want, got;

        if (entry->d_name[0] == '.')
            continue;
        body = contents(a, str_fmt(a, "%s/answer.json", at.p).p);
        want = contents(a, str_fmt(a, "%s/words.txt", at.p).p);
        assert_true(body.p && want.p);
        got = engine_shown(a, engine, body);
        if (!str_eq(got, want))
            fail_msg("%s\ngot\n%.*s\nwant\n%.*s", at.p, STR_ARG(got), STR_ARG(want));
        n++;
    }
    closedir(dir);
    return n;
}

static void recorded_answers_are_read(void **state)
{
    static const char *const engines[] = {"openai-whisper", "openai-text", "openai-diarize",
                                          "deepgram", "assemblyai", "google"};
    size_t n = 0;

    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
        n += cases_of(*state, RINGSIGHT_SOURCE_DIR "/tests/engines", engines[i]);
    assert_true(n >= 12);
}

/* ---- requests ---- */

static void forms_are_as_documented(void **state)
{
    struct arena *a = *state;
    struct str hints[] = {STR("Ringsight"), STR("Acme Ltd")};
    struct speech_ask ask = {.model = STR("whisper-1"), .language = STR("en-GB"), .n_hints = 2,
                             .hints = hints};
    struct openai_form f = openai_form(a, OPENAI_WHISPER, &ask, STR("b"));

    assert_true(str_is(f.type, "multipart/form-data; boundary=b"));
    assert_true(str_is(f.head,
        "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"response_format\"\r\n\r\nverbose_json\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"language\"\r\n\r\nen\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"timestamp_granularities[]\"\r\n\r\nword\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"timestamp_granularities[]\"\r\n\r\nsegment\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"temperature\"\r\n\r\n0\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nRingsight, Acme Ltd\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"call.wav\"\r\n"
        "Content-Type: audio/wav\r\n\r\n"));
    assert_true(str_is(f.tail, "\r\n--b--\r\n"));
    ask.model = STR("gpt-transcribe");
    f = openai_form(a, openai_style_of(ask.model), &ask, STR("b"));
    assert_true(str_find(f.head, STR("name=\"languages[]\"\r\n\r\nen\r\n"), 0) > 0);
    assert_true(str_find(f.head, STR("name=\"keywords[]\"\r\n\r\nAcme Ltd\r\n"), 0) > 0);
    assert_true(str_find(f.head, STR("prompt"), 0) < 0);
    ask.model = STR("nova-3");
    ask.both_on_one = true;
    assert_true(str_is(deepgram_path(a, &ask), "/v1/listen?model=nova-3&smart_format=true&punctuate=true"
                       "&diarize=true&language=en-GB&keyterm=Ringsight&keyterm=Acme%20Ltd"));
    ask.model = STR("universal-3-pro, universal-2");
    ask.language = STR("");
    assert_true(str_is(assemblyai_order(a, &ask, STR("https://cdn/x")),
        "{\"audio_url\":\"https://cdn/x\",\"speech_models\":[\"universal-3-pro\",\"universal-2\"],"
        "\"speaker_labels\":true,\"speakers_expected\":2,\"language_detection\":true,"
        "\"keyterms_prompt\":[\"Ringsight\",\"Acme Ltd\"]}"));
}

static void models_have_their_own_rules(void **state)
{
    (void)state;
    assert_int_equal(openai_style_of(STR("whisper-1")), OPENAI_WHISPER);
    assert_int_equal(openai_style_of(STR("Systran/faster-whisper-large-v3")), OPENAI_WHISPER);
    assert_int_equal(openai_style_of(STR("gpt-4o-transcribe")), OPENAI_TEXT);
    assert_int_equal(openai_style_of(STR("gpt-4o-mini-transcribe-2025-12-15")), OPENAI_TEXT);
    assert_int_equal(openai_style_of(STR("gpt-4o-transcribe-diarize")), OPENAI_DIARIZE);
}

static void errors_mean_what_providers_say(void **state)
{
    static const struct {
        int status;
        const char *body;
        const struct err *e;
        bool stop, final, again;
    } cases[] = {
        {401, "{\"error\":{\"code\":\"invalid_api_key\"}}", E_UPSTREAM_AUTH, true, false, false},
        {403, "", E_UPSTREAM_AUTH, true, false, false},
        {402, "{\"err_code\":\"ASR_PAYMENT_REQUIRED\"}", E_UPSTREAM_AUTH, true, false, false},
        {429, "{\"error\":{\"code\":\"rate_limit_exceeded\"}}", E_UPSTREAM_BUSY, false, false, false},
        {429, "{\"error\":{\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\"}}",
         E_UPSTREAM_AUTH, true, false, false},
        {429, "{\"err_code\":\"TOO_MANY_REQUESTS\"}", E_UPSTREAM_BUSY, false, false, false},
        {413, "", E_TOO_LARGE, false, false, false},
        {400, "{\"error\":{\"message\":\"Maximum content size limit exceeded (26214400 bytes)\"}}",
         E_TOO_LARGE, false, false, false},
        {400, "{\"error\":\"bad audio\"}", E_BAD_INPUT, false, true, false},
        {404, "", E_NOT_FOUND, false, true, false},
        {404, "{\"error\":{\"code\":\"model_not_found\"}}", E_NOT_FOUND, true, true, false},
        {404, "{\"error\":{\"type\":\"not_found_error\",\"message\":\"model: old-1\"}}", E_NOT_FOUND, true, true, false},
        {500, "<html>", E_UPSTREAM, false, false, true},
        {504, "", E_UPSTREAM, false, false, true},
        {503, "", E_UPSTREAM_BUSY, false, false, true},
        {200, "{}", NULL, false, false, false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ask_said said = ask_error_read(*state, str_of(cases[i].body));
        struct ask_verdict v = ask_judge(cases[i].status, &said);

        if (v.e != cases[i].e || v.stop != cases[i].stop || v.final != cases[i].final ||
            v.again != cases[i].again)
            fail_msg("status %d %s", cases[i].status, cases[i].body);
    }
}

static void waiting_times_are_read(void **state)
{
    static const struct {
        const char *headers;
        int64_t retry, want;
    } cases[] = {
        {"retry-after-ms: 1500\r\n", -1, 2},
        {"x-ratelimit-reset-requests: 6m0s\r\n", -1, 360},
        {"x-ratelimit-reset-requests: 12ms\r\n", -1, 1},
        {"x-ratelimit-reset-requests: 1.5s\r\n", -1, 2},
        {"x-ratelimit-reset-requests: soon\r\n", -1, -1},
        {"x-ratelimit-reset-requests: 1h2m3s\r\n", 7, 7},
        {"", -1, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_response r = {.headers = str_of(cases[i].headers),
                                  .retry_after_s = cases[i].retry};

        assert_int_equal(ask_retry_after(&r), cases[i].want);
    }
}

static void a_service_account_signs(void **state)
{
    struct arena *a = *state;
    struct google_account account;
    struct str jwt;

    assert_ptr_equal(google_account_read(a, STR("{"), &account), E_BAD_INPUT);
    assert_ptr_equal(google_account_read(a, STR("{\"client_email\":\"x\"}"), &account), E_BAD_INPUT);
    assert_null(google_account_read(a, STR("{\"client_email\":\"x\",\"private_key\":\"no\"}"), &account));
    assert_true(str_is(account.token_url, "https://oauth2.googleapis.com/token"));
    assert_ptr_equal(google_claim(a, &account, 1, &jwt), E_BAD_INPUT);
}

/* ---- pieces ---- */


static struct speech_segment stretch(struct arena *a, int32_t channel, int32_t from, int32_t to)
{
    size_t n = (size_t)(to - from) * 16;

    return (struct speech_segment){.channel = channel, .start_ms = from, .end_ms = to,
                                   .pcm = ARENA_ARRAY(a, n, int16_t), .n_samples = n};
}

static void d2_07_pieces_keep_to_the_limit_and_times_are_exact(void **state)
{
    struct arena *a = *state;
    struct speech_segment s[] = {stretch(a, 0, 1000, 3000), stretch(a, 0, 3200, 5000),
                                 stretch(a, 0, 60000, 62000), stretch(a, 1, 500, 900)};
    struct pieces p = pieces_build(a, s, 4, 1 << 20, 0, STR("x"));
    struct speech_word words[] = {
        {.text = STR("first"), .start_ms = 0, .end_ms = 400, .confidence = 9000},
        {.text = STR("second"), .start_ms = 2200, .end_ms = 2600, .confidence = 9000},
        {.text = STR("third"), .start_ms = 4500, .end_ms = 5000, .confidence = 20000, .voice = 2},
        {.text = STR(""), .start_ms = 5000, .end_ms = 5100},
        {.text = STR("beyond"), .start_ms = 90000, .end_ms = 90100},
    };

    assert_int_equal(p.n, 2); /* a channel each */
    assert_int_equal(p.v[0].n, 3);
    /* 2000 + 200 (the real gap) + 1800 + 500 (of 55 s) + 2000 ms */
    assert_int_equal(p.v[0].length_ms, 6500);
    assert_int_equal(p.v[0].bytes, 44 + 6500 * 32);
    piece_place(a, &p.v[0], words, 5);
    assert_int_equal(s[0].n_words, 1);
    assert_int_equal(s[0].words[0].start_ms, 1000);
    assert_int_equal(s[1].words[0].start_ms, 3200);
    assert_int_equal(s[2].n_words, 1); /* neither the empty one nor the one behind the end */
    assert_int_equal(s[2].words[0].start_ms, 60000);
    assert_int_equal(s[2].words[0].end_ms, 60500);
    assert_int_equal(s[2].words[0].confidence, 10000);
    assert_int_equal(s[2].words[0].voice, 0); /* another piece numbers its voices anew */
    p = pieces_build(a, s, 4, 4000 * 32, 0, STR("x"));
    assert_int_equal(p.n, 4);
    p = pieces_build(a, s, 4, 1 << 20, 1, STR("x"));
    assert_int_equal(p.n, 4);
    assert_memory_not_equal(&p.v[0].hash, &pieces_build(a, s, 4, 1 << 20, 1, STR("y")).v[0].hash, 32);
}

static void texts_are_spread_word_by_word(void **state)
{
    size_t n;
    struct speech_word *w = words_spread(*state, STR(" one  three\n"), 1000, 2000, 5000, &n);

    assert_int_equal(n, 2);
    assert_true(str_is(w[1].text, "three"));
    assert_int_equal(w[0].start_ms, 1000);
    assert_int_equal(w[1].start_ms, 1400);
    assert_int_equal(w[1].end_ms, 2000);
    w = words_spread(*state, STR("\xe4\xbd\xa0\xe5\xa5\xbd ok"), 0, 100, 1, &n);
    assert_int_equal(n, 3);
    words_spread(*state, STR("\xff"), 0, 100, 1, &n);
    assert_int_equal(n, 0);
}

static void the_phone_systems_text_is_laid_over_what_is_heard(void **state)
{
    struct arena *a = *state;
    struct speech_segment s[] = {stretch(a, 0, 0, 1000), stretch(a, 0, 5000, 6000)};
    struct speech_ask ask = {.own_words = STR("aaaa bbbb cccc dddd")};

    assert_null(phone_system_engine.ask(a, &ask, s, 2));
    assert_true(ask.no_confidence && ask.times_spread);
    assert_int_equal(s[0].n_words, 2);
    assert_int_equal(s[1].n_words, 2);
    assert_true(s[1].words[0].start_ms >= 5000 && s[1].words[1].end_ms <= 6000);
    ask.own_words = STR_NONE;
    assert_ptr_equal(phone_system_engine.ask(a, &ask, s, 2), E_NOT_READY);
}

static void languages_have_codes(void **state)
{
    assert_true(str_is(language_code(*state, STR("English")), "en"));
    assert_true(str_is(language_code(*state, STR("en_us")), "en"));
    assert_true(str_is(language_code(*state, STR("pt-BR")), "pt"));
    assert_int_equal(ms_of_seconds(1.2345), 1235);
    assert_int_equal(ms_of_seconds(-1), 0);
    assert_int_equal(ms_of_seconds(1e300), INT32_MAX);
}

const struct CMUnitTest speech_engines_tests[] = {
    T(recorded_answers_are_read),
    T(forms_are_as_documented),
    T(models_have_their_own_rules),
    T(errors_mean_what_providers_say),
    T(waiting_times_are_read),
    T(a_service_account_signs),
    T(d2_07_pieces_keep_to_the_limit_and_times_are_exact),
    T(texts_are_spread_word_by_word),
    T(the_phone_systems_text_is_laid_over_what_is_heard),
    T(languages_have_codes),
};
const size_t n_speech_engines_tests = sizeof speech_engines_tests / sizeof *speech_engines_tests;
