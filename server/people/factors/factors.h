/* The second factor of an account: six-digit codes of an authenticator app (TOTP, RFC 6238: HMAC-SHA-1, 30 s), passkeys
 * (people/passkeys), and recovery codes for when both are lost. It belongs to the account, in whichever tenant that is at work. */
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

/* Ten new codes in place of all earlier ones, written as a list. E_GONE: the account has no factor. */
const struct err *factor_recovery(struct db *db, struct uuid account, struct jw *w) MUST_USE;

/* Around a change of one's own factors: rq->db in a transaction with the tenant set, so that the audit log is written in
 * it too. E_FORBIDDEN for who came by a tenant's provider: its word changes nothing of the account. */
const struct err *factor_change_begin(struct req *rq) MUST_USE;
/* Commits unless e, rolls back else; for every factor_change_begin that returned NULL. */
const struct err *factor_change_end(struct req *rq, const struct err *e) MUST_USE;

/* After one was dropped in the transaction, which an error rolls back. outcome: "last" if none is left. E_CONFLICT: a super
 * admin keeps one where the setting super_admin_factor is on. */
const struct err *factor_dropped(struct req *rq, struct str outcome) MUST_USE;

/* What a job of people/resets writes to the owner about. */
enum factor_event {
    FACTOR_SET_UP, FACTOR_REMOVED, FACTOR_REMOVED_BY_OTHER, FACTOR_RECOVERY_USED, FACTOR_RECOVERY_NEW,
    FACTOR_APP_REMOVED, FACTOR_PASSKEY_ADDED, FACTOR_PASSKEY_REMOVED, FACTOR_PASSKEY_COPIED
};
#define FACTORS_CHANGED "factors.changed" /* {"account": id, "event": number} */
/* A mail to the account's owner, by a job of the transaction; nothing where no mail is sent. */
const struct err *factor_tell(struct db *db, struct uuid account, enum factor_event event) MUST_USE;

#endif
