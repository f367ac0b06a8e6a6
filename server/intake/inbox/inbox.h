/* The inbox: what phone systems send, stored byte for byte before anything else, acknowledged only
 * after the commit, read later by a job. */
#ifndef RINGSIGHT_INTAKE_INBOX_H
#define RINGSIGHT_INTAKE_INBOX_H

#include "http/http.h"
#include "jobs/jobs.h"

extern const struct feature inbox_feature;

struct settings;

/* For the process that receives hooks: the list of addresses in memory and the spool, and their
 * threads. Needs the services and http_config.pools. E_* with a sentence. */
const struct err *inbox_start(struct arena *a, const struct settings *s) MUST_USE;
void inbox_stop(void);

/* The route function of the hook addresses; runs on the loop. */
void hook_receive(struct req *rq);

extern const struct job_kind inbox_jobs[];

/* A delivery that came by another way than a hook. */
struct inbox_new {
    struct uuid integration;
    struct str method; /* one that no sender can choose; the provider's parse knows it */
    struct str source; /* who sent it, as text */
    struct str body;
};

/* Stores it, and the job that reads it, in the open transaction. */
const struct err *inbox_take(struct db *db, const struct inbox_new *d) MUST_USE;

/* Adds the job that reads a stored delivery. */
const struct err *inbox_add_fold(struct db *db, struct uuid delivery) MUST_USE;
/* Marks a delivery that nothing has read as one that could not be read. */
const struct err *inbox_unread(struct db *db, struct uuid delivery, struct str reason) MUST_USE;

#endif
