/* Inviting people to a tenant: by mail, or by a link to hand over to those who sign in with a user name. */
#ifndef RINGSIGHT_PEOPLE_INVITATIONS_H
#define RINGSIGHT_PEOPLE_INVITATIONS_H

#include "http/http.h"

extern const struct feature invitations_feature;

#endif
