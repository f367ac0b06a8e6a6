/* A file kept whole in memory, for a format whose table of contents may come last. */
#ifndef RINGSIGHT_MEDIA_CHILD_HELD_H
#define RINGSIGHT_MEDIA_CHILD_HELD_H

#include "media/child/feed.h"
#include "media/wire.h"

/* 4 hours at 88 kbit/s, twice what recorders use for speech; the sandbox has 224 MB for data. */
#define HELD_MAX_MB 160

struct held {
    uint8_t *p; /* NULL before the first byte */
    size_t n, at;
};

/* Takes all of the feed. WIRE_MP4_BIG, WIRE_NO_MEMORY. */
enum wire_reason held_fill(struct held *h, struct feed *f);

/* Up to n bytes from where we are; 0 at the end. */
size_t held_next(struct held *h, uint8_t *buf, size_t n);

/* Moves to a place counted from the start; false if it lies behind the end. */
bool held_seek(struct held *h, int64_t to);

/* Also on a struct of zeros. */
void held_end(struct held *h);

#endif
