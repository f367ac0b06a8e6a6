/* From the bytes of a recording to 16 kHz samples and their measures, within one process. */
#ifndef RINGSIGHT_MEDIA_CHILD_DECODE_H
#define RINGSIGHT_MEDIA_CHILD_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "media/child/feed.h"
#include "media/wire.h"

/* At most this many samples per channel reach pcm() at a time. */
#define DECODE_BLOCK 8192

/* Where the results go. pcm and opus may be NULL. format comes first and once. */
struct decode_out {
    void *ctx;
    void (*format)(void *ctx, const struct wire_format *format);
    void (*levels)(void *ctx, const struct wire_level *levels, size_t n);
    void (*pcm)(void *ctx, int16_t *const channel[2], unsigned channels, size_t n);
    void (*opus)(void *ctx, const uint8_t *p, size_t n); /* the sound as an Ogg/Opus file */
    const struct wire_mute *mutes; /* silent in it */
    size_t n_mutes;
};

/* Decodes the whole file that read gives. WIRE_OK fills *ret_done; any other reason may come with
 * a number in *ret_detail. Sound that was decoded before a defect counts: the result says
 * `damaged` or `truncated` then. */
enum wire_reason decode(feed_read_fn *read, void *read_ctx, const struct decode_out *out,
                        struct wire_done *ret_done, uint32_t *ret_detail);

#endif
