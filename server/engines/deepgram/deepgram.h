/* Speech by Deepgram's prerecorded API: one request a piece, at most an hour each. */
#ifndef RINGSIGHT_ENGINES_DEEPGRAM_DEEPGRAM_H
#define RINGSIGHT_ENGINES_DEEPGRAM_DEEPGRAM_H

#include "engines/speech.h"

extern const struct speech_engine deepgram_engine;

/* Path and query of a request, "/v1/listen?model=...". */
struct str deepgram_path(struct arena *a, const struct speech_ask *ask);

struct deepgram_heard {
    size_t n;
    struct speech_word *words; /* times in what was sent */
    struct str language;       /* code; STR_NONE: not said */
    struct str request_id;
};
/* Pure, bears any bytes. E_BAD_PAYLOAD if it is no answer of this API. */
const struct err *deepgram_parse(struct arena *a, struct str body,
                                 struct deepgram_heard *ret) MUST_USE;

#endif
