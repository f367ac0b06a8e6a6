/* The hook addresses of the whole installation, in memory of each web process: read from PostgreSQL
 * when something has changed, and kept as a sealed file under <var> for a start while PostgreSQL is
 * away. Asked only when PostgreSQL cannot be: what it says may be ten seconds old. */
#ifndef RINGSIGHT_INTAKE_DIRECTORY_H
#define RINGSIGHT_INTAKE_DIRECTORY_H

#include "core/crypto.h"
#include "core/uuid.h"

struct settings;
struct db_pool;

/* One address, which is the current or the old one of its integration. Secrets are sealed under the
 * tenant's key. */
struct door {
    struct hash token;
    struct uuid tenant, integration;
    struct str slug, provider, zone, settings, secrets;
    struct str old_secrets; /* STR_NONE: none, or ended */
    int64_t old_ends_at;    /* TIME_NONE: there is nothing old */
    bool is_old;
    struct str sources;     /* networks it takes hooks from; empty: any */
    int64_t unproven_until; /* so long hooks that do not prove themselves are taken; TIME_NONE: they are not */
};

/* Loads the snapshot and starts the thread that keeps it current. A snapshot that does not open is
 * as good as none. */
const struct err *directory_start(struct arena *a, const struct settings *s,
                                  struct db_pool *pool) MUST_USE;
void directory_stop(void);
/* Something has changed: looks at once. Any thread. */
void directory_changed(void);
/* Copies what is known of an address into a. False: there is none, as far as memory goes. */
bool directory_find(struct arena *a, const struct hash *token, struct door *ret);

/* The same without looking closer. */
bool directory_has(const struct hash *token);

/* The list as bytes and back; the reader makes sense of any bytes. Views of `packed`. */
struct str directory_pack(struct arena *a, const struct door *v, size_t n);
bool directory_unpack(struct arena *a, struct str packed, struct door **ret_v, size_t *ret_n);

#endif
