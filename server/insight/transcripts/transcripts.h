/* Transcripts: what was said in a recording, by whom, when, and how surely it was heard. */
#ifndef RINGSIGHT_INSIGHT_TRANSCRIPTS_H
#define RINGSIGHT_INSIGHT_TRANSCRIPTS_H

#include "core/crypto.h"
#include "core/json.h"
#include "db/db.h"
#include "engines/language.h"
#include "engines/speech.h"
#include "insight/speech/speech.h"
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
    const char *attribution; /* "channel", "voices", "direction_guess", "person" */
    struct str language;     /* code of what is spoken */
    struct str notes;        /* JSON: what was removed, corrected, tagged (transcript_notes) */
};

/* A decoded recording: decoded once, whichever engines are tried. */
struct sound {
    struct media_info info;
    struct media_pcm pcm;
};

/* How a sound is listened to. */
struct hearing {
    const struct speech_engine *engine;
    struct speech_ask *ask;   /* for engines that are asked; else NULL will do */
    struct str direction;     /* of the call */
    enum speaker left;        /* by channel: who is on channel 0 */
    size_t n_corrections;
    const struct speech_correction *corrections;
};

/* Errors of media_decode. */
const struct err *sound_decode(struct arena *a, struct media_source source,
                               struct sound *ret) MUST_USE;

/* From a sound to turns: recognises the speech of each channel (a second channel that repeats the
 * first or is dead does not count), leaves out what was invented over silence, applies corrections,
 * builds turns. The engine's errors. `progress` (may be NULL) gets 0..100. */
const struct err *transcribe_sound(struct arena *a, const struct sound *sound,
                                   const struct hearing *how,
                                   void (*progress)(void *ctx, int percent), void *ctx,
                                   struct transcript *ret) MUST_USE;

/* Both, with an engine of this machine and the agent on the left. */
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

/* Confidence, text, hash, state and reason of what `talk` has; the rest stays. no_confidence: the
 * engine tells none, so none is held against it. */
void transcript_settle(struct arena *a, struct transcript *t, bool no_confidence);

/* The same for a talk from which words were taken: doubts about it stay. */
void transcript_again(struct arena *a, struct transcript *t, bool no_confidence);

/* Adds a job behind this one, "analysis.run" or "scores.run"; one of a transcript lives at a time. */
const struct err *transcript_follow(struct db *db, const char *kind, struct uuid call,
                                    struct uuid transcript) MUST_USE;

/* Why a call is no conversation and so says nothing of whoever spoke: voicemail, by the phone system's word
 * (call.disposition) or by what is said, or a wrong number (English phrases). STR_NONE: it may be one. */
struct str conversation_missing(struct arena *a, const struct conversation *c,
                                struct str disposition);

/* Whether the call counts as another's, which another phone system told of (call.same_as): its
 * recording is kept, the work is done on the other. E_NOT_FOUND. */
const struct err *transcript_linked(struct db *db, struct uuid call, bool *ret) MUST_USE;
/* For requests to work on a call: "linked" (409) with what to do, if it counts as another's. */
const struct err *transcript_counts(struct db *db, struct arena *a, struct uuid call) MUST_USE;
/* A job found the call linked: the call is as it was before, or only stored. What it had to give is
 * looked at anew. */
const struct err *transcript_stand_back(struct db *db, struct uuid call) MUST_USE;

/* A job on this call ended for good without a result: says so at the call and tells the dashboard.
 * `keep`: what an earlier run found still stands. */
const struct err *transcript_failed(struct db *db, struct uuid call, struct str reason,
                                    bool keep) MUST_USE;
/* Such a job is going to be tried again: the call is in this state again, and the dashboard told.
 * With a transcript (zero: none) only while it is the call's current one. */
const struct err *transcript_revived(struct db *db, struct uuid call, const char *state,
                                     struct uuid transcript) MUST_USE;

#endif
