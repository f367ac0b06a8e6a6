/* For engines that are asked over the network: segments of one channel joined into pieces of a size
 * that the provider takes, and the words that come back put where they belong. Between segments a
 * piece has at most half a second of silence, so no silence is paid for or has words invented into
 * it; a word's time in the recording is exact, for each segment remembers where it lies. Pure. */
#ifndef RINGSIGHT_ENGINES_PIECES_H
#define RINGSIGHT_ENGINES_PIECES_H

#include "core/crypto.h"
#include "engines/speech.h"

#define PIECE_GAP_MS 500
#define PIECE_WAV_HEADER 44

struct piece {
    struct speech_segment *segments; /* those it is made of */
    size_t n;
    int32_t *at_ms;      /* where each begins in the piece */
    int32_t length_ms;
    bool only;           /* else voices are numbered anew in each, and mean nothing */
    size_t n_slices;     /* a WAV file: header, then samples and silences in turn */
    struct str *slices;
    uint64_t bytes;
    struct hash hash;    /* SHA-256 of the file and of `salt` */
};

struct pieces {
    size_t n;
    struct piece *v;
};

/* Segments in order of channel, then time. A piece has at most max_bytes and max_segments (0: any
 * number); a segment that is longer alone is a piece alone. salt: how it is asked, so that the hash
 * names the answer too. */
struct pieces pieces_build(struct arena *a, struct speech_segment *segments, size_t n,
                           uint64_t max_bytes, size_t max_segments, struct str salt);

/* Gives each segment its words, of words with times in the piece. Those that lie beyond the end are
 * left out: nothing was there to be heard. Words without text are left out too. */
void piece_place(struct arena *a, const struct piece *p, const struct speech_word *words, size_t n);

/* A text as words spread over a stretch by their length. Text of scripts without blanks is cut into
 * its characters. Not UTF-8: no words. */
struct speech_word *words_spread(struct arena *a, struct str text, int32_t start_ms, int32_t end_ms,
                                 int32_t confidence, size_t *ret_n);

/* Seconds as milliseconds, within 0 and INT32_MAX; 0 for what is no number. */
int32_t ms_of_seconds(double seconds);

/* "english", "en-GB", "EN" -> "en"; a name that is not known comes back in lower case. */
struct str language_code(struct arena *a, struct str name);

#endif
