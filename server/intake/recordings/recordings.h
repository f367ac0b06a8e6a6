/* Recordings: wanted by the fold, fetched from the phone system, looked into, listened to.
 * State of one: waiting -> fetched (its bytes are ours) -> ready (decoded, peaks are there); failed
 * and missing are ends from which POST .../retry starts again; skipped: the tenant's policy does not
 * want it fetched. One that is ready may have a second file, the same sound as Opus: for browsers that do
 * not play what came, and to be kept in the original's place where the policy says so. */
#ifndef RINGSIGHT_INTAKE_RECORDINGS_H
#define RINGSIGHT_INTAKE_RECORDINGS_H

#include "http/http.h"
#include "jobs/jobs.h"
#include "providers/event.h"

extern const struct feature recordings_feature;
extern const struct job_kind recordings_jobs[];

/* Notes, in the open transaction, that a call has these recordings: rows for those not known yet,
 * by name, and a job that fetches each new one after delay_s. Repeats change nothing. */
const struct err *recordings_want(struct db *db, struct uuid call, const struct recording_ref *refs,
                                  size_t n, int delay_s) MUST_USE;

struct object_info; /* net/objects.h */

/* Bytes that came as a file (drop folders) and are stored already: `recording` of the call gets them,
 * one that was told of and waits, or else a new one of that id. Adds the job that looks into them.
 * E_NOT_FOUND: it has bytes already. */
const struct err *recordings_take_file(struct db *db, struct uuid call, struct uuid recording,
                                       struct str title,
                                       const struct object_info *object) MUST_USE;
/* Inside `work`: whatever becomes of the job, deletes the object unless the recording has it when
 * the job is over. */
void recordings_look_after(struct job *job, struct uuid recording,
                           const struct object_info *object);

/* Ends a recording that waits or was fetched as "failed" or "missing", and the call with it where it
 * has no other. One that is past this stays as it is. */
const struct err *recordings_end(struct db *db, struct uuid recording, const char *state,
                                 struct str reason) MUST_USE;
/* Starts again with a recording that failed or is missing. E_NOT_FOUND: no such one within `scope`
 * (req_scope). */
const struct err *recordings_try_again(struct db *db, struct uuid call, struct uuid recording,
                                       struct str scope) MUST_USE;

/* Goes on with a call that was stored without being analysed or even fetched, in the open transaction:
 * its recordings are fetched, or the one that is there is transcribed. */
const struct err *recordings_go_on(struct db *db, struct uuid call) MUST_USE;

/* What a recording that is there lacks: an Opus file, as no browser plays what came or the policy in force
 * keeps Opus; or that its original goes, as it is kept beside Opus against that policy. For recordings
 * from before there were Opus files, or before the policy wanted them. */
enum recording_lack { LACKS_NOTHING = 0, LACKS_OPUS, LACKS_RELEASE };
struct recording_kept {
    struct uuid call, id;
    struct str codec;
    int64_t channels, duration_ms;
    bool has_opus, released;
    bool gave_up;   /* it was not written as Opus, for a reason */
    bool keep_opus; /* by the policy in force today */
};
enum recording_lack recording_lacks(const struct recording_kept *k);
/* About how many bytes its Opus file has or would have. */
int64_t recording_opus_bytes(const struct recording_kept *k);
/* Adds the job that supplies it, in the open transaction; the same as for a new recording. *ret_job:
 * what is to be waited for before the Opus file is there; zero: nothing. */
const struct err *recordings_supply(struct db *db, const struct recording_kept *k,
                                    struct uuid *ret_job) MUST_USE;

/* Which spans of a recording nobody without the permission may hear, '[{"from","to"}, ...]' in ms; `add`: besides
 * those that are silent already. In the open transaction; a job makes the muted copy. */
const struct err *recordings_silence(struct db *db, struct uuid recording, struct str silent,
                                     bool add) MUST_USE;

/* Which file of a recording a person hears, by its row. *ret_muted: the muted copy's key; STR_NONE: what is
 * kept, whole. "not_redacted" (409) while it may not be heard, "original_sealed" (403). */
struct recording_hearing {
    bool original_wanted, may_original;
    bool looked; /* redaction is off, or has looked at it */
    struct str silent, muted_key, muted_reason;
};
const struct err *recording_heard(struct arena *a, const struct recording_hearing *h,
                                  struct str *ret_muted) MUST_USE;

/* What the parts of this folder share. */
/* sweep.c: the service's own job that deletes objects no row names. */
enum job_result recordings_sweep(struct job *job, void **ret_product);

#define RECORDING_MAX_BYTES ((size_t)512 << 20)

/* Adds the job that brings a call's recording in, or the one that looks into it. */
const struct err *recordings_add_fetch(struct db *db, struct uuid call, struct uuid recording,
                                       int delay_s) MUST_USE;
const struct err *recordings_add_inspect(struct db *db, struct uuid call,
                                         struct uuid recording) MUST_USE;
/* Adds the job that writes down what is said in a recording; one of a recording lives at a time. */
const struct err *recordings_add_transcript(struct db *db, struct uuid call,
                                            struct uuid recording) MUST_USE;

#endif
