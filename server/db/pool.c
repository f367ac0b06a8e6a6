/* A fixed number of blocking connections shared by threads. Used by worker threads; the event
 * loops have lanes of their own. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db/db.h"

#define POOL_MAX 64

struct db_pool {
    const char *name;
    char *url;
    int size, statement_ms;
    pthread_mutex_t lock;
    pthread_cond_t freed;
    int out; /* connections in use */
    int n_idle;
    struct db *idle[POOL_MAX];
};

struct db_pool *db_pool_new(const char *name, const char *url, int size, int statement_ms)
{
    struct db_pool *p = calloc(1, sizeof *p);
    pthread_condattr_t attr;

    if (!p || !(p->url = strdup(url)))
        abort();
    p->name = name;
    p->size = size < POOL_MAX ? size : POOL_MAX;
    p->statement_ms = statement_ms;
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&p->freed, &attr);
    pthread_condattr_destroy(&attr);
    return p;
}

void db_pool_free(struct db_pool *p)
{
    if (!p)
        return;
    for (int i = 0; i < p->n_idle; i++)
        db_close(p->idle[i]);
    pthread_cond_destroy(&p->freed);
    pthread_mutex_destroy(&p->lock);
    free(p->url);
    free(p);
}

/* Reserves a place; an idle connection comes along when there is one. */
static bool reserve(struct db_pool *p, int wait_ms, struct db **ret_idle)
{
    int64_t until_us = time_mono() + wait_ms * TIME_MS;
    struct timespec until = {until_us / TIME_S, until_us % TIME_S * 1000};
    bool ok = true;

    pthread_mutex_lock(&p->lock);
    while (ok && p->out == p->size)
        ok = pthread_cond_timedwait(&p->freed, &p->lock, &until) == 0;
    if (ok) {
        p->out++;
        *ret_idle = p->n_idle ? p->idle[--p->n_idle] : NULL;
    }
    pthread_mutex_unlock(&p->lock);
    return ok;
}

static void release(struct db_pool *p, struct db *keep)
{
    pthread_mutex_lock(&p->lock);
    p->out--;
    if (keep)
        p->idle[p->n_idle++] = keep;
    pthread_cond_signal(&p->freed);
    pthread_mutex_unlock(&p->lock);
}

const struct err *db_take(struct db_pool *p, struct arena *a, int wait_ms, struct db **ret_db)
{
    struct db *db = NULL;
    const struct err *e = NULL;

    if (!reserve(p, wait_ms, &db))
        return err_why(a, E_BUSY, "No free database connection in pool %s.", p->name);
    if (db && db_unasked(db)) {
        db_close(db);
        db = NULL;
    }
    if (!db)
        e = db_open(a, p->url, p->statement_ms, &db);
    if (e) {
        release(p, NULL);
        return e;
    }
    db_use_arena(db, a);
    *ret_db = db;
    return NULL;
}

void db_give(struct db_pool *p, struct db *db)
{
    if (db_in_transaction(db))
        db_rollback(db);
    db_use_arena(db, NULL);
    if (db_alive(db)) {
        release(p, db);
        return;
    }
    db_close(db);
    release(p, NULL);
}
