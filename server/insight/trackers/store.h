/* What the files of this feature share. */
#ifndef RINGSIGHT_INSIGHT_TRACKERS_STORE_H
#define RINGSIGHT_INSIGHT_TRACKERS_STORE_H

#include "insight/trackers/trackers.h"

extern const struct job_kind trackers_jobs[];

/* Adds the job that looks for one tracker in the calls of the last `days` days. */
const struct err *trackers_add_past(struct db *db, struct uuid tracker, int64_t days) MUST_USE;

#endif
