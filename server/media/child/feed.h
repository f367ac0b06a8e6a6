/* The file as a stream of bytes: its beginning can be looked at before it is read, and what is
 * needed to tell whether it was cut short is noted as it passes. */
#ifndef RINGSIGHT_MEDIA_CHILD_FEED_H
#define RINGSIGHT_MEDIA_CHILD_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FEED_HEAD 16384

/* Fills buf with up to n > 0 bytes; returns how many, 0 at the end of the file. */
typedef size_t feed_read_fn(void *ctx, uint8_t *buf, size_t n);

struct feed {
    feed_read_fn *read;
    void *ctx;
    uint8_t head[FEED_HEAD];
    size_t head_n, head_at;
    bool ended;
    uint64_t given; /* bytes passed on by feed_next */
    bool watch_ogg;
    struct {
        uint8_t page[27 + 255];
        size_t have, skip;
        bool last, lost;
    } ogg;
};

void feed_init(struct feed *f, feed_read_fn *read, void *ctx);

/* Makes the first bytes visible in head[head_at..head_n), as many as there are, at most FEED_HEAD.
 * Only before the first feed_next. */
void feed_look(struct feed *f);

/* Drops n bytes; false if the file ends before. */
bool feed_skip(struct feed *f, uint64_t n);

/* Next bytes, 0 at the end. */
size_t feed_next(struct feed *f, uint8_t *buf, size_t n);

/* True if an Ogg stream ended without a last page, or within a page (RFC 3533 section 6).
 * Needs watch_ogg set before the first feed_next. */
bool feed_ogg_cut(const struct feed *f);

#endif
