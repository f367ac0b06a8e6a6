/* Sample rate, format and channel conversion. Called by decode.c for every decoded frame. It must
 * survive streams that change rate or channels midway, and must not let them do so endlessly. */
#include "media/child/resample.h"

#include <libavutil/mem.h>
#include <string.h>

/* Each change builds new filters; real recordings change once at most, when a call is put through.
 */
#define MAX_CHANGES 64

void resample_init(struct resampler *r, unsigned channels, unsigned rate)
{
    memset(r, 0, sizeof *r);
    r->channels = channels;
    r->rate = rate;
}

static enum wire_reason open_swr(struct resampler *r, const AVFrame *frame)
{
    AVChannelLayout in, out;
    int rc;

    if (++r->changes > MAX_CHANGES)
        return WIRE_DAMAGED;
    swr_free(&r->swr);
    r->in_channels = frame->ch_layout.nb_channels;
    r->in_rate = frame->sample_rate;
    r->in_format = frame->format;
    /* Channels are taken by number: a recorder that calls its two channels "centre" and "low"
     * still means two parties. */
    av_channel_layout_default(&in, r->in_channels);
    av_channel_layout_default(&out, (int)r->channels);
    rc = swr_alloc_set_opts2(&r->swr, &out, AV_SAMPLE_FMT_S16P, (int)r->rate, &in,
                             (enum AVSampleFormat)r->in_format, r->in_rate, 0, NULL);
    if (rc >= 0)
        rc = swr_init(r->swr);
    if (rc >= 0)
        return WIRE_OK;
    return rc == AVERROR(ENOMEM) ? WIRE_NO_MEMORY : WIRE_DAMAGED;
}

static enum wire_reason make_room(struct resampler *r, size_t n)
{
    unsigned c;

    if (n <= r->out_cap)
        return WIRE_OK;
    for (c = 0; c < r->channels; c++) {
        av_freep(&r->out[c]);
        r->out[c] = av_malloc_array(n, sizeof(int16_t));
        if (!r->out[c]) {
            r->out_cap = 0;
            return WIRE_NO_MEMORY;
        }
    }
    r->out_cap = n;
    return WIRE_OK;
}

enum wire_reason resample_frame(struct resampler *r, const AVFrame *frame, size_t *ret_n)
{
    enum wire_reason reason = WIRE_OK;
    uint8_t *planes[2];
    int n;

    *ret_n = 0;
    if (!frame && !r->swr)
        return WIRE_OK;
    if (frame && (!r->swr || r->in_channels != frame->ch_layout.nb_channels ||
                  r->in_rate != frame->sample_rate || r->in_format != frame->format))
        reason = open_swr(r, frame);
    if (reason)
        return reason;
    n = swr_get_out_samples(r->swr, frame ? frame->nb_samples : 0);
    if (n < 0)
        return WIRE_DAMAGED;
    reason = make_room(r, (size_t)n + 64);
    if (reason)
        return reason;
    planes[0] = (uint8_t *)r->out[0];
    planes[1] = (uint8_t *)r->out[1];
    n = swr_convert(r->swr, planes, (int)r->out_cap,
                    frame ? (const uint8_t **)(void *)frame->extended_data : NULL,
                    frame ? frame->nb_samples : 0);
    if (n < 0)
        return n == AVERROR(ENOMEM) ? WIRE_NO_MEMORY : WIRE_DAMAGED;
    *ret_n = (size_t)n;
    return WIRE_OK;
}

void resample_end(struct resampler *r)
{
    swr_free(&r->swr);
    av_freep(&r->out[0]);
    av_freep(&r->out[1]);
}
