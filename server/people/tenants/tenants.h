/* Tenants as the operator of the service sees them. */
#ifndef RINGSIGHT_PEOPLE_TENANTS_H
#define RINGSIGHT_PEOPLE_TENANTS_H

#include "http/http.h"

extern const struct feature tenants_feature;

#endif
