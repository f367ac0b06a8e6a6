/* What the files that receive hooks share. */
#ifndef RINGSIGHT_INTAKE_INBOX_HOOKS_INT_H
#define RINGSIGHT_INTAKE_INBOX_HOOKS_INT_H

#include "core/crypto.h"
#include "core/time.h"
#include "http/client.h"
#include "intake/inbox/inbox.h"
#include "intake/integrations/integrations.h"
#include "intake/spool/spool.h"

#define ENTRIES 4096
/* So long PostgreSQL may take over a hook before the spool has it: senders wait four seconds and more. */
#define HOOK_PATIENCE_US (2 * TIME_S)

/* What a loop knows of one address. */
struct entry {
    struct hash token;
    int64_t at;
    struct arena *a; /* NULL: never asked */
    bool known, is_old;
    struct uuid tenant, integration;
    struct str slug;
    const struct provider *provider;
    const struct json *settings, *old_settings; /* old: NULL where there are none */
    int64_t old_ends_at, unproven_until;
    struct cidr_list sources;
};

struct waiting;

/* One per loop. */
struct desk {
    struct arena *a; /* holds the desk itself, as long as the process lives */
    struct entry entries[ENTRIES]; /* direct mapped by the token's hash */
    struct waiting *first, **end;
    size_t n, batches;
};

/* batch.c: stores a delivery and answers the request once it is on disk. The texts live in rq. */
void hooks_put(struct desk *d, struct req *rq, const struct spooled *what);
/* How much each hook address takes. */
struct flood *hooks_flood(void);
/* What the spool's drainer calls. */
const struct err *hooks_store(struct arena *a, const struct spooled *v, size_t n) MUST_USE;

#endif
