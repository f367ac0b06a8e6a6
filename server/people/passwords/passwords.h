/* Passwords: the rules for new ones, and getting a new one by a link that is good once, by mail or handed
 * over. */
#ifndef RINGSIGHT_PEOPLE_PASSWORDS_H
#define RINGSIGHT_PEOPLE_PASSWORDS_H

#include "http/http.h"

#define PASSWORD_MIN 8
#define PASSWORD_MAX 1000 /* what the sign-in form takes */

extern const struct feature passwords_feature;

/* E_BAD_INPUT with a sentence for a password that is too short, too long or no UTF-8. */
const struct err *password_check(struct arena *a, struct str password) MUST_USE;

#endif
