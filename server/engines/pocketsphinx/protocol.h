/* What the server and ringsight-asr say to each other, over one stream socket that is the child's
 * standard input and output. Both ends are of one build on one machine, so numbers are native.
 *
 * Each message is a struct asr_frame and n bytes. The child speaks first: HELLO when its models are
 * loaded, or PROBLEM with a sentence, after which it ends. Then the server sends a SEGMENT, waits
 * for its WORDS, and so on; it closes the stream when there is no more. */
#ifndef RINGSIGHT_ENGINES_POCKETSPHINX_PROTOCOL_H
#define RINGSIGHT_ENGINES_POCKETSPHINX_PROTOCOL_H

#include <stdint.h>

#define ASR_MAGIC UINT32_C(0x31415352) /* "RSA1" */

enum asr_kind {
    ASR_HELLO = 1,   /* child: no body */
    ASR_PROBLEM = 2, /* child: the body is a sentence in UTF-8 */
    ASR_SEGMENT = 3, /* server: the body is 16 kHz mono PCM, signed 16 bit */
    ASR_WORDS = 4,   /* child: the body is asr_word records, each followed by its text */
};

struct asr_frame {
    uint32_t magic;
    uint32_t kind;
    uint32_t id; /* of the segment; 0 where there is none */
    uint32_t n;  /* bytes that follow */
};

/* Times in milliseconds from the start of the segment, confidence 0..10000. */
struct asr_word {
    uint32_t start_ms;
    uint32_t end_ms;
    uint32_t confidence;
    uint32_t text_n;
};

#define ASR_RATE 16000
/* A segment longer than this is refused by the server before it is sent (about half an hour). */
#define ASR_SEGMENT_MAX UINT32_C(64000000)
#define ASR_WORDS_MAX UINT32_C(4000000)

#endif
