/* The stages of a call (fetch, decode, transcribe, analyse, score): going on from the one that
 * failed, and the watch that lets no call and no delivery stand still without a job. */
#ifndef RINGSIGHT_INSIGHT_STAGES_H
#define RINGSIGHT_INSIGHT_STAGES_H

#include "http/http.h"
#include "jobs/jobs.h"

extern const struct feature stages_feature;

/* Shared by the files of this folder: the watch's job, which is the service's own. */
enum job_result stages_watch(struct job *job, void **ret_product);

/* The parts of the work on one call, in order. */
enum stage { STAGE_NONE = 0, STAGE_RECORDING, STAGE_TRANSCRIBE, STAGE_ANALYSE, STAGE_SCORE };

struct stage_facts_out;
/* Which part comes next with what is there. `failed`: of a call that has ended, where a
 * transcript may be there and yet be what was wrong. */
enum stage stage_next(const struct stage_facts_out *f, bool failed);
/* Starts that part of a call, in the open transaction: state and job. Not STAGE_RECORDING. */
const struct err *stage_start(struct db *db, struct uuid call, const struct stage_facts_out *f,
                              enum stage s) MUST_USE;
/* The kind of job that does that part. */
const char *stage_kind(enum stage s);
/* The other kind that does the same elsewhere, or the same once more. */
const char *stage_other_kind(const char *kind);

#endif
