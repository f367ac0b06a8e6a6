/* Speech by AssemblyAI: upload, order, ask until it is there. The transcript's id is kept before
 * the first look, so that a job that is done again asks for the same transcript. */
#ifndef RINGSIGHT_ENGINES_ASSEMBLYAI_ASSEMBLYAI_H
#define RINGSIGHT_ENGINES_ASSEMBLYAI_ASSEMBLYAI_H

#include "engines/speech.h"

extern const struct speech_engine assemblyai_engine;

/* The order for an uploaded file, as JSON. */
struct str assemblyai_order(struct arena *a, const struct speech_ask *ask, struct str upload_url);

enum assemblyai_state { ASSEMBLYAI_WAITING = 0, ASSEMBLYAI_DONE, ASSEMBLYAI_FAILED };

struct assemblyai_heard {
    enum assemblyai_state state;
    struct str id, error;      /* error: a sentence, with ASSEMBLYAI_FAILED */
    size_t n;
    struct speech_word *words; /* times in what was sent */
    struct str language;       /* code; STR_NONE: not said */
};
/* A transcript in whichever state. Pure, bears any bytes. E_BAD_PAYLOAD if it is none. */
const struct err *assemblyai_parse(struct arena *a, struct str body,
                                   struct assemblyai_heard *ret) MUST_USE;

#endif
