/* Levels, peaks, loudness and channel likeness of decoded sound. Called by decode.c for each block
 * of samples. Pure arithmetic: it must not allocate and must not depend on how blocks are cut. */
#include "media/child/meter.h"

#include <math.h>
#include <string.h>

/* Mean square of full scale is 32768^2, so a full-scale sine is -3.01 dB. */
static int16_t level_of(double sum, uint64_t n)
{
    double mean = n ? sum / (double)n : 0;
    double cdb;

    if (mean < 1e-9)
        return WIRE_QUIETEST;
    cdb = 1000.0 * log10(mean / (32768.0 * 32768.0));
    return cdb < WIRE_QUIETEST ? WIRE_QUIETEST : (int16_t)lround(cdb);
}

void meter_init(struct meter *m, unsigned channels,
                void (*put)(void *ctx, const struct wire_level *levels, size_t n), void *ctx)
{
    memset(m, 0, sizeof *m);
    m->channels = channels;
    m->put = put;
    m->ctx = ctx;
}

static void flush(struct meter *m)
{
    if (m->held)
        m->put(m->ctx, m->out, m->held);
    m->held = 0;
}

static void end_window(struct meter *m)
{
    int32_t peak;
    unsigned c;

    for (c = 0; c < m->channels; c++) {
        peak = m->window_peak[c] / 128;
        m->out[m->held++] = (struct wire_level){
            .level = level_of((double)m->window_sum[c], m->in_window),
            .peak = (uint8_t)(peak > 255 ? 255 : peak),
        };
        m->window_sum[c] = 0;
        m->window_peak[c] = 0;
    }
    m->in_window = 0;
    if (m->held >= (size_t)METER_BLOCK * m->channels)
        flush(m);
}

/* n samples that all lie in the current window. */
static void add_part(struct meter *m, int16_t *const channel[2], size_t from, size_t n)
{
    unsigned c;
    size_t i;

    for (c = 0; c < m->channels; c++) {
        const int16_t *s = channel[c] + from;
        int64_t sum = 0;
        int32_t peak = m->window_peak[c];

        for (i = 0; i < n; i++) {
            int32_t v = s[i], abs = v < 0 ? -v : v;

            sum += (int64_t)v * v;
            peak = abs > peak ? abs : peak;
        }
        m->window_sum[c] += (uint64_t)sum;
        m->window_peak[c] = peak;
        m->sum[c] += sum;
    }
    if (m->channels == 2) {
        int64_t product = 0;

        for (i = 0; i < n; i++)
            product += (int64_t)channel[0][from + i] * channel[1][from + i];
        m->product += product;
    }
    m->in_window += (unsigned)n;
}

void meter_add(struct meter *m, int16_t *const channel[2], size_t n)
{
    size_t at = 0, part;

    while (at < n) {
        part = WIRE_WINDOW - m->in_window;
        part = part < n - at ? part : n - at;
        add_part(m, channel, at, part);
        at += part;
        if (m->in_window == WIRE_WINDOW)
            end_window(m);
    }
    m->samples += n;
}

void meter_end(struct meter *m, struct wire_done *ret)
{
    double norm = sqrt((double)m->sum[0]) * sqrt((double)m->sum[1]);
    unsigned c;

    if (m->in_window)
        end_window(m);
    flush(m);
    ret->samples = m->samples;
    for (c = 0; c < 2; c++)
        ret->loudness[c] = level_of((double)m->sum[c], m->samples);
    ret->correlation = norm > 0 ? (int32_t)lround(10000.0 * (double)m->product / norm) : 0;
}
