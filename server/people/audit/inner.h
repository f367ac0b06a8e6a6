/* What the files of audit/ share. */
#ifndef RINGSIGHT_PEOPLE_AUDIT_INNER_H
#define RINGSIGHT_PEOPLE_AUDIT_INNER_H

#include "jobs/jobs.h"

#define AUDIT_CHAIN "audit.chain"

extern const struct job_kind audit_jobs[];

#endif
