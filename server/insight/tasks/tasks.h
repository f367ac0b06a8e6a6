/* Tasks: what there is to do after calls, by whom and until when. */
#ifndef RINGSIGHT_INSIGHT_TASKS_H
#define RINGSIGHT_INSIGHT_TASKS_H

#include "core/json.h"
#include "http/http.h"

extern const struct feature tasks_feature;

/* Calls that began longer ago make no tasks: nobody keeps what was promised then. */
#define TASKS_DAYS 30

/* Makes tasks of what the agent promised in a call: one for each action of the analysis that is not the
 * customer's, and one for the follow-up where no action says the same. Done again for the same call it
 * adds nothing twice: a task is the same as one there is if their titles are equal or their words were
 * said at the same time; of calls that are one, if their titles are. One that a person changed, did or dropped stays as it is; one that nobody
 * touched follows the analysis, and goes where the new one no longer has it. `today`: the call's day
 * where the tenant is, since 1970. `agent`: who owns them, may be zero. The caller holds the call's row
 * locked. */
const struct err *tasks_take(struct db *db, struct uuid call, struct uuid agent,
                             const struct json *analysis, int64_t today) MUST_USE;

#endif
