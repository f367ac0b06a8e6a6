/* What the files of sessions/ share. */
#ifndef RINGSIGHT_PEOPLE_SESSIONS_INNER_H
#define RINGSIGHT_PEOPLE_SESSIONS_INNER_H

#include "people/sessions/guard.h"

/* ---- open.c ---- */

/* A transaction without a tenant, on a connection of its own; for req_end. */
const struct err *session_begin(struct req *rq, struct db **ret_db) MUST_USE;
/* Answers with the session as its owner sees it; ret_who may be NULL. E_UNAUTHENTICATED: there is none. */
const struct err *session_tell(struct req *rq, struct db *db, const struct hash *token,
                               struct identity *ret_who) MUST_USE;
/* In the open transaction: a session of the account, with an id that nobody had before, and the answer that tells it.
 * Its token goes to the browser once that is committed, by session_entered, which writes the audit log too. */
const struct err *session_enter(struct req *rq, struct db *db, struct guard *g, struct uuid account, const char *way,
                                struct str *ret_token) MUST_USE;
/* The answer where a tenant has blocked the network, to right and wrong passwords alike. */
const struct err *session_blocked(struct req *rq);
const struct err *session_entered(struct req *rq, const struct guard *g, struct str token) MUST_USE;
void session_cookie(struct req *rq, struct str token, int64_t seconds);
/* Into the audit log of the tenant that the session is in, a super admin's into that of the service. */
const struct err *session_note(struct req *rq) MUST_USE;
/* Something that proves who one is was wrong. A job writes it into the logs of whom it concerns: here nothing may
 * depend on there being such an account. email: in lower case. outcome: "refused", or with the reason. */
const struct err *session_failed(struct req *rq, struct str email, const char *outcome) MUST_USE;

/* ---- device.c ---- */

/* "Firefox on Windows" of a User-Agent; "Unknown browser" where it says nothing that is known. */
struct str device_words(struct arena *a, struct str user_agent);

/* ---- list.c: one's own sessions, and a member's ---- */
const struct err *session_list(struct req *rq);
const struct err *session_end_one(struct req *rq);
const struct err *session_end_others(struct req *rq);
const struct err *session_end_of_member(struct req *rq);

/* ---- second.c ---- */

/* The password was right: opens the session, or where the account has a second factor only the way to present it. */
const struct err *session_first_step(struct req *rq, struct guard *g, struct uuid account) MUST_USE;
extern const struct field session_code_in[];
/* The second step, of a person and of a super admin. */
const struct err *session_code(struct req *rq) MUST_USE;
const struct err *platform_session_code(struct req *rq) MUST_USE;

#define STEP_TRIES 5
struct step_look_out;
/* The step that the request's cookie names. E_GONE: none. */
const struct err *step_of(struct req *rq, struct hash *ret) MUST_USE;
const struct err *step_gone(struct req *rq) MUST_USE;
/* Counts the try before it is looked at. E_GONE: there is none left, or it is another kind of account. */
const struct err *step_try(struct req *rq, const struct hash *hash, const char *kind, struct guard *g,
                           struct step_look_out *who, int64_t *ret_left) MUST_USE;
/* Writes the failure down; E_BAD_CODE with the sentence `why` and how many tries are left. */
const struct err *step_wrong(struct req *rq, const struct step_look_out *who, int64_t left, const char *why,
                             const char *outcome) MUST_USE;
/* In the transaction in which the factor was found right: the step is over, the session is there; and after it. */
const struct err *step_enter(struct req *rq, struct db *db, const struct hash *hash, struct guard *g, struct uuid account,
                             const char *way, struct str *ret_token) MUST_USE;
const struct err *step_entered(struct req *rq, const struct guard *g, struct str token) MUST_USE;

/* ---- by_passkey.c ---- */
const struct err *session_passkey_ask(struct req *rq) MUST_USE;
const struct err *session_passkey(struct req *rq) MUST_USE;
const struct err *platform_session_passkey_ask(struct req *rq) MUST_USE;
const struct err *platform_session_passkey(struct req *rq) MUST_USE;

#endif
