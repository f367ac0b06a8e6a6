/* PostgreSQL as the rest of the house sees it: the statement catalogue, a blocking connection for
 * handlers and jobs, and pools. What the event loops use is db/lane.h. */
#ifndef RINGSIGHT_DB_DB_H
#define RINGSIGHT_DB_DB_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"
#include "core/time.h"
#include "core/uuid.h"

enum sql_type {
    SQL_UUID = 1,
    SQL_TEXT,
    SQL_INT,
    SQL_BIGINT,
    SQL_BOOL,
    SQL_TIME,
    SQL_JSON,
    SQL_BYTES,
    SQL_UUIDS, /* an array literal, "{...}" */
    SQL_TEXTS
};

enum sql_kind { SQL_ONE = 1, SQL_MANY, SQL_DONE, SQL_PAGE };

/* One declared input or output. In C a null is: zero uuid, p == NULL, INT64_MIN, TIME_NONE. */
struct sql_field {
    const char *name;
    enum sql_type type;
    bool nullable;
    size_t offset;      /* in the generated struct */
    const char *schema; /* json:<schema>, else NULL */
};

struct sql_variant {
    const char *text;
    const uint8_t *params; /* $k is in[params[k - 1]] */
    size_t n_params;
};

/* A statement. Variant number = bit mask of the words that are given. id + variant is unique. */
struct sql {
    const char *name, *file;
    enum sql_kind kind;
    unsigned id;
    const struct sql_field *in, *out;
    size_t n_in, n_out, out_size;
    const struct sql_variant *variants;
    size_t n_variants;
    const uint64_t *words; /* each a set of inputs, bit i for in[i] */
    size_t n_words;
    const uint8_t *key; /* for pages: indexes of outputs */
    size_t n_key;
};

#define SQL_NULL INT64_MIN

extern const struct sql *const sql_all[]; /* ends with NULL */
extern const unsigned sql_statements;     /* one more than the largest id + variant */

/* ---- A blocking connection, used by one thread at a time ---- */

struct db;

/* Connects. `statement_ms` bounds each statement on the server. E_UNAVAILABLE with a reason. */
const struct err *db_open(struct arena *why, const char *url, int statement_ms,
                          struct db **ret_db) MUST_USE;
void db_close(struct db *db);
/* Results of later calls are made in this arena. */
void db_use_arena(struct db *db, struct arena *a);
struct arena *db_arena(struct db *db);

/* Opens a transaction for a tenant (zero uuid: none). Nothing is sent before the first statement:
 * both travel in one flush. Everything up to db_commit is one implicit transaction of the pipeline
 * and ends with its Sync. */
void db_begin(struct db *db, struct uuid tenant);
/* The next statement is the transaction's last: its commit travels with it, and db_commit only reads the
 * answer. What that statement did cannot be rolled back any more unless it fails. */
void db_last(struct db *db);
/* E_UNAVAILABLE if the connection was lost before the Sync was answered: outcome unknown. */
const struct err *db_commit(struct db *db) MUST_USE;
void db_rollback(struct db *db);
/* Calls fn(arg) once the open transaction is committed, never if it is not. `arg` may live in the
 * connection's arena. At most DB_AFTER a transaction: false beyond. */
#define DB_AFTER 64
bool db_after_commit(struct db *db, void (*fn)(void *arg), void *arg);
/* The tenant of the open transaction. */
struct uuid db_tenant(const struct db *db);
bool db_in_transaction(const struct db *db);
/* False once the connection cannot be used any more. */
bool db_alive(const struct db *db);
/* Whether PostgreSQL says something that nobody asked for. On a connection that lay idle that is its end: what is
 * asked on it would fail. */
bool db_unasked(const struct db *db);
/* Discards the connection when given back (a schema change made its statements stale). */
void db_spoil(struct db *db);

/* What generated functions call. db_one: E_NOT_FOUND without a row. SQLSTATE errors come as
 * E_CONFLICT (23505), E_NO_PARENT (23503), E_BAD_INPUT (22xxx, 23514), E_BUSY (55P03, 40001, 40P01),
 * E_TIMEOUT (57014), E_UNAVAILABLE, E_FORBIDDEN (42501), else E_INTERNAL. */
const struct err *db_one(struct db *db, const struct sql *q, const void *in, void *ret_row) MUST_USE;
const struct err *db_many(struct db *db, const struct sql *q, const void *in, void **ret_rows,
                          size_t *ret_n) MUST_USE;
const struct err *db_done(struct db *db, const struct sql *q, const void *in,
                          int64_t *ret_count) MUST_USE;

/* ---- Pools ---- */

struct db_pool;

/* `name` for metrics and logs. Connections open on first need. */
struct db_pool *db_pool_new(const char *name, const char *url, int size, int statement_ms);
void db_pool_free(struct db_pool *pool);
/* Waits at most wait_ms for a free connection: E_BUSY, E_UNAVAILABLE. */
const struct err *db_take(struct db_pool *pool, struct arena *a, int wait_ms,
                          struct db **ret_db) MUST_USE;
/* Rolls back what is open. */
void db_give(struct db_pool *pool, struct db *db);

#endif
