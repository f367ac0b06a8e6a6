/* The offline speech engine. Deals segments, longest first, to one ringsight-asr per core and
 * gathers their words. Called by the transcript job through speech.h, on a worker thread. It must
 * not let results depend on scheduling: every segment is decoded from the same state, whoever
 * gets it (see child/main.c). */
#include "engines/pocketsphinx/pocketsphinx.h"

#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/time.h"
#include "engines/pocketsphinx/child_process.h"

#define CHILDREN_MAX 64
#define PATIENCE_FACTOR 10 /* a real call takes a third of its length on an idle core */
#define TRIES 2

static const char *child_path = "ringsight-asr";
static const char *models = "/usr/share/pocketsphinx/model/en-us";
static int load_patience_s = 60, segment_patience_s = 30;

struct run {
    struct arena *a;
    struct speech_segment *segments;
    size_t *waiting; /* indices of segments to deal, next at the end */
    size_t n_waiting, n_open; /* n_open: not yet answered, waiting or with a child */
    uint8_t *tries;
    struct child child[CHILDREN_MAX];
    size_t n_children;
    uint64_t samples, samples_done;
    int percent;
    void (*progress)(void *ctx, int percent);
    void *ctx;
};

void pocketsphinx_set_child(const char *path)
{
    child_path = path;
}

void pocketsphinx_set_models(const char *folder)
{
    models = folder;
}

void pocketsphinx_set_patience(int load_s, int segment_s)
{
    load_patience_s = load_s;
    segment_patience_s = segment_s;
}

/* Shortest first, as they are taken from the end; equal ones so that the first comes out first. */
static int by_length(const void *l, const void *r, void *segments)
{
    const size_t *x = l, *y = r;
    const struct speech_segment *s = segments;

    if (s[*x].n_samples != s[*y].n_samples)
        return s[*x].n_samples < s[*y].n_samples ? -1 : 1;
    return *x > *y ? -1 : 1;
}

static size_t cores(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;

    return n < 1 ? 1 : n > CHILDREN_MAX ? CHILDREN_MAX : (size_t)n;
}

static void report(struct run *r)
{
    int percent = r->samples ? (int)(r->samples_done * 100 / r->samples) : 100;

    if (r->progress && percent > r->percent)
        r->progress(r->ctx, percent);
    r->percent = percent;
}

/* A segment that no child is needed for has no words. */
static const struct err *prepare(struct run *r, size_t n)
{
    r->waiting = ARENA_ARRAY(r->a, n, size_t);
    r->tries = ARENA_ARRAY(r->a, n, uint8_t);
    for (size_t i = 0; i < n; i++) {
        struct speech_segment *s = &r->segments[i];

        s->n_words = 0;
        s->words = NULL;
        if (s->n_samples > ASR_SEGMENT_MAX / sizeof *s->pcm)
            return err_why(r->a, E_BAD_MEDIA, "A stretch of speech of %zu s is too long for the "
                                              "speech recogniser.",
                           s->n_samples / ASR_RATE);
        r->samples += s->n_samples;
        if (s->n_samples > 0)
            r->waiting[r->n_waiting++] = i;
    }
    r->n_open = r->n_waiting;
    r->n_children = cores() < r->n_open ? cores() : r->n_open;
    qsort_r(r->waiting, r->n_waiting, sizeof *r->waiting, by_length, r->segments);
    return NULL;
}

static const struct err *garbled(struct arena *a)
{
    return err_why(a, E_CRASHED, "The speech recogniser gave an answer that makes no sense.");
}

static int32_t within(const struct speech_segment *s, uint32_t ms)
{
    int64_t t = (int64_t)s->start_ms + ms;

    return t > s->end_ms ? s->end_ms : (int32_t)t;
}

/* The body stays in the arena and the words point into it. */
static const struct err *take_words(struct run *r, struct speech_segment *s, const struct child *c)
{
    const uint8_t *p = c->in_body, *end = p + c->in.n;
    size_t most = c->in.n / (sizeof(struct asr_word) + 1);
    struct asr_word w;

    s->words = ARENA_ARRAY(r->a, most, struct speech_word);
    for (; p < end; p += w.text_n) {
        if ((size_t)(end - p) < sizeof w)
            return garbled(r->a);
        memcpy(&w, p, sizeof w);
        p += sizeof w;
        if (w.text_n == 0 || w.text_n > (size_t)(end - p) || w.start_ms > w.end_ms ||
            w.confidence > 10000 || !str_utf8(str_n(p, w.text_n)))
            return garbled(r->a);
        s->words[s->n_words++] = (struct speech_word){
            str_n(p, w.text_n), within(s, w.start_ms), within(s, w.end_ms), (int32_t)w.confidence};
    }
    return NULL;
}

static const struct err *on_message(struct run *r, struct child *c)
{
    struct speech_segment *s;

    if (c->in.kind == ASR_PROBLEM)
        return err_why(r->a, E_CRASHED, "%.*s (models in %s).", (int)c->in.n,
                       (const char *)c->in_body, models);
    if (c->in.kind == ASR_HELLO && c->state == CHILD_LOADING) {
        c->state = CHILD_IDLE;
        return NULL;
    }
    if (c->in.kind != ASR_WORDS || c->state != CHILD_BUSY || c->in.id != (uint32_t)c->segment ||
        child_sending(c))
        return garbled(r->a);
    s = &r->segments[c->segment];
    c->state = CHILD_IDLE;
    r->n_open--;
    r->samples_done += s->n_samples;
    report(r);
    return take_words(r, s, c);
}

/* The segment goes back and a new child will be started for it; the second failure is final. */
static const struct err *on_gone(struct run *r, struct child *c)
{
    enum child_state was = c->state;
    struct str how = child_end(r->a, c);

    if (was == CHILD_IDLE) /* it was given nothing: nothing is lost */
        return NULL;
    if (was == CHILD_LOADING)
        return err_why(r->a, E_CRASHED, "The speech recogniser ended at its start: %.*s.",
                       STR_ARG(how));
    if (r->tries[c->segment] >= TRIES)
        return err_why(r->a, E_CRASHED,
                       "The speech recogniser failed twice on the speech from %d to %d ms: %.*s.",
                       r->segments[c->segment].start_ms, r->segments[c->segment].end_ms,
                       STR_ARG(how));
    LOG(LOG_WARN, "asr.crashed", KV("how", how), KV_I("samples", r->segments[c->segment].n_samples));
    r->waiting[r->n_waiting++] = c->segment;
    return NULL;
}

static const struct err *deal(struct run *r)
{
    const struct err *e;

    for (size_t i = 0; i < r->n_children; i++) {
        struct child *c = &r->child[i];
        const struct speech_segment *s;
        size_t next;

        if (r->n_waiting == 0)
            return NULL;
        if (c->state == CHILD_NONE) {
            if ((e = child_start(r->a, c, child_path, models)) != NULL)
                return e;
            c->deadline = time_mono() + load_patience_s * TIME_S;
        }
        if (c->state != CHILD_IDLE)
            continue;
        next = r->waiting[--r->n_waiting];
        s = &r->segments[next];
        r->tries[next]++;
        child_give(c, next, s->pcm, s->n_samples);
        c->deadline = time_mono() + segment_patience_s * TIME_S +
                      (int64_t)s->n_samples * TIME_S / ASR_RATE * PATIENCE_FACTOR;
    }
    return NULL;
}

static const struct err *serve(struct run *r, struct child *c)
{
    const struct err *e = NULL;
    enum child_news news;

    child_send(c);
    while (!e && (news = child_receive(r->a, c)) != CHILD_NOTHING) {
        if (news == CHILD_GONE)
            return on_gone(r, c);
        e = on_message(r, c);
    }
    return e;
}

static const struct err *overdue(struct run *r, const struct child *c)
{
    if (c->state == CHILD_LOADING)
        return err_why(r->a, E_TIMEOUT, "The speech models were not loaded after %d s.",
                       load_patience_s);
    return err_why(r->a, E_TIMEOUT, "The speech from %d to %d ms was not recognised in time.",
                   r->segments[c->segment].start_ms, r->segments[c->segment].end_ms);
}

/* Waits for the first child that has something, and serves all. */
static const struct err *turn(struct run *r)
{
    struct pollfd p[CHILDREN_MAX];
    int64_t first = INT64_MAX, wait;
    const struct err *e = NULL;

    for (size_t i = 0; i < r->n_children; i++) {
        const struct child *c = &r->child[i];
        bool timed = c->state == CHILD_LOADING || c->state == CHILD_BUSY;

        p[i] = (struct pollfd){c->state == CHILD_NONE ? -1 : c->fd, POLLIN, 0};
        if (child_sending(c))
            p[i].events |= POLLOUT;
        if (timed && c->deadline < first)
            first = c->deadline;
    }
    wait = (first - time_mono()) / TIME_MS + 1;
    poll(p, r->n_children, wait < 0 ? 0 : wait > 60000 ? 60000 : (int)wait);
    for (size_t i = 0; i < r->n_children && !e; i++) {
        struct child *c = &r->child[i];

        if (p[i].revents != 0)
            e = serve(r, c);
        if (!e && (c->state == CHILD_LOADING || c->state == CHILD_BUSY) &&
            time_mono() > c->deadline)
            e = overdue(r, c);
    }
    return e;
}

static const struct err *recognise(struct arena *a, struct speech_segment *segments, size_t n,
                                   void (*progress)(void *ctx, int percent), void *ctx)
{
    struct run *r = ARENA_NEW(a, struct run);
    const struct err *e;

    *r = (struct run){.a = a, .segments = segments, .percent = -1, .progress = progress,
                      .ctx = ctx};
    e = prepare(r, n);
    if (!e)
        report(r);
    while (!e && r->n_open > 0) {
        e = deal(r);
        if (!e)
            e = turn(r);
    }
    for (size_t i = 0; i < r->n_children; i++)
        child_end(a, &r->child[i]);
    return e;
}

const struct speech_engine pocketsphinx_engine = {
    .name = "pocketsphinx",
    .title = "PocketSphinx (on this machine)",
    .version = "5prealpha-en-us-1",
    .notice = "For trying the product and for clean audio: it works offline and in English only. It "
              "hears telephone calls of real people poorly, and scores of such calls are held back; "
              "choose another engine for production.",
    .recognise = recognise,
};
