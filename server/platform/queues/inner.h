/* What the files of this folder share. */
#ifndef RINGSIGHT_PLATFORM_QUEUES_INNER_H
#define RINGSIGHT_PLATFORM_QUEUES_INNER_H

#include "platform/queues/queues.h"

#define PROBE_MS_MAX 600000

extern const struct job_kind queues_jobs[];
extern const struct schema queues_schemas[];

#endif
