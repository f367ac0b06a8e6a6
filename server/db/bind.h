/* Between C structs and libpq's parameters and results; used by db.c and lane.c only. */
#ifndef RINGSIGHT_DB_BIND_H
#define RINGSIGHT_DB_BIND_H

#include <libpq-fe.h>

#include "db/db.h"

#define BIND_MAX 40
#define BIND_STATEMENTS 4096

/* Parameters of one execution, in libpq's shape. Values live in the arena. */
struct bound {
    const struct sql *q;
    unsigned variant;
    int n;
    const char *values[BIND_MAX];
    int lengths[BIND_MAX], formats[BIND_MAX];
};

/* From a generated input struct. E_INTERNAL names a forgotten input. */
const struct err *bind_struct(struct arena *a, const struct sql *q, const void *in,
                              struct bound *ret) MUST_USE;
/* From one text per declared input, in their order; p == NULL is null. */
const struct err *bind_texts(struct arena *a, const struct sql *q, const struct str *texts,
                             struct bound *ret) MUST_USE;
/* Fills a generated output struct from row i. */
const struct err *bind_row(struct arena *a, const struct sql *q, const PGresult *r, int i,
                           void *ret_row) MUST_USE;

/* One error from a failed result or connection; logs what a developer needs, never values. */
const struct err *bind_error(struct arena *a, const struct sql *q, const PGresult *r,
                             const PGconn *c);
/* True for errors that mean "prepare again on a new connection" (0A000, 26000). */
bool bind_stale(const PGresult *r);

Oid bind_oid(enum sql_type type);

struct db;
/* In db.c: runs a bound statement inside the open transaction; the result joins the arena. */
const struct err *db_bound(struct db *db, const struct bound *b, PGresult **ret) MUST_USE;

/* Which statements a connection knows; bit 0 is the opening. */
struct prepared {
    uint64_t bits[BIND_STATEMENTS / 64];
};

/* Options every connection starts with; `url` wins nothing over them. */
PGconn *bind_connect(const char *url, int statement_ms, bool nonblocking);

/* Each queues one thing in the pipeline, with its Parse before it where the connection does not
 * know it, and answers how many commands that were (1 or 2; the last is the one asked for), or 0
 * when the connection failed. The opening sets the tenant until the next Sync; zero uuid: none. */
int bind_queue_opening(PGconn *c, struct prepared *known, struct uuid tenant);
int bind_queue(PGconn *c, struct prepared *known, const struct bound *b);

#endif
