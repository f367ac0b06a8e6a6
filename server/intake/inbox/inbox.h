/* The inbox: what phone systems send, stored byte for byte before anything else, acknowledged only
 * after the commit, read later by a job. */
#ifndef RINGSIGHT_INTAKE_INBOX_H
#define RINGSIGHT_INTAKE_INBOX_H

#include "http/http.h"
#include "jobs/jobs.h"

extern const struct feature inbox_feature;

/* The route function of the hook addresses; runs on the loop. */
void hook_receive(struct req *rq);

extern const struct job_kind inbox_jobs[];

#endif
