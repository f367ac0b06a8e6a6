/* Opus by libopus through libavcodec, in the Ogg of libavformat. Called by decode.c for each frame
 * that it decoded. Must make the same bytes of the same sound wherever it runs: nothing of a clock,
 * of chance or of a version goes into the file. */
#include "media/child/encode.h"

#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <stdbool.h>

#define FRAME_MS "20"
#define EFFORT 5 /* of 10: half the time, and nobody hears it */

/* A channel's share. Two parties on two channels must stay apart, which takes more than the sound of
 * one: at 16 kbit/s a channel each is heard faintly on the other's. */
#define BITS_ONE_NARROW 16000 /* one channel at 8 kHz: a telephone */
#define BITS_NARROW 24000     /* up to 16 kHz */
#define BITS_WIDE 40000

static enum wire_reason reason_of(int av_error)
{
    return av_error == AVERROR(ENOMEM) ? WIRE_NO_MEMORY : WIRE_NOT_ENCODED;
}

static int write_packet(void *opaque, uint8_t *buf, int n)
{
    struct encoder *e = opaque;

    if (n > 0)
        e->put(e->ctx, buf, (size_t)n);
    return n;
}

/* The next of the rates that Opus knows, so that nothing audible is lost. */
static unsigned opus_rate(unsigned rate)
{
    return rate <= 8000 ? 8000 : rate <= 16000 ? 16000 : 48000;
}

static enum wire_reason open_codec(struct encoder *e, unsigned channels, unsigned rate)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("libopus");
    int rc;

    if (!codec)
        return WIRE_NOT_ENCODED;
    e->codec = avcodec_alloc_context3(codec);
    if (!e->codec)
        return WIRE_NO_MEMORY;
    av_channel_layout_default(&e->codec->ch_layout, (int)channels);
    e->codec->sample_rate = (int)opus_rate(rate);
    e->codec->sample_fmt = AV_SAMPLE_FMT_S16;
    e->codec->time_base = (AVRational){1, e->codec->sample_rate};
    e->codec->bit_rate = (int)channels * (rate > 16000                   ? BITS_WIDE
                                          : channels == 1 && rate <= 8000 ? BITS_ONE_NARROW
                                                                          : BITS_NARROW);
    e->codec->compression_level = EFFORT;
    e->codec->thread_count = 1;
    e->codec->flags |= AV_CODEC_FLAG_BITEXACT;
    rc = av_opt_set(e->codec->priv_data, "frame_duration", FRAME_MS, 0);
    if (rc >= 0)
        rc = avcodec_open2(e->codec, codec, NULL);
    return rc < 0 ? reason_of(rc) : WIRE_OK;
}

static enum wire_reason open_format(struct encoder *e)
{
    uint8_t *buffer = av_malloc(WIRE_MAX_OUT);
    AVStream *stream;
    int rc = avformat_alloc_output_context2(&e->format, NULL, "opus", NULL);

    if (rc >= 0 && buffer)
        e->format->pb = avio_alloc_context(buffer, (int)WIRE_MAX_OUT, 1, e, NULL, write_packet, NULL);
    if (rc < 0 || !buffer || !e->format->pb) {
        av_free(buffer);
        return rc < 0 ? reason_of(rc) : WIRE_NO_MEMORY;
    }
    /* Bit-exact: the stream's number is not drawn, for the sandbox has no dice. */
    e->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    stream = avformat_new_stream(e->format, NULL);
    if (!stream)
        return WIRE_NO_MEMORY;
    stream->time_base = e->codec->time_base;
    rc = avcodec_parameters_from_context(stream->codecpar, e->codec);
    if (rc >= 0)
        rc = avformat_write_header(e->format, NULL);
    return rc < 0 ? reason_of(rc) : WIRE_OK;
}

/* A fresh frame: the codec may still hold the one before. */
static enum wire_reason next_frame(struct encoder *e)
{
    int rc;

    av_frame_unref(e->frame);
    e->frame->format = e->codec->sample_fmt;
    e->frame->nb_samples = e->codec->frame_size;
    e->frame->sample_rate = e->codec->sample_rate;
    rc = av_channel_layout_copy(&e->frame->ch_layout, &e->codec->ch_layout);
    if (rc >= 0)
        rc = av_frame_get_buffer(e->frame, 0);
    e->filled = 0;
    return rc < 0 ? reason_of(rc) : WIRE_OK;
}

enum wire_reason encode_begin(struct encoder *e, unsigned channels, unsigned rate,
                              encode_put_fn *put, void *ctx)
{
    enum wire_reason reason;

    e->put = put;
    e->ctx = ctx;
    resample_init(&e->resampler, channels, opus_rate(rate));
    reason = open_codec(e, channels, rate);
    if (!reason)
        reason = open_format(e);
    e->frame = av_frame_alloc();
    e->packet = av_packet_alloc();
    if (!reason && (!e->frame || !e->packet))
        return WIRE_NO_MEMORY;
    return reason ? reason : next_frame(e);
}

/* frame == NULL ends the stream. */
static enum wire_reason put_frame(struct encoder *e, AVFrame *frame)
{
    int rc;

    if (frame) {
        frame->pts = e->samples;
        e->samples += frame->nb_samples;
    }
    rc = avcodec_send_frame(e->codec, frame);
    if (rc < 0)
        return reason_of(rc);
    for (;;) {
        rc = avcodec_receive_packet(e->codec, e->packet);
        if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF)
            return WIRE_OK;
        if (rc < 0)
            return reason_of(rc);
        av_packet_rescale_ts(e->packet, e->codec->time_base, e->format->streams[0]->time_base);
        e->packet->stream_index = 0;
        rc = av_interleaved_write_frame(e->format, e->packet);
        if (rc < 0)
            return reason_of(rc);
    }
}

/* The last frame may be short: the file then says where its sound ends. */
static enum wire_reason finish(struct encoder *e)
{
    enum wire_reason reason = WIRE_OK;
    int rc;

    e->frame->nb_samples = e->filled;
    if (e->filled)
        reason = put_frame(e, e->frame);
    if (!reason)
        reason = put_frame(e, NULL);
    if (reason)
        return reason;
    rc = av_write_trailer(e->format);
    if (rc >= 0)
        avio_flush(e->format->pb);
    return rc < 0 ? reason_of(rc) : WIRE_OK;
}

/* Whether the sample that comes next lies in a mute; those that are over are let go. */
static bool is_mute(struct encoder *e)
{
    int64_t at = (e->samples + e->filled) * 1000;
    int64_t rate = e->codec->sample_rate;

    while (e->n_mutes && at >= (int64_t)e->mutes->to_ms * rate) {
        e->mutes++;
        e->n_mutes--;
    }
    return e->n_mutes && at >= (int64_t)e->mutes->from_ms * rate;
}

static enum wire_reason add_samples(struct encoder *e, size_t n)
{
    unsigned channels = e->resampler.channels, c;
    enum wire_reason reason;
    size_t i;

    for (i = 0; i < n; i++) {
        int16_t *to = (int16_t *)(void *)e->frame->data[0] + (size_t)e->filled * channels;

        bool mute = is_mute(e);

        for (c = 0; c < channels; c++)
            to[c] = mute ? 0 : e->resampler.out[c][i];
        if (++e->filled < e->codec->frame_size)
            continue;
        reason = put_frame(e, e->frame);
        if (!reason)
            reason = next_frame(e);
        if (reason)
            return reason;
    }
    return WIRE_OK;
}

enum wire_reason encode_frame(struct encoder *e, const AVFrame *frame)
{
    size_t n;
    enum wire_reason reason = resample_frame(&e->resampler, frame, &n);

    if (!reason)
        reason = add_samples(e, n);
    return reason || frame ? reason : finish(e);
}

void encode_end(struct encoder *e)
{
    resample_end(&e->resampler);
    av_frame_free(&e->frame);
    av_packet_free(&e->packet);
    avcodec_free_context(&e->codec);
    if (e->format && e->format->pb) {
        av_freep(&e->format->pb->buffer);
        avio_context_free(&e->format->pb);
    }
    avformat_free_context(e->format);
    e->format = NULL;
}
