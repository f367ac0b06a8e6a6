/* The fast lane: a few pipelined connections driven by an event loop. The loop's glue watches the
 * sockets; nothing here blocks. A unit is one or more statements up to one Sync, and is answered
 * only on that Sync: before it nothing is committed. */
#ifndef RINGSIGHT_DB_LANE_H
#define RINGSIGHT_DB_LANE_H

#include <libpq-fe.h>

#include "db/bind.h"

#define LANE_MAX 4
#define LANE_QUEUE_MAX 2000 /* units under way on one connection before new ones are refused */

struct lane_step {
    bool set_tenant; /* set_config goes before this statement */
    struct uuid tenant;
    struct bound b;
    PGresult *result; /* cleared by the lane after `done` */
};

struct unit {
    struct unit *next;
    struct arena *a;
    size_t n_steps;
    struct lane_step *steps;
    bool resend; /* may be sent again after a lost connection (reads; inserts with fixed ids) */
    /* Not answered within so long (microseconds, 0: the lane's own limit) it is done with E_TIMEOUT, and
     * what comes of it is unknown; at once with E_UNAVAILABLE where PostgreSQL hangs already. */
    int64_t patience;
    /* e is NULL when everything up to the Sync is committed; else the first error. */
    void (*done)(struct unit *u, const struct err *e);
    void *ctx;
    /* The lane's own. */
    int8_t resent;
    int *slots; /* for each queued command the step it answers, or -1 */
    size_t n_slots, slot;
    const struct err *failed;
    int64_t sent_at, asked_at; /* asked_at: for the first time */
};

struct lane_conn {
    struct lane *lane;
    PGconn *c;
    enum { LANE_DOWN = 0, LANE_CONNECTING, LANE_READY } state;
    struct prepared known;
    struct unit *first, *last; /* in flight, oldest first */
    size_t n;
    int64_t retry_at, started_at;
    void *watch; /* the glue's */
    bool stale;  /* closes when its units are answered */
};

/* What the glue provides. watch: call lane_ready when fd can be read (or written, if `write`);
 * called again whenever that changes. unwatch: the fd is about to be closed. */
struct lane_glue {
    void (*watch)(struct lane_conn *conn, int fd, bool write);
    void (*unwatch)(struct lane_conn *conn);
};

struct lane {
    const char *url;
    int n_conns, statement_ms;
    struct lane_glue glue;
    void *ctx;
    int64_t heard_at; /* the last answer on any connection */
    bool hangs;       /* a unit's patience ended and nothing was heard on any connection since it was sent */
    struct lane_conn conns[LANE_MAX];
};

/* Starts connecting at once. `url` must outlive the lane. */
void lane_start(struct lane *lane, const char *url, int n_conns, int statement_ms,
                struct lane_glue glue, void *ctx);
void lane_stop(struct lane *lane);
/* Connects again where needed and cuts connections that do not answer; call it every 100 ms. */
void lane_tick(struct lane *lane);
/* The socket of conn has something to read or room to write. */
void lane_ready(struct lane_conn *conn);
/* True while at least one connection works. */
bool lane_up(const struct lane *lane);
/* Sends the unit on the least loaded connection; u->done is called later, or at once with
 * E_UNAVAILABLE / E_BUSY. */
void lane_submit(struct lane *lane, struct unit *u);

#endif
