/* Signing in and out, for people of tenants and for super admins, and tickets for live sockets.
 * Sessions are opaque: the browser holds 256 random bits, the database their SHA-256. */
#ifndef RINGSIGHT_PEOPLE_SESSIONS_H
#define RINGSIGHT_PEOPLE_SESSIONS_H

#include "http/http.h"

extern const struct feature sessions_feature;

/* Before something that a stolen session must not do: whoever is signed in proves once more who he is, by his password
 * or a code of his second factor (exactly one of them has bytes). Wrong ones are counted like those of signing in.
 * On the hashing lane, without a transaction. E_BAD_INPUT names the field, E_LIMIT says how long to wait. */
const struct err *session_prove(struct req *rq, struct str password, struct str code) MUST_USE;

#endif
