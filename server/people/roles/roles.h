/* Roles: those that the service comes with, and those that a tenant makes of its permissions. */
#ifndef RINGSIGHT_PEOPLE_ROLES_H
#define RINGSIGHT_PEOPLE_ROLES_H

#include "http/http.h"

extern const struct feature roles_feature;

#endif
