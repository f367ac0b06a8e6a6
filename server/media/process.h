/* One run of the ringsight-media executable: start, feed, listen, end. */
#ifndef RINGSIGHT_MEDIA_PROCESS_H
#define RINGSIGHT_MEDIA_PROCESS_H

#include "media/collect.h"
#include "media/media.h"

struct process_options {
    enum { PROCESS_DECODE = 0, PROCESS_OPUS, PROCESS_SHEET } task; /* OPUS: give it as Ogg/Opus too */
    const char *path; /* of the executable */
    const struct wire_mute *mutes; /* OPUS: silent there */
    size_t n_mutes;
    int64_t timeout_ms;
    void (*watch)(void *ctx, pid_t pid); /* see media_watch; may be NULL */
    void *watch_ctx;
};

/* Decodes the source, handing each block to c. NULL once DONE has been taken. The process is gone
 * when this returns, whatever happened. */
const struct err *process_run(struct collect *c, const struct media_source *source,
                              const struct process_options *options) MUST_USE;

#endif
