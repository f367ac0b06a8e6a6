/* Measures sound as it passes: levels and peaks per 20 ms, loudness, likeness of the channels. */
#ifndef RINGSIGHT_MEDIA_CHILD_METER_H
#define RINGSIGHT_MEDIA_CHILD_METER_H

#include <stddef.h>
#include <stdint.h>

#include "media/wire.h"

#define METER_BLOCK 1024 /* windows handed out at a time */

struct meter {
    unsigned channels;
    /* Gets METER_BLOCK * channels levels at most. */
    void (*put)(void *ctx, const struct wire_level *levels, size_t n);
    void *ctx;
    uint64_t samples;
    uint64_t window_sum[2];
    int32_t window_peak[2];
    unsigned in_window;
    /* Sums of squares and products: 4 hours of full-scale samples stay below 2^58. */
    int64_t sum[2], product;
    size_t held;
    struct wire_level out[METER_BLOCK * 2];
};

/* channels is 1 or 2. */
void meter_init(struct meter *m, unsigned channels,
                void (*put)(void *ctx, const struct wire_level *levels, size_t n), void *ctx);

/* n samples of each channel at WIRE_RATE. */
void meter_add(struct meter *m, int16_t *const channel[2], size_t n);

/* Closes the last window, hands out what is held and fills samples, loudness and correlation. */
void meter_end(struct meter *m, struct wire_done *ret);

#endif
