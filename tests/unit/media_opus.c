/* Recordings written as Opus by the real decoder process: the same length and channels whatever came,
 * two parties apart, the same bytes each time, and no file where something goes wrong. */
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "media/media.h"
#include "media_samples.h"

extern const struct CMUnitTest media_opus_tests[];
extern const size_t n_media_opus_tests;

static int set_up(void **state)
{
    static char path[PATH_MAX + 32];
    const char *set = getenv("RINGSIGHT_MEDIA_CHILD");
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);

    assert_true(n > 0);
    path[n] = 0;
    strcpy(strrchr(path, '/'), "/ringsight-media"); /* shorter than the room behind PATH_MAX */
    media_set_child(set ? set : path);
    media_set_timeout(60000);
    media_watch(NULL, NULL);
    *state = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    arena_free(*state);
    return 0;
}

static void le(struct buf *b, uint64_t v, unsigned bytes)
{
    for (; bytes--; v >>= 8)
        buf_char(b, (char)(v & 0xff));
}

/* Tones of 300 Hz (left) and 420 Hz (right); `who`: 0 both at a time, 1 left alone, 2 in turns of a
 * second. */
static struct str tones(struct arena *a, unsigned rate, unsigned channels, double seconds, int who)
{
    size_t n = (size_t)(seconds * rate);
    struct buf b = buf_new(a, n * channels * 2 + 64);

    buf_add(&b, STR("RIFF"));
    le(&b, n * channels * 2 + 36, 4);
    buf_add(&b, STR("WAVEfmt "));
    le(&b, 16, 4);
    le(&b, 1, 2);
    le(&b, channels, 2);
    le(&b, rate, 4);
    le(&b, rate * channels * 2, 4);
    le(&b, channels * 2, 2);
    le(&b, 16, 2);
    buf_add(&b, STR("data"));
    le(&b, n * channels * 2, 4);
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / rate;

        for (unsigned c = 0; c < channels; c++) {
            bool on = who == 0 || (who == 1 ? c == 0 : ((int)t % 2 == (int)c));
            double v = on ? 0.4 * sin(2 * M_PI * (c ? 420 : 300) * t) : 0;

            le(&b, (uint64_t)(int64_t)lround(v * 32767), 2);
        }
    }
    return buf_str(&b);
}

static const struct err *into_buf(void *ctx, struct str bytes)
{
    buf_add(ctx, bytes);
    return NULL;
}

/* The file as Opus, and what is in that. */
static struct str opus_of(struct arena *a, struct str file, struct media_info *ret_from,
                          struct media_info *ret)
{
    struct buf *b = ARENA_NEW(a, struct buf);
    const struct err *e;

    *b = buf_new(a, 8 << 20);
    e = media_opus(a, media_bytes(a, file), (struct media_sink){into_buf, b}, ret_from);
    if (!e)
        e = media_inspect(a, media_bytes(a, buf_str(b)), ret);
    if (e)
        fail_msg("%s: %.*s", e->code, STR_ARG(arena_why(a)));
    assert_string_equal(ret->codec, "opus");
    assert_string_equal(ret->type, "audio/ogg");
    assert_int_equal(ret->channels, ret_from->channels);
    assert_false(ret->truncated);
    assert_false(ret->damaged);
    return buf_str(b);
}

static void assert_as_long(const struct media_info *x, const struct media_info *y)
{
    assert_in_range(x->duration_ms - y->duration_ms + 2, 0, 4);
}

static void every_coding_becomes_opus_of_the_same_length(void **state)
{
#define SAMPLE(array) {(const char *)(array), sizeof(array)}
    static const struct {
        struct str file;
        const char *codec;
    } samples[] = {
        {SAMPLE(gsm_sample), "gsm"},      {SAMPLE(amr_sample), "amr_nb"},
        {SAMPLE(amr_wide_sample), "amr_wb"}, {SAMPLE(mp3_sample), "mp3"},
        {SAMPLE(m4a_sample), "aac"},      {SAMPLE(aac_sample), "aac"},
        {SAMPLE(webm_sample), "opus"},    {SAMPLE(opus_sample), "opus"},
    };
    struct arena *a = *state;
    struct media_info from, to;

    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        opus_of(a, samples[i].file, &from, &to);
        assert_string_equal(from.codec, samples[i].codec);
        assert_as_long(&from, &to);
        /* as loud as before, within 1.5 dB */
        assert_in_range(from.channel[0].loudness - to.channel[0].loudness + 150, 0, 300);
    }
}

static void every_rate_and_odd_length_is_kept(void **state)
{
    static const unsigned rates[] = {4000, 8000, 11025, 16000, 22050, 44100, 48000, 96000};
    static const double seconds[] = {0.019, 0.1, 0.5, 1.0137, 7.003};
    struct arena *a = *state;
    struct media_info from, to;

    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        for (size_t k = 0; k < sizeof seconds / sizeof *seconds; k++) {
            opus_of(a, tones(a, rates[i], 1 + k % 2, seconds[k], 0), &from, &to);
            assert_as_long(&from, &to);
        }
}

static void two_parties_stay_apart(void **state)
{
    static const unsigned rates[] = {8000, 16000, 48000};
    struct arena *a = *state;
    struct media_info from, to;

    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        opus_of(a, tones(a, rates[i], 2, 6, 1), &from, &to);
        assert_int_equal(to.sides, MEDIA_LEFT_ONLY);
        opus_of(a, tones(a, rates[i], 2, 6, 2), &from, &to);
        assert_int_equal(to.sides, MEDIA_STEREO);
        /* 30 dB down where only the other one speaks: in the middle of the seconds */
        assert_true(to.channel[1].levels[25] < to.channel[0].levels[25] - 3000);
        assert_true(to.channel[0].levels[75] < to.channel[1].levels[75] - 3000);
    }
}

static void the_file_is_small_and_the_same_each_time(void **state)
{
    struct arena *a = *state;
    struct media_info from, to;
    struct str file = tones(a, 8000, 2, 60, 2), once = opus_of(a, file, &from, &to),
               again = opus_of(a, file, &from, &to);

    assert_true(str_eq(once, again));
    assert_true(once.n < file.n / 3);
}

static const struct err *full(void *ctx, struct str bytes)
{
    (void)bytes;
    return err_why(ctx, E_DISK_FULL, "No room.");
}

static void no_file_is_made_of_what_is_none_and_a_full_disk_says_so(void **state)
{
    struct arena *a = *state;
    struct buf b = buf_new(a, 8 << 20);
    struct media_info info;
    struct str file = tones(a, 8000, 1, 60, 0);

    assert_ptr_equal(media_opus(a, media_bytes(a, STR("<html>")), (struct media_sink){into_buf, &b},
                                &info),
                     E_BAD_MEDIA);
    assert_int_equal(b.n, 0);
    assert_ptr_equal(media_opus(a, media_bytes(a, file), (struct media_sink){full, a}, &info),
                     E_DISK_FULL);
}

static void kill_it(void *ctx, pid_t pid)
{
    (void)ctx;
    kill(pid, SIGKILL);
}

static void a_killed_encoder_is_an_error(void **state)
{
    struct arena *a = *state;
    struct buf b = buf_new(a, 8 << 20);
    struct media_info info;

    media_watch(kill_it, NULL);
    assert_ptr_equal(media_opus(a, media_bytes(a, tones(a, 8000, 1, 60, 0)),
                                (struct media_sink){into_buf, &b}, &info),
                     E_CRASHED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

const struct CMUnitTest media_opus_tests[] = {
    TEST(every_coding_becomes_opus_of_the_same_length),
    TEST(every_rate_and_odd_length_is_kept),
    TEST(two_parties_stay_apart),
    TEST(the_file_is_small_and_the_same_each_time),
    TEST(no_file_is_made_of_what_is_none_and_a_full_disk_says_so),
    TEST(a_killed_encoder_is_an_error),
};
const size_t n_media_opus_tests = sizeof media_opus_tests / sizeof *media_opus_tests;
