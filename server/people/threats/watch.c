/* The thread: reads the blocks in force each second, so that one takes effect in every process within a second or
 * two, and writes down what was counted. While PostgreSQL is away the list that is known stays in force. */
#include <pthread.h>
#include <time.h>

#include "core/log.h"
#include "core/time.h"
#include "http/blocks.h"
#include "people/threats/inner.h"
#include "people/threats/queries.h"
#include "people/threats/threats.h"

static struct {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    pthread_t thread;
    bool running, stop;
} w = {.lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};

static const struct err *take_over(struct arena *a, const struct blocks_in_force_out *rows, size_t n)
{
    struct block *v = ARENA_ARRAY(a, n ? n : 1, struct block);
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        struct cidr_list one;
        if (cidr_list_parse(a, rows[i].network, &one) || one.n != 1)
            continue;
        v[kept++] = (struct block){rows[i].tenant_id, one.v[0], rows[i].expires_at};
    }
    blocks_replace(v, kept);
    return NULL;
}

static const struct err *read_blocks(void)
{
    struct db_pool *pool = http_config.pools[DB_APP];
    struct blocks_in_force_out *rows;
    struct arena *a = arena_new();
    struct db *db;
    size_t n;
    const struct err *e = db_take(pool, a, 2000, &db);

    if (!e) {
        db_begin(db, (struct uuid){{0}});
        e = q_blocks_in_force(db, (struct blocks_in_force_in){BLOCKS_MAX}, &rows, &n);
        if (!e)
            e = take_over(a, rows, n);
        db_rollback(db);
        db_give(pool, db);
    }
    arena_free(a);
    return e;
}

static bool wait_a_second(void)
{
    int64_t until = time_now() + TIME_S;
    struct timespec t = {until / TIME_S, until % TIME_S * 1000};
    bool go;

    pthread_mutex_lock(&w.lock);
    if (!w.stop)
        pthread_cond_timedwait(&w.ended, &w.lock, &t);
    go = !w.stop;
    pthread_mutex_unlock(&w.lock);
    return go;
}

static void *watch_loop(void *unused)
{
    (void)unused;
    do {
        const struct err *e = read_blocks();
        if (!e)
            e = threats_write();
        if (e)
            LOG(LOG_DEBUG, "threats.waits", KV_C("code", e->code));
    } while (wait_a_second());
    if (threats_write())
        LOG(LOG_WARN, "threats.counts_lost");
    return NULL;
}

const struct err *threats_start(struct arena *a)
{
    if (pthread_create(&w.thread, NULL, watch_loop, NULL) != 0)
        return err_why(a, E_INTERNAL, "cannot start a thread");
    w.running = true;
    return NULL;
}

void threats_stop(void)
{
    if (!w.running)
        return;
    pthread_mutex_lock(&w.lock);
    w.stop = true;
    pthread_cond_broadcast(&w.ended);
    pthread_mutex_unlock(&w.lock);
    pthread_join(w.thread, NULL);
    w.running = false;
}
