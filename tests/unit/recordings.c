/* Recordings and uploads, the parts that need no database: waits, silences, peaks, notes, names of
 * files, metadata of uploads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/crypto.h"
#include "intake/recordings/rules.h"
#include "intake/uploads/metadata.h"

#define SPANS(list) ((struct media_spans){list, sizeof(list) / sizeof(list[0])})

static void d1_08_the_wait_grows_and_ends_after_a_day(void **state)
{
    static const int64_t cases[][2] = {
        {-60, 5}, {0, 5}, {59, 5}, {60, 30}, {599, 30}, {600, 300}, {3599, 300}, {3600, 1800},
        {86399, 1800}, {86400, 0}, {1000000, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(recording_again_s(cases[i][0]), cases[i][1]);
    assert_int_equal(recording_attention_s(0), 300);
    assert_int_equal(recording_attention_s(3600), 1800);
    assert_int_equal(recording_attention_s(7 * 86400 - 1), 1800);
    assert_int_equal(recording_attention_s(7 * 86400), 0);
}

static void a_busy_phone_system_is_believed_within_bounds(void **state)
{
    (void)state;
    assert_int_equal(recording_busy_s(-1), 30);
    assert_int_equal(recording_busy_s(0), 5);
    assert_int_equal(recording_busy_s(120), 120);
    assert_int_equal(recording_busy_s(86400), 3600);
}

static void silence_is_where_all_are_silent(void **state)
{
    static const struct media_span left[] = {{0, 1000}, {2000, 5000}, {8000, 9000}};
    static const struct media_span right[] = {{500, 2500}, {3000, 4000}, {4500, 8500}};
    static const struct media_span both[] = {{500, 1000}, {2000, 2500}, {3000, 4000}, {4500, 5000},
                                             {8000, 8500}};
    struct arena *a = arena_new();
    struct media_info info = {.channels = 2};
    struct media_spans got;

    (void)state;
    info.channel[0].silences = SPANS(left);
    info.channel[1].silences = SPANS(right);
    got = recording_silences(a, &info);
    assert_int_equal(got.n, sizeof both / sizeof *both);
    assert_memory_equal(got.at, both, sizeof both);
    info.channel[1].silences = (struct media_spans){NULL, 0};
    assert_int_equal(recording_silences(a, &info).n, 0);
    info.channels = 1;
    assert_int_equal(recording_silences(a, &info).n, 3);
    info.channels = 0;
    assert_int_equal(recording_silences(a, &info).n, 0);
    arena_free(a);
}

/* Spans that touch share no time. */
static void spans_that_touch_are_no_silence(void **state)
{
    static const struct media_span left[] = {{0, 1000}, {2000, 3000}}, right[] = {{1000, 2000}};
    struct arena *a = arena_new();
    struct media_info info = {.channels = 2};

    (void)state;
    info.channel[0].silences = SPANS(left);
    info.channel[1].silences = SPANS(right);
    assert_int_equal(recording_silences(a, &info).n, 0);
    arena_free(a);
}

static struct str peaks_of(struct arena *a, size_t n, unsigned channels, int *ret_per_second)
{
    struct media_info info = {.channels = channels, .levels = n};
    uint8_t *left = arena_alloc(a, n), *right = arena_alloc(a, n);

    for (size_t i = 0; i < n; i++) {
        left[i] = (uint8_t)(i % 10 == 3 ? 200 : 1);
        right[i] = (uint8_t)(i % 251);
    }
    info.channel[0].peaks = left;
    info.channel[1].peaks = right;
    return recording_peaks(a, &info, ret_per_second);
}

static void peaks_stand_channel_by_channel(void **state)
{
    struct arena *a = arena_new();
    int per_second = 0;
    struct str got = peaks_of(a, 100, 2, &per_second);

    (void)state;
    assert_int_equal(per_second, 50);
    assert_int_equal(got.n, 200);
    assert_int_equal((uint8_t)got.p[3], 200);
    assert_int_equal((uint8_t)got.p[150], 50);
    assert_int_equal(peaks_of(a, 0, 1, &per_second).n, 0);
    assert_int_equal(per_second, 50);
    arena_free(a);
}

static void long_recordings_have_fewer_peaks_but_lose_none(void **state)
{
    static const size_t cases[][3] = {{PEAKS_MAX, 50, PEAKS_MAX},
                                      {PEAKS_MAX + 1, 25, PEAKS_MAX / 2 + 1},
                                      {PEAKS_MAX * 5, 10, PEAKS_MAX},
                                      {4 * 3600 * 50, 5, PEAKS_MAX},
                                      {4 * 3600 * 50 + 7, 5, PEAKS_MAX + 1}};
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int per_second = 0;
        struct str got = peaks_of(a, cases[i][0], 2, &per_second);
        assert_int_equal(per_second, cases[i][1]);
        assert_int_equal(got.n, 2 * cases[i][2]);
        if (per_second == 5)
            assert_int_equal((uint8_t)got.p[17], 200);
    }
    arena_free(a);
}

static void d1_09_notes_tell_what_is_missing(void **state)
{
    struct arena *a = arena_new();
    struct media_info info = {.duration_ms = 60000};

    (void)state;
    assert_null(recording_note(a, &info, -1).p);
    assert_null(recording_note(a, &info, 0).p);
    assert_null(recording_note(a, &info, 65).p);  /* five seconds are normal */
    assert_true(str_is(recording_note(a, &info, 90),
                       "The recording is 30 s shorter than the call."));
    info.duration_ms = 600000;
    assert_null(recording_note(a, &info, 660).p); /* and a tenth of a long call */
    assert_non_null(recording_note(a, &info, 670).p);
    info.truncated = info.damaged = true;
    assert_true(str_is(recording_note(a, &info, -1),
                       "The file ends before it should. "
                       "Parts of the recording could not be decoded."));
    arena_free(a);
}

static void file_names_are_harmless(void **state)
{
    static const char *const cases[][4] = {
        {"auto-1661157839-230-0700.wav", "", "audio/wav", "auto-1661157839-230-0700.wav"},
        {"https://pbx.example/rec/77.mp3?token=a/b", "", "audio/mpeg", "77.mp3"},
        {"2026-11/x.wav", "", "audio/ogg", "x.ogg"},
        {"u", "../../My Call (M\xc3\xbcller).WAV", "audio/wav", "My-Call-M-ller.wav"},
        {"u", "C:\\calls\\\"quoted\".mp3", "audio/mpeg", "quoted.mp3"},
        {"u", "a\r\nset-cookie: x=1.wav", "audio/wav", "a-set-cookie-x-1.wav"},
        {"", "", "", "recording.bin"},
        {"...", "", "audio/flac", "recording.flac"},
        {"---.wav", "", "audio/wav", "recording.wav"},
        {"archive.tar.gz", "", "", "archive.tar.bin"},
    };
    struct arena *a = arena_new();
    char longer[300];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str got = recording_file_name(a, str_of(cases[i][0]), str_of(cases[i][1]),
                                             str_of(cases[i][2]));
        assert_string_equal(str_c(a, got), cases[i][3]);
    }
    memset(longer, 'x', sizeof longer);
    assert_int_equal(recording_file_name(a, str_n(longer, sizeof longer), STR_NONE,
                                         STR("audio/wav")).n, 84);
    arena_free(a);
}

static struct str pair(struct arena *a, const char *key, const char *value)
{
    return str_fmt(a, "%s %s", key, str_c(a, crypto_base64(a, str_of(value))));
}

static void metadata_is_read(void **state)
{
    struct arena *a = arena_new();
    struct str name = pair(a, "filename", "M\xc3\xbcller, today.wav"), agent = pair(a, "agent", "");
    struct str at = pair(a, "started_at", " 2026-11-21T09:30:00Z ");
    struct metadata m;

    (void)state;
    assert_null(metadata_parse(a, STR_NONE, &m));
    assert_null(m.filename.p);
    assert_null(metadata_parse(a, STR("  "), &m));
    assert_null(metadata_parse(a, str_fmt(a, "%s,%s, %s,is_confidential,relativePath bnVsbA==",
                                          name.p, agent.p, at.p), &m));
    assert_true(str_is(m.filename, "M\xc3\xbcller, today.wav"));
    assert_true(str_is(m.started_at, "2026-11-21T09:30:00Z"));
    assert_null(m.agent.p);
    assert_null(m.direction.p);
    arena_free(a);
}

static void bad_metadata_is_refused_with_a_sentence(void **state)
{
    static const char *const cases[] = {
        "filename !!!", "filename YQ", "filename YQ==,", ",", "filename YQ==,filename YQ==",
        " , a YQ==", "file\tname YQ==", "filename YQ== YQ==", "filename gICA", "filename AA==",
        "k\xc3\xbc YQ=="};
    struct arena *a = arena_new();
    struct metadata m;
    struct buf many = buf_new(a, 8000);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        arena_set_why(a, STR(""));
        assert_ptr_equal(metadata_parse(a, str_of(cases[i]), &m), E_BAD_REQUEST);
        assert_true(arena_why(a).n > 0);
    }
    for (int i = 0; i < 33; i++)
        buf_fmt(&many, "%sk%d", i ? "," : "", i);
    assert_ptr_equal(metadata_parse(a, buf_str(&many), &m), E_BAD_REQUEST);
    while (many.n <= METADATA_MAX)
        buf_char(&many, 'x');
    assert_ptr_equal(metadata_parse(a, buf_str(&many), &m), E_BAD_REQUEST);
    arena_free(a);
}

const struct CMUnitTest recordings_tests[] = {
    cmocka_unit_test(d1_08_the_wait_grows_and_ends_after_a_day),
    cmocka_unit_test(a_busy_phone_system_is_believed_within_bounds),
    cmocka_unit_test(silence_is_where_all_are_silent),
    cmocka_unit_test(spans_that_touch_are_no_silence),
    cmocka_unit_test(peaks_stand_channel_by_channel),
    cmocka_unit_test(long_recordings_have_fewer_peaks_but_lose_none),
    cmocka_unit_test(d1_09_notes_tell_what_is_missing),
    cmocka_unit_test(file_names_are_harmless),
    cmocka_unit_test(metadata_is_read),
    cmocka_unit_test(bad_metadata_is_refused_with_a_sentence),
};
const size_t n_recordings_tests = sizeof(recordings_tests) / sizeof(recordings_tests[0]);
