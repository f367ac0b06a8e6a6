/* What the files of this folder share. */
#ifndef RINGSIGHT_INTAKE_NUMBERS_INNER_H
#define RINGSIGHT_INTAKE_NUMBERS_INNER_H

#include "intake/numbers/numbers.h"
#include "jobs/jobs.h"

/* Adds the job that reads the numbers of stored calls anew, those with ids after `after`. */
const struct err *numbers_again(struct db *db, struct uuid after) MUST_USE;

/* Looks for the calls that are one with this one, and links them. Within the open transaction. */
const struct err *link_call(struct db *db, struct uuid call) MUST_USE;

/* What follows for a call whose links changed, if it stands for itself: one that gave way to another goes
 * on where it stopped; one without sound of its own is heard by the recording of those that count as it,
 * and gives back what it had of one that does so no more. Within the open transaction. */
const struct err *link_follow(struct db *db, struct uuid call) MUST_USE;

extern const struct job_kind numbers_jobs[];

#endif
