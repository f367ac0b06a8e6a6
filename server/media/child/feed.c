/* Input side of the decoder: look-ahead at the beginning, then a plain stream. Called by decode.c.
 * It must not hold more of the file than FEED_HEAD bytes. */
#include "media/child/feed.h"

#include <string.h>

void feed_init(struct feed *f, feed_read_fn *read, void *ctx)
{
    memset(f, 0, sizeof *f);
    f->read = read;
    f->ctx = ctx;
}

static size_t pull(struct feed *f, uint8_t *buf, size_t n)
{
    size_t got = f->ended || n == 0 ? 0 : f->read(f->ctx, buf, n);

    if (got == 0 && n > 0)
        f->ended = true;
    return got;
}

void feed_look(struct feed *f)
{
    size_t got;

    if (f->head_at) {
        memmove(f->head, f->head + f->head_at, f->head_n - f->head_at);
        f->head_n -= f->head_at;
        f->head_at = 0;
    }
    while (f->head_n < FEED_HEAD) {
        got = pull(f, f->head + f->head_n, FEED_HEAD - f->head_n);
        if (!got)
            return;
        f->head_n += got;
    }
}

bool feed_skip(struct feed *f, uint64_t n)
{
    size_t part = f->head_n - f->head_at;
    uint8_t waste[4096];

    part = part < n ? part : (size_t)n;
    f->head_at += part;
    n -= part;
    while (n > 0) {
        part = pull(f, waste, n < sizeof waste ? (size_t)n : sizeof waste);
        if (!part)
            return false;
        n -= part;
    }
    return true;
}

/* Follows page headers; anything that is no page ends the watch, for junk behind a recording says
 * nothing about the recording. */
static void watch_ogg(struct feed *f, const uint8_t *p, size_t n)
{
    size_t part, i, need;

    while (n > 0 && !f->ogg.lost) {
        if (f->ogg.skip) {
            part = f->ogg.skip < n ? f->ogg.skip : n;
            f->ogg.skip -= part;
            p += part, n -= part;
            continue;
        }
        need = f->ogg.have < 27 ? 27 : 27u + f->ogg.page[26];
        part = need - f->ogg.have < n ? need - f->ogg.have : n;
        memcpy(f->ogg.page + f->ogg.have, p, part);
        f->ogg.have += part;
        p += part, n -= part;
        if (f->ogg.have < 27 || f->ogg.have < 27u + f->ogg.page[26])
            continue;
        f->ogg.lost = memcmp(f->ogg.page, "OggS", 4) != 0;
        f->ogg.last = (f->ogg.page[5] & 4) != 0;
        for (i = 0; i < f->ogg.page[26]; i++)
            f->ogg.skip += f->ogg.page[27 + i];
        f->ogg.have = 0;
    }
}

size_t feed_next(struct feed *f, uint8_t *buf, size_t n)
{
    size_t got = f->head_n - f->head_at;

    if (got > 0) {
        got = got < n ? got : n;
        memcpy(buf, f->head + f->head_at, got);
        f->head_at += got;
    } else {
        got = pull(f, buf, n);
    }
    f->given += got;
    if (f->watch_ogg)
        watch_ogg(f, buf, got);
    return got;
}

bool feed_ogg_cut(const struct feed *f)
{
    return !f->ogg.lost && (!f->ogg.last || f->ogg.skip > 0 || f->ogg.have > 0);
}
