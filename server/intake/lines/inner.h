/* What the parts of this folder share: one held line. */
#ifndef RINGSIGHT_INTAKE_LINES_INNER_H
#define RINGSIGHT_INTAKE_LINES_INNER_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/json.h"
#include "db/db.h"
#include "intake/lines/book.h"
#include "net/line.h"

/* A worker that dies is followed by another after this; asked for again in a sixth of it. */
#define LINE_LEASE_S 15

struct held {
    struct held *next;
    struct arena *a; /* holds this */
    struct uuid tenant, integration;
    struct db_pool *pool;
    const char *worker; /* name of this process */
    pthread_t thread;
    _Atomic bool ended; /* the thread has done its last */
    /* The thread's own. */
    struct book *book;
    int64_t token, version; /* of the lease; of the settings in use */
    int64_t kept_at;
    bool over;   /* not ours any more, other settings, or refused */
    bool closed; /* the integration is no longer active */
};

/* True once the process is to stop. */
bool lines_stopping(void);

/* The thread of one line, from lease to release (hold.c). */
void *line_hold(void *held);
/* Regular duties: renews the lease, delivers calls that are over. Sets over. */
void line_tend(struct held *h);
/* Stores messages in the journal before they are looked into. Tries until the database takes them;
 * E_LOST: the line is not ours any more, or the process stops. */
struct line_entry {
    struct uuid id;
    struct str body;
};
const struct err *line_journal(struct held *h, const struct line_entry *v, size_t n) MUST_USE;
/* Notes the line's state for the admin. */
void line_note(struct held *h, const char *state, struct str reason);
/* The admin must mend the settings: ends the line for good. */
void line_refused(struct held *h, struct str reason);

/* How to connect by these settings, but for host and port (session.c). */
struct line_config line_config_of(const struct json *settings);

/* One connection, from greeting to cut (session.c). `settings` are opened; NULL when the line is to
 * be ended, else why it was cut, with the sentence in the arena. */
const struct err *line_session(struct held *h, struct arena *a,
                               const struct json *settings) MUST_USE;

#endif
