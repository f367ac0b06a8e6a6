/* Drives libavformat and libavcodec over one file. Called by main.c inside the sandbox and by the
 * fuzz targets. Only the formats and codecs of the two tables below are reachable: the demuxer is
 * chosen here by the first bytes, libav never guesses, opens files or speaks protocols. */
#include "media/child/decode.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <string.h>

#include "media/child/encode.h"
#include "media/child/held.h"
#include "media/child/meter.h"
#include "media/child/resample.h"
#include "media/child/sniff.h"

#define AVIO_BUFFER 32768

/* The largest piece of memory that a header may make libav ask for, a little more than a whole MP4
 * (HELD_MAX_MB). The sandbox's limit comes next; this one holds without a sandbox too. */
#define LARGEST_PIECE ((size_t)176 << 20)

static const struct {
    enum AVCodecID id;
    enum wire_codec codec;
    const char *decoder;
    enum sniff_kind in;
} codecs[] = {
    {AV_CODEC_ID_PCM_U8, WIRE_CODEC_PCM_U8, "pcm_u8", SNIFF_WAV},
    {AV_CODEC_ID_PCM_S16LE, WIRE_CODEC_PCM_S16, "pcm_s16le", SNIFF_WAV},
    {AV_CODEC_ID_PCM_S24LE, WIRE_CODEC_PCM_S24, "pcm_s24le", SNIFF_WAV},
    {AV_CODEC_ID_PCM_S32LE, WIRE_CODEC_PCM_S32, "pcm_s32le", SNIFF_WAV},
    {AV_CODEC_ID_PCM_F32LE, WIRE_CODEC_PCM_F32, "pcm_f32le", SNIFF_WAV},
    {AV_CODEC_ID_PCM_F64LE, WIRE_CODEC_PCM_F64, "pcm_f64le", SNIFF_WAV},
    {AV_CODEC_ID_PCM_MULAW, WIRE_CODEC_MULAW, "pcm_mulaw", SNIFF_WAV},
    {AV_CODEC_ID_PCM_ALAW, WIRE_CODEC_ALAW, "pcm_alaw", SNIFF_WAV},
    {AV_CODEC_ID_MP3, WIRE_CODEC_MP3, "mp3float", SNIFF_MP3},
    {AV_CODEC_ID_OPUS, WIRE_CODEC_OPUS, "opus", SNIFF_OGG_OPUS},
    {AV_CODEC_ID_FLAC, WIRE_CODEC_FLAC, "flac", SNIFF_FLAC},
    {AV_CODEC_ID_GSM_MS, WIRE_CODEC_GSM, "gsm_ms", SNIFF_WAV},
    {AV_CODEC_ID_AAC, WIRE_CODEC_AAC, "aac", SNIFF_MP4},
    {AV_CODEC_ID_AMR_NB, WIRE_CODEC_AMR_NB, "amrnb", SNIFF_MP4},
    {AV_CODEC_ID_AMR_WB, WIRE_CODEC_AMR_WB, "amrwb", SNIFF_MP4},
    {AV_CODEC_ID_AAC, WIRE_CODEC_AAC, "aac", SNIFF_AAC},
    {AV_CODEC_ID_AMR_NB, WIRE_CODEC_AMR_NB, "amrnb", SNIFF_AMR},
    {AV_CODEC_ID_AMR_WB, WIRE_CODEC_AMR_WB, "amrwb", SNIFF_AMR},
    {AV_CODEC_ID_OPUS, WIRE_CODEC_OPUS, "opus", SNIFF_WEBM},
};

static const struct {
    const char *demuxer;
    enum wire_container container;
    enum wire_reason foreign; /* why no stream in it can be decoded */
} containers[SNIFF_KINDS] = {
    [SNIFF_WAV] = {"wav", WIRE_IN_WAV, WIRE_WAV_CODEC},
    [SNIFF_MP3] = {"mp3", WIRE_IN_MP3, WIRE_BAD_HEADER},
    [SNIFF_OGG_OPUS] = {"ogg", WIRE_IN_OGG, WIRE_BAD_HEADER},
    [SNIFF_FLAC] = {"flac", WIRE_IN_FLAC, WIRE_BAD_HEADER},
    [SNIFF_MP4] = {"mov", WIRE_IN_MP4, WIRE_MP4_CODEC},
    [SNIFF_AAC] = {"aac", WIRE_IN_AAC, WIRE_BAD_HEADER},
    [SNIFF_AMR] = {"amr", WIRE_IN_AMR, WIRE_BAD_HEADER},
    [SNIFF_WEBM] = {"matroska", WIRE_IN_WEBM, WIRE_WEBM_CODEC},
};

struct decoder {
    struct feed feed;
    struct held held; /* the whole file, SNIFF_MP4 only */
    const struct decode_out *out;
    enum sniff_kind kind;
    bool amr_wide;
    bool wav_promised;
    uint64_t wav_bytes; /* that the header promises, counted from the start of the file */
    AVFormatContext *format;
    AVIOContext *io;
    AVCodecContext *codec;
    enum wire_codec wire_codec;
    AVStream *stream;
    AVPacket *packet;
    AVFrame *frame;
    struct resampler resampler;
    struct meter meter;
    struct encoder encoder; /* out->opus only */
    bool started; /* the first frame was seen: meter and resampler are ready */
    bool cut;     /* the last packet was shorter than it says */
    uint64_t packets, damaged;
    uint32_t detail;
};

static int avio_read_feed(void *opaque, uint8_t *buf, int n)
{
    struct decoder *d = opaque;
    size_t got = n > 0 ? feed_next(&d->feed, buf, (size_t)n) : 0;

    return got ? (int)got : AVERROR_EOF;
}

static int avio_read_held(void *opaque, uint8_t *buf, int n)
{
    struct decoder *d = opaque;
    size_t got = n > 0 ? held_next(&d->held, buf, (size_t)n) : 0;

    return got ? (int)got : AVERROR_EOF;
}

static int64_t avio_seek_held(void *opaque, int64_t to, int whence)
{
    struct decoder *d = opaque;

    if (whence & AVSEEK_SIZE)
        return (int64_t)d->held.n;
    return (whence & ~AVSEEK_FORCE) == SEEK_SET && held_seek(&d->held, to) ? to : AVERROR(EINVAL);
}

static enum wire_reason reason_of(int av_error)
{
    return av_error == AVERROR(ENOMEM) ? WIRE_NO_MEMORY : WIRE_BAD_HEADER;
}

static enum wire_reason open_format(struct decoder *d)
{
    const char *name = containers[d->kind].demuxer;
    uint8_t *buffer = av_malloc(AVIO_BUFFER);
    bool held = d->kind == SNIFF_MP4;
    int rc;

    d->format = avformat_alloc_context();
    if (d->format && buffer)
        d->io = avio_alloc_context(buffer, AVIO_BUFFER, 0, d,
                                   held ? avio_read_held : avio_read_feed, NULL,
                                   held ? avio_seek_held : NULL);
    if (!d->io) {
        av_free(buffer);
        return WIRE_NO_MEMORY;
    }
    d->io->seekable = held ? AVIO_SEEKABLE_NORMAL : 0;
    d->format->pb = d->io;
    d->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    /* Belt and braces: nothing below asks libav to choose. */
    d->format->format_whitelist = av_strdup(name);
    d->format->codec_whitelist = av_strdup("");
    d->format->protocol_whitelist = av_strdup("");
    d->format->max_streams = 8;
    d->format->max_probe_packets = 0;
    rc = avformat_open_input(&d->format, "", av_find_input_format(name), NULL);
    return rc < 0 ? reason_of(rc) : WIRE_OK;
}

/* Takes the first stream of an allowed codec and throws the others away unread. */
static enum wire_reason choose_stream(struct decoder *d, const AVCodec **ret_codec)
{
    AVCodecParameters *par;
    unsigned i;
    size_t k;

    d->stream = NULL;
    for (i = 0; i < d->format->nb_streams; i++) {
        par = d->format->streams[i]->codecpar;
        d->format->streams[i]->discard = AVDISCARD_ALL;
        for (k = 0; k < sizeof codecs / sizeof *codecs && !d->stream; k++) {
            if (codecs[k].id != par->codec_id || codecs[k].in != d->kind)
                continue;
            d->stream = d->format->streams[i];
            d->stream->discard = AVDISCARD_DEFAULT;
            d->wire_codec = codecs[k].codec;
            *ret_codec = avcodec_find_decoder_by_name(codecs[k].decoder);
        }
    }
    if (d->stream)
        return *ret_codec ? WIRE_OK : WIRE_BAD_HEADER;
    if (d->format->nb_streams == 0)
        return WIRE_BAD_HEADER;
    d->detail = d->format->streams[0]->codecpar->codec_tag;
    return containers[d->kind].foreign;
}

/* What the header says must be possible before a decoder is set up for it; 0 is "not said". */
static enum wire_reason check_shape(struct decoder *d, int channels, int rate)
{
    if (channels < 0 || channels > 2) {
        d->detail = (uint32_t)channels;
        return WIRE_CHANNELS;
    }
    if (rate != 0 && (rate < RESAMPLE_MIN_RATE || rate > RESAMPLE_MAX_RATE)) {
        d->detail = (uint32_t)rate;
        return WIRE_BAD_RATE;
    }
    return WIRE_OK;
}

static enum wire_reason open_codec(struct decoder *d)
{
    const AVCodec *codec = NULL;
    enum wire_reason reason = choose_stream(d, &codec);
    const AVCodecParameters *par;
    int rc;

    if (reason)
        return reason;
    par = d->stream->codecpar;
    reason = check_shape(d, par->ch_layout.nb_channels, par->sample_rate);
    if (reason)
        return reason;
    d->codec = avcodec_alloc_context3(codec);
    d->packet = av_packet_alloc();
    d->frame = av_frame_alloc();
    if (!d->codec || !d->packet || !d->frame)
        return WIRE_NO_MEMORY;
    rc = avcodec_parameters_to_context(d->codec, par);
    if (rc < 0)
        return reason_of(rc);
    d->codec->thread_count = 1; /* the sandbox has no clone() */
    d->codec->pkt_timebase = d->stream->time_base;
    rc = avcodec_open2(d->codec, codec, NULL);
    return rc < 0 ? reason_of(rc) : WIRE_OK;
}

static void put_levels(void *ctx, const struct wire_level *levels, size_t n)
{
    struct decoder *d = ctx;

    d->out->levels(d->out->ctx, levels, n);
}

static enum wire_reason put_samples(struct decoder *d, size_t n)
{
    size_t at, part;

    for (at = 0; at < n; at += part) {
        int16_t *channel[2] = {d->resampler.out[0] + at,
                               d->meter.channels == 2 ? d->resampler.out[1] + at : NULL};

        part = n - at < DECODE_BLOCK ? n - at : DECODE_BLOCK;
        if (d->meter.samples + part > WIRE_MAX_SAMPLES)
            return WIRE_TOO_LONG;
        meter_add(&d->meter, channel, part);
        if (d->out->pcm)
            d->out->pcm(d->out->ctx, channel, d->meter.channels, part);
    }
    return WIRE_OK;
}

static void put_opus(void *ctx, const uint8_t *p, size_t n)
{
    struct decoder *d = ctx;

    d->out->opus(d->out->ctx, p, n);
}

static enum wire_reason start(struct decoder *d)
{
    struct wire_format format = {.codec = d->wire_codec,
                                 .container = containers[d->kind].container,
                                 .channels = (uint32_t)d->frame->ch_layout.nb_channels,
                                 .rate = (uint32_t)d->frame->sample_rate};

    d->started = true;
    resample_init(&d->resampler, format.channels, WIRE_RATE);
    meter_init(&d->meter, format.channels, put_levels, d);
    d->out->format(d->out->ctx, &format);
    if (!d->out->opus)
        return WIRE_OK;
    d->encoder.mutes = d->out->mutes;
    d->encoder.n_mutes = d->out->n_mutes;
    return encode_begin(&d->encoder, format.channels, format.rate, put_opus, d);
}

static enum wire_reason take_frame(struct decoder *d)
{
    enum wire_reason reason =
        check_shape(d, d->frame->ch_layout.nb_channels, d->frame->sample_rate);
    size_t n;

    if (!reason && (d->frame->ch_layout.nb_channels == 0 || d->frame->sample_rate == 0))
        reason = WIRE_DAMAGED;
    if (!d->started) {
        if (!reason)
            reason = start(d);
        if (reason)
            return reason;
    } else if (reason) {
        d->damaged++; /* a stray frame of another shape within a good recording */
        return WIRE_OK;
    }
    reason = resample_frame(&d->resampler, d->frame, &n);
    if (!reason)
        reason = put_samples(d, n);
    return reason || !d->out->opus ? reason : encode_frame(&d->encoder, d->frame);
}

/* packet == NULL drains the decoder. Defects are counted, not fatal. */
static enum wire_reason decode_packet(struct decoder *d, const AVPacket *packet)
{
    enum wire_reason reason;
    int rc = avcodec_send_packet(d->codec, packet);

    if (rc == AVERROR(ENOMEM))
        return WIRE_NO_MEMORY;
    if (rc < 0 && packet) {
        d->damaged++;
        return WIRE_OK;
    }
    for (;;) {
        rc = avcodec_receive_frame(d->codec, d->frame);
        if (rc == AVERROR(ENOMEM))
            return WIRE_NO_MEMORY;
        if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF)
            return WIRE_OK;
        if (rc < 0) {
            d->damaged++;
            return WIRE_OK;
        }
        reason = take_frame(d);
        av_frame_unref(d->frame);
        if (reason)
            return reason;
    }
}

/* What the packet says its length is, in the formats that are nothing but frames; else 0. */
static size_t told_size(const struct decoder *d)
{
    const AVPacket *p = d->packet;

    if (d->kind == SNIFF_MP3 && p->size >= 4)
        return sniff_mp3_frame(p->data);
    if (d->kind == SNIFF_AAC && p->size >= 7)
        return sniff_adts_frame(p->data);
    if (d->kind == SNIFF_AMR && p->size >= 1)
        return sniff_amr_frame(p->data[0], d->amr_wide);
    return 0;
}

/* WAV files have an even length; GSM's blocks of 65 bytes do not. */
static bool is_padding(const struct decoder *d)
{
    return d->wire_codec == WIRE_CODEC_GSM && d->packet->size == 1;
}

static enum wire_reason decode_all(struct decoder *d)
{
    enum wire_reason reason = WIRE_OK;
    size_t n;
    int rc = 0;

    while (!reason && (rc = av_read_frame(d->format, d->packet)) >= 0) {
        if (d->packet->stream_index == d->stream->index && !is_padding(d)) {
            d->packets++;
            d->cut = told_size(d) > (size_t)d->packet->size;
            reason = decode_packet(d, d->packet);
        }
        av_packet_unref(d->packet);
    }
    if (!reason && rc == AVERROR(ENOMEM))
        return WIRE_NO_MEMORY;
    if (!reason)
        reason = decode_packet(d, NULL);
    if (reason || !d->started)
        return reason;
    reason = resample_frame(&d->resampler, NULL, &n);
    if (!reason)
        reason = put_samples(d, n);
    return reason || !d->out->opus ? reason : encode_frame(&d->encoder, NULL);
}

/* Does the file end before it should? */
static bool is_truncated(const struct decoder *d)
{
    int64_t promised_ms = 0, got_ms = (int64_t)(d->meter.samples * 1000 / WIRE_RATE);

    if (d->cut)
        return true;
    if (d->kind == SNIFF_WAV)
        return d->wav_promised && d->feed.given < d->wav_bytes;
    if (d->kind == SNIFF_OGG_OPUS)
        return feed_ogg_cut(&d->feed);
    if (d->stream->duration > 0) /* unknown is negative */
        promised_ms = av_rescale_q(d->stream->duration, d->stream->time_base, (AVRational){1, 1000});
    else if (d->kind == SNIFF_WEBM && d->format->duration > 0)
        promised_ms = d->format->duration / (AV_TIME_BASE / 1000);
    return got_ms + 250 < promised_ms - promised_ms / 50; /* encoders' delays are no loss */
}

static enum wire_reason hold(struct decoder *d)
{
    enum wire_reason reason = held_fill(&d->held, &d->feed);

    d->detail = HELD_MAX_MB;
    return reason || sniff_mp4_moov(d->held.p, d->held.n) ? reason : WIRE_MP4_CUT;
}

static enum wire_reason look(struct decoder *d)
{
    uint32_t reason;
    size_t tag, at, tags = 0;
    uint64_t bytes;

    feed_look(&d->feed);
    /* Tags hold pictures, texts and packed data: none of it is needed, so libav never sees it. */
    while ((tag = sniff_id3(d->feed.head, d->feed.head_n)) > 0) {
        if (++tags > 8 || !feed_skip(&d->feed, tag))
            return WIRE_NO_SOUND;
        feed_look(&d->feed);
    }
    if (tags && d->feed.head_n == 0)
        return WIRE_NO_SOUND;
    d->kind = sniff(d->feed.head, d->feed.head_n, &reason);
    d->feed.watch_ogg = d->kind == SNIFF_OGG_OPUS;
    if (d->kind == SNIFF_WAV && sniff_wav_promise(d->feed.head, d->feed.head_n, &at, &bytes)) {
        d->wav_promised = true;
        d->wav_bytes = at + bytes;
    }
    d->amr_wide = d->kind == SNIFF_AMR && sniff_amr_wide(d->feed.head, d->feed.head_n);
    if (d->kind == SNIFF_MP4)
        return hold(d);
    return (enum wire_reason)reason;
}

static void close_all(struct decoder *d)
{
    encode_end(&d->encoder);
    resample_end(&d->resampler);
    av_frame_free(&d->frame);
    av_packet_free(&d->packet);
    avcodec_free_context(&d->codec);
    avformat_close_input(&d->format);
    if (d->io)
        av_freep(&d->io->buffer); /* libav may have replaced ours by a larger one */
    avio_context_free(&d->io);
    held_end(&d->held);
}

enum wire_reason decode(feed_read_fn *read, void *read_ctx, const struct decode_out *out,
                        struct wire_done *ret_done, uint32_t *ret_detail)
{
    struct decoder *d;
    enum wire_reason reason;

    av_max_alloc(LARGEST_PIECE);
    d = av_mallocz(sizeof *d);
    if (!d)
        return WIRE_NO_MEMORY;
    feed_init(&d->feed, read, read_ctx);
    d->out = out;
    reason = look(d);
    if (!reason)
        reason = open_format(d);
    if (!reason)
        reason = open_codec(d);
    if (!reason)
        reason = decode_all(d);
    if (!reason && d->meter.samples == 0)
        reason = d->packets && d->damaged ? WIRE_DAMAGED : WIRE_NO_SOUND;
    if (!reason) {
        memset(ret_done, 0, sizeof *ret_done);
        meter_end(&d->meter, ret_done);
        ret_done->truncated = is_truncated(d);
        ret_done->damaged = d->damaged > UINT32_MAX ? UINT32_MAX : (uint32_t)d->damaged;
    }
    *ret_detail = d->detail;
    close_all(d);
    av_free(d);
    return reason;
}
