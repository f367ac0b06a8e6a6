/* Telling the ring of a job that has just been committed. Best effort, from a thread of its own: a
 * hint that is lost is found by the sweeper. Used by job_add and by who inserts jobs in a statement
 * of its own. */
#ifndef RINGSIGHT_JOBS_HINT_H
#define RINGSIGHT_JOBS_HINT_H

#include "core/arena.h"
#include "core/err.h"
#include "jobs/ring.h"

struct settings;
struct job;

/* Starts the sender; without a redis_url hints go nowhere. E_BAD_INPUT for a malformed address. */
const struct err *hints_start(struct arena *a, const struct settings *s) MUST_USE;
void hints_stop(void);

/* Never waits, takes a copy. Any thread, after the commit. */
void hint_send(const struct hint *hint);

/* The job's row says that it ended, or was given back: if its tenant is capped or it passed a gate, its place is free. */
void hint_ended(const struct job *job);

#endif
