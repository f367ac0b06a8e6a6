/* The parent's reading of the decoder's output. Called by process.c per block and by media.c at the
 * end. The decoder may have been taken over by the file it read: every number is checked before it
 * is used, and none is used as a size that was not counted here. */
#include "media/collect.h"

#include <string.h>

#include "media/reasons.h"
#include "media/speech.h"

void collect_init(struct collect *c, struct arena *a, bool want_pcm, const struct media_sink *opus)
{
    memset(c, 0, sizeof *c);
    c->a = a;
    c->want_pcm = want_pcm;
    c->opus = opus;
    c->lines = growth_new(a);
    c->levels = growth_new(a);
    c->pcm[0] = growth_new(a);
    c->pcm[1] = growth_new(a);
}

static const struct err *nonsense(struct collect *c)
{
    return err_why(c->a, E_CRASHED, "The decoder gave an answer that makes no sense.");
}

static const struct err *append(struct collect *c, struct growth *g, const void *p, size_t n)
{
    void *to = growth_add(g, n);

    if (!to)
        return err_why(c->a, E_BUSY, "There is not enough memory for the recording just now.");
    memcpy(to, p, n);
    return NULL;
}

static const struct err *take_format(struct collect *c, const void *p, size_t n)
{
    struct wire_format f;

    if (n != sizeof f || c->info.channels)
        return nonsense(c);
    memcpy(&f, p, sizeof f);
    if (f.channels < 1 || f.channels > 2 || f.rate < 1000 || f.rate > 1000000 ||
        !reason_format(&f, &c->info))
        return nonsense(c);
    c->info.channels = f.channels;
    c->info.rate = f.rate;
    return NULL;
}

static const struct err *take_levels(struct collect *c, const void *p, size_t n)
{
    size_t each = sizeof(struct wire_level) * c->info.channels;

    if (!each || n % each != 0)
        return nonsense(c);
    if ((c->levels->n + n) / each > WIRE_MAX_SAMPLES / WIRE_WINDOW + 1)
        return nonsense(c);
    return append(c, c->levels, p, n);
}

/* Which of the n samples that follow those seen are wanted. */
static void keep(const struct collect *c, size_t n, size_t *ret_first, size_t *ret_kept)
{
    uint64_t from = c->from > c->seen ? c->from : c->seen, end = c->seen + n;

    if (c->to && c->to < end)
        end = c->to;
    *ret_first = (size_t)(from - c->seen);
    *ret_kept = from < end ? (size_t)(end - from) : 0;
}

static const struct err *take_pcm(struct collect *c, const void *p, size_t n)
{
    size_t each = n / (c->info.channels ? c->info.channels : 1);
    const struct err *e = NULL;
    size_t first, kept;
    unsigned i;

    if (!c->want_pcm || !c->info.channels || n % (sizeof(int16_t) * c->info.channels) != 0)
        return nonsense(c);
    if (c->seen + each / sizeof(int16_t) > WIRE_MAX_SAMPLES)
        return nonsense(c);
    keep(c, each / sizeof(int16_t), &first, &kept);
    for (i = 0; i < c->info.channels && !e && kept; i++)
        e = append(c, c->pcm[i], (const char *)p + i * each + first * sizeof(int16_t),
                   kept * sizeof(int16_t));
    c->seen += each / sizeof(int16_t);
    c->enough = !e && c->to && c->seen >= c->to;
    return c->enough ? E_GONE : e;
}

static const struct err *take_opus(struct collect *c, const void *p, size_t n)
{
    if (!c->opus || !c->info.channels || n > WIRE_MAX_OPUS - c->opus_bytes)
        return nonsense(c);
    c->opus_bytes += n;
    return c->opus->write(c->opus->ctx, str_n(p, n));
}

static const struct err *take_lines(struct collect *c, const void *p, size_t n)
{
    if (!c->want_lines || n > WIRE_SHEET_MAX_OUT - c->lines->n)
        return nonsense(c);
    return append(c, c->lines, p, n);
}

static const struct err *take_sheet_done(struct collect *c, size_t n)
{
    if (!c->want_lines || n)
        return nonsense(c);
    c->ended = true;
    return NULL;
}

static const struct err *take_done(struct collect *c, const void *p, size_t n)
{
    size_t windows;

    if (c->want_lines || n != sizeof c->done || !c->info.channels)
        return nonsense(c);
    memcpy(&c->done, p, sizeof c->done);
    c->ended = true;
    windows = c->levels->n / sizeof(struct wire_level) / c->info.channels;
    if (c->done.samples == 0 || c->done.samples > WIRE_MAX_SAMPLES ||
        windows != (c->done.samples + WIRE_WINDOW - 1) / WIRE_WINDOW)
        return nonsense(c);
    if (c->want_pcm && c->seen != c->done.samples)
        return nonsense(c);
    return c->opus && !c->opus_bytes ? nonsense(c) : NULL;
}

static const struct err *take_refused(struct collect *c, const void *p, size_t n)
{
    struct wire_refused refused;
    struct str sentence;

    if (n != sizeof refused)
        return nonsense(c);
    memcpy(&refused, p, sizeof refused);
    c->ended = true;
    sentence = reason_sentence(c->a, &refused);
    if (!sentence.p)
        return nonsense(c);
    return err_why(c->a, E_BAD_MEDIA, "%.*s", STR_ARG(sentence));
}

const struct err *collect_block(struct collect *c, uint32_t kind, const void *p, size_t n)
{
    if (c->ended)
        return nonsense(c);
    switch (kind) {
    case WIRE_FORMAT:
        return take_format(c, p, n);
    case WIRE_LEVELS:
        return take_levels(c, p, n);
    case WIRE_PCM:
        return take_pcm(c, p, n);
    case WIRE_OPUS:
        return take_opus(c, p, n);
    case WIRE_LINES:
        return take_lines(c, p, n);
    case WIRE_SHEET_DONE:
        return take_sheet_done(c, n);
    case WIRE_DONE:
        return take_done(c, p, n);
    case WIRE_REFUSED:
        return take_refused(c, p, n);
    default:
        return nonsense(c);
    }
}

static int32_t within(int32_t v, int32_t least, int32_t most)
{
    return v < least ? least : v > most ? most : v;
}

static void unweave(struct collect *c)
{
    const struct wire_level *in = c->levels->p;
    unsigned channels = c->info.channels, i;
    size_t k, n = c->info.levels;

    for (i = 0; i < channels; i++) {
        uint8_t *peaks = ARENA_ARRAY(c->a, n, uint8_t);
        int16_t *levels = ARENA_ARRAY(c->a, n, int16_t);

        for (k = 0; k < n; k++) {
            peaks[k] = in[k * channels + i].peak;
            levels[k] = (int16_t)within(in[k * channels + i].level, MEDIA_QUIETEST, 0);
        }
        c->info.channel[i].peaks = peaks;
        c->info.channel[i].levels = levels;
        c->info.channel[i].loudness = within(c->done.loudness[i], MEDIA_QUIETEST, 0);
    }
}

const struct err *collect_finish(struct collect *c, struct media_info *ret,
                                 struct media_pcm *ret_pcm)
{
    unsigned i;

    if (!c->done.samples)
        return nonsense(c);
    /* Rounded up: a recording that has sound is never 0 ms long. */
    c->info.duration_ms = (int64_t)((c->done.samples * 1000 + WIRE_RATE - 1) / WIRE_RATE);
    c->info.levels = c->levels->n / sizeof(struct wire_level) / c->info.channels;
    c->info.correlation = within(c->done.correlation, -10000, 10000);
    c->info.truncated = c->done.truncated != 0;
    c->info.damaged = c->done.damaged != 0;
    unweave(c);
    growth_end(c->levels);
    speech_judge(c->a, &c->info);
    *ret = c->info;
    if (!ret_pcm)
        return NULL;
    *ret_pcm = (struct media_pcm){{NULL, NULL}, (size_t)c->done.samples};
    for (i = 0; i < c->info.channels; i++) {
        growth_trim(c->pcm[i]);
        ret_pcm->channel[i] = c->pcm[i]->p;
    }
    return NULL;
}
