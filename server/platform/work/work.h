/* A tenant's own jobs: what is under way, what failed and why, and starting again with it. */
#ifndef RINGSIGHT_PLATFORM_WORK_H
#define RINGSIGHT_PLATFORM_WORK_H

#include "http/http.h"

extern const struct feature work_feature;

#endif
