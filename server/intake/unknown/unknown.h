/* Calls whose agent nobody knows: grouped by what the phone system (or a file's name) called the
 * agent, and given to one. That name then stands for the agent (agent_alias), for past and later
 * calls of the integration. */
#ifndef RINGSIGHT_INTAKE_UNKNOWN_H
#define RINGSIGHT_INTAKE_UNKNOWN_H

#include "http/http.h"
#include "jobs/jobs.h"

extern const struct feature unknown_feature;
extern const struct job_kind unknown_jobs[];

/* Of this folder: adds the job that gives calls to an agent. was: whom the name stood for before, zero
 * if nobody. */
const struct err *unknown_add_job(struct db *db, struct uuid integration, struct str key,
                                  struct str note, struct uuid agent, struct uuid was) MUST_USE;

#endif
