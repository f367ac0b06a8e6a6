/* What ringsight and ringsight-media say to each other. Parent to child: struct wire_hello and
 * its mutes, then blocks of {uint32_t n; n bytes}, n = 0 ends the file. Child to parent: blocks of struct wire_head
 * and its bytes: READY (the sandbox is on; nothing is sent to the child before), then FORMAT,
 * any LEVELS, PCM and OPUS, DONE; of a spreadsheet any LINES, SHEET_DONE; or REFUSED in place of what is
 * left. Host byte order: both ends are
 * one build on one machine. The child is not trusted once it has read a byte: it names reasons and
 * codecs by number, the words are the parent's. */
#ifndef RINGSIGHT_MEDIA_WIRE_H
#define RINGSIGHT_MEDIA_WIRE_H

#include <stdint.h>

#define WIRE_MAGIC 0x314d5352u
#define WIRE_MAX_IN 65536u
#define WIRE_MAX_OUT 65536u
#define WIRE_MAX_MUTES 4096u /* fit into WIRE_MAX_IN */

/* Fixed points of the analysis. */
#define WIRE_RATE 16000u  /* samples per second of what comes out */
#define WIRE_WINDOW 320u  /* samples per level: 20 ms */
#define WIRE_MAX_HOURS 4u /* of audio; longer is refused */
/* Of the Ogg/Opus file: 4 hours on two channels at the largest of rates are half of it. */
#define WIRE_MAX_OPUS (UINT64_C(256) << 20)
#define WIRE_MAX_SAMPLES ((uint64_t)WIRE_MAX_HOURS * 3600u * WIRE_RATE)
#define WIRE_QUIETEST (-10000) /* level of digital silence, 1/100 dB */

/* Of a spreadsheet: the file, what it unpacks to, and its first sheet as lines. */
#define WIRE_SHEET_MAX_FILE (5u << 20)
#define WIRE_SHEET_MAX_UNPACKED (64u << 20)
#define WIRE_SHEET_MAX_OUT (8u << 20)
#define WIRE_SHEET_MAX_ROWS 20000
#define WIRE_SHEET_MAX_COLUMNS 100

/* Exit status of a child that could not lock itself in; it has read nothing then. */
#define WIRE_EXIT_UNLOCKED 3

struct wire_hello {
    uint32_t magic;
    uint32_t want_pcm; /* 0 or 1 */
    uint32_t n_mutes;  /* at most WIRE_MAX_MUTES; so many struct wire_mute follow */
};

/* A stretch that is silent in the Ogg/Opus file, half-open; in order, none overlapping another. */
struct wire_mute {
    uint32_t from_ms, to_ms;
};

struct wire_head {
    uint32_t kind; /* enum wire_kind */
    uint32_t n;    /* bytes that follow, at most WIRE_MAX_OUT */
};

enum wire_kind {
    WIRE_READY = 1,
    WIRE_FORMAT,  /* struct wire_format */
    WIRE_LEVELS,  /* struct wire_level[], channels interleaved */
    WIRE_PCM,     /* int16_t[], all of channel 0, then all of channel 1 */
    WIRE_DONE,    /* struct wire_done */
    WIRE_REFUSED, /* struct wire_refused */
    WIRE_OPUS,    /* bytes of the Ogg/Opus file, in order; where it was asked for */
    WIRE_LINES,   /* bytes of a spreadsheet's lines, in order; where one was sent */
    WIRE_SHEET_DONE, /* nothing */
};

struct wire_format {
    uint32_t codec;     /* enum wire_codec */
    uint32_t container; /* enum wire_container */
    uint32_t channels;
    uint32_t rate; /* of the file, Hz */
};

/* One 20 ms window of one channel. */
struct wire_level {
    int16_t level; /* RMS, 1/100 dB relative to full scale */
    uint8_t peak;  /* largest absolute sample / 128 */
    uint8_t zero;
};

struct wire_done {
    uint64_t samples;    /* per channel, at WIRE_RATE */
    int32_t loudness[2]; /* RMS of the whole channel, 1/100 dB relative to full scale */
    int32_t correlation; /* of the two channels, -10000 .. 10000; 0 for one channel */
    uint32_t truncated;  /* 0 or 1: the file ends before its header says */
    uint32_t damaged;    /* packets that could not be decoded */
};

struct wire_refused {
    uint32_t reason; /* enum wire_reason */
    uint32_t detail; /* the number in the sentence, where it has one */
};

enum wire_codec {
    WIRE_CODEC_PCM_U8 = 1,
    WIRE_CODEC_PCM_S16,
    WIRE_CODEC_PCM_S24,
    WIRE_CODEC_PCM_S32,
    WIRE_CODEC_PCM_F32,
    WIRE_CODEC_PCM_F64,
    WIRE_CODEC_MULAW,
    WIRE_CODEC_ALAW,
    WIRE_CODEC_MP3,
    WIRE_CODEC_OPUS,
    WIRE_CODEC_FLAC,
    WIRE_CODEC_GSM,
    WIRE_CODEC_AAC,
    WIRE_CODEC_AMR_NB,
    WIRE_CODEC_AMR_WB,
    WIRE_CODECS, /* their number, not a codec */
};

enum wire_container {
    WIRE_IN_WAV = 1,
    WIRE_IN_MP3,
    WIRE_IN_OGG,
    WIRE_IN_FLAC,
    WIRE_IN_MP4,
    WIRE_IN_AAC,
    WIRE_IN_AMR,
    WIRE_IN_WEBM,
    WIRE_CONTAINERS, /* their number, not a container */
};

/* Why a file is refused. The sentences are in reasons.c. */
enum wire_reason {
    WIRE_OK = 0,
    WIRE_EMPTY,
    WIRE_TEXT,
    WIRE_WEB_PAGE,
    WIRE_JSON,
    WIRE_XML,
    WIRE_UNKNOWN,
    WIRE_IS_AMR_CHANNELS,
    WIRE_IS_WMA,
    WIRE_IS_AIFF,
    WIRE_IS_AU,
    WIRE_IS_ZIP,
    WIRE_IS_GZIP,
    WIRE_IS_PDF,
    WIRE_IS_PICTURE,
    WIRE_IS_OTHER_RIFF,
    WIRE_IS_OTHER_OGG,
    WIRE_BAD_HEADER,
    WIRE_WAV_CODEC, /* detail: the WAVE format tag */
    WIRE_MP4_CODEC,
    WIRE_WEBM_CODEC,
    WIRE_MP4_CUT,
    WIRE_MP4_BIG,
    WIRE_NO_SOUND,
    WIRE_DAMAGED,
    WIRE_CHANNELS, /* detail: how many */
    WIRE_BAD_RATE, /* detail: Hz */
    WIRE_TOO_LONG,
    WIRE_NO_MEMORY,
    WIRE_NOT_ENCODED,
    WIRE_SHEET_NOT_XLSX,
    WIRE_SHEET_LOCKED,
    WIRE_SHEET_DAMAGED,
    WIRE_SHEET_DOCTYPE,
    WIRE_SHEET_BIG,
    WIRE_SHEET_ROWS,
    WIRE_SHEET_COLUMNS,
    WIRE_REASONS, /* their number, not a reason */
};

#endif
