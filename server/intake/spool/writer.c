/* The writing side: hooks of all loops wait in one queue; the writer's thread takes what is there,
 * writes it as records behind each other and syncs once for all, then answers each. A segment ends
 * after a few seconds or megabytes, and is the drainer's from then on. Nothing here knows
 * PostgreSQL. */
#include "intake/spool/spool_int.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"
#include "core/metrics.h"
#include "core/time.h"
#include "net/fsio.h"

#define SEGMENT_BYTES (16u << 20)
#define SEGMENT_AGE (3 * TIME_S)
#define WAITING_MAX 8192
#define WAITING_BYTES (64u << 20)
#define AT_ONCE (4u << 20)
#define OVERHEAD 256 /* of a record, about */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t some;
    pthread_t thread;
    bool running, stop;
    struct spool_item *first, **end;
    size_t n, bytes;
    /* The writer's own. */
    int fd; /* -1: no segment is open */
    struct uuid segment;
    char name[SPOOL_NAME];
    int64_t began; /* time_mono */
    off_t size;
} w = {.lock = PTHREAD_MUTEX_INITIALIZER, .some = PTHREAD_COND_INITIALIZER, .fd = -1};

/* ---- the segment ---- */

static void segment_end(void)
{
    if (w.fd >= 0)
        close(w.fd); /* and with it goes the lock */
    w.fd = -1;
}

static void segment_name(char out[SPOOL_NAME], struct uuid id, const char *suffix)
{
    char text[UUID_TEXT];

    snprintf(out, SPOOL_NAME, "%s%s", uuid_text(id, text).p, suffix);
}

/* Locked before it has its name: a drainer never finds an empty segment that is about to be used. */
static const struct err *segment_begin(struct arena *a)
{
    char temp[SPOOL_NAME + 8];
    struct uuid id = uuid_new();
    const struct err *e = NULL;
    int fd;

    segment_name(w.name, id, SPOOL_SUFFIX);
    snprintf(temp, sizeof temp, ".tmp-%s", w.name);
    fd = openat(spool.dir, temp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return fs_errno(a, errno, "Making a segment of the spool");
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 || renameat(spool.dir, temp, spool.dir, w.name) != 0)
        e = fs_errno(a, errno, "Naming a segment of the spool");
    if (!e)
        e = fs_sync(a, spool.dir);
    if (e) {
        unlinkat(spool.dir, temp, 0);
        unlinkat(spool.dir, w.name, 0);
        close(fd);
        return e;
    }
    w.fd = fd;
    w.segment = id;
    w.size = 0;
    w.began = time_mono();
    return NULL;
}

/* ---- one batch ---- */

static const struct err *write_all(struct arena *a, const struct spool_item *list, off_t *ret_size)
{
    off_t size = w.size;

    for (const struct spool_item *it = list; it; it = it->next) {
        struct str record = spool_record(a, &spool.key, w.segment, &it->d);
        const struct err *e = record.p ? fs_pwrite(a, w.fd, record, size) : E_TOO_LARGE;
        if (e)
            return e;
        size += (off_t)record.n;
    }
    *ret_size = size;
    return fdatasync(w.fd) == 0 ? NULL : fs_errno(a, errno, "Syncing a segment of the spool");
}

static const struct err *write_batch(struct arena *a, const struct spool_item *list)
{
    const struct err *e = w.fd < 0 ? segment_begin(a) : NULL;
    off_t size = 0;

    if (e)
        return e;
    e = write_all(a, list, &size);
    if (e) { /* the sender is told "no": nothing of it may stay */
        if (ftruncate(w.fd, w.size) != 0 || !w.size)
            LOG(LOG_WARN, "spool.segment_left", KV_C("segment", w.name));
        if (!w.size)
            unlinkat(spool.dir, w.name, 0);
        segment_end();
        return e;
    }
    atomic_fetch_add(&spool.bytes, size - w.size);
    w.size = size;
    return NULL;
}

static void answer_all(struct spool_item *list, const struct err *e)
{
    while (list) {
        struct spool_item *next = list->next; /* it is gone after its answer */
        if (!e)
            metric_add(M_SPOOLED, 0, 0, 1);
        list->done(list, e);
        list = next;
    }
}

/* ---- the queue ---- */

static bool segment_due(void)
{
    return w.fd >= 0 && (w.size >= SEGMENT_BYTES || time_mono() - w.began >= SEGMENT_AGE);
}

static void wait_some(void)
{
    int64_t until = time_now() + 200 * TIME_MS;
    struct timespec t = {until / TIME_S, until % TIME_S * 1000};

    if (w.fd >= 0)
        pthread_cond_timedwait(&w.some, &w.lock, &t);
    else
        pthread_cond_wait(&w.some, &w.lock);
}

static struct spool_item *take_some(void)
{
    struct spool_item *list = NULL, **end = &list;
    size_t bytes = 0;

    pthread_mutex_lock(&w.lock);
    while (!w.first && !w.stop && !segment_due())
        wait_some();
    while (w.first && bytes < AT_ONCE) {
        struct spool_item *it = w.first;
        w.first = it->next;
        it->next = NULL;
        *end = it;
        end = &it->next;
        w.n--;
        w.bytes -= it->bytes;
        bytes += it->bytes;
    }
    if (!w.first)
        w.end = &w.first;
    pthread_mutex_unlock(&w.lock);
    return list;
}

static void *write_loop(void *unused)
{
    bool more = true;

    (void)unused;
    while (more) {
        struct spool_item *list = take_some();
        struct arena *a = arena_new();
        const struct err *e = list ? write_batch(a, list) : NULL;
        if (e)
            LOG(LOG_ERROR, "spool.not_written", KV_C("code", e->code), KV("reason", arena_why(a)));
        answer_all(list, e);
        arena_free(a);
        if (segment_due())
            segment_end();
        pthread_mutex_lock(&w.lock);
        more = w.first || !w.stop;
        pthread_mutex_unlock(&w.lock);
    }
    segment_end();
    return NULL;
}

void spool_put(struct spool_item *item)
{
    const struct spooled *d = &item->d;
    bool room;

    item->next = NULL;
    item->bytes = d->body.n + d->headers.n + d->query.n + OVERHEAD;
    pthread_mutex_lock(&w.lock);
    room = w.running && !w.stop && w.n < WAITING_MAX && w.bytes + item->bytes <= WAITING_BYTES &&
           atomic_load(&spool.bytes) + (int64_t)(w.bytes + item->bytes) <= spool.limit;
    if (room) {
        *w.end = item;
        w.end = &item->next;
        w.n++;
        w.bytes += item->bytes;
        pthread_cond_signal(&w.some);
    }
    pthread_mutex_unlock(&w.lock);
    if (!room)
        item->done(item, E_BUSY);
}

const struct err *spool_writer_start(struct arena *a)
{
    w.end = &w.first;
    if (pthread_create(&w.thread, NULL, write_loop, NULL) != 0)
        return err_why(a, E_INTERNAL, "cannot start a thread");
    w.running = true;
    return NULL;
}

void spool_writer_stop(void)
{
    if (!w.running)
        return;
    pthread_mutex_lock(&w.lock);
    w.stop = true;
    pthread_cond_broadcast(&w.some);
    pthread_mutex_unlock(&w.lock);
    pthread_join(w.thread, NULL);
    w.running = false;
}
