/* Recordings: wanted by the fold, fetched from the phone system, looked into, listened to.
 * State of one: waiting -> fetched (its bytes are ours) -> ready (decoded, peaks are there); failed
 * and missing are ends from which POST .../retry starts again. */
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

/* What the parts of this folder share. */
#define RECORDING_MAX_BYTES ((size_t)512 << 20)

/* Adds the job that brings a recording in, or the one that looks into it. */
const struct err *recordings_add_fetch(struct db *db, struct uuid recording, int delay_s) MUST_USE;
const struct err *recordings_add_inspect(struct db *db, struct uuid recording) MUST_USE;

#endif
