/* Recordings through the real decoder process: what is taken, what is refused and in which words,
 * silence and speech, and what happens when the decoder dies. The decoder is found beside the test
 * program, or where RINGSIGHT_MEDIA_CHILD says. */
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

extern const struct CMUnitTest media_tests[];
extern const size_t n_media_tests;

static const char *child_path(void)
{
    static char path[PATH_MAX + 32];
    const char *set = getenv("RINGSIGHT_MEDIA_CHILD");
    ssize_t n;

    if (set)
        return set;
    n = readlink("/proc/self/exe", path, PATH_MAX);
    assert_true(n > 0);
    path[n] = 0;
    strcpy(strrchr(path, '/'), "/ringsight-media"); /* shorter than the room behind PATH_MAX */
    return path;
}

static int set_up(void **state)
{
    media_set_child(child_path());
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

/* ---- making recordings ---------------------------------------------------------------------- */

struct wav {
    unsigned tag, bits, channels, rate;
    uint32_t data_size; /* as the header says */
};

static void le(struct buf *b, uint64_t v, unsigned bytes)
{
    while (bytes--) {
        buf_char(b, (char)(v & 0xff));
        v >>= 8;
    }
}

static struct str wav_file(struct arena *a, struct wav w, struct str data)
{
    struct buf b = buf_new(a, data.n + 64);
    unsigned frame = w.channels * w.bits / 8;

    buf_add(&b, STR("RIFF"));
    le(&b, w.data_size + 36u, 4);
    buf_add(&b, STR("WAVEfmt "));
    le(&b, 16, 4);
    le(&b, w.tag, 2);
    le(&b, w.channels, 2);
    le(&b, w.rate, 4);
    le(&b, w.rate * frame, 4);
    le(&b, frame, 2);
    le(&b, w.bits, 2);
    buf_add(&b, STR("data"));
    le(&b, w.data_size, 4);
    buf_add(&b, data);
    return buf_str(&b);
}

/* Speech-like sound on one channel: a 300 Hz voice whose loudness moves four times a second. */
static double voice(double t)
{
    return 0.4 * sin(2 * M_PI * 300 * t) * (0.55 + 0.45 * sin(2 * M_PI * 4 * t));
}

static double hiss(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return ((double)(*seed >> 8) / (1 << 24) - 0.5) * 0.004;
}

/* Says for each moment and channel how loud the voice is, 0 to 1. */
typedef double plan_fn(double t, unsigned channel);

static struct str record(struct arena *a, unsigned channels, double seconds, plan_fn *plan)
{
    size_t n = (size_t)(seconds * 8000), i;
    struct buf b = buf_new(a, n * 4 + 16);
    uint32_t seed = 7;
    unsigned c;

    for (i = 0; i < n; i++) {
        double t = (double)i / 8000;

        for (c = 0; c < channels; c++) {
            double v = plan(t, c) * voice(t + c * 0.37 + (c ? t / 7 : 0)) + hiss(&seed);

            le(&b, (uint64_t)(int64_t)lround(v * 32767), 2);
        }
    }
    return wav_file(a, (struct wav){1, 16, channels, 8000, (uint32_t)b.n}, buf_str(&b));
}

static double always(double t, unsigned c)
{
    (void)t, (void)c;
    return 1;
}

static double never(double t, unsigned c)
{
    (void)t, (void)c;
    return 0;
}

static double in_turns(double t, unsigned c)
{
    return (fmod(t, 6) < 3) == (c == 0);
}

static double left_speaks(double t, unsigned c)
{
    return c == 0 && fmod(t, 4) < 2;
}

static double long_monologue(double t, unsigned c)
{
    (void)c;
    return t > 2 && fmod(t, 5.5) > 0.3;
}

/* ---- asking --------------------------------------------------------------------------------- */

static struct media_info inspect(struct arena *a, struct str file)
{
    struct media_info info;
    const struct err *e = media_inspect(a, media_bytes(a, file), &info);

    if (e)
        print_error("%s: %.*s\n", e->code, STR_ARG(arena_why(a)));
    assert_null(e);
    return info;
}

static void refuses(struct arena *a, struct str file, const char *sentence)
{
    struct media_info info;

    assert_ptr_equal(media_inspect(a, media_bytes(a, file), &info), E_BAD_MEDIA);
    assert_string_equal(str_c(a, arena_why(a)), sentence);
}

#define SAMPLE(array) {(const char *)(array), sizeof(array)}
#define WHOLE(array) str_n((array), sizeof(array))

/* ---- tests ---------------------------------------------------------------------------------- */

static void d2_06_wav_codings_give_the_same_sound(void **state)
{
    static const struct {
        unsigned tag, bits;
        const char *codec;
    } codings[] = {{1, 8, "pcm_u8"},   {1, 16, "pcm_s16"}, {1, 24, "pcm_s24"}, {1, 32, "pcm_s32"},
                   {3, 32, "pcm_f32"}, {3, 64, "pcm_f64"}, {7, 8, "mulaw"},    {6, 8, "alaw"}};
    struct arena *a = *state;
    size_t k, i;

    for (k = 0; k < sizeof codings / sizeof *codings; k++) {
        unsigned bits = codings[k].bits;
        struct buf b = buf_new(a, 100000);
        struct media_info info;

        for (i = 0; i < 8000; i++) { /* a square wave of half scale: easy in every coding */
            int high = (i / 20) % 2 == 0;
            double v = high ? 0.5 : -0.5;
            float f = (float)v;

            if (codings[k].tag == 3 && bits == 32)
                buf_add(&b, str_n(&f, sizeof f));
            else if (codings[k].tag == 3)
                buf_add(&b, str_n(&v, sizeof v));
            else if (codings[k].tag == 7)
                buf_char(&b, (char)(high ? 0x8f : 0x0f)); /* G.711: segment 7, +-0.49 */
            else if (codings[k].tag == 6)
                buf_char(&b, (char)(high ? 0xaa ^ 0x10 : 0x2a ^ 0x10));
            else if (bits == 8)
                buf_char(&b, (char)(high ? 192 : 64));
            else
                le(&b, (uint64_t)(int64_t)(v * (double)(1ll << (bits - 1))), bits / 8);
        }
        info = inspect(a, wav_file(a, (struct wav){codings[k].tag, bits, 1, 8000, (uint32_t)b.n},
                                   buf_str(&b)));
        assert_string_equal(info.codec, codings[k].codec);
        assert_string_equal(info.type, "audio/wav");
        assert_int_equal(info.duration_ms, 1000);
        assert_int_equal(info.rate, 8000);
        assert_false(info.truncated);
        if (info.channel[0].loudness < -900 || info.channel[0].loudness > -500)
            fail_msg("%s: loudness %d", codings[k].codec, info.channel[0].loudness);
    }
}

/* Zero crossings a second in the middle of the tone. */
static size_t crossings(const struct media_pcm *pcm)
{
    size_t i, n = 0;

    for (i = MEDIA_RATE / 10; i < MEDIA_RATE * 2 / 5; i++)
        n += (pcm->channel[0][i - 1] < 0) != (pcm->channel[0][i] < 0);
    return n * 10 / 3;
}

static void d2_06_packed_codings_are_decoded(void **state)
{
    static const struct {
        struct str file;
        const char *codec, *type;
        unsigned rate;
        int64_t from_ms, to_ms;
    } samples[] = {
        {SAMPLE(mp3_sample), "mp3", "audio/mpeg", 8000, 580, 800},
        {SAMPLE(opus_sample), "opus", "audio/ogg", 48000, 600, 600},
        {SAMPLE(gsm_sample), "gsm", "audio/wav", 8000, 600, 640},
        {SAMPLE(m4a_sample), "aac", "audio/mp4", 16000, 600, 680},
        {SAMPLE(m4a_front_sample), "aac", "audio/mp4", 16000, 600, 680},
        {SAMPLE(m4a_parts_sample), "aac", "audio/mp4", 16000, 600, 720},
        {SAMPLE(aac_sample), "aac", "audio/aac", 16000, 600, 720},
        {SAMPLE(amr_sample), "amr_nb", "audio/amr", 8000, 580, 620},
        {SAMPLE(amr_wide_sample), "amr_wb", "audio/amr", 16000, 580, 620},
        {SAMPLE(webm_sample), "opus", "audio/webm", 48000, 600, 620},
    };
    struct arena *a = *state;
    struct media_info info;
    struct media_pcm pcm;
    size_t i;

    for (i = 0; i < sizeof samples / sizeof *samples; i++) {
        assert_null(media_decode(a, media_bytes(a, samples[i].file), &info, &pcm));
        assert_string_equal(info.codec, samples[i].codec);
        assert_string_equal(info.type, samples[i].type);
        assert_in_range(info.duration_ms, samples[i].from_ms, samples[i].to_ms);
        assert_int_equal(info.rate, samples[i].rate);
        assert_int_equal(info.channels, 1);
        assert_false(info.truncated);
        assert_false(info.damaged);
        assert_in_range(crossings(&pcm), 860, 900); /* 440 Hz */
    }
    info = inspect(a, WHOLE(flac_sample));
    assert_string_equal(info.codec, "flac");
    assert_int_equal(info.duration_ms, 100);
    assert_false(info.truncated);
}

static void samples_come_out_at_16_khz(void **state)
{
    struct arena *a = *state;
    struct media_info info;
    struct media_pcm pcm;
    size_t i, n = 0;

    assert_null(media_decode(a, media_bytes(a, record(a, 2, 2, left_speaks)), &info, &pcm));
    assert_int_equal(pcm.n, 32000);
    assert_int_equal(info.channels, 2);
    assert_int_equal(info.levels, 100);
    for (i = 1; i < 16000; i++)
        n += (pcm.channel[0][i - 1] < 0) != (pcm.channel[0][i] < 0);
    assert_in_range(n, 595, 605); /* 300 Hz */
    assert_in_range(info.channel[0].peaks[3], 40, 128);
    assert_in_range(info.channel[1].peaks[3], 0, 2);
}

static void other_files_are_refused_in_words(void **state)
{
    struct arena *a = *state;

    refuses(a, STR(""), "The file is empty.");
    refuses(a, STR("Dear colleague, the recording follows."),
            "This is not an audio file: it begins like text.");
    refuses(a, STR("\r\n <!DOCTYPE html><html>"),
            "This is not an audio file: it begins like a web page, perhaps a sign-in or error page "
            "that was saved in place of the recording.");
    refuses(a, STR("{\"error\":\"no such recording\"}"),
            "This is not an audio file: it begins like JSON, perhaps an error message that was "
            "saved in place of the recording.");
    refuses(a, STR("#!AMR_MC1.0\n\0\0\0\2"),
            "This is an AMR file with several channels, which is not supported: send one file a "
            "channel, or WAV with two.");
    refuses(a, STR("PK\x03\x04....................."),
            "This is a ZIP archive: unpack it and send the recordings one by one.");
    refuses(a,
            STR("\x7f"
                "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"),
            "This is not an audio file of a kind we know: send WAV, MP3, Ogg/Opus, FLAC, M4A, "
            "AMR or WebM.");
    refuses(a, STR("OggS\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\36\1vorbis"),
            "This is an Ogg file that does not hold Opus audio: send WAV, MP3, Ogg/Opus, FLAC, M4A, "
            "AMR or WebM.");
}

static void bad_headers_are_refused_in_words(void **state)
{
    struct arena *a = *state;
    struct str data = str_n(mp3_sample, 400);

    refuses(a, wav_file(a, (struct wav){1, 16, 1, 8000, 0}, STR("")),
            "The file holds a header but no sound.");
    refuses(a, STR("RIFF\x24\0\0\0WAVEfmt "),
            "The file begins like audio, but its header is damaged or cut off.");
    refuses(a, wav_file(a, (struct wav){1, 16, 6, 8000, 400}, data),
            "The file has 6 channels: recordings may have one or two.");
    refuses(a, wav_file(a, (struct wav){1, 16, 1, 4000000, 400}, data),
            "The file says it has 4000000 samples per second: 4,000 to 192,000 are possible.");
    refuses(a, wav_file(a, (struct wav){0x11, 16, 1, 8000, 400}, data),
            "The WAV file is in a coding that is not supported (format 17): PCM, float, mu-law, "
            "A-law and GSM are.");
    refuses(a, STR("ID3\4\0\0\0\0\x7f\x7f and nothing more"),
            "The file holds a header but no sound.");
}

/* The file with its last bytes gone, or with one word in it replaced. */
static struct str changed(struct arena *a, struct str file, const char *from, const char *to)
{
    char *copy = arena_alloc(a, file.n);
    ptrdiff_t at = str_find(file, str_of(from), 0);

    assert_true(at >= 0);
    memcpy(copy, file.p, file.n);
    memcpy(copy + at, to, strlen(to));
    return str_n(copy, file.n);
}

static void other_codings_in_known_files_are_refused_in_words(void **state)
{
    struct arena *a = *state;

    struct str tagged = changed(a, WHOLE(m4a_sample), "esds", "free"); /* says AAC a second time */

    refuses(a, changed(a, tagged, "mp4a", "alac"),
            "The MP4 or M4A file holds no sound in AAC or AMR: send WAV, MP3, Ogg/Opus, FLAC, M4A, "
            "AMR or WebM.");
    refuses(a, changed(a, WHOLE(webm_sample), "A_OPUS", "A_FLAC"),
            "The WebM or Matroska file holds no sound in Opus: send WAV, MP3, Ogg/Opus, FLAC, M4A, "
            "AMR or WebM.");
}

static void headers_without_sound_are_refused_in_words(void **state)
{
    static const char none[] = "The file holds a header but no sound.";
    struct arena *a = *state;
    struct str front = WHOLE(m4a_front_sample), webm = WHOLE(webm_sample);

    refuses(a, str_sub(WHOLE(gsm_sample), 0, 60), none);
    refuses(a, STR("#!AMR\n"), none);
    refuses(a, STR("#!AMR-WB\n"), none);
    refuses(a, str_sub(front, 0, (size_t)str_find(front, STR("mdat"), 0) + 4), none);
    refuses(a, str_sub(WHOLE(aac_sample), 0, 7), none);
    refuses(a, str_sub(webm, 0, (size_t)str_find(webm, STR("\x1f\x43\xb6\x75"), 0)),
            "The file begins like audio, but its header is damaged or cut off.");
    refuses(a, str_sub(front, 0, 200),
            "The MP4 or M4A file has no table of contents, which often comes last: it was cut off, "
            "or is damaged.");
}

static void d2_06_sizes_in_headers_are_not_believed(void **state)
{
    struct arena *a = *state;
    struct str data = str_sub(record(a, 1, 1, always), 44, SIZE_MAX);
    struct media_info info;

    info = inspect(a, wav_file(a, (struct wav){1, 16, 1, 8000, 0}, data));
    assert_int_equal(info.duration_ms, 1000);
    assert_false(info.truncated);
    info = inspect(a, wav_file(a, (struct wav){1, 16, 1, 8000, UINT32_MAX}, data));
    assert_int_equal(info.duration_ms, 1000);
    assert_false(info.truncated);
    info = inspect(a, wav_file(a, (struct wav){1, 16, 1, 8000, 500000000}, data));
    assert_int_equal(info.duration_ms, 1000);
    assert_true(info.truncated);
}

static void what_is_left_of_a_cut_file_is_decoded(void **state)
{
    static const struct {
        struct str file;
        size_t percent;
    } samples[] = {
        {SAMPLE(mp3_sample), 50}, {SAMPLE(gsm_sample), 50}, {SAMPLE(m4a_front_sample), 80},
        {SAMPLE(aac_sample), 50}, {SAMPLE(amr_sample), 50}, {SAMPLE(amr_wide_sample), 50},
        {SAMPLE(webm_sample), 50},
    };
    struct arena *a = *state;
    struct media_info info;
    size_t i;

    for (i = 0; i < sizeof samples / sizeof *samples; i++) {
        info = inspect(a, str_sub(samples[i].file, 0,
                                  samples[i].file.n * samples[i].percent / 100));
        assert_true(info.truncated);
        assert_in_range(info.duration_ms, 100, 500);
    }
    refuses(a, str_n(m4a_sample, sizeof m4a_sample - 200),
            "The MP4 or M4A file has no table of contents, which often comes last: it was cut off, "
            "or is damaged.");
    /* All its sound is in one page, and that is cut: Ogg gives out whole pages only. */
    refuses(a, str_n(opus_sample, sizeof opus_sample - 200),
            "The file begins like audio, but its header is damaged or cut off.");
    info = inspect(a, str_n(flac_sample, sizeof flac_sample - 100));
    assert_true(info.truncated || info.damaged);
}

static void d2_06_tags_before_the_sound_are_skipped(void **state)
{
    struct arena *a = *state;
    struct buf b = buf_new(a, 100000);
    unsigned i;

    buf_add(&b, str_n("ID3\4\0\0\0\2\x1c\x20", 10)); /* 36,384 bytes: more than is looked at */
    for (i = 0; i < 36384; i++)
        buf_char(&b, 'x');
    buf_add(&b, WHOLE(mp3_sample));
    assert_string_equal(inspect(a, buf_str(&b)).codec, "mp3");
}

static void sides_are_told_apart(void **state)
{
    struct arena *a = *state;
    struct media_info info = inspect(a, record(a, 2, 12, in_turns));
    struct str mono = record(a, 1, 4, left_speaks), left;
    struct buf twice = buf_new(a, mono.n * 2);
    size_t i;

    assert_int_equal(info.sides, MEDIA_STEREO);
    for (i = 44; i + 1 < mono.n; i += 2) {
        left = str_sub(mono, i, 2);
        buf_add(&twice, left);
        buf_add(&twice, left);
    }
    info =
        inspect(a, wav_file(a, (struct wav){1, 16, 2, 8000, (uint32_t)twice.n}, buf_str(&twice)));
    assert_int_equal(info.sides, MEDIA_SAME);
    assert_in_range(info.correlation, 9990, 10000);
    assert_int_equal(inspect(a, record(a, 2, 4, left_speaks)).sides, MEDIA_LEFT_ONLY);
    assert_int_equal(inspect(a, record(a, 2, 2, never)).sides, MEDIA_SILENT);
    assert_int_equal(inspect(a, mono).sides, MEDIA_MONO);
}

static void speech_is_found_and_silence_is_not(void **state)
{
    struct arena *a = *state;
    struct media_info info = inspect(a, record(a, 2, 12, in_turns));
    struct media_spans s = media_speech(a, &info, 0);

    assert_int_equal(s.n, 2);
    assert_in_range(s.at[0].end_ms, 2950, 3250);
    assert_in_range(s.at[1].start_ms, 5750, 6050);
    assert_int_equal(info.channel[0].silences.n, 2);
    assert_in_range(info.channel[0].silences.at[0].start_ms, 2900, 3100);
    assert_int_equal(info.channel[0].silences.at[1].end_ms, info.duration_ms);
    s = media_speech(a, &info, 1);
    assert_int_equal(s.n, 2);
    assert_in_range(s.at[0].start_ms, 2750, 3050);
    info = inspect(a, record(a, 1, 5, never)); /* hiss only */
    assert_int_equal(media_speech(a, &info, 0).n, 0);
    assert_int_equal(info.channel[0].silences.n, 1);
    assert_int_equal(media_speech(a, &info, 1).n, 0); /* no such channel */
}

static void long_speech_is_cut_at_its_pauses(void **state)
{
    struct arena *a = *state;
    struct media_info info = inspect(a, record(a, 1, 60, long_monologue));
    struct media_spans s = media_speech(a, &info, 0);
    size_t i;

    assert_in_range(s.n, 3, 6);
    for (i = 0; i < s.n; i++) {
        assert_in_range(s.at[i].end_ms - s.at[i].start_ms, 1, 20000);
        if (i)
            assert_true(s.at[i].start_ms >= s.at[i - 1].end_ms);
        if (i) /* pauses lie at multiples of 5.5 s */
            assert_true((s.at[i].start_ms + 100) % 5500 < 500);
    }
    assert_in_range(s.at[0].start_ms, 1700, 2100);
    assert_int_equal(s.at[s.n - 1].end_ms, 60000);
}

/* A source that never ends: a header, then silence. */
struct bomb {
    struct str header;
    bool begun;
    uint64_t given;
};

static const struct err *bomb_read(void *ctx, void *buf, size_t n, size_t *ret_n)
{
    struct bomb *b = ctx;

    if (!b->begun) {
        b->begun = true;
        memcpy(buf, b->header.p, b->header.n);
        *ret_n = b->header.n;
        return NULL;
    }
    memset(buf, 128, n); /* silence in 8 bits */
    *ret_n = n;
    b->given += n;
    return NULL;
}

static void endless_silence_ends_at_four_hours(void **state)
{
    struct arena *a = *state;
    struct bomb b = {wav_file(a, (struct wav){1, 8, 1, 16000, UINT32_MAX}, STR("")), false, 0};
    struct media_info info;

    assert_ptr_equal(media_inspect(a, (struct media_source){bomb_read, &b}, &info), E_BAD_MEDIA);
    assert_string_equal(str_c(a, arena_why(a)),
                        "The recording is longer than 4 hours, which is the limit.");
    assert_true(b.given < 4ull * 3600 * 16000 + (4 << 20));
}

static const struct err *broken_read(void *ctx, void *buf, size_t n, size_t *ret_n)
{
    (void)buf, (void)n, (void)ret_n;
    return err_why(ctx, E_SEAL, "Chunk 3 does not open.");
}

static void the_error_of_a_source_is_passed_on(void **state)
{
    struct arena *a = *state;
    struct media_info info;

    assert_ptr_equal(media_inspect(a, (struct media_source){broken_read, a}, &info), E_SEAL);
    assert_string_equal(str_c(a, arena_why(a)), "Chunk 3 does not open.");
}

struct watched {
    pid_t pid;
    int signal;
    bool begun;
    char status[4096], environ[16];
    size_t environ_n;
};

static void on_child(void *ctx, pid_t pid)
{
    struct watched *w = ctx;

    w->pid = pid;
    if (w->signal)
        kill(pid, w->signal);
}

static size_t slurp(pid_t pid, const char *name, char *buf, size_t n)
{
    char path[64];
    FILE *f;
    size_t got = 0;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    f = fopen(path, "r");
    if (f) {
        got = fread(buf, 1, n - 1, f);
        fclose(f);
    }
    buf[got] = 0;
    return got;
}

/* The decoder waits for its first byte while this runs. */
static const struct err *watched_read(void *ctx, void *buf, size_t n, size_t *ret_n)
{
    struct watched *w = ctx;

    (void)buf, (void)n;
    if (!w->begun) {
        w->begun = true;
        slurp(w->pid, "status", w->status, sizeof w->status);
        w->environ_n = slurp(w->pid, "environ", w->environ, sizeof w->environ);
    }
    *ret_n = 0;
    return NULL;
}

static void the_decoder_is_locked_in_before_it_reads(void **state)
{
    struct arena *a = *state;
    struct watched w = {0};
    struct media_info info;

    media_watch(on_child, &w);
    assert_ptr_equal(media_inspect(a, (struct media_source){watched_read, &w}, &info), E_BAD_MEDIA);
    assert_string_equal(str_c(a, arena_why(a)), "The file is empty.");
    assert_non_null(strstr(w.status, "\nSeccomp:\t2\n"));
    assert_non_null(strstr(w.status, "\nNoNewPrivs:\t1\n"));
    assert_non_null(strstr(w.status, "\nThreads:\t1\n"));
    assert_int_equal(w.environ_n, 0);
    assert_int_equal(kill(w.pid, 0), -1); /* reaped */
}

static void a_killed_decoder_is_an_error_not_a_crash(void **state)
{
    struct arena *a = *state;
    struct watched w = {.signal = SIGKILL};
    struct media_info info;
    struct str file = record(a, 1, 60, always);

    media_watch(on_child, &w);
    assert_ptr_equal(media_inspect(a, media_bytes(a, file), &info), E_CRASHED);
    assert_string_equal(str_c(a, arena_why(a)),
                        "The decoder died while reading the recording (signal 9).");
    w.signal = SIGXCPU;
    assert_ptr_equal(media_inspect(a, media_bytes(a, file), &info), E_TIMEOUT);
}

static void a_stuck_decoder_is_ended(void **state)
{
    struct arena *a = *state;
    struct watched w = {.signal = SIGSTOP};
    struct media_info info;

    media_watch(on_child, &w);
    media_set_timeout(300);
    assert_ptr_equal(media_inspect(a, media_bytes(a, record(a, 1, 1, always)), &info), E_TIMEOUT);
    assert_int_equal(kill(w.pid, 0), -1);
}

static void a_wrong_decoder_is_an_error(void **state)
{
    struct arena *a = *state;
    struct media_info info;

    media_set_child("/nonexistent/ringsight-media");
    assert_ptr_equal(media_inspect(a, media_bytes(a, STR("x")), &info), E_CRASHED);
    media_set_child("/bin/true");
    assert_ptr_equal(media_inspect(a, media_bytes(a, STR("x")), &info), E_CRASHED);
    media_set_child("/bin/pwd"); /* answers nonsense */
    assert_ptr_equal(media_inspect(a, media_bytes(a, STR("x")), &info), E_CRASHED);
}

/* Every cut and many flips of real files: a result or one of our errors, never a crash. */
static void damaged_files_do_not_kill_the_decoder(void **state)
{
    static const struct str files[] = {
        SAMPLE(mp3_sample),       SAMPLE(opus_sample),      SAMPLE(flac_sample),
        SAMPLE(gsm_sample),       SAMPLE(m4a_sample),       SAMPLE(m4a_parts_sample),
        SAMPLE(aac_sample),       SAMPLE(amr_sample),       SAMPLE(amr_wide_sample),
        SAMPLE(webm_sample),
    };
    uint32_t seed = 1;
    size_t i, k, round;

    (void)state;
    for (i = 0; i < sizeof files / sizeof *files; i++) {
        for (round = 0; round < 12; round++) {
            struct arena *a = arena_new();
            unsigned char *copy = arena_alloc(a, files[i].n);
            size_t n = round % 3 ? files[i].n : files[i].n * (round + 1) / 13;
            struct media_info info;
            const struct err *e;

            memcpy(copy, files[i].p, files[i].n);
            for (k = 0; k < round; k++) {
                seed = seed * 1664525u + 1013904223u;
                copy[seed % files[i].n] ^= (unsigned char)(1u << (seed >> 29));
            }
            e = media_inspect(a, media_bytes(a, str_n(copy, n)), &info);
            if (e && e != E_BAD_MEDIA)
                fail_msg("%s: %.*s", e->code, STR_ARG(arena_why(a)));
            arena_free(a);
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

const struct CMUnitTest media_tests[] = {
    TEST(d2_06_wav_codings_give_the_same_sound),
    TEST(d2_06_packed_codings_are_decoded),
    TEST(samples_come_out_at_16_khz),
    TEST(other_files_are_refused_in_words),
    TEST(bad_headers_are_refused_in_words),
    TEST(other_codings_in_known_files_are_refused_in_words),
    TEST(headers_without_sound_are_refused_in_words),
    TEST(d2_06_sizes_in_headers_are_not_believed),
    TEST(what_is_left_of_a_cut_file_is_decoded),
    TEST(d2_06_tags_before_the_sound_are_skipped),
    TEST(sides_are_told_apart),
    TEST(speech_is_found_and_silence_is_not),
    TEST(long_speech_is_cut_at_its_pauses),
    TEST(endless_silence_ends_at_four_hours),
    TEST(the_error_of_a_source_is_passed_on),
    TEST(the_decoder_is_locked_in_before_it_reads),
    TEST(a_killed_decoder_is_an_error_not_a_crash),
    TEST(a_stuck_decoder_is_ended),
    TEST(a_wrong_decoder_is_an_error),
    TEST(damaged_files_do_not_kill_the_decoder),
};
const size_t n_media_tests = sizeof media_tests / sizeof *media_tests;
