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

/* In the transaction that opens a session: what its owner is told of it later. way: password, code, recovery, provider. */
const struct err *session_describe(struct req *rq, struct db *db, const struct hash *token, const char *way) MUST_USE;

/* From here on the session may do more than before: it goes on under another token, and the old one is dead. In the
 * open transaction; once that is committed, session_renewed tells the browser. E_UNAUTHENTICATED: it ended meanwhile. */
struct session_fresh {
    struct str token;
    int64_t expires_at;
};
const struct err *session_renew(struct req *rq, struct db *db, struct session_fresh *ret) MUST_USE;
void session_renewed(struct req *rq, const struct session_fresh *fresh);

#endif
