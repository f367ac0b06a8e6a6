/* Reading deliveries again: a row says which and how far, a job reads the next few of them and adds
 * itself again. Routes and jobs of this folder share this. */
#ifndef RINGSIGHT_INTAKE_INBOX_REPLAY_H
#define RINGSIGHT_INTAKE_INBOX_REPLAY_H

#include "http/http.h"
#include "jobs/jobs.h"

extern const struct field replay_in[], replay_one_in[];
/* Handlers: many by filter, or one. */
const struct err *replay_start(struct req *rq) MUST_USE;
const struct err *replay_one(struct req *rq) MUST_USE;

enum job_result replay_work(struct job *job, void **ret_product);
const struct err *replay_store(struct job *job, void *product) MUST_USE;
const struct err *replay_dead(struct job *job, struct str reason) MUST_USE;
const struct err *replay_revive(struct job *job) MUST_USE;

#endif
