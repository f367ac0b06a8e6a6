/* Decoded sound as Opus in Ogg (RFC 7845), for keeping and for browsers that cannot play what came. */
#ifndef RINGSIGHT_MEDIA_CHILD_ENCODE_H
#define RINGSIGHT_MEDIA_CHILD_ENCODE_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stddef.h>
#include <stdint.h>

#include "media/child/resample.h"
#include "media/wire.h"

/* Gets the file's bytes, front to back, at most WIRE_MAX_OUT at a time. */
typedef void encode_put_fn(void *ctx, const uint8_t *p, size_t n);

struct encoder {
    encode_put_fn *put;
    void *ctx;
    AVCodecContext *codec;
    AVFormatContext *format;
    AVFrame *frame; /* being filled: `filled` samples of each channel */
    AVPacket *packet;
    struct resampler resampler;
    int filled;
    int64_t samples; /* handed to the codec so far, at its rate */
    const struct wire_mute *mutes; /* set before encode_begin: silent on all channels; in order */
    size_t n_mutes;
};

/* For sound of 1 or 2 channels and this many samples per second; the header is put at once. On an
 * error encode_end is still due. */
enum wire_reason encode_begin(struct encoder *e, unsigned channels, unsigned rate,
                              encode_put_fn *put, void *ctx);

/* One decoded frame, or NULL: the end, after which the file is whole. */
enum wire_reason encode_frame(struct encoder *e, const AVFrame *frame);

/* Also on a struct of zeros. */
void encode_end(struct encoder *e);

#endif
