/* Transcripts: what was said in a recording, by whom, when, and how surely it was heard. */
#ifndef RINGSIGHT_INSIGHT_TRANSCRIPTS_H
#define RINGSIGHT_INSIGHT_TRANSCRIPTS_H

#include "core/crypto.h"
#include "core/json.h"
#include "db/db.h"
#include "engines/language.h"
#include "engines/speech.h"
#include "media/media.h"

struct feature;
struct job;
extern const struct feature transcripts_feature;

struct transcript {
    struct conversation talk;
    struct str turns; /* turns_json of it */
    struct hash hash; /* SHA-256 of turns: what a score pins */
    int64_t words;
    int32_t confidence_bp;
    const char *state;       /* "ok", "no_speech", "uncertain" */
    struct str reason;       /* one sentence, STR_NONE where it is ok */
    const char *attribution; /* "channel", "direction_guess" */
};

/* The slow way from sound to turns: decodes, recognises the speech of each channel, builds turns. A
 * second channel that repeats the first or is dead does not count. `progress` (may be NULL) gets
 * 0..100. Errors of media_decode and of the engine, each with its sentence. */
const struct err *transcribe(struct arena *a, struct media_source source,
                             const struct speech_engine *engine, struct str direction,
                             void (*progress)(void *ctx, int percent), void *ctx,
                             struct transcript *ret) MUST_USE;

/* A stored transcript in the connection's arena. E_NOT_FOUND; E_BAD_PAYLOAD if the turns are not
 * those that its hash names. */
const struct err *transcript_load(struct db *db, struct uuid id, struct transcript *ret) MUST_USE;

/* The arguments {"call","transcript"} of the jobs behind this one, and back: false if malformed. */
struct str transcript_args(struct arena *a, struct uuid call, struct uuid transcript);
bool transcript_args_read(const struct json *args, struct uuid *ret_call,
                          struct uuid *ret_transcript);

/* A job on this call ended for good without a result: says so at the call and tells the dashboard.
 * `keep`: what an earlier run found still stands. */
const struct err *transcript_failed(struct db *db, struct uuid call, struct str reason,
                                    bool keep) MUST_USE;

#endif
