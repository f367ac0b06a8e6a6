/* Takes the decoder's blocks one by one, believes none of them unchecked, and makes the result. */
#ifndef RINGSIGHT_MEDIA_COLLECT_H
#define RINGSIGHT_MEDIA_COLLECT_H

#include "media/growth.h"
#include "media/media.h"
#include "media/wire.h"

struct collect {
    struct arena *a;
    bool want_pcm;
    const struct media_sink *opus; /* NULL: none is wanted */
    uint64_t opus_bytes;
    bool want_lines;      /* it is a spreadsheet */
    struct growth *lines; /* its lines */
    bool ended; /* DONE or REFUSED has come: nothing may follow */
    struct media_info info;
    struct growth *levels; /* struct wire_level, channels interleaved */
    struct growth *pcm[2]; /* int16_t */
    uint64_t seen;         /* samples that came, per channel */
    uint64_t from, to;     /* only these are kept; to 0: all */
    bool enough;           /* `to` is reached: an error ended the decoder, but nothing failed */
    struct wire_done done;
};

void collect_init(struct collect *c, struct arena *a, bool want_pcm, const struct media_sink *opus);

/* One block after READY. The sink's own error, E_BAD_MEDIA when the file was refused, E_CRASHED when the decoder says
 * what it cannot know or do, E_BUSY when memory is short. */
const struct err *collect_block(struct collect *c, uint32_t kind, const void *p, size_t n) MUST_USE;

/* After a DONE: the finished result. ret_pcm may be NULL. */
const struct err *collect_finish(struct collect *c, struct media_info *ret,
                                 struct media_pcm *ret_pcm) MUST_USE;

#endif
