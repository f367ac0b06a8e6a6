/* Signing in and out, for people of tenants and for super admins, and tickets for live sockets.
 * Sessions are opaque: the browser holds 256 random bits, the database their SHA-256. */
#ifndef RINGSIGHT_PEOPLE_SESSIONS_H
#define RINGSIGHT_PEOPLE_SESSIONS_H

#include "http/http.h"

extern const struct feature sessions_feature;

#endif
