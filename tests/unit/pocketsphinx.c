/* The offline speech engine against the real ringsight-asr and the real models. Speech is made by
 * flite when the tests start. The child is looked for in RINGSIGHT_ASR, then beside this program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engines/pocketsphinx/pocketsphinx.h"

#define RATE 16000
#define MODELS "/usr/share/pocketsphinx/model/en-us"

struct sound {
    int16_t *pcm;
    size_t n;
};

static struct arena *arena;
static char folder[] = "/tmp/ringsight-speech-XXXXXX";
static char child[PATH_MAX];

static const char *find_child(void)
{
    const char *given = getenv("RINGSIGHT_ASR");
    ssize_t n = readlink("/proc/self/exe", child, sizeof child - 20);
    char *slash;

    if (given)
        return given;
    assert_true(n > 0);
    child[n] = 0;
    slash = strrchr(child, '/');
    memcpy(slash, "/ringsight-asr", sizeof "/ringsight-asr");
    return child;
}

static int set_up(void **state)
{
    (void)state;
    if (strstr(folder, "XXXXXX"))
        assert_non_null(mkdtemp(folder));
    arena = arena_new();
    pocketsphinx_set_child(find_child());
    pocketsphinx_set_models(MODELS);
    pocketsphinx_set_patience(60, 30);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static int remove_folder(void **state)
{
    char command[100];

    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
    return tear_down(state);
}

static struct sound say(const char *voice, const char *text)
{
    char path[200], command[600];
    struct sound s;
    struct stat st;
    FILE *f;

    snprintf(path, sizeof path, "%s/say.wav", folder);
    snprintf(command, sizeof command, "flite -voice %s -t \"%s\" -o %s", voice, text, path);
    assert_int_equal(system(command), 0);
    assert_non_null(f = fopen(path, "rb"));
    assert_int_equal(fstat(fileno(f), &st), 0);
    s.n = ((size_t)st.st_size - 44) / 2;
    s.pcm = ARENA_ARRAY(arena, s.n, int16_t);
    assert_int_equal(fseek(f, 44, SEEK_SET), 0);
    assert_int_equal(fread(s.pcm, 2, s.n, f), s.n);
    fclose(f);
    return s;
}

static struct speech_segment segment(struct sound s, int32_t start_ms)
{
    return (struct speech_segment){0, start_ms, start_ms + (int32_t)(s.n / (RATE / 1000)),
                                   s.pcm, s.n, 0, NULL};
}

static const struct err *hear(struct speech_segment *s, size_t n)
{
    return pocketsphinx_engine.recognise(arena, s, n, NULL, NULL);
}

static const char *text_of(const struct speech_segment *s)
{
    struct buf b = buf_new(arena, 1000000);

    for (size_t i = 0; i < s->n_words; i++)
        buf_fmt(&b, "%s%.*s", i ? " " : "", STR_ARG(s->words[i].text));
    return str_c(arena, buf_str(&b));
}

/* Everything that a segment says, for comparing. */
static const char *all_of(const struct speech_segment *s)
{
    struct buf b = buf_new(arena, 1000000);

    for (size_t i = 0; i < s->n_words; i++)
        buf_fmt(&b, "%.*s %d %d %d\n", STR_ARG(s->words[i].text), s->words[i].start_ms,
                s->words[i].end_ms, s->words[i].confidence);
    return str_c(arena, buf_str(&b));
}

static size_t open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    size_t n = 0;

    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void assert_no_children(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

/* A stand-in for ringsight-asr. */
static const char *script(const char *name, const char *text)
{
    const char *path = str_c(arena, str_fmt(arena, "%s/%s", folder, name));
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fprintf(f, "#!/bin/sh\n%s\n", text);
    fclose(f);
    assert_int_equal(chmod(path, 0700), 0);
    return path;
}

#define HELLO "printf 'RSA1\\001\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000'\n"

static void hears_a_sentence(void **state)
{
    struct sound s = say("slt", "thank you for calling. i don't know my order number");
    struct speech_segment g = segment(s, 5000);
    int32_t last = 5000;

    (void)state;
    assert_null(hear(&g, 1));
    assert_string_equal(text_of(&g), "thank you for calling i don't know my order number");
    for (size_t i = 0; i < g.n_words; i++) {
        assert_true(g.words[i].start_ms >= last && g.words[i].end_ms > g.words[i].start_ms);
        assert_true(g.words[i].end_ms <= g.end_ms);
        assert_in_range(g.words[i].confidence, 0, 10000);
        last = g.words[i].end_ms;
    }
}

static void times_are_true(void **state)
{
    struct sound s = say("rms", "hello");
    struct sound padded = {ARENA_ARRAY(arena, s.n + 5 * RATE, int16_t), s.n + 5 * RATE};
    struct speech_segment g;

    (void)state;
    memcpy(padded.pcm + 4 * RATE, s.pcm, s.n * 2);
    g = segment(padded, 60000);
    assert_null(hear(&g, 1));
    assert_string_equal(text_of(&g), "hello");
    assert_in_range(g.words[0].start_ms, 64000, 64300);
    assert_in_range(g.words[0].end_ms, 64400, 65000);
}

static void order_does_not_matter(void **state)
{
    static const char *const text[] = {"i would like to speak to a manager", "yes please",
                                       "the payment was declined by your bank", "hello",
                                       "is there anything else i can do for you today"};
    struct speech_segment once[5], again[10], alone;
    cpu_set_t all, one;

    (void)state;
    for (size_t i = 0; i < 5; i++)
        once[i] = segment(say(i % 2 ? "awb" : "slt", text[i]), 0);
    for (size_t i = 0; i < 10; i++)
        again[i] = once[9 - i > 4 ? i : 9 - i];
    assert_null(hear(once, 5));
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    CPU_ZERO(&one);
    for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
        if (CPU_ISSET(i, &all))
            CPU_SET(i, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_null(hear(again, 10));
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
    for (size_t i = 0; i < 10; i++)
        assert_string_equal(all_of(&again[i]), all_of(&once[9 - i > 4 ? i : 9 - i]));
    alone = once[3];
    assert_null(hear(&alone, 1));
    assert_string_equal(all_of(&alone), all_of(&once[3]));
}

/* One second from each kind of sound that is no speech. */
static int16_t sample(int kind, size_t i, uint32_t *seed, float *low)
{
    const float t = (float)i / RATE, turn = 6.2831853f;
    float noise;

    *seed = *seed * 1664525u + 1013904223u;
    noise = (float)(int32_t)*seed / 2147483648.0f;
    *low += 0.02f * (noise - *low);
    switch (kind) {
    case 0: /* silence */
        return 0;
    case 1: /* the last bit */
        return (int16_t)(*seed >> 31);
    case 2: /* white noise, loud */
        return (int16_t)(noise * 12000);
    case 3: /* white noise, soft */
        return (int16_t)(noise * 300);
    case 4: /* a tone */
        return (int16_t)(8000 * sinf(turn * 440 * t));
    case 5: /* breathing: low noise that comes and goes */
        return (int16_t)(*low * 60000 * fabsf(sinf(turn * 0.3f * t)));
    case 6: /* ringing: two tones, a second on, a second off */
        return (int16_t)(i / RATE % 2 ? 0
                                      : 5000 * (sinf(turn * 440 * t) + sinf(turn * 480 * t)));
    default: /* hum of the mains */
        return (int16_t)(3000 * sinf(turn * 50 * t) + 2000 * sinf(turn * 150 * t));
    }
}

static void invents_nothing(void **state)
{
    struct speech_segment g[9];
    const size_t n = 4 * RATE;
    uint32_t seed = 7;

    (void)state;
    for (int kind = 0; kind < 8; kind++) {
        struct sound s = {ARENA_ARRAY(arena, n, int16_t), n};
        float low = 0;

        for (size_t i = 0; i < n; i++)
            s.pcm[i] = sample(kind, i, &seed, &low);
        g[kind] = segment(s, 0);
    }
    g[8] = segment(say("slt", "thank you for calling"), 0); /* the gate does not shut out everything */
    assert_null(hear(g, 9));
    for (int kind = 0; kind < 8; kind++)
        assert_string_equal(text_of(&g[kind]), "");
    assert_string_equal(text_of(&g[8]), "thank you for calling");
}

static void odd_sizes(void **state)
{
    int16_t few[700] = {1, -1};
    struct speech_segment g[5];
    static const size_t size[5] = {0, 1, 159, 641, 700};

    (void)state;
    assert_null(hear(NULL, 0));
    for (size_t i = 0; i < 5; i++)
        g[i] = segment((struct sound){few, size[i]}, 100);
    assert_null(hear(g, 5));
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(g[i].n_words, 0);
    g[0].n_samples = 40000000;
    assert_ptr_equal(hear(g, 1), E_BAD_MEDIA);
}

static void long_stretches_are_cut(void **state)
{
    struct sound s = say("slt", "i will send you an email with all the details");
    const size_t each = s.n + RATE / 2, times = 12;
    struct sound all = {ARENA_ARRAY(arena, each * times, int16_t), each * times};
    struct speech_segment g;
    size_t emails = 0;

    (void)state;
    assert_true(all.n > 35 * RATE);
    for (size_t i = 0; i < times; i++)
        memcpy(all.pcm + i * each, s.pcm, s.n * 2);
    g = segment(all, 0);
    assert_null(hear(&g, 1));
    for (size_t i = 0; i < g.n_words; i++) {
        if (str_is(g.words[i].text, "email")) {
            int32_t at = g.words[i].start_ms - (int32_t)(emails * each / (RATE / 1000));

            assert_in_range(at, 700, 1400);
            emails++;
        }
    }
    assert_int_equal(emails, times);
}

struct progress {
    int calls, last;
};

static void on_progress(void *ctx, int percent)
{
    struct progress *p = ctx;

    assert_true(percent > p->last && percent <= 100);
    p->last = percent;
    p->calls++;
}

static void tells_progress(void **state)
{
    struct speech_segment g[3];
    struct progress p = {0, -1};

    (void)state;
    for (size_t i = 0; i < 3; i++)
        g[i] = segment(say("awb", "hello"), 0);
    assert_null(pocketsphinx_engine.recognise(arena, g, 3, on_progress, &p));
    assert_int_equal(p.last, 100);
    assert_int_equal(p.calls, 4);
}

static void says_what_is_missing(void **state)
{
    struct speech_segment g = segment(say("awb", "hello"), 0);

    (void)state;
    pocketsphinx_set_child("/nowhere/ringsight-asr");
    assert_ptr_equal(hear(&g, 1), E_CRASHED);
    assert_true(str_find(arena_why(arena), STR("/nowhere/ringsight-asr"), 0) >= 0);
    pocketsphinx_set_child(find_child());
    pocketsphinx_set_models("/nowhere/models");
    assert_ptr_equal(hear(&g, 1), E_CRASHED);
    assert_true(str_find(arena_why(arena), STR("pocketsphinx-en-us"), 0) >= 0);
    pocketsphinx_set_models(folder); /* is there, but holds no models */
    assert_ptr_equal(hear(&g, 1), E_CRASHED);
    assert_true(str_find(arena_why(arena), STR("cannot be loaded"), 0) >= 0);
    assert_no_children();
}

static void survives_one_crash(void **state)
{
    struct speech_segment g = segment(say("slt", "thank you for calling"), 0);
    const char *text = str_c(arena, str_fmt(arena,
                                            "[ -e %s/flag ] && exec %s \"$1\"\n"
                                            ": > %s/flag\n" HELLO "read x\nkill -SEGV $$",
                                            folder, find_child(), folder));

    (void)state;
    pocketsphinx_set_child(script("once", text));
    assert_null(hear(&g, 1));
    assert_string_equal(text_of(&g), "thank you for calling");
    assert_no_children();
}

static void gives_up_after_two_crashes(void **state)
{
    struct speech_segment g = segment(say("slt", "thank you for calling"), 0);
    size_t before = open_files();

    (void)state;
    pocketsphinx_set_child(script("always", HELLO "kill -SEGV $$"));
    assert_ptr_equal(hear(&g, 1), E_CRASHED);
    assert_true(str_find(arena_why(arena), STR("signal 11"), 0) >= 0);
    pocketsphinx_set_child(script("never", "exit 3"));
    assert_ptr_equal(hear(&g, 1), E_CRASHED);
    assert_true(str_find(arena_why(arena), STR("exit status 3"), 0) >= 0);
    pocketsphinx_set_child(script("rubbish", "printf 'this is not a frame at all'"));
    assert_ptr_equal(hear(&g, 1), E_CRASHED);
    assert_int_equal(open_files(), before);
    assert_no_children();
}

static void ends_a_hanging_child(void **state)
{
    struct speech_segment g = segment(say("slt", "hello"), 0);
    size_t before = open_files();

    (void)state;
    pocketsphinx_set_patience(1, -6);
    pocketsphinx_set_child(script("mute", "while :; do read x; done <&1"));
    assert_ptr_equal(hear(&g, 1), E_TIMEOUT);
    pocketsphinx_set_child(script("deaf", "trap '' TERM\n" HELLO "while :; do read x; done"));
    assert_ptr_equal(hear(&g, 1), E_TIMEOUT);
    assert_int_equal(open_files(), before);
    assert_no_children();
}

static void leaves_nothing_behind(void **state)
{
    struct speech_segment g[4];
    size_t before;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        g[i] = segment(say("awb", "hello"), 0);
    before = open_files();
    assert_null(hear(g, 4));
    assert_int_equal(open_files(), before);
    assert_no_children();
}

/* What the child finds around it, told through its exit status. */
static void child_is_confined(void **state)
{
    struct speech_segment g = segment(say("awb", "hello"), 0);
    int leaked = open("/dev/null", O_RDONLY); /* on purpose without O_CLOEXEC */

    (void)state;
    assert_true(leaked > 2);
    pocketsphinx_set_child(script("look", "while read -r k v; do\n"
                                          "[ \"$k\" = NoNewPrivs: ] && [ \"$v\" = 1 ] && ok=1\n"
                                          "done < /proc/self/status\n"
                                          "[ \"$ok\" ] || exit 11\n"
                                          "[ \"$HOME$USER$LANG\" ] && exit 12\n"
                                          "[ -e /proc/self/fd/4 ] && exit 13\n"
                                          "[ \"$(ulimit -c)\" = 0 ] || exit 14\n"
                                          "exit 42"));
    assert_ptr_equal(hear(&g, 1), E_CRASHED);
    assert_true(str_find(arena_why(arena), STR("exit status 42"), 0) >= 0);
    close(leaked);
}

/* The first child of a process, 0 if it has none. */
static pid_t first_child(pid_t of)
{
    char path[100];
    int pid = 0;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", of, of);
    f = fopen(path, "r");
    if (f) {
        if (fscanf(f, "%d", &pid) != 1)
            pid = 0;
        fclose(f);
    }
    return pid;
}

/* The server is killed in the middle of a segment: child and its fork go too. */
static void dies_with_the_server(void **state)
{
    struct sound s = {ARENA_ARRAY(arena, 60 * RATE, int16_t), 60 * RATE};
    struct sound one = say("slt", "i will send you an email with all the details");
    struct speech_segment g;
    int status, gone = 0;
    pid_t server;

    (void)state;
    for (size_t i = 0; i < s.n; i++)
        s.pcm[i] = one.pcm[i % one.n];
    g = segment(s, 0);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    server = fork();
    if (server == 0) {
        hear(&g, 1);
        _exit(0);
    }
    for (int i = 0; i < 1200; i++) {
        pid_t asr = first_child(server);

        if (asr > 0 && first_child(asr) > 0)
            break;
        usleep(50000);
    }
    kill(server, SIGKILL);
    for (int i = 0; i < 100; i++) {
        pid_t pid = waitpid(-1, &status, WNOHANG);

        if (pid < 0)
            break;
        if (pid == 0)
            usleep(50000);
        gone += pid > 0;
    }
    assert_no_children();
    assert_int_equal(gone, 3); /* server, child, fork: each came to us and was dead */
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

const struct CMUnitTest pocketsphinx_tests[] = {
    TEST(hears_a_sentence),
    TEST(times_are_true),
    TEST(order_does_not_matter),
    TEST(invents_nothing),
    TEST(odd_sizes),
    TEST(long_stretches_are_cut),
    TEST(tells_progress),
    TEST(says_what_is_missing),
    TEST(survives_one_crash),
    TEST(gives_up_after_two_crashes),
    TEST(ends_a_hanging_child),
    TEST(leaves_nothing_behind),
    TEST(child_is_confined),
    cmocka_unit_test_setup_teardown(dies_with_the_server, set_up, remove_folder),
};
const size_t n_pocketsphinx_tests = sizeof pocketsphinx_tests / sizeof *pocketsphinx_tests;
