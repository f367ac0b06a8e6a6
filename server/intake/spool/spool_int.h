/* What the files of the spool share. */
#ifndef RINGSIGHT_INTAKE_SPOOL_INT_H
#define RINGSIGHT_INTAKE_SPOOL_INT_H

#include <stdatomic.h>

#include "core/crypto.h"
#include "intake/spool/spool.h"

/* ---- record.c: pure, fuzzed ---- */

#define SPOOL_RECORD_MAX ((8u << 20) + (1u << 18)) /* the largest body and its head, sealed */

/* One record: "RSP1", length, the sealed delivery bound to its segment, checksum of all that. */
struct str spool_record(struct arena *a, const struct key *k, struct uuid segment,
                        const struct spooled *d);

enum spool_read {
    SPOOL_END = 0,
    SPOOL_GOOD,
    SPOOL_TORN,   /* the last record is shorter than it says: it was never acknowledged */
    SPOOL_DAMAGED /* bytes were passed over, or a whole record does not open; reading can go on */
};

/* Reads the next record of *rest and moves behind it. Texts live in a. */
enum spool_read spool_next(struct arena *a, const struct key *k, struct uuid segment,
                           struct str *rest, struct spooled *ret);

/* ---- what the threads share ---- */

struct spool {
    int dir;
    struct key key;
    int64_t limit;             /* bytes */
    spool_store *store;
    _Atomic int64_t bytes;     /* of all segments there, as last looked, and what was added since */
    _Atomic int64_t oldest;    /* when the oldest segment began, TIME_NONE: there is none */
    _Atomic int64_t kept;      /* files put aside */
};
extern struct spool spool;

#define SPOOL_SUFFIX ".seg"
#define SPOOL_KEPT ".kept"
#define SPOOL_NAME (UUID_TEXT + 8)

/* writer.c */
const struct err *spool_writer_start(struct arena *a) MUST_USE;
void spool_writer_stop(void);
/* drain.c */
const struct err *spool_drain_start(struct arena *a) MUST_USE;
void spool_drain_stop(void);

#endif
