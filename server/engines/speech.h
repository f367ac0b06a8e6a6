/* The interface of speech engines: PCM in, words with times and confidences out. */
#ifndef RINGSIGHT_ENGINES_SPEECH_H
#define RINGSIGHT_ENGINES_SPEECH_H

#include "core/arena.h"
#include "core/crypto.h"
#include "core/err.h"

#define SPEECH_RATE 16000 /* samples a second */
#define SPEECH_SURE 10000 /* the confidence of words whose engine says nothing of it */

/* One recognised word; times in milliseconds of the recording, confidence 0..10000. */
struct speech_word {
    struct str text;
    int32_t start_ms, end_ms;
    int32_t confidence;
    int32_t voice; /* from 1: which of the voices on one channel the engine took it for; 0: not said */
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

/* Where answers of paid work are kept until the transcript is stored, so that a job that is done
 * again neither pays twice nor sends twice. `piece` names what was sent and how. */
struct speech_shelf {
    void *ctx;
    /* Both STR_NONE if nothing is kept. remote_id: the provider works on it under this name. */
    const struct err *(*find)(void *ctx, struct arena *a, const struct hash *piece,
                              struct str *ret_remote_id, struct str *ret_answer);
    /* answer STR_NONE: it is not there yet. */
    const struct err *(*keep)(void *ctx, struct arena *a, const struct hash *piece,
                              struct str remote_id, struct str answer);
};

struct http_client;

/* How an engine that is asked over the network is asked, and what it told besides words. */
struct speech_ask {
    const struct http_client *http;
    struct str base_url; /* without a slash at the end; STR_NONE: the engine's own */
    struct str key, model;
    struct str language; /* ISO 639-1 code, maybe with a region; "" : the engine finds out */
    size_t n_hints;
    const struct str *hints;  /* words to expect: names, products */
    struct str own_words;     /* what the phone system itself wrote down; STR_NONE: nothing */
    bool both_on_one;         /* both sides are on one channel: tell voices apart if you can */
    int64_t deadline;         /* time_mono; 0: none */
    bool (*cancelled)(void *arg);
    void *cancelled_arg;
    void (*progress)(void *arg, int percent); /* may be NULL */
    void *progress_arg;
    const struct speech_shelf *shelf; /* may be NULL */
    bool once; /* try each request once: somebody waits for the answer */
    /* A request failed and would be sent once more: NULL, or why it must not be. May be NULL. */
    const struct err *(*again)(void *arg, const struct err *failed);
    void *again_arg;

    /* Filled in by the engine, as far as it came. */
    struct str heard_language; /* code; STR_NONE: not said */
    bool no_confidence;        /* words carry SPEECH_SURE because the engine does not tell */
    bool times_spread;         /* words have no times of their own: spread over what was sent */
    struct str request_ids;    /* the provider's, parted by blanks, the first few */
    int64_t sent_ms;           /* sound that was sent and is to be paid for */
    int64_t retry_after_s;     /* with E_UPSTREAM_BUSY; -1: not said */
    int status;                /* of the last answer; 0: none came */
    bool stop;                 /* no request will succeed until an admin has done something */
    bool final;                /* this recording will not succeed with this engine */
};

struct speech_engine {
    const char *name;    /* "pocketsphinx" */
    const char *title;   /* as people know it */
    const char *version; /* changes when results may change */
    const char *notice;  /* what the product says where the engine is chosen */
    /* Recognises every segment; the result of a segment must not depend on scheduling.
     * E_CRASHED, E_TIMEOUT, E_UPSTREAM*. `progress` (may be NULL) is called with 0..100.
     * NULL for engines that are asked. */
    const struct err *(*recognise)(struct arena *a, struct speech_segment *segments, size_t n,
                                   void (*progress)(void *ctx, int percent), void *ctx);
    /* The same over the network (engines/ask.h has the errors); NULL for engines of this machine. */
    const struct err *(*ask)(struct arena *a, struct speech_ask *ask,
                             struct speech_segment *segments, size_t n);
    /* What a connection of it needs, for forms. */
    const char *default_url; /* NULL: it has no address */
    const char *models;      /* "a|b|c" to choose from, the first unless another is given; NULL */
    const char *key_label;   /* NULL: it takes no key */
    bool any_model;          /* another model's name may be given too */
    bool key_required;       /* else a server in the house may do without */
    bool language_required;  /* it cannot find the language out */
    bool takes_hints;
};

#endif
