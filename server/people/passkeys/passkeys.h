/* Passkeys (WebAuthn Level 2): keys on a device or in a password manager that prove by a signature who is there, bound to
 * our domain so that no other site can ask for them. A second factor of an account beside the codes of people/factors,
 * taken only where the device checked its user. ES256 and RS256; what a device says of its maker is not asked for. */
#ifndef RINGSIGHT_PEOPLE_PASSKEYS_H
#define RINGSIGHT_PEOPLE_PASSKEYS_H

#include "http/http.h"

extern const struct feature passkeys_feature;

/* What the browser answers to the question; all in base64url. */
struct passkey_answer {
    struct str id, client_data, authenticator_data, signature, user_handle;
};
extern const struct field passkey_answer_in[];

/* Why there can be none at the address this service has, with the cure; NULL: there can. */
const char *passkey_hindrance(struct arena *a);

/* A question for the account's passkeys, of the schema passkey_question, and the hash that its answer is checked by; good
 * for one answer. E_CONFLICT: the account has none, or there can be none here. */
const struct err *passkey_question(struct req *rq, struct db *db, struct uuid account, struct hash *ret_challenge,
                                   struct str *ret_json) MUST_USE;

enum passkey_verdict { PASSKEY_WRONG = 0, PASSKEY_RIGHT, PASSKEY_COPIED /* its counter went back */ };
/* In the open transaction: looks at the answer; a right one is written down as used. challenge NULL: none was asked.
 * *ret_why: a sentence, where it is not right. */
const struct err *passkey_take(struct db *db, struct uuid account, const struct passkey_answer *in,
                               const struct hash *challenge, enum passkey_verdict *ret, const char **ret_why) MUST_USE;

#endif
