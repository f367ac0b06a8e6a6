/* The draining side: one thread per web process. Takes segments that nobody writes or drains, the
 * oldest first, gives their records to the store in the order they came, and removes a segment only
 * after all of it is committed. After a crash the next process begins a segment again: its records
 * keep their ids, so what was stored already changes nothing. */
#include "intake/spool/spool_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"
#include "core/metrics.h"
#include "core/time.h"
#include "net/fsio.h"

#define PAUSE (500 * TIME_MS)
#define SEGMENTS_MAX 20000 /* at a time; the rest comes next time */
#define FILE_MAX (64 << 20)
#define AT_ONCE 256
#define AT_ONCE_BYTES (4u << 20)

static struct {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    pthread_t thread;
    bool running, stop;
} d = {.lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};

static bool stopping(void)
{
    bool stop;

    pthread_mutex_lock(&d.lock);
    stop = d.stop;
    pthread_mutex_unlock(&d.lock);
    return stop;
}

/* ---- what lies there ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct segments {
    const char **v;
    size_t n;
    int64_t bytes, kept;
};

static void look_at(struct arena *a, struct segments *s, const char *name)
{
    struct str n = str_of(name);
    struct stat st;

    if (str_ends(n, STR(SPOOL_KEPT)))
        s->kept++;
    if (!str_ends(n, STR(SPOOL_SUFFIX)) || name[0] == '.' ||
        fstatat(spool.dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    s->bytes += st.st_size;
    if (s->n < SEGMENTS_MAX)
        s->v[s->n++] = str_c(a, n);
}

/* When the first was begun is in its name. */
static int64_t age_of(const struct segments *s)
{
    struct uuid id;
    int64_t ms = 0;

    if (!s->n || !uuid_parse(str_sub(str_of(s->v[0]), 0, UUID_TEXT - 1), &id))
        return TIME_NONE;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | id.b[i];
    return ms * TIME_MS;
}

static void list_segments(struct arena *a, struct segments *s)
{
    int fd = openat(spool.dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    *s = (struct segments){.v = ARENA_ARRAY(a, SEGMENTS_MAX, const char *)};
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((entry = readdir(dir)) != NULL)
        look_at(a, s, entry->d_name);
    closedir(dir);
    qsort(s->v, s->n, sizeof *s->v, by_name);
    atomic_store(&spool.bytes, s->bytes);
    atomic_store(&spool.kept, s->kept);
    atomic_store(&spool.oldest, age_of(s));
}

/* ---- storing ---- */

struct some {
    struct spooled v[AT_ONCE];
    size_t n, bytes;
};

static bool to_try_again(const struct err *e)
{
    return e == E_UNAVAILABLE || e == E_BUSY || e == E_TIMEOUT || e == E_DISK_FULL;
}

/* One tenant's part of them, which may be all. Those that PostgreSQL will never take must not hold
 * the others up: they are tried one by one, and *ret_refused counts what is left. */
static const struct err *store_part(const struct spooled *v, size_t n, size_t *ret_refused)
{
    struct arena *a = arena_new();
    const struct err *e = spool.store(a, v, n);

    arena_free(a);
    if (!e)
        metric_add(M_SPOOL_DRAINED, 0, 0, (int64_t)n);
    if (!e || to_try_again(e))
        return e;
    if (n == 1) {
        char id[UUID_TEXT];
        LOG(LOG_ERROR, "spool.refused", KV("delivery", uuid_text(v->id, id)), KV_C("code", e->code));
        ++*ret_refused;
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        e = store_part(&v[i], 1, ret_refused);
        if (e)
            return e;
    }
    return NULL;
}

static const struct err *store_some(struct arena *a, struct some *s, size_t *ret_refused)
{
    struct spooled *part = ARENA_ARRAY(a, s->n, struct spooled);
    bool done[AT_ONCE] = {false};

    for (size_t i = 0; i < s->n; i++) {
        size_t n = 0;
        const struct err *e;
        for (size_t k = i; k < s->n && !done[i]; k++) {
            if (!uuid_eq(s->v[k].tenant, s->v[i].tenant) || (k > i && done[k]))
                continue;
            part[n++] = s->v[k];
            done[k] = k > i;
        }
        e = n ? store_part(part, n, ret_refused) : NULL;
        if (e)
            return e;
    }
    s->n = s->bytes = 0;
    return NULL;
}

/* ---- one segment ---- */

static const struct err *drain_text(struct uuid segment, struct str text, size_t *ret_faults)
{
    struct arena *a = arena_new();
    struct some *s = ARENA_NEW(a, struct some);
    enum spool_read got = SPOOL_GOOD;
    const struct err *e = NULL;

    while (got != SPOOL_END && !e && !stopping()) {
        struct spooled *next = &s->v[s->n];
        got = spool_next(a, &spool.key, segment, &text, next);
        if (got == SPOOL_TORN)
            LOG(LOG_WARN, "spool.torn"); /* of a write that nobody was told of */
        if (got == SPOOL_DAMAGED)
            ++*ret_faults;
        if (got == SPOOL_GOOD) {
            s->n++;
            s->bytes += next->body.n + next->headers.n;
        }
        if (s->n < AT_ONCE && s->bytes < AT_ONCE_BYTES && got != SPOOL_END)
            continue;
        e = store_some(a, s, ret_faults);
        arena_free(a);
        a = arena_new();
        s = ARENA_NEW(a, struct some);
    }
    arena_free(a);
    return e ? e : got == SPOOL_END ? NULL : E_BUSY;
}

/* Still there under its name, after the lock was taken: another drainer may just have ended it. */
static bool still_named(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && st.st_nlink > 0;
}

static const struct err *read_segment(struct arena *a, int fd, struct str *ret)
{
    struct stat st;
    const struct err *e;
    char *p;

    if (fstat(fd, &st) != 0)
        return fs_errno(a, errno, "Reading a segment of the spool");
    if (st.st_size > FILE_MAX)
        return err_why(a, E_TOO_LARGE, "A segment of the spool is larger than any we write.");
    p = arena_alloc(a, (size_t)st.st_size);
    e = fs_pread(a, fd, p, (size_t)st.st_size, 0);
    *ret = str_n(p, (size_t)st.st_size);
    return e;
}

static void put_aside(const char *name, const char *why)
{
    char kept[SPOOL_NAME];

    snprintf(kept, sizeof kept, "%.*s%s", UUID_TEXT - 1, name, SPOOL_KEPT);
    if (renameat(spool.dir, name, spool.dir, kept) != 0)
        LOG(LOG_ERROR, "spool.not_kept", KV_C("segment", name));
    else
        LOG(LOG_ERROR, "spool.kept", KV_C("segment", kept), KV_C("reason", why));
}

/* Once all is committed or put aside the segment is gone. */
static const struct err *drain_locked(struct arena *a, int fd, const char *name)
{
    struct uuid segment;
    struct str text;
    size_t faults = 0;
    const struct err *e;

    if (!uuid_parse(str_sub(str_of(name), 0, UUID_TEXT - 1), &segment)) {
        put_aside(name, "its name is none of ours");
        return NULL;
    }
    e = read_segment(a, fd, &text);
    if (e && !to_try_again(e)) {
        put_aside(name, e->code);
        return NULL;
    }
    if (!e)
        e = drain_text(segment, text, &faults);
    if (e)
        return e;
    if (faults)
        put_aside(name, "records could not be read or stored");
    else
        unlinkat(spool.dir, name, 0);
    return NULL;
}

static const struct err *drain_one(const char *name)
{
    int fd = openat(spool.dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct arena *a;
    const struct err *e = NULL;

    if (fd < 0)
        return NULL;
    a = arena_new();
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && still_named(fd))
        e = drain_locked(a, fd, name);
    close(fd);
    arena_free(a);
    return e;
}

/* ---- the thread ---- */

static void pause_a_little(void)
{
    int64_t until = time_now() + PAUSE;
    struct timespec t = {until / TIME_S, until % TIME_S * 1000};

    pthread_mutex_lock(&d.lock);
    if (!d.stop)
        pthread_cond_timedwait(&d.ended, &d.lock, &t);
    pthread_mutex_unlock(&d.lock);
}

static void *drain_loop(void *unused)
{
    (void)unused;
    while (!stopping()) {
        struct arena *a = arena_new();
        struct segments s;
        const struct err *e = NULL;
        list_segments(a, &s);
        for (size_t i = 0; i < s.n && !e && !stopping(); i++)
            e = drain_one(s.v[i]);
        arena_free(a);
        pause_a_little();
    }
    return NULL;
}

const struct err *spool_drain_start(struct arena *a)
{
    if (pthread_create(&d.thread, NULL, drain_loop, NULL) != 0)
        return err_why(a, E_INTERNAL, "cannot start a thread");
    d.running = true;
    return NULL;
}

void spool_drain_stop(void)
{
    if (!d.running)
        return;
    pthread_mutex_lock(&d.lock);
    d.stop = true;
    pthread_cond_broadcast(&d.ended);
    pthread_mutex_unlock(&d.lock);
    pthread_join(d.thread, NULL);
    d.running = false;
}
