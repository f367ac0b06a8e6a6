/* What engines of others cost a tenant: an upper bound is reserved before each request, what it cost
 * in the end is settled after it, and the caps of tenant, day and call hold however many workers
 * ask at once. Amounts are millionths of a currency. */
#ifndef RINGSIGHT_MONEY_SPEND_H
#define RINGSIGHT_MONEY_SPEND_H

#include "db/db.h"

struct feature;
struct job;
extern const struct feature spend_feature;

/* What somebody agreed to spend on one thing, whatever the caps leave: what was spent on it and is reserved never passes
 * `micro`. Each of its requests counts for `scope`, a name of the caller's own: "rerun:<id>". */
struct spend_bound {
    struct str scope; /* STR_NONE: there is no such bound */
    int64_t micro;
    struct str currency;
};
extern const struct err E_BOUND[1]; /* a bound would be passed, or there is no price in its currency */

/* One request to be paid for. */
struct spend_order {
    const char *service; /* "speech", "language" */
    struct uuid engine, call;
    struct str engine_name; /* for sentences */
    int64_t number;         /* of the request within the job's run: names the usage for ever */
    bool priced;
    int64_t micro; /* the most that it can cost */
    struct str currency;
    struct spend_bound bound;
};

/* What became of it. */
enum spend_end {
    SPEND_SETTLED = 0, /* micro is what it cost */
    SPEND_ASSUMED,     /* nobody knows whether it is billed: the bound counts */
    SPEND_RELEASED     /* it is not billed */
};
struct spend_used {
    enum spend_end end;
    int64_t micro, in_tokens, out_tokens, sound_ms; /* below 0: not known; micro below 0: the bound */
};

/* Inside a job's work, in a transaction of its own. Reservations that dead workers left are settled as
 * assumed first. E_CAPPED, with the sentence for the call, where a cap would be passed, or where
 * there is a cap and no price in its currency; E_BOUND likewise for the order's own bound. */
const struct err *spend_reserve(struct job *job, const struct spend_order *order,
                                struct uuid *ret_id) MUST_USE;
/* Likewise; once for each reservation, a second end changes nothing. */
const struct err *spend_finish(struct job *job, struct uuid id,
                               const struct spend_used *used) MUST_USE;

/* What the caps leave of the open transaction's tenant, which is named. Below 0: there is no such cap. */
struct spend_left {
    struct str currency;       /* of the caps; STR_NONE: there are none */
    int64_t day, month, call;  /* call: the whole cap, which is each call's own */
};
const struct err *spend_left(struct db *db, struct spend_left *ret) MUST_USE;

/* units * micro per `per` units, rounded up, without overflow: at most INT64_MAX / 4. Pure. */
int64_t spend_micro(int64_t units, int64_t micro, int64_t per);
/* Millionths as "1.234567", trailing zeros but two cut. Pure. */
struct str spend_text(struct arena *a, int64_t micro, struct str currency);

#endif
