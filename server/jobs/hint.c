/* The hint sender. Runs in web and worker processes. While Redis is away hints are dropped; when it
 * is back the rings are told that they may lack jobs, so that a worker fills them again. */
#include "jobs/hint.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "core/settings.h"
#include "core/time.h"
#include "jobs/kinds.h"

#define WAITING_MAX 4096
#define AT_ONCE 256
#define RETRY_MS 500

static struct {
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct hint waiting[WAITING_MAX];
    size_t first, n;
    bool on, stop, lost;
    struct rings *rings;
    pthread_t thread;
} h = {.lock = PTHREAD_MUTEX_INITIALIZER};

void hint_send(const struct hint *hint)
{
    if (!h.on)
        return;
    pthread_mutex_lock(&h.lock);
    if (h.n == WAITING_MAX)
        h.lost = true;
    else
        h.waiting[(h.first + h.n++) % WAITING_MAX] = *hint;
    pthread_cond_signal(&h.some);
    pthread_mutex_unlock(&h.lock);
}

void hint_ended(const struct job *job)
{
    struct hint hint = {.tenant = job->tenant, .id = job->id, .kind = job->kind->name, .priority = job->priority, .ended = true};

    if (!job->capped && !job->gate.n)
        return;
    if (job->gate.n < sizeof hint.gate)
        snprintf(hint.gate, sizeof hint.gate, "%.*s", STR_ARG(job->gate));
    hint_send(&hint);
}

/* Those of the first AT_ONCE that go to one ring; false at the stop. While something was lost it
 * wakes up by itself to try again. */
static bool next(struct hint *out, size_t *ret_n, bool *ret_lost)
{
    bool more;

    pthread_mutex_lock(&h.lock);
    while (!h.n && !h.stop && !h.lost)
        pthread_cond_wait(&h.some, &h.lock);
    for (*ret_n = 0; *ret_n < AT_ONCE && h.n; h.n--) {
        out[(*ret_n)++] = h.waiting[h.first];
        h.first = (h.first + 1) % WAITING_MAX;
    }
    *ret_lost = h.lost;
    h.lost = false;
    more = *ret_n || !h.stop;
    pthread_mutex_unlock(&h.lock);
    return more;
}

/* Places that are free again; what is left of v are hints. */
static const struct err *free_places(struct arena *a, struct hint *v, size_t *n)
{
    const struct err *e = NULL;
    size_t left = 0;

    for (size_t i = 0; i < *n; i++) {
        if (!v[i].ended)
            v[left++] = v[i];
        else if (!e)
            e = ring_done(h.rings, a, &v[i]);
    }
    *n = left;
    return e;
}

static const struct err *push(struct arena *a, struct hint *v, size_t n)
{
    struct hint *some = ARENA_ARRAY(a, n, struct hint);
    const struct err *e = free_places(a, v, &n);

    for (int k = 0; k < rings_count(h.rings) && !e; k++) {
        size_t m = 0;
        for (size_t i = 0; i < n; i++)
            if (ring_of(h.rings, v[i].tenant) == k)
                some[m++] = v[i];
        if (m)
            e = ring_push(h.rings, a, k, some, m);
    }
    return e;
}

static const struct err *tell_lost(struct arena *a)
{
    const struct err *e = NULL;

    for (int k = 0; k < rings_count(h.rings) && !e; k++)
        e = ring_rebuild(h.rings, a, k, REBUILD_LOST, NULL);
    return e;
}

static void pause_a_little(void)
{
    int64_t until = time_now() + RETRY_MS * TIME_MS;
    struct timespec t = {until / TIME_S, until % TIME_S * 1000};

    pthread_mutex_lock(&h.lock);
    h.lost = true;
    if (!h.stop)
        pthread_cond_timedwait(&h.some, &h.lock, &t);
    pthread_mutex_unlock(&h.lock);
}

static void *send_loop(void *unused)
{
    struct arena *batch = arena_new();
    struct hint *v = ARENA_ARRAY(batch, AT_ONCE, struct hint);
    bool lost;
    size_t n;

    (void)unused;
    while (next(v, &n, &lost)) {
        struct arena *a = arena_new();
        const struct err *e = lost ? tell_lost(a) : NULL;
        if (!e && n)
            e = push(a, v, n);
        arena_free(a);
        if (e && h.stop)
            break;
        if (e)
            pause_a_little();
    }
    arena_free(batch);
    return NULL;
}

const struct err *hints_start(struct arena *a, const struct settings *s)
{
    const struct err *e;

    if (!*s->redis_url)
        return NULL;
    e = rings_open(a, s->redis_url, (int)s->rings, &h.rings);
    if (e)
        return e;
    if (pthread_create(&h.thread, NULL, send_loop, NULL) != 0)
        return err_why(a, E_INTERNAL, "cannot start a thread");
    h.on = true;
    return NULL;
}

void hints_stop(void)
{
    if (!h.on)
        return;
    pthread_mutex_lock(&h.lock);
    h.stop = true;
    pthread_cond_broadcast(&h.some);
    pthread_mutex_unlock(&h.lock);
    pthread_join(h.thread, NULL);
    h.on = false;
}
