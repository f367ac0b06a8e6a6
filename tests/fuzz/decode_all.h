/* The whole decode path on the bytes of one fuzz input. Included by the targets of recordings;
 * it breaks off if the results contradict each other. */
#ifndef RINGSIGHT_TESTS_FUZZ_DECODE_ALL_H
#define RINGSIGHT_TESTS_FUZZ_DECODE_ALL_H

#include <libavutil/log.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "media/child/decode.h"

struct fuzz_case {
    const uint8_t *p;
    size_t n;
    uint64_t levels, samples, opus;
    unsigned channels;
};

static size_t fuzz_read(void *ctx, uint8_t *buf, size_t n)
{
    struct fuzz_case *c = ctx;

    /* Odd steps, so that look-ahead and page borders fall anywhere. */
    n = n < 1000 ? n : 1000;
    n = n < c->n ? n : c->n;
    if (n)
        memcpy(buf, c->p, n);
    c->p += n;
    c->n -= n;
    return n;
}

static void fuzz_format(void *ctx, const struct wire_format *format)
{
    struct fuzz_case *c = ctx;

    if (c->channels || format->channels < 1 || format->channels > 2)
        abort();
    c->channels = format->channels;
}

static void fuzz_levels(void *ctx, const struct wire_level *levels, size_t n)
{
    struct fuzz_case *c = ctx;
    size_t i;

    for (i = 0; i < n; i++)
        if (levels[i].level > 0 || levels[i].level < WIRE_QUIETEST)
            abort();
    c->levels += n;
}

static void fuzz_pcm(void *ctx, int16_t *const channel[2], unsigned channels, size_t n)
{
    struct fuzz_case *c = ctx;
    volatile int16_t sink = 0;
    unsigned k;

    if (channels != c->channels || n > DECODE_BLOCK)
        abort();
    for (k = 0; k < channels && n; k++)
        sink = (int16_t)(sink ^ channel[k][0] ^ channel[k][n - 1]);
    c->samples += n;
}

static void fuzz_opus(void *ctx, const uint8_t *p, size_t n)
{
    struct fuzz_case *c = ctx;

    if (!c->channels || n == 0 || n > WIRE_MAX_OUT || (!c->opus && memcmp(p, "OggS", n < 4 ? n : 4) != 0))
        abort();
    c->opus += n;
}

static void fuzz_quiet(void *ctx, int level, const char *fmt, va_list ap)
{
    (void)ctx, (void)level, (void)fmt, (void)ap;
}

static void fuzz_decode(const uint8_t *p, size_t n)
{
    struct fuzz_case c = {p, n, 0, 0, 0, 0};
    /* Encoding takes its time: of every second input. */
    bool opus = n % 2;
    struct decode_out out = {&c, fuzz_format, fuzz_levels, fuzz_pcm, opus ? fuzz_opus : NULL, NULL, 0};
    struct wire_done done;
    uint32_t detail;
    enum wire_reason reason;

    av_log_set_callback(fuzz_quiet);
    reason = decode(fuzz_read, &c, &out, &done, &detail);
    if (reason >= WIRE_REASONS)
        abort();
    if (reason)
        return;
    if (done.samples == 0 || done.samples != c.samples || (c.opus > 0) != opus)
        abort();
    if (c.levels != (c.samples + WIRE_WINDOW - 1) / WIRE_WINDOW * c.channels)
        abort();
}

#endif
