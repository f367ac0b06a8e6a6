/* Trials: does the connection to a phone system work, does its address? Each goes the real way, step
 * by step as jobs, and says at each step what was found and what to do about it. */
#ifndef RINGSIGHT_INTAKE_TRIALS_H
#define RINGSIGHT_INTAKE_TRIALS_H

#include "http/http.h"
#include "jobs/jobs.h"

extern const struct feature trials_feature;
extern const struct job_kind trials_jobs[];

/* A delivery that has just been read, and the calls it tells of. */
struct trial_delivery {
    struct uuid integration, id;
    struct str headers;
    const struct uuid *calls;
    size_t n;
};

/* If a trial of this integration sent the delivery: notes it there, and marks its calls as made by a
 * trial. In the open transaction. */
const struct err *trials_took(struct db *db, const struct trial_delivery *d,
                              bool *ret_trial) MUST_USE;

#endif
