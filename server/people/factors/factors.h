/* The second factor of an account: six-digit codes of an authenticator app (TOTP, RFC 6238: HMAC-SHA-1, 30 s), and
 * recovery codes for when the app is lost. It belongs to the account, in whichever tenant that is at work. */
#ifndef RINGSIGHT_PEOPLE_FACTORS_H
#define RINGSIGHT_PEOPLE_FACTORS_H

#include "http/http.h"

extern const struct feature factors_feature;

/* In the open transaction: whether the code is that of the app now, or of the step before or after, and later than any
 * code that was taken; then it is taken, and never again. false for an account without a factor. E_SEAL: the seed does
 * not open. */
const struct err *factor_take_code(struct db *db, struct uuid account, struct str code, bool *ret_right) MUST_USE;
/* Whether it is a recovery code that is left, written with or without dashes, in any case; then it is used up. */
const struct err *factor_take_recovery(struct db *db, struct uuid account, struct str code, bool *ret_right) MUST_USE;

/* What a job of people/resets writes to the owner about. */
enum factor_event { FACTOR_SET_UP, FACTOR_REMOVED, FACTOR_REMOVED_BY_OTHER, FACTOR_RECOVERY_USED, FACTOR_RECOVERY_NEW };
#define FACTORS_CHANGED "factors.changed" /* {"account": id, "event": number} */
/* A mail to the account's owner, by a job of the transaction; nothing where no mail is sent. */
const struct err *factor_tell(struct db *db, struct uuid account, enum factor_event event) MUST_USE;

#endif
