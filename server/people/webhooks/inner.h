/* What the files of webhooks/ and its tests share. */
#ifndef RINGSIGHT_PEOPLE_WEBHOOKS_INNER_H
#define RINGSIGHT_PEOPLE_WEBHOOKS_INNER_H

#include "jobs/jobs.h"
#include "people/webhooks/webhooks.h"

#define WEBHOOK_USE "webhook" /* in RINGSIGHT_EGRESS_ALLOW */
#define WEBHOOK_SEND "webhooks.send"
#define WEBHOOK_PURGE "webhooks.purge"
#define WEBHOOK_TRIES 10
#define WEBHOOKS_MAX 20
#define WEBHOOK_REPLAY_MAX 1000 /* deliveries by one request */

extern const struct job_kind webhooks_jobs[];
/* Events by name and in words, ended by name == NULL; without the test. */
struct webhook_event_kind {
    const char *name, *doc;
};
extern const struct webhook_event_kind webhook_events[];

/* ---- secrets and signatures, sign.c ---- */

/* What an endpoint's deliveries are signed with. */
struct webhook_keys {
    struct str secret; /* "whsec_" and base64 of 32 random bytes */
    struct str seed;   /* of the ed25519 key; STR_NONE: by the secret alone */
};
/* New ones, and the text of the public key ("whpk_..."; STR_NONE without ed25519). */
void webhook_keys_make(struct arena *a, bool ed25519, struct webhook_keys *ret, struct str *ret_public);
const struct err *webhook_keys_seal(struct arena *a, struct uuid tenant, struct uuid webhook,
                                    const struct webhook_keys *k, struct str *ret_sealed) MUST_USE;
const struct err *webhook_keys_open(struct arena *a, struct uuid tenant, struct uuid webhook, struct str sealed,
                                    struct webhook_keys *ret) MUST_USE;
/* The header webhook-signature: "v1,<base64>" by each key's secret, "v1a,<base64>" by each that has ed25519, of
 * "id.timestamp.body" (Standard Webhooks 1.0.0, "Signature scheme"). E_INTERNAL for a secret that is none. */
const struct err *webhook_signature(struct arena *a, const struct webhook_keys *keys, size_t n, struct str id,
                                    int64_t timestamp_s, struct str body, struct str *ret) MUST_USE;

/* ---- webhooks.c ---- */

/* Jobs that a statement has added: room for n of that priority, in the connection's arena; each; and after the
 * commit the ring hears of all. */
struct webhook_hints;
struct webhook_hints *webhook_hints_new(struct db *db, size_t n, enum job_priority priority);
void webhook_hints_add(struct webhook_hints *h, struct uuid job, struct str gate);
void webhook_hints_send(struct db *db, struct webhook_hints *h);
/* An address that events may be sent to, as far as it can be told without asking a name server. E_BAD_INPUT
 * with what is wrong and the cure. */
const struct err *webhook_url_check(struct arena *a, struct str url) MUST_USE;

/* ---- the log, log.c ---- */
extern const struct field webhook_log_fields[], webhook_replay_fields[];
const struct err *webhook_try_out(struct req *rq);
const struct err *webhook_send_again(struct req *rq);
const struct err *webhook_replay_time(struct req *rq);

#endif
