/* Any decoded frame to one rate, 16 bit, one or two planes, by libswresample. */
#ifndef RINGSIGHT_MEDIA_CHILD_RESAMPLE_H
#define RINGSIGHT_MEDIA_CHILD_RESAMPLE_H

#include <libavutil/frame.h>
#include <libswresample/swresample.h>
#include <stddef.h>
#include <stdint.h>

#include "media/wire.h"

#define RESAMPLE_MIN_RATE 4000
#define RESAMPLE_MAX_RATE 192000

struct resampler {
    SwrContext *swr;
    unsigned channels, rate;
    int in_channels, in_rate, in_format;
    unsigned changes;
    int16_t *out[2];
    size_t out_cap;
};

/* channels of the output: those of the first frame, whatever later frames have; rate: samples per
 * second of the output. */
void resample_init(struct resampler *r, unsigned channels, unsigned rate);

/* Samples for one frame, or what is left for frame == NULL, in out[]: valid until the next call. */
enum wire_reason resample_frame(struct resampler *r, const AVFrame *frame, size_t *ret_n);

/* Also on a struct of zeros. */
void resample_end(struct resampler *r);

#endif
