/* Forgetting one person: by a phone number, all calls of theirs with recordings, transcripts and scores,
 * their contact, and what phone systems sent of them. Works like retention, whose functions it uses: small
 * batches, rows and the list of their objects in one transaction, a record of what went without saying of
 * whom. Legal holds stand above it. What deletes is SQL (migration 0057, before it 0050). */
#ifndef RINGSIGHT_PLATFORM_ERASURE_H
#define RINGSIGHT_PLATFORM_ERASURE_H

#include "http/http.h"
#include "jobs/jobs.h"

extern const struct feature erasure_feature;

/* Of this folder. */
extern const struct job_kind erasure_jobs[];
/* Adds the next step of an erasure. */
const struct err *erasure_soon(struct db *db, struct uuid erasure) MUST_USE;

#endif
