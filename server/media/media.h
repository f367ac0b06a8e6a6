/* Recordings, seen from the server: what is in one, and its sound as samples. The bytes are
 * decoded by ringsight-media, a process without files, network or environment, one per recording;
 * nothing of a recording is parsed in this process. Taken: WAV (PCM 8 to 32 bit, float, mu-law,
 * A-law, GSM as "WAV49"), MP3, Ogg/Opus, FLAC, M4A and 3GP (AAC, AMR), AAC (ADTS), AMR (narrow and
 * wide band), WebM/Opus; one or two channels, 4 to 192 kHz, at most 4 hours. Names and claimed
 * types are not looked at. All calls block; any thread may make them. */
#ifndef RINGSIGHT_MEDIA_MEDIA_H
#define RINGSIGHT_MEDIA_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/err.h"

#define MEDIA_RATE 16000        /* samples per second of decoded sound */
#define MEDIA_LEVELS_PER_S 50   /* levels and peaks per second */
#define MEDIA_LEVEL_MS 20       /* one of them */
#define MEDIA_MAX_HOURS 4       /* of sound in one recording */
#define MEDIA_QUIETEST (-10000) /* level of digital silence */

/* Where the bytes of a recording come from, front to back, once. read fills buf with up to n > 0
 * bytes and sets *ret_n, to 0 at the end; its error ends the decoding and is passed on. It may
 * block; its time counts against the time-out. */
struct media_source {
    const struct err *(*read)(void *ctx, void *buf, size_t n, size_t *ret_n);
    void *ctx;
};

/* Half-open, milliseconds from the beginning. */
struct media_span {
    int64_t start_ms, end_ms;
};

struct media_spans {
    const struct media_span *at;
    size_t n;
};

enum media_sides {
    MEDIA_MONO = 0,   /* one channel */
    MEDIA_STEREO,     /* two different ones: one party each */
    MEDIA_SAME,       /* two, but the second repeats the first: treat as one */
    MEDIA_LEFT_ONLY,  /* two, but nothing is heard on the second */
    MEDIA_RIGHT_ONLY, /* two, but nothing is heard on the first */
    MEDIA_SILENT,     /* nothing is heard on any, however many there are */
};

/* Levels are RMS in 1/100 dB relative to full scale (a full-scale sine is -301). */
struct media_channel {
    const uint8_t *peaks;        /* per 20 ms: largest absolute sample, 0 .. 255 */
    const int16_t *levels;       /* per 20 ms, MEDIA_QUIETEST .. 0 */
    int32_t loudness;            /* of the whole channel; not weighted by frequency, not gated */
    int16_t gate;                /* level above which sound counts as heard; see media_speech */
    struct media_spans silences; /* stretches of half a second and more with nothing heard */
};

struct media_info {
    int64_t duration_ms; /* of what was decoded, whatever the header says */
    unsigned channels;   /* 1 or 2 */
    unsigned rate;       /* of the file, Hz */
    const char *codec;   /* "pcm_s16", "mulaw", "mp3", "opus", "aac" ...: a constant */
    const char *format;  /* "wav", "mp3", "ogg", "mp4" ...: a constant */
    const char *type;    /* media type to serve it as: "audio/wav" ...: a constant */
    size_t levels;       /* number of levels, and of peaks, in each channel */
    struct media_channel channel[2];
    enum media_sides sides;
    int correlation; /* of the two channels, 1/10000 */
    bool truncated;  /* the file ends before it should; what is there was decoded */
    bool damaged;    /* parts within could not be decoded and are missing */
};

/* Samples at MEDIA_RATE, 16 bit. The arena owns them: up to 460 MB per channel at 4 hours. */
struct media_pcm {
    const int16_t *channel[2];
    size_t n; /* per channel */
};

/* Path of the ringsight-media executable; kept, not copied. Once, at start-up, before any other
 * call. */
void media_set_child(const char *path);

/* The most a decoding may take, 180 s unless set; for tests. */
void media_set_timeout(int64_t ms);

/* fn is told the process id of each decoder once it has locked itself in and before it gets a
 * byte, on the thread that started it; for tests. NULL ends it. */
void media_watch(void (*fn)(void *ctx, pid_t pid), void *ctx);

/* A source over bytes in memory, which must outlive the call it is used in. */
struct media_source media_bytes(struct arena *a, struct str bytes);

/* Everything about a recording but its samples. Errors, each with its sentence: E_BAD_MEDIA (the
 * file is to blame; no retry will help), E_CRASHED, E_TIMEOUT, E_BUSY, or the source's own. On an
 * error *ret is untouched. */
const struct err *media_inspect(struct arena *a, struct media_source source,
                                struct media_info *ret) MUST_USE;

/* The same and the samples. */
const struct err *media_decode(struct arena *a, struct media_source source, struct media_info *ret,
                               struct media_pcm *ret_pcm) MUST_USE;

/* The first sheet of an XLSX file, read by the same locked-in process: a line a row, cells parted by tabs,
 * as csv_parse reads them; dates as 2026-07-03 09:15:00. At most 20,000 rows of 100 cells. The arena owns
 * them. The same errors, E_BAD_MEDIA for a file that is to blame. */
#define MEDIA_SHEET_MAX_BYTES (5u << 20)
const struct err *media_sheet(struct arena *a, struct str xlsx, struct str *ret_lines) MUST_USE;

/* Where the bytes of an Ogg/Opus file go, front to back; an error of write ends the encoding and is
 * passed on. */
struct media_sink {
    const struct err *(*write)(void *ctx, struct str bytes);
    void *ctx;
};

/* The sound once more as Ogg/Opus, which every browser plays: the same channels and the same length,
 * 16 kbit/s for one party on a telephone, 48 for two that stay apart. *ret is of the original. The same
 * errors; what the sink got before one is of no use. Whoever keeps the file should look into it
 * (media_inspect) before letting go of the original. */
const struct err *media_opus(struct arena *a, struct media_source source, struct media_sink sink,
                             struct media_info *ret) MUST_USE;

/* The same, but silent on all channels in these spans, which come in any order and may overlap. So many
 * that they cannot be told one by one are told as one, from the first to the last. */
const struct err *media_opus_muted(struct arena *a, struct media_source source,
                                   struct media_spans silent, struct media_sink sink,
                                   struct media_info *ret) MUST_USE;

/* Only the samples from one time to another, half-open, to_ms > from_ms >= 0: fewer where the recording
 * ends before, none beyond it. Holds no more than these, and stops decoding when it has them. */
const struct err *media_clip(struct arena *a, struct media_source source, int64_t from_ms,
                             int64_t to_ms, struct media_pcm *ret_pcm,
                             unsigned *ret_channels) MUST_USE;

/* Where there is speech (or anything as loud) on a channel, in pieces fit for a speech engine: at
 * most 20 s long, cut where it is quietest, padded by 150 ms, in order, not overlapping, within
 * the recording. None for silence and for steady noise. The gate follows the channel's own noise:
 * see gate_of in speech.c. */
struct media_spans media_speech(struct arena *a, const struct media_info *info, unsigned channel);

#endif
