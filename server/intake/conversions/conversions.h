/* Recordings of the past written as Opus: those that no browser plays and those that the policy in force
 * keeps so, from before there were Opus files or before the policy. A walk goes over a tenant's
 * recordings in the order of their ids, a few hundred at a time: one that counts says what there is to
 * do, one that converts hands out a few jobs (those of new recordings, at low priority) and goes on
 * when they have ended. It can be stopped, and goes on where it was after any crash. */
#ifndef RINGSIGHT_INTAKE_CONVERSIONS_H
#define RINGSIGHT_INTAKE_CONVERSIONS_H

#include "http/http.h"
#include "jobs/jobs.h"

extern const struct feature conversions_feature;
extern const struct job_kind conversions_jobs[];

/* Of this folder: adds the job of a walk's next step, to begin when the `n` jobs that it handed out have
 * ended; `handed`: their recordings. */
const struct err *conversions_add_step(struct db *db, struct uuid conversion,
                                       const struct uuid *handed, const struct uuid *jobs,
                                       size_t n) MUST_USE;

#endif
