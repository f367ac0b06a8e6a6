/* What the jobs of this folder share. */
#ifndef RINGSIGHT_INTAKE_RECORDINGS_INNER_H
#define RINGSIGHT_INTAKE_RECORDINGS_INNER_H

#include "intake/recordings/recordings.h"
#include "net/objects.h"

struct recording_task_out;

/* The row of the job's recording. E_NOT_FOUND: deleted meanwhile. */
const struct err *recording_read_task(struct job *job, struct recording_task_out *ret) MUST_USE;
/* How a job ends: later, for good, or because its rows could not be read. */
enum job_result recording_snooze(struct job *job, int64_t seconds);
enum job_result recording_give_up(struct job *job);
enum job_result recording_not_read(struct job *job, const struct err *e);
/* The sentence of the job's last error. */
struct str recording_why_of(struct job *job, const struct err *e);
/* The recording failed for good: `what` and the reason. */
const struct err *recording_dead(struct job *job, const char *what, struct str reason) MUST_USE;

/* A sealed object, read front to back: ctx and read of a struct media_source. E_LOST once the job is
 * another worker's. */
struct recording_reading {
    struct job *job;
    struct object *object;
    uint64_t at;
};
const struct err *recording_read(void *ctx, void *buf, size_t n, size_t *ret_n) MUST_USE;

/* Adds the job that writes a recording as Opus, in its original's place whatever the call's own policy
 * says if `instead`; and the one that lets go of an original then. */
const struct err *recordings_add_opus(struct db *db, struct uuid call, struct uuid recording,
                                      bool instead, struct uuid *ret_job) MUST_USE;
const struct err *recordings_add_release(struct db *db, struct uuid call,
                                         struct uuid recording) MUST_USE;

/* Adds the job that makes the muted copy. */
const struct err *recordings_add_mute(struct db *db, struct uuid call, struct uuid recording) MUST_USE;

/* The parts of the jobs: inspect.c, opus.c, mute.c. */
enum job_result recording_mute_work(struct job *job, void **ret_product);
const struct err *recording_mute_store(struct job *job, void *product) MUST_USE;
const struct err *recording_mute_dead(struct job *job, struct str reason) MUST_USE;
enum job_result recording_inspect_work(struct job *job, void **ret_product);
const struct err *recording_inspect_store(struct job *job, void *product) MUST_USE;
const struct err *recording_inspect_dead(struct job *job, struct str reason) MUST_USE;
enum job_result recording_opus_work(struct job *job, void **ret_product);
const struct err *recording_opus_store(struct job *job, void *product) MUST_USE;
const struct err *recording_opus_dead(struct job *job, struct str reason) MUST_USE;
enum job_result recording_release_work(struct job *job, void **ret_product);
const struct err *recording_release_store(struct job *job, void *product) MUST_USE;

#endif
