/* The server's door to recordings: see media.h. Called by intake (what did we get?) and by the
 * speech engines (samples). It must not parse a byte of a recording itself. */
#include "media/media.h"

#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "media/collect.h"
#include "media/process.h"
#include "media/wire.h"

_Static_assert(MEDIA_RATE == WIRE_RATE && MEDIA_LEVEL_MS * MEDIA_RATE == WIRE_WINDOW * 1000 &&
                   MEDIA_MAX_HOURS == WIRE_MAX_HOURS && MEDIA_QUIETEST == WIRE_QUIETEST,
               "media.h restates wire.h");

_Static_assert(MEDIA_SHEET_MAX_BYTES == WIRE_SHEET_MAX_FILE && CSV_MAX_ROWS == WIRE_SHEET_MAX_ROWS &&
                   CSV_MAX_CELLS == WIRE_SHEET_MAX_COLUMNS, "and of sheets, csv.h");

/* Encoding takes so much longer than decoding. */
#define OPUS_TIMES 4

static struct process_options options = {.timeout_ms = 180000};

void media_set_child(const char *path)
{
    options.path = path;
}

void media_set_timeout(int64_t ms)
{
    options.timeout_ms = ms;
}

void media_watch(void (*fn)(void *ctx, pid_t pid), void *ctx)
{
    options.watch = fn;
    options.watch_ctx = ctx;
}

static const struct err *read_bytes(void *ctx, void *buf, size_t n, size_t *ret_n)
{
    struct str *left = ctx;

    *ret_n = left->n < n ? left->n : n;
    if (*ret_n)
        memcpy(buf, left->p, *ret_n);
    *left = str_sub(*left, *ret_n, left->n);
    return NULL;
}

struct media_source media_bytes(struct arena *a, struct str bytes)
{
    struct str *left = ARENA_NEW(a, struct str);

    *left = bytes;
    return (struct media_source){read_bytes, left};
}

struct muting {
    struct wire_mute *at;
    size_t n;
};

static const struct err *run(struct arena *a, const struct media_source *source,
                             const struct media_sink *opus, struct muting muting,
                             struct media_info *ret, struct media_pcm *ret_pcm)
{
    struct process_options now = options;
    struct collect *c = ARENA_NEW(a, struct collect);
    const struct err *e;

    if (!now.path)
        return err_why(a, E_CRASHED, "The decoder is not set up: no path to ringsight-media.");
    if (opus) {
        now.task = PROCESS_OPUS;
        now.timeout_ms *= OPUS_TIMES;
        now.mutes = muting.at;
        now.n_mutes = muting.n;
    }
    collect_init(c, a, ret_pcm != NULL, opus);
    e = process_run(c, source, &now);
    if (!e)
        e = collect_finish(c, ret, ret_pcm);
    if (e) {
        growth_end(c->levels);
        growth_end(c->pcm[0]);
        growth_end(c->pcm[1]);
    }
    return e;
}

const struct err *media_clip(struct arena *a, struct media_source source, int64_t from_ms,
                             int64_t to_ms, struct media_pcm *ret_pcm, unsigned *ret_channels)
{
    struct process_options now = options;
    struct collect *c = ARENA_NEW(a, struct collect);
    const struct err *e;

    if (!now.path)
        return err_why(a, E_CRASHED, "The decoder is not set up: no path to ringsight-media.");
    collect_init(c, a, true, NULL);
    c->from = (uint64_t)from_ms * WIRE_RATE / 1000;
    c->to = (uint64_t)to_ms * WIRE_RATE / 1000;
    e = process_run(c, &source, &now);
    growth_end(c->levels);
    if (e && !c->enough)
        return e;
    *ret_pcm = (struct media_pcm){{c->pcm[0]->p, c->pcm[1]->p}, c->pcm[0]->n / sizeof(int16_t)};
    *ret_channels = c->info.channels;
    return NULL;
}

const struct err *media_inspect(struct arena *a, struct media_source source, struct media_info *ret)
{
    return run(a, &source, NULL, (struct muting){NULL, 0}, ret, NULL);
}

const struct err *media_decode(struct arena *a, struct media_source source, struct media_info *ret,
                               struct media_pcm *ret_pcm)
{
    return run(a, &source, NULL, (struct muting){NULL, 0}, ret, ret_pcm);
}

const struct err *media_opus(struct arena *a, struct media_source source, struct media_sink sink,
                             struct media_info *ret)
{
    return run(a, &source, &sink, (struct muting){NULL, 0}, ret, NULL);
}

static int by_start(const void *x, const void *y)
{
    const struct wire_mute *a = x, *b = y;

    return a->from_ms < b->from_ms ? -1 : a->from_ms > b->from_ms;
}

/* In order, those that touch joined. */
static struct muting muting_of(struct arena *a, struct media_spans silent)
{
    struct muting m = {ARENA_ARRAY(a, silent.n, struct wire_mute), 0};
    size_t n = 0;

    for (size_t i = 0; i < silent.n; i++) {
        int64_t from = silent.at[i].start_ms, to = silent.at[i].end_ms;

        m.at[i].from_ms = from < 0 ? 0 : (uint32_t)(from > INT32_MAX ? INT32_MAX : from);
        m.at[i].to_ms = to < 0 ? 0 : (uint32_t)(to > INT32_MAX ? INT32_MAX : to);
    }
    qsort(m.at, silent.n, sizeof *m.at, by_start);
    for (size_t i = 0; i < silent.n; i++)
        if (n && (m.at[i].from_ms <= m.at[n - 1].to_ms || silent.n > WIRE_MAX_MUTES))
            m.at[n - 1].to_ms = m.at[i].to_ms > m.at[n - 1].to_ms ? m.at[i].to_ms : m.at[n - 1].to_ms;
        else
            m.at[n++] = m.at[i];
    m.n = n;
    return m;
}

const struct err *media_opus_muted(struct arena *a, struct media_source source,
                                   struct media_spans silent, struct media_sink sink,
                                   struct media_info *ret)
{
    return run(a, &source, &sink, muting_of(a, silent), ret, NULL);
}

const struct err *media_sheet(struct arena *a, struct str xlsx, struct str *ret_lines)
{
    struct process_options now = options;
    struct media_source source = media_bytes(a, xlsx);
    struct collect *c = ARENA_NEW(a, struct collect);
    const struct err *e;

    if (!now.path)
        return err_why(a, E_CRASHED, "The decoder is not set up: no path to ringsight-media.");
    now.task = PROCESS_SHEET;
    collect_init(c, a, false, NULL);
    c->want_lines = true;
    e = process_run(c, &source, &now);
    if (!e)
        *ret_lines = c->lines->n ? str_n(c->lines->p, c->lines->n) : STR("");
    return e;
}
