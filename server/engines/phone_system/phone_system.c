/* The engine "phone_system". Called by the transcript job. Its text does not say who spoke when:
 * the words are spread over all that is heard, in order of time. */
#include "engines/phone_system/phone_system.h"

#include <stdlib.h>

#include "engines/pieces.h"

static int by_start(const void *x, const void *y)
{
    const struct speech_segment *a = *(struct speech_segment *const *)x;
    const struct speech_segment *b = *(struct speech_segment *const *)y;

    if (a->start_ms != b->start_ms)
        return a->start_ms < b->start_ms ? -1 : 1;
    return a->channel - b->channel;
}

static int64_t length_of(const struct speech_segment *s)
{
    return s->end_ms > s->start_ms ? s->end_ms - s->start_ms : 0;
}

/* The words whose middle lies in this stretch of what is heard; times moved to where it is. */
static void take(struct arena *a, struct speech_segment *s, int64_t from,
                 const struct speech_word *words, size_t n, size_t *io_at)
{
    size_t first = *io_at;

    while (*io_at < n && words[*io_at].start_ms / 2 + words[*io_at].end_ms / 2 < from + length_of(s))
        ++*io_at;
    s->words = ARENA_ARRAY(a, *io_at - first, struct speech_word);
    for (size_t i = first; i < *io_at; i++) {
        struct speech_word w = words[i];
        int64_t start = w.start_ms - from + s->start_ms, end = w.end_ms - from + s->start_ms;

        w.start_ms = (int32_t)(start < s->start_ms ? s->start_ms : start);
        w.end_ms = (int32_t)(end > s->end_ms ? s->end_ms : end);
        s->words[s->n_words++] = w;
    }
}

static const struct err *ask(struct arena *a, struct speech_ask *ask,
                             struct speech_segment *segments, size_t n)
{
    struct speech_segment **order = ARENA_ARRAY(a, n, struct speech_segment *);
    struct speech_word *words;
    int64_t all = 0, from = 0;
    size_t n_words, at = 0;

    if (!ask->own_words.n)
        return err_why(a, E_NOT_READY, "The phone system sent no transcript with this recording.");
    for (size_t i = 0; i < n; i++) {
        order[i] = &segments[i];
        segments[i].n_words = 0;
        all += length_of(&segments[i]);
    }
    qsort(order, n, sizeof *order, by_start);
    words = words_spread(a, ask->own_words, 0, (int32_t)all, SPEECH_SURE, &n_words);
    for (size_t i = 0; i < n; i++) {
        take(a, order[i], from, words, n_words, &at);
        from += length_of(order[i]);
    }
    ask->no_confidence = ask->times_spread = true;
    return NULL;
}

const struct speech_engine phone_system_engine = {
    .name = "phone_system",
    .title = "The phone system's own transcript",
    .version = "1",
    .notice = "Takes the text that the phone system (3CX) sends with a recording. It has neither "
              "times nor speakers: who spoke when is a guess, so evidence may point beside the "
              "words. Recordings without such a text go to the next engine.",
    .ask = ask,
};
