/* What the files of this feature share. */
#ifndef RINGSIGHT_INSIGHT_ANALYSIS_STORE_H
#define RINGSIGHT_INSIGHT_ANALYSIS_STORE_H

#include "jobs/jobs.h"

extern const struct job_kind analysis_jobs[];

#endif
