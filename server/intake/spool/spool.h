/* The spool: where verified hooks wait on this machine's disk while PostgreSQL is away. Each is on
 * disk before it is acknowledged, and comes into the inbox with the ids it was given, in order,
 * when PostgreSQL is back. Files under <var>/spool, shared by all web processes of a machine:
 *   <uuid>.seg   records, sealed (record.c); locked by the process that writes or drains it
 *   <uuid>.kept  what could not be read or stored: for the operator, never drained again */
#ifndef RINGSIGHT_INTAKE_SPOOL_H
#define RINGSIGHT_INTAKE_SPOOL_H

#include "core/arena.h"
#include "core/err.h"
#include "core/uuid.h"

struct settings;

/* A delivery with the ids it keeps. */
struct spooled {
    struct uuid tenant, integration, id, job;
    int64_t received_at;
    struct str method, query, source, headers, body;
    bool unproven; /* taken though it did not prove itself */
};

struct spool_item {
    struct spooled d; /* its texts live until `done` */
    /* Called once, on any thread: NULL when it is synced to disk; else nothing of it counts:
     * E_DISK_FULL, E_BUSY (setting spool_mb reached, or too much waits for the disk), E_INTERNAL. */
    void (*done)(struct spool_item *item, const struct err *e);
    void *ctx;
    /* The spool's own. */
    struct spool_item *next;
    size_t bytes;
};

/* Stores deliveries of one tenant, in their order, in one commit; on the drainer's thread. A repeat
 * must change nothing. E_UNAVAILABLE and E_BUSY: tried again until it works. */
typedef const struct err *spool_store(struct arena *a, const struct spooled *v, size_t n);

/* Starts the writer and the drainer. E_* with a sentence: the folder cannot be used. */
const struct err *spool_start(struct arena *a, const struct settings *s,
                              spool_store *store) MUST_USE;
/* Ends both; what waits for the disk is written first. */
void spool_stop(void);
/* Never waits. */
void spool_put(struct spool_item *item);

#endif
