/* Policies: which recordings of an integration are fetched and which of its calls are analysed. A
 * call is decided by the version that was in force when it came (call.policy_version); the choice and
 * its reason stand in the call. Later versions do not touch it, unless one is carried back over past
 * calls or a person says "analyse this call". decide.h has the rules themselves. */
#ifndef RINGSIGHT_INTAKE_POLICIES_H
#define RINGSIGHT_INTAKE_POLICIES_H

#include "http/http.h"
#include "jobs/jobs.h"

extern const struct feature policies_feature;
extern const struct job_kind policies_jobs[];

/* Decides a call anew, in the open transaction, as more became known of it, and starts what is wanted
 * now and was not before. seconds: its length as heard, where the phone system told none; negative if
 * unknown. Locks the call. Without a policy, or where somebody chose by hand, nothing changes. */
const struct err *policies_settle(struct db *db, struct uuid call, int64_t seconds) MUST_USE;

/* Starts the analysis of a call that was stored without (state "stored"), for good. E_NOT_FOUND: no
 * such call within `scope` (req_scope); E_NOT_STORED: it is analysed already or on its way. */
extern const struct err E_NOT_STORED[1];
const struct err *policies_analyse(struct db *db, struct uuid call, struct str scope) MUST_USE;

/* Of this folder: adds the job of a run's next step. */
const struct err *policies_add_step(struct db *db, struct uuid integration, struct uuid run) MUST_USE;

#endif
