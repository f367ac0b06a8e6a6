/* Speech by OpenAI's /audio/transcriptions, or by any server that speaks it: whisper.cpp,
 * faster-whisper, vLLM. Three kinds of models with rules of their own. */
#ifndef RINGSIGHT_ENGINES_OPENAI_OPENAI_SPEECH_H
#define RINGSIGHT_ENGINES_OPENAI_OPENAI_SPEECH_H

#include "engines/speech.h"

extern const struct speech_engine openai_speech_engine;

enum openai_style {
    OPENAI_WHISPER = 0, /* verbose_json: words with times; whisper-1 and servers in the house */
    OPENAI_TEXT,        /* json: text alone, sent stretch by stretch so that times stay known */
    OPENAI_DIARIZE      /* diarized_json: stretches with speakers */
};

/* By the model's name: gpt-4o-transcribe-diarize; gpt-4o-transcribe, gpt-4o-mini-transcribe and
 * gpt-transcribe, dated or not; anything else is a Whisper. */
enum openai_style openai_style_of(struct str model);

/* The multipart form around one file: what goes before its bytes and what behind. */
struct openai_form {
    struct str type; /* Content-Type */
    struct str head, tail;
};
struct openai_form openai_form(struct arena *a, enum openai_style style,
                               const struct speech_ask *ask, struct str boundary);

/* An answer as words with times in what was sent (length_ms long). Pure, bears any bytes. */
struct openai_heard {
    size_t n;
    struct speech_word *words;
    struct str language;   /* code; STR_NONE: not said */
    bool timed;            /* false: the words are spread over the whole length */
    bool no_confidence;
};
/* E_BAD_PAYLOAD if it is no answer of this API. What the model itself takes for silence (a high
 * no_speech_prob with a low probability of the words) is left out. */
const struct err *openai_speech_parse(struct arena *a, enum openai_style style, struct str body,
                                      int32_t length_ms, struct openai_heard *ret) MUST_USE;

#endif
