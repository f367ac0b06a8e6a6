/* Turns where the engine told the voices on one channel apart. Called by transcribe_sound. Pure. */
#include <stdlib.h>

#include "insight/transcripts/turns.h"

#define OPENING_TURNS 6
#define VOICES_MAX 32

struct said {
    struct turn_word word;
    int32_t voice;
};

struct voice_facts {
    int64_t ms[VOICES_MAX];
    int phrases[VOICES_MAX];
    int32_t first;
};

static int by_time(const void *x, const void *y)
{
    const struct said *a = x, *b = y;

    if (a->word.start_ms != b->word.start_ms)
        return a->word.start_ms < b->word.start_ms ? -1 : 1;
    if (a->word.end_ms != b->word.end_ms)
        return a->word.end_ms < b->word.end_ms ? -1 : 1;
    return a->word.text.p < b->word.text.p ? -1 : a->word.text.p > b->word.text.p;
}

static size_t gather(struct arena *a, const struct speech_segment *segments, size_t n,
                     struct said **ret)
{
    size_t room = 0, out = 0;

    for (size_t i = 0; i < n; i++)
        room += segments[i].n_words;
    *ret = ARENA_ARRAY(a, room, struct said);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < segments[i].n_words; k++) {
            const struct speech_word *w = &segments[i].words[k];
            int32_t end = w->end_ms < w->start_ms ? w->start_ms : w->end_ms;

            if (w->text.n)
                (*ret)[out++] = (struct said){{w->text, w->start_ms, end, w->confidence},
                                              w->voice % VOICES_MAX};
        }
    qsort(*ret, out, sizeof **ret, by_time);
    /* A word without a voice belongs to the one before it. */
    for (size_t i = 1; i < out; i++)
        if (!(*ret)[i].voice)
            (*ret)[i].voice = (*ret)[i - 1].voice;
    return out;
}

/* The voice of the agent: by what it says in the opening, else by who speaks first. */
static int32_t agent_of(const struct voice_facts *f, int32_t one, int32_t two, struct str direction)
{
    enum speaker first = turns_first_speaker(direction);

    if (f->phrases[one] != f->phrases[two])
        return f->phrases[one] > f->phrases[two] ? one : two;
    if (first == SPEAKER_UNKNOWN)
        return -1;
    if (first == SPEAKER_AGENT)
        return f->first == two ? two : one;
    return f->first == two ? one : two;
}

static void name_sides(struct turn *turns, const int32_t *voices, size_t n,
                       const struct voice_facts *f, struct str direction)
{
    int32_t one = 0, two = -1, agent;

    for (int32_t v = 1; v < VOICES_MAX; v++)
        if (f->ms[v] > f->ms[one])
            one = v;
    for (int32_t v = 0; v < VOICES_MAX; v++)
        if (v != one && f->ms[v] > 0 && (two < 0 || f->ms[v] > f->ms[two]))
            two = v;
    agent = two < 0 ? -1 : agent_of(f, one, two, direction);
    for (size_t i = 0; i < n; i++)
        if (agent >= 0 && (voices[i] == one || voices[i] == two))
            turns[i].speaker = voices[i] == agent ? SPEAKER_AGENT : SPEAKER_CUSTOMER;
}

struct conversation turns_of_voices(struct arena *a, const struct speech_segment *segments, size_t n,
                                    struct str direction, int32_t duration_ms)
{
    struct voice_facts facts = {.first = 0};
    struct said *said;
    size_t n_words = gather(a, segments, n, &said), n_turns = 0;
    struct turn *turns = ARENA_ARRAY(a, n_words, struct turn);
    struct turn_word *words = ARENA_ARRAY(a, n_words, struct turn_word);
    int32_t *voices = ARENA_ARRAY(a, n_words, int32_t);

    for (size_t i = 0; i < n_words; i++) {
        struct turn *t = n_turns ? &turns[n_turns - 1] : NULL;

        words[i] = said[i].word;
        if (!t || said[i].voice != voices[n_turns - 1] ||
            words[i].start_ms - t->end_ms > TURN_PAUSE_MS) {
            voices[n_turns] = said[i].voice;
            t = &turns[n_turns++];
            *t = (struct turn){SPEAKER_UNKNOWN, words[i].start_ms, words[i].end_ms, 0, &words[i]};
        }
        t->n_words++;
        if (words[i].end_ms > t->end_ms)
            t->end_ms = words[i].end_ms;
        facts.ms[said[i].voice] += words[i].end_ms - words[i].start_ms + 1;
    }
    if (n_words)
        facts.first = said[0].voice;
    for (size_t i = 0; i < n_turns && i < OPENING_TURNS; i++)
        facts.phrases[voices[i]] += turns_agent_phrases(a, &turns[i]);
    name_sides(turns, voices, n_turns, &facts, direction);
    return (struct conversation){duration_ms, direction, n_turns, turns};
}
