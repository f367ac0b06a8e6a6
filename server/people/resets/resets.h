/* What workers do about new passwords: finding the account that asked for one, and telling its owner of a
 * new one. Requests only add these jobs; they never learn whether an address has an account. */
#ifndef RINGSIGHT_PEOPLE_RESETS_H
#define RINGSIGHT_PEOPLE_RESETS_H

#include "http/http.h"

#define PASSWORDS_ASK "passwords.ask"         /* {"ask": id} of password_ask */
#define PASSWORDS_CHANGED "passwords.changed" /* {"account": id} */

extern const struct feature resets_feature;

#endif
