/* The list in memory, its thread and its sealed file. One list is replaced by the next as a whole.
 * Called by the inbox. Secrets stay sealed here. */
#include "intake/directory/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"
#include "core/settings.h"
#include "core/time.h"
#include "intake/directory/queries.h"
#include "net/fsio.h"
#include "net/services.h"

#define EVERY (10 * TIME_S)
#define AWAY (1 * TIME_S)
#define PAGE 1000
#define TAKE_MS 2000
#define ABOUT "hook snapshot"
#define FILE_MAX ((off_t)256 << 20)

struct list {
    struct arena *a;
    struct door *v;
    size_t n;
};

static struct {
    pthread_rwlock_t guard;
    struct list list;
    pthread_mutex_t lock;
    pthread_cond_t asked;
    bool wanted, stop, running;
    pthread_t thread;
    struct db_pool *pool;
    const char *folder, *path;
    struct str mark; /* of the list in memory; lives in its arena */
} dir = {.guard = PTHREAD_RWLOCK_INITIALIZER, .lock = PTHREAD_MUTEX_INITIALIZER,
         .asked = PTHREAD_COND_INITIALIZER};

/* ---- looking up ---- */

static const struct door *find(const struct hash *token)
{
    size_t low = 0, high = dir.list.n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = memcmp(dir.list.v[mid].token.b, token->b, sizeof token->b);
        if (!order)
            return &dir.list.v[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static struct str copy(struct arena *a, struct str s)
{
    return s.p ? str_dup(a, s) : STR_NONE;
}

static void copy_door(struct arena *a, const struct door *d, struct door *ret)
{
    *ret = *d;
    ret->slug = copy(a, d->slug);
    ret->provider = copy(a, d->provider);
    ret->zone = copy(a, d->zone);
    ret->settings = copy(a, d->settings);
    ret->secrets = copy(a, d->secrets);
    ret->old_secrets = copy(a, d->old_secrets);
    ret->sources = copy(a, d->sources);
}

bool directory_find(struct arena *a, const struct hash *token, struct door *ret)
{
    const struct door *d;

    pthread_rwlock_rdlock(&dir.guard);
    d = find(token);
    if (d && d->old_ends_at != TIME_NONE && d->old_ends_at <= time_now() && d->is_old)
        d = NULL;
    if (d)
        copy_door(a, d, ret);
    pthread_rwlock_unlock(&dir.guard);
    if (d && ret->old_ends_at != TIME_NONE && ret->old_ends_at <= time_now())
        ret->old_secrets = STR_NONE;
    return d != NULL;
}

bool directory_has(const struct hash *token)
{
    bool has;

    pthread_rwlock_rdlock(&dir.guard);
    has = find(token) != NULL;
    pthread_rwlock_unlock(&dir.guard);
    return has;
}

static void replace(struct list next, struct str mark)
{
    struct arena *gone;

    pthread_rwlock_wrlock(&dir.guard);
    gone = dir.list.a;
    dir.list = next;
    pthread_rwlock_unlock(&dir.guard);
    dir.mark = mark;
    arena_free(gone);
}

/* ---- the sealed file ---- */

static const struct err *write_file(struct arena *a, struct str bytes)
{
    const char *temp = str_fmt(a, "%s.%.*s", dir.path, STR_ARG(crypto_token(a, 9))).p;
    int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600), folder;
    const struct err *e;

    if (fd < 0)
        return fs_errno(a, errno, "Making the snapshot of the hook addresses");
    e = fs_pwrite(a, fd, bytes, 0);
    if (!e)
        e = fs_sync(a, fd);
    close(fd);
    if (!e && rename(temp, dir.path) != 0)
        e = fs_errno(a, errno, "Naming the snapshot of the hook addresses");
    if (e) {
        unlink(temp);
        return e;
    }
    folder = open(dir.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        e = fs_sync(a, folder);
        close(folder);
    }
    return e;
}

static const struct err *snapshot_write(const struct list *list)
{
    struct arena *a = arena_new();
    struct key k = keys_service(services()->keys, STR(ABOUT));
    struct str packed = directory_pack(a, list->v, list->n);
    const struct err *e = packed.p ? write_file(a, crypto_seal(a, &k, STR(ABOUT), packed))
                                   : E_TOO_LARGE;

    if (e)
        LOG(LOG_WARN, "hooks.snapshot_not_written", KV_C("code", e->code), KV("reason", arena_why(a)));
    crypto_wipe(&k, sizeof k);
    arena_free(a);
    return e;
}

static const struct err *read_file(struct arena *a, struct str *ret)
{
    int fd = open(dir.path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    const struct err *e = NULL;
    struct stat st;
    char *p;

    if (fd < 0)
        return fs_errno(a, errno, "Opening the snapshot of the hook addresses");
    if (fstat(fd, &st) != 0 || st.st_size > FILE_MAX)
        e = err_why(a, E_SEAL, "The snapshot of the hook addresses is none of ours.");
    if (!e) {
        p = arena_alloc(a, (size_t)st.st_size);
        e = fs_pread(a, fd, p, (size_t)st.st_size, 0);
        *ret = str_n(p, (size_t)st.st_size);
    }
    close(fd);
    return e;
}

static void snapshot_read(void)
{
    struct list list = {.a = arena_new()};
    struct key k = keys_service(services()->keys, STR(ABOUT));
    struct str sealed, packed;
    const struct err *e = read_file(list.a, &sealed);

    if (!e)
        e = crypto_open(list.a, &k, STR(ABOUT), sealed, &packed);
    crypto_wipe(&k, sizeof k);
    if (!e && !directory_unpack(list.a, packed, &list.v, &list.n))
        e = E_SEAL;
    if (e) {
        if (e != E_NOT_FOUND)
            LOG(LOG_WARN, "hooks.snapshot_not_read", KV_C("code", e->code));
        arena_free(list.a);
        return;
    }
    LOG(LOG_INFO, "hooks.snapshot_read", KV_I("addresses", list.n));
    replace(list, STR_NONE);
}

/* ---- from PostgreSQL ---- */

static void from_row(struct door *d, const struct hooks_page_out *r)
{
    *d = (struct door){.tenant = r->tenant_id, .integration = r->id, .slug = r->slug,
                       .provider = r->provider, .zone = r->zone, .settings = r->settings,
                       .secrets = r->secrets, .old_secrets = r->old_secrets,
                       .old_ends_at = r->old_ends_at, .is_old = r->is_old, .sources = r->sources,
                       .unproven_until = r->unproven_until};
    if (r->hash.n == sizeof d->token.b)
        memcpy(d->token.b, r->hash.p, r->hash.n);
}

static const struct err *read_pages(struct db *db, struct list *list)
{
    struct str after = STR("");
    struct hooks_page_out *rows;
    size_t n = 0, room = 0;
    const struct err *e;

    do {
        struct door *v;
        e = q_hooks_page(db, (struct hooks_page_in){after, PAGE}, &rows, &n);
        if (e)
            return e;
        room = list->n + n;
        v = ARENA_ARRAY(list->a, room, struct door);
        if (list->n)
            memcpy(v, list->v, list->n * sizeof *v);
        for (size_t i = 0; i < n; i++)
            from_row(&v[list->n + i], &rows[i]);
        list->v = v;
        list->n = room;
        if (n)
            after = rows[n - 1].hash;
    } while (n == PAGE);
    return NULL;
}

static const struct err *look_in(struct db *db, struct list *list, struct str *ret_mark)
{
    struct hooks_mark_out mark;
    const struct err *e;

    db_begin(db, (struct uuid){{0}});
    e = q_hooks_mark(db, &mark);
    if (!e && !(dir.mark.p && str_eq(mark.mark, dir.mark))) {
        *ret_mark = mark.mark;
        e = read_pages(db, list);
    }
    db_rollback(db);
    return e;
}

/* The mark is read before the pages: what changes in between is looked for again. */
static bool refresh(void)
{
    struct list list = {.a = arena_new()};
    struct str mark = STR_NONE;
    struct db *db;
    const struct err *e = db_take(dir.pool, list.a, TAKE_MS, &db);

    if (!e) {
        e = look_in(db, &list, &mark);
        db_give(dir.pool, db);
    }
    if (e || !mark.p) {
        arena_free(list.a);
        return !e;
    }
    if (snapshot_write(&list))
        mark = STR_NONE; /* again in a moment */
    replace(list, mark);
    return true;
}

static bool wait_for(int64_t us)
{
    int64_t until = time_now() + us;
    struct timespec t = {until / TIME_S, until % TIME_S * 1000};
    bool go;

    pthread_mutex_lock(&dir.lock);
    if (!dir.wanted && !dir.stop)
        pthread_cond_timedwait(&dir.asked, &dir.lock, &t);
    dir.wanted = false;
    go = !dir.stop;
    pthread_mutex_unlock(&dir.lock);
    return go;
}

static void *refresh_loop(void *unused)
{
    bool up;

    (void)unused;
    do
        up = refresh();
    while (wait_for(up ? EVERY : AWAY));
    return NULL;
}

void directory_changed(void)
{
    pthread_mutex_lock(&dir.lock);
    dir.wanted = true;
    pthread_cond_signal(&dir.asked);
    pthread_mutex_unlock(&dir.lock);
}

const struct err *directory_start(struct arena *a, const struct settings *s, struct db_pool *pool)
{
    dir.pool = pool;
    dir.folder = s->var;
    dir.path = str_fmt(a, "%s/hooks.snapshot", s->var).p;
    snapshot_read();
    if (pthread_create(&dir.thread, NULL, refresh_loop, NULL) != 0)
        return err_why(a, E_INTERNAL, "cannot start a thread");
    dir.running = true;
    return NULL;
}

void directory_stop(void)
{
    if (!dir.running)
        return;
    pthread_mutex_lock(&dir.lock);
    dir.stop = true;
    pthread_cond_broadcast(&dir.asked);
    pthread_mutex_unlock(&dir.lock);
    pthread_join(dir.thread, NULL);
    dir.running = false;
}
