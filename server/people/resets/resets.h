/* What workers do about new passwords and second factors: finding the account that asked for a password, and
 * telling its owner of a new one, or of what became of his second factor. Requests only add these jobs; they never learn whether an address has an account. */
#ifndef RINGSIGHT_PEOPLE_RESETS_H
#define RINGSIGHT_PEOPLE_RESETS_H

#include "http/http.h"

#define PASSWORDS_ASK "passwords.ask"         /* {"ask": id} of password_ask */
#define PASSWORDS_CHANGED "passwords.changed" /* {"account": id} */

extern const struct feature resets_feature;

#endif
