/* Calls: folded from their events, read by pages. */
#ifndef RINGSIGHT_INTAKE_CALLS_H
#define RINGSIGHT_INTAKE_CALLS_H

#include "http/http.h"

extern const struct feature calls_feature;

#endif
