/* Worker threads for what may block, in three lanes with queues of their own: fast; slow; hashing
 * (two at a time, for Argon2id takes 64 MB each). A full queue is answered 503, never waited for. */
#include <pthread.h>
#include <stdlib.h>

#include "core/log.h"
#include "http/inner.h"

#define QUEUE_MAX 512
#define HASH_QUEUE_MAX 64
#define SLOW_THREADS 2
#define HASH_THREADS 2
#define THREADS_MAX 80

struct task {
    void (*fn)(void *arg);
    void *arg;
};

struct work_queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct task tasks[QUEUE_MAX];
    size_t head, n, max;
    bool stopping;
};

static struct work_queue queues[WORK_LANES];
static pthread_t threads[THREADS_MAX];
static size_t n_threads;

static bool next_task(struct work_queue *q, struct task *ret)
{
    pthread_mutex_lock(&q->lock);
    while (!q->n && !q->stopping)
        pthread_cond_wait(&q->filled, &q->lock);
    if (!q->n) {
        pthread_mutex_unlock(&q->lock);
        return false;
    }
    *ret = q->tasks[q->head];
    q->head = (q->head + 1) % QUEUE_MAX;
    q->n--;
    pthread_mutex_unlock(&q->lock);
    return true;
}

static void *serve(void *queue)
{
    struct task t;

    while (next_task(queue, &t))
        t.fn(t.arg);
    return NULL;
}

bool work_push(enum work_lane lane, void (*fn)(void *arg), void *arg)
{
    struct work_queue *q = &queues[lane];
    bool room;

    pthread_mutex_lock(&q->lock);
    room = q->n < q->max && !q->stopping;
    if (room) {
        q->tasks[(q->head + q->n++) % QUEUE_MAX] = (struct task){fn, arg};
        pthread_cond_signal(&q->filled);
    }
    pthread_mutex_unlock(&q->lock);
    return room;
}

size_t work_depth(enum work_lane lane)
{
    size_t n;

    pthread_mutex_lock(&queues[lane].lock);
    n = queues[lane].n;
    pthread_mutex_unlock(&queues[lane].lock);
    return n;
}

const struct err *work_start(struct arena *a, int fast_threads)
{
    const int counts[WORK_LANES] = {fast_threads, SLOW_THREADS, HASH_THREADS};
    pthread_attr_t attr;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 512u << 10);
    for (int lane = 0; lane < WORK_LANES; lane++) {
        struct work_queue *q = &queues[lane];
        pthread_mutex_init(&q->lock, NULL);
        pthread_cond_init(&q->filled, NULL);
        q->max = lane == WORK_HASH ? HASH_QUEUE_MAX : QUEUE_MAX;
        q->stopping = false;
        for (int i = 0; i < counts[lane] && n_threads < THREADS_MAX; i++, n_threads++)
            if (pthread_create(&threads[n_threads], &attr, serve, q) != 0)
                return err_why(a, E_INTERNAL, "cannot start a thread");
    }
    pthread_attr_destroy(&attr);
    return NULL;
}

void work_stop(void)
{
    for (int lane = 0; lane < WORK_LANES; lane++) {
        pthread_mutex_lock(&queues[lane].lock);
        queues[lane].stopping = true;
        pthread_cond_broadcast(&queues[lane].filled);
        pthread_mutex_unlock(&queues[lane].lock);
    }
    while (n_threads)
        pthread_join(threads[--n_threads], NULL);
}
