/* The queue as people see it: a tenant its own jobs, the operator of the service all of them. */
#ifndef RINGSIGHT_PLATFORM_QUEUES_H
#define RINGSIGHT_PLATFORM_QUEUES_H

#include "http/http.h"
#include "jobs/jobs.h"

extern const struct feature queues_feature;

#endif
