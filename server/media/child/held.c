/* Reads a file into memory and moves about in it. Called by decode.c for MP4 alone: everything
 * else streams. */
#include "media/child/held.h"

#include <libavutil/mem.h>
#include <string.h>

#define STEP ((size_t)4 << 20)

enum wire_reason held_fill(struct held *h, struct feed *f)
{
    size_t room = 0, got;

    for (;;) {
        if (h->n == room) {
            if (h->n >= (size_t)HELD_MAX_MB << 20)
                return WIRE_MP4_BIG;
            /* Large blocks are grown by moving pages, so small steps cost nothing. */
            room += STEP;
            h->p = av_realloc_f(h->p, room, 1);
            if (!h->p)
                return WIRE_NO_MEMORY;
        }
        got = feed_next(f, h->p + h->n, room - h->n);
        if (!got)
            return WIRE_OK;
        h->n += got;
    }
}

size_t held_next(struct held *h, uint8_t *buf, size_t n)
{
    size_t left = h->n - h->at;

    n = n < left ? n : left;
    if (n)
        memcpy(buf, h->p + h->at, n);
    h->at += n;
    return n;
}

bool held_seek(struct held *h, int64_t to)
{
    if (to < 0 || (uint64_t)to > h->n)
        return false;
    h->at = (size_t)to;
    return true;
}

void held_end(struct held *h)
{
    av_freep(&h->p);
    h->n = h->at = 0;
}
