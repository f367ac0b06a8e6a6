/* Who did what: one entry for each act that changes something and for each recording that is listened to,
 * written in the act's own transaction, numbered and chained by a job seconds later. What super admins and
 * `ringsight admin` do stands in the log of the service itself, chained at once. */
#ifndef RINGSIGHT_PEOPLE_AUDIT_H
#define RINGSIGHT_PEOPLE_AUDIT_H

#include "http/http.h"

/* Writes the entry of a request that succeeded, in its open transaction; for http_config.audit. What was
 * given is told by the names of the fields; of values only choices, numbers, ids, yes and no, and the names
 * of things, never secrets, settings or what people wrote. E_*: of the database. */
const struct err *audit_record(struct req *rq) MUST_USE;

/* What the service did by itself in the open transaction's tenant, to an object of that kind. act: as "Webhook
 * switched off"; why: a sentence, without secrets or what people wrote. */
const struct err *audit_service(struct db *db, const char *act, const char *kind, struct uuid object,
                                struct str why) MUST_USE;

struct audit_state {
    int64_t links, waiting; /* chained; written and not yet chained */
    struct str fault;       /* the first thing that does not fit; empty: all fits */
    struct str head;        /* the last hash, in hex */
};
/* Reads the chain of the transaction's tenant from its beginning. Texts live in the transaction's arena. */
const struct err *audit_check(struct db *db, struct audit_state *ret) MUST_USE;

/* The same for the service's own log. */
const struct err *audit_check_platform(struct db *db, struct audit_state *ret) MUST_USE;
/* Writes what a command of `ringsight admin` did into that log, in the open transaction. given: JSON of texts. */
const struct err *audit_command(struct db *db, struct str who, struct str host, const char *command,
                                struct str given) MUST_USE;

extern const struct feature audit_feature;

#endif
