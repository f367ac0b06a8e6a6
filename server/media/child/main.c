/* ringsight-media: reads one recording, or a spreadsheet, from standard input, writes what was heard to standard
 * output, both framed as media/wire.h says, and ends. Started by media/process.c. It must not read
 * before the sandbox is on, and takes no environment and no files. With "opus" as its argument it
 * gives the sound as an Ogg/Opus file too, and has the time for that; with "sheet" it takes an XLSX file. */
#include <errno.h>
#include <libavutil/log.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "media/child/decode.h"
#include "media/child/package.h"
#include "media/child/sandbox.h"
#include "media/wire.h"

/* Exit status where the parent went away or broke the protocol: nobody is there to read it. */
#define EXIT_ALONE 4

/* Processor time for 4 hours of sound on a slow machine: to decode it, and to encode it too. */
#define CPU_S 60
#define CPU_OPUS_S 600
#define CPU_SHEET_S 20

static size_t read_some(void *buf, size_t n)
{
    ssize_t got;

    do
        got = read(STDIN_FILENO, buf, n);
    while (got < 0 && errno == EINTR);
    if (got <= 0) /* the end of the file is said in the frames, so this is a lost parent */
        _exit(EXIT_ALONE);
    return (size_t)got;
}

static void read_all(void *buf, size_t n)
{
    size_t at = 0;

    while (at < n)
        at += read_some((uint8_t *)buf + at, n - at);
}

static void write_all(const void *buf, size_t n)
{
    const uint8_t *p = buf;
    ssize_t put;

    while (n > 0) {
        put = write(STDOUT_FILENO, p, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            _exit(EXIT_ALONE);
        p += put;
        n -= (size_t)put;
    }
}

static void send_block(enum wire_kind kind, const void *p, size_t n)
{
    struct wire_head head = {(uint32_t)kind, (uint32_t)n};

    write_all(&head, sizeof head);
    write_all(p, n);
}

struct input {
    uint32_t left; /* of the current block */
    int ended;
};

static size_t next_bytes(void *ctx, uint8_t *buf, size_t n)
{
    struct input *in = ctx;
    size_t got;

    if (in->ended)
        return 0;
    if (in->left == 0) {
        read_all(&in->left, sizeof in->left);
        in->ended = in->left == 0;
        if (in->ended)
            return 0;
    }
    got = read_some(buf, n < in->left ? n : in->left);
    in->left -= (uint32_t)got;
    return got;
}

static void put_format(void *ctx, const struct wire_format *format)
{
    (void)ctx;
    send_block(WIRE_FORMAT, format, sizeof *format);
}

static void put_levels(void *ctx, const struct wire_level *levels, size_t n)
{
    (void)ctx;
    send_block(WIRE_LEVELS, levels, n * sizeof *levels);
}

static void put_pcm(void *ctx, int16_t *const channel[2], unsigned channels, size_t n)
{
    struct wire_head head = {WIRE_PCM, (uint32_t)(channels * n * sizeof(int16_t))};
    unsigned c;

    (void)ctx;
    write_all(&head, sizeof head);
    for (c = 0; c < channels; c++)
        write_all(channel[c], n * sizeof(int16_t));
}

static void put_opus(void *ctx, const uint8_t *p, size_t n)
{
    (void)ctx;
    send_block(WIRE_OPUS, p, n);
}

static void put_lines(void *ctx, const char *p, size_t n)
{
    (void)ctx;
    send_block(WIRE_LINES, p, n);
}

static uint32_t read_sheet(struct input *in)
{
    static uint8_t file[WIRE_SHEET_MAX_FILE];
    size_t n = 0, got;

    do {
        got = n < sizeof file ? next_bytes(in, file + n, sizeof file - n) : 0;
        n += got;
    } while (got);
    if (n == sizeof file)
        return WIRE_SHEET_BIG;
    return package_read(file, n, put_lines, NULL);
}

static void log_nothing(void *ctx, int level, const char *fmt, va_list ap)
{
    (void)ctx, (void)level, (void)fmt, (void)ap;
}

int main(int argc, char **argv)
{
    bool opus = argc > 1 && strcmp(argv[1], "opus") == 0;
    bool sheet = argc > 1 && strcmp(argv[1], "sheet") == 0;
    struct decode_out out = {NULL, put_format, put_levels, NULL, opus ? put_opus : NULL, NULL, 0};
    struct input in = {0, 0};
    struct wire_hello hello;
    struct wire_refused refused = {0, 0};
    struct wire_done done;
    static struct wire_mute mutes[WIRE_MAX_MUTES];

    av_log_set_callback(log_nothing); /* the usual one asks the terminal for its colours */
    package_prepare();
    if (!sandbox_enter(opus ? CPU_OPUS_S : sheet ? CPU_SHEET_S : CPU_S))
        _exit(WIRE_EXIT_UNLOCKED);
    send_block(WIRE_READY, "", 0);
    read_all(&hello, sizeof hello);
    if (hello.magic != WIRE_MAGIC || hello.n_mutes > WIRE_MAX_MUTES)
        _exit(EXIT_ALONE);
    read_all(mutes, hello.n_mutes * sizeof *mutes);
    out.mutes = mutes;
    out.n_mutes = hello.n_mutes;
    if (hello.want_pcm)
        out.pcm = put_pcm;
    refused.reason = sheet ? read_sheet(&in)
                           : decode(next_bytes, &in, &out, &done, &refused.detail);
    if (refused.reason == WIRE_OK && sheet)
        send_block(WIRE_SHEET_DONE, "", 0);
    else if (refused.reason == WIRE_OK)
        send_block(WIRE_DONE, &done, sizeof done);
    else
        send_block(WIRE_REFUSED, &refused, sizeof refused);
    _exit(0); /* exit() would run the libraries' farewells, which need more than the sandbox has */
}
