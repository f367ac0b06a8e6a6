/* A blocking connection in libpq's pipeline mode. Handlers, jobs and commands use it, one thread
 * at a time. Everything from db_begin to db_commit is one implicit transaction that the Sync ends;
 * every wait has a limit. */
#include "db/db.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "db/bind.h"

struct db {
    PGconn *c;
    struct arena *a;
    int wait_ms; /* longest wait for an answer: the server's statement limit and some */
    struct uuid tenant;
    bool open, opening_pending, aborted, spoilt;
    bool last, synced; /* the Sync is to go with the next statement; it has gone */
    struct prepared known;
    size_t n_after;
    struct {
        void (*fn)(void *arg);
        void *arg;
    } after[DB_AFTER];
};

const struct err *db_open(struct arena *why, const char *url, int statement_ms, struct db **ret_db)
{
    PGconn *c = bind_connect(url, statement_ms, false);
    struct db *db;

    if (PQstatus(c) != CONNECTION_OK || PQenterPipelineMode(c) != 1 || PQsetnonblocking(c, 1) != 0) {
        err_why(why, E_UNAVAILABLE, "PostgreSQL: %s", PQerrorMessage(c));
        PQfinish(c);
        return E_UNAVAILABLE;
    }
    if (sql_statements > BIND_STATEMENTS) {
        PQfinish(c);
        return err_why(why, E_INTERNAL, "too many statements for a connection's map");
    }
    db = calloc(1, sizeof *db);
    if (!db)
        abort();
    db->c = c;
    db->wait_ms = statement_ms + 5000;
    *ret_db = db;
    return NULL;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    PQfinish(db->c);
    free(db);
}

void db_use_arena(struct db *db, struct arena *a)
{
    db->a = a;
}

struct arena *db_arena(struct db *db)
{
    return db->a;
}

bool db_in_transaction(const struct db *db)
{
    return db->open;
}

bool db_alive(const struct db *db)
{
    return !db->spoilt && PQstatus(db->c) == CONNECTION_OK;
}

bool db_unasked(const struct db *db)
{
    struct pollfd p = {.fd = PQsocket(db->c), .events = POLLIN};

    return poll(&p, 1, 0) > 0;
}

void db_spoil(struct db *db)
{
    db->spoilt = true;
}

static const struct err *lost(struct db *db)
{
    db->spoilt = true;
    return bind_error(db->a, NULL, NULL, db->c);
}

/* Flushes and waits until libpq has a result ready (or NULL), within the limit. */
static const struct err *await(struct db *db)
{
    int64_t until = time_mono() + db->wait_ms * TIME_MS;

    for (;;) {
        struct pollfd p = {.fd = PQsocket(db->c), .events = POLLIN};
        int unsent = PQflush(db->c);
        int64_t left = (until - time_mono()) / TIME_MS;
        if (unsent < 0)
            return lost(db);
        if (!unsent && !PQisBusy(db->c))
            return NULL;
        if (left <= 0) {
            db->spoilt = true;
            return E_TIMEOUT;
        }
        p.events = (short)(POLLIN | (unsent ? POLLOUT : 0));
        if (poll(&p, 1, (int)left) < 0)
            continue; /* a signal */
        if ((p.revents & (POLLIN | POLLHUP | POLLERR)) && !PQconsumeInput(db->c))
            return lost(db);
    }
}

/* The next result, NULL between commands. The caller clears it. */
static const struct err *next_result(struct db *db, PGresult **ret)
{
    const struct err *e = await(db);

    *ret = e ? NULL : PQgetResult(db->c);
    return e;
}

/* Reads up to the Sync, dropping what stands before it. An error on the way is returned. */
static const struct err *read_sync(struct db *db)
{
    const struct err *failed = NULL;

    for (int idle = 0; idle < 1000;) {
        PGresult *r;
        const struct err *e = next_result(db, &r);
        ExecStatusType status;
        if (e)
            return e;
        if (!r) {
            idle++;
            continue;
        }
        status = PQresultStatus(r);
        if (status == PGRES_FATAL_ERROR && !failed)
            failed = bind_error(db->a, NULL, r, db->c);
        PQclear(r);
        if (status == PGRES_PIPELINE_SYNC)
            return failed;
    }
    return lost(db);
}

void db_begin(struct db *db, struct uuid tenant)
{
    db->tenant = tenant;
    db->open = true;
    db->opening_pending = true;
    db->aborted = db->last = db->synced = false;
    db->n_after = 0;
}

void db_last(struct db *db)
{
    db->last = true;
}

bool db_after_commit(struct db *db, void (*fn)(void *arg), void *arg)
{
    if (db->n_after == DB_AFTER)
        return false;
    db->after[db->n_after].fn = fn;
    db->after[db->n_after++].arg = arg;
    return true;
}

struct uuid db_tenant(const struct db *db)
{
    return db->tenant;
}

/* Sends the Sync that ends the unit. Nothing was sent yet: there is nothing to end. */
static const struct err *end_unit(struct db *db)
{
    bool nothing = db->opening_pending;

    db->open = db->opening_pending = db->aborted = false;
    if (nothing || !db_alive(db))
        return nothing ? NULL : E_UNAVAILABLE;
    if (!db->synced && PQpipelineSync(db->c) != 1)
        return lost(db);
    return read_sync(db);
}

const struct err *db_commit(struct db *db)
{
    const struct err *e;

    if (db->aborted) {
        db_rollback(db);
        return E_INTERNAL;
    }
    e = end_unit(db);
    for (size_t i = 0; !e && i < db->n_after; i++)
        db->after[i].fn(db->after[i].arg);
    return e;
}

/* libpq has no way to end an implicit transaction but Sync, which commits it; an error makes it
 * roll back instead. */
void db_rollback(struct db *db)
{
    struct str why = db->a ? arena_why(db->a) : STR_NONE;
    bool sent = db->open && !db->opening_pending;
    const struct err *e;

    if (sent && !db->aborted && !db->synced && db_alive(db)) {
        if (PQsendQueryParams(db->c, "do 'begin raise ''rollback'' using errcode=''RS000''; end'", 0,
                              NULL, NULL, NULL, NULL, 0) != 1)
            db->spoilt = true;
    }
    e = end_unit(db);
    (void)e; /* the raised error, or a lost connection: rolled back either way */
    if (db->a)
        arena_set_why(db->a, why); /* of what made us roll back */
}

/* Reads the answer of one queued command: its result and the NULL behind it. */
static const struct err *read_one(struct db *db, const struct sql *q, PGresult **ret)
{
    PGresult *r, *end = NULL;
    const struct err *e = next_result(db, &r);

    if (!e && r)
        e = next_result(db, &end);
    if (e || !r) {
        PQclear(r);
        return e ? e : lost(db);
    }
    PQclear(end);
    if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK) {
        db->aborted = true;
        if (bind_stale(r))
            db->spoilt = true;
        e = bind_error(db->a, q, r, db->c);
        PQclear(r);
        return e;
    }
    *ret = r;
    return NULL;
}

/* Reads the answers of `commands` queued commands and keeps the last. */
static const struct err *read_last(struct db *db, const struct sql *q, int commands, PGresult **ret)
{
    const struct err *e = NULL;

    for (int i = 0; i < commands && !e; i++) {
        if (i)
            PQclear(*ret);
        *ret = NULL;
        e = read_one(db, q, ret);
    }
    return e;
}

static void result_free(void *r)
{
    PQclear(r);
}

/* The opening travels in the same flush; a flush request makes the server answer without a Sync. */
const struct err *db_bound(struct db *db, const struct bound *b, PGresult **ret)
{
    int opening = 0, asked;
    const struct err *e;

    if (!db->open || db->aborted || db->synced)
        return err_why(db->a, E_INTERNAL, "%s: no open transaction", b->q->name);
    if (!db_alive(db))
        return lost(db);
    if (db->opening_pending) {
        opening = bind_queue_opening(db->c, &db->known, db->tenant);
        db->opening_pending = false;
        if (!opening)
            return lost(db);
    }
    asked = bind_queue(db->c, &db->known, b);
    db->synced = db->last;
    if (!asked || (db->last ? PQpipelineSync(db->c) : PQsendFlushRequest(db->c)) != 1)
        return lost(db);
    e = read_last(db, b->q, opening + asked, ret);
    if (!e)
        arena_defer(db->a, result_free, *ret);
    return e;
}

/* Runs one statement inside the open transaction; the result joins the arena. */
static const struct err *run(struct db *db, const struct sql *q, const void *in, PGresult **ret)
{
    struct bound b;
    const struct err *e = bind_struct(db->a, q, in, &b);

    return e ? e : db_bound(db, &b, ret);
}

const struct err *db_one(struct db *db, const struct sql *q, const void *in, void *ret_row)
{
    PGresult *r = NULL;
    const struct err *e = run(db, q, in, &r);

    if (e)
        return e;
    return PQntuples(r) ? bind_row(db->a, q, r, 0, ret_row) : E_NOT_FOUND;
}

const struct err *db_many(struct db *db, const struct sql *q, const void *in, void **ret_rows,
                          size_t *ret_n)
{
    PGresult *r = NULL;
    const struct err *e = run(db, q, in, &r);
    char *rows;
    size_t n;

    if (e)
        return e;
    n = (size_t)PQntuples(r);
    rows = arena_array(db->a, n, q->out_size);
    for (size_t i = 0; i < n && !e; i++)
        e = bind_row(db->a, q, r, (int)i, rows + i * q->out_size);
    *ret_rows = rows;
    *ret_n = n;
    return e;
}

const struct err *db_done(struct db *db, const struct sql *q, const void *in, int64_t *ret_count)
{
    PGresult *r = NULL;
    const struct err *e = run(db, q, in, &r);

    if (e)
        return e;
    if (ret_count && !str_to_int(str_of(PQcmdTuples(r)), ret_count))
        *ret_count = 0;
    return NULL;
}
