/* The interface of speech engines: PCM in, words with times and confidences out. */
#ifndef RINGSIGHT_ENGINES_SPEECH_H
#define RINGSIGHT_ENGINES_SPEECH_H

#include "core/arena.h"
#include "core/err.h"

/* One recognised word; times in milliseconds of the recording, confidence 0..10000. */
struct speech_word {
    struct str text;
    int32_t start_ms, end_ms;
    int32_t confidence;
};

/* A stretch of speech of one channel to be recognised; samples are 16 kHz, mono, signed 16 bit. */
struct speech_segment {
    int32_t channel;
    int32_t start_ms, end_ms;
    const int16_t *pcm;
    size_t n_samples;
    /* Filled in by the engine, in the job's arena. */
    size_t n_words;
    struct speech_word *words;
};

struct speech_engine {
    const char *name;    /* "pocketsphinx" */
    const char *version; /* changes when results may change */
    const char *notice;  /* what the product says where the engine is chosen */
    /* Recognises every segment; the result of a segment must not depend on scheduling.
     * E_CRASHED, E_TIMEOUT, E_UPSTREAM*. `progress` (may be NULL) is called with 0..100. */
    const struct err *(*recognise)(struct arena *a, struct speech_segment *segments, size_t n,
                                   void (*progress)(void *ctx, int percent), void *ctx);
};

#endif
