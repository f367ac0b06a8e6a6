/* Guessing passwords is slow: wrong ones are counted by account, by network and over all, and each beyond a few
 * makes the next wait longer, up to a quarter of an hour. A device on which the account has signed in before is
 * counted by itself, so that no stranger keeps its owner out. Accounts that do not exist are counted alike. */
#ifndef RINGSIGHT_PEOPLE_SESSIONS_GUARD_H
#define RINGSIGHT_PEOPLE_SESSIONS_GUARD_H

#include "http/http.h"

struct guard {
    struct hash account, network, all, device;
    bool has_device, device_known;
    struct str token; /* the device's name as its cookie has it */
};

/* Before the password is looked at, in the open transaction, which is to be committed whatever comes of it:
 * *ret_wait_s > 0 says that it is not looked at, for so long. email: in lower case. */
const struct err *guard_begin(struct req *rq, struct db *db, struct str email, struct guard *ret,
                              int64_t *ret_wait_s) MUST_USE;
/* The same before a code of the second factor is looked at. device_known: as it was when the password was right. */
const struct err *guard_begin_code(struct req *rq, struct db *db, struct str email, bool device_known,
                                   struct guard *ret, int64_t *ret_wait_s) MUST_USE;
/* The answer to one who has to wait; what: "passwords" or "codes". */
const struct err *guard_refuse(struct req *rq, int64_t wait_s, const char *what);
/* It was right, but opens no session by itself: what was counted is taken back, the device is not known by it. */
const struct err *guard_right(struct db *db, const struct guard *g, struct uuid account) MUST_USE;
/* All was right: in the transaction that opens the session. */
const struct err *guard_done(struct req *rq, struct db *db, struct guard *g, struct uuid account) MUST_USE;
/* After it was committed: the device is told its name. */
void guard_cookie(struct req *rq, const struct guard *g);

#endif
