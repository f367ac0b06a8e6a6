/* Finds lines that nobody holds and starts a thread for each. Called by the worker role. */
#include "intake/lines/lines.h"

#include <stdio.h>
#include <unistd.h>

#include "core/log.h"
#include "core/settings.h"
#include "intake/lines/inner.h"
#include "intake/lines/queries.h"

#define LOOK_US (2 * TIME_S)
#define LINES_MAX 256
#define POOL 8
#define STATEMENT_MS 15000
#define STACK ((size_t)1 << 20)

static struct {
    struct db_pool *pool;
    pthread_t thread;
    char worker[80];
    struct held *first; /* the keeper thread's own */
    size_t n;
    bool started;
} k;
static _Atomic bool stop_asked;

void lines_ask_stop(void)
{
    atomic_store(&stop_asked, true);
}

bool lines_stopping(void)
{
    return atomic_load(&stop_asked);
}

/* Takes threads that have ended off the list; with `all` waits for those that have not. */
static void reap(bool all)
{
    struct held **at = &k.first;

    while (*at) {
        struct held *h = *at;
        if (!all && !atomic_load(&h->ended)) {
            at = &h->next;
            continue;
        }
        pthread_join(h->thread, NULL);
        *at = h->next;
        k.n--;
        arena_free(h->a);
    }
}

static bool have(struct uuid tenant, struct uuid integration)
{
    for (const struct held *h = k.first; h; h = h->next)
        if (uuid_eq(h->tenant, tenant) && uuid_eq(h->integration, integration))
            return true;
    return false;
}

static void start_one(const struct lines_due_out *row)
{
    struct arena *a = arena_new();
    struct held *h = ARENA_NEW(a, struct held);
    pthread_attr_t attr;

    *h = (struct held){.a = a, .tenant = row->tenant_id, .integration = row->integration_id,
                       .pool = k.pool, .worker = k.worker};
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK);
    if (pthread_create(&h->thread, &attr, line_hold, h) != 0) {
        LOG(LOG_ERROR, "line.no_thread");
        arena_free(a);
    } else {
        h->next = k.first;
        k.first = h;
        k.n++;
    }
    pthread_attr_destroy(&attr);
}

static void look(void)
{
    struct arena *a = arena_new();
    struct lines_due_out *rows;
    struct db *db;
    size_t n = 0;
    const struct err *e = db_take(k.pool, a, 1000, &db);

    if (!e) {
        db_begin(db, (struct uuid){{0}});
        e = q_lines_due(db, &rows, &n);
        if (!e)
            e = db_commit(db);
        db_give(k.pool, db);
    }
    for (size_t i = 0; !e && i < n && k.n < LINES_MAX; i++)
        if (!have(rows[i].tenant_id, rows[i].integration_id))
            start_one(&rows[i]);
    arena_free(a);
}

static void *keeper_run(void *arg)
{
    int64_t looked = 0;

    (void)arg;
    while (!lines_stopping()) {
        if (!looked || time_mono() - looked > LOOK_US) {
            reap(false);
            look();
            looked = time_mono();
        }
        usleep(200 * 1000);
    }
    reap(true);
    return NULL;
}

const struct err *lines_start(struct arena *a, const struct settings *s)
{
    char host[64] = "?";

    gethostname(host, sizeof host - 1);
    snprintf(k.worker, sizeof k.worker, "%s:%d", host, (int)getpid());
    k.pool = db_pool_new("lines", s->jobs_database_url, POOL, STATEMENT_MS);
    if (pthread_create(&k.thread, NULL, keeper_run, NULL) != 0)
        return err_why(a, E_INTERNAL, "cannot start a thread");
    k.started = true;
    return NULL;
}

void lines_stop(void)
{
    lines_ask_stop();
    if (!k.started)
        return;
    pthread_join(k.thread, NULL);
    db_pool_free(k.pool);
    k.started = false;
}
