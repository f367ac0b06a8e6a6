/* Master key, wrapped tenant keys, and a small cache of opened ones. Called wherever something is
 * sealed for a tenant: secrets in the database, objects. Key bytes must never be logged, and are
 * wiped when they leave the cache. */
#include "net/keys_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "net/fsio.h"

#define FILE_NAME (UUID_TEXT + 4)

static void file_name(struct uuid tenant, char out[FILE_NAME])
{
    char text[UUID_TEXT];

    uuid_text(tenant, text);
    snprintf(out, FILE_NAME, "%s.key", text);
}

struct str keys_about(struct arena *a, struct uuid tenant)
{
    char text[UUID_TEXT];

    return str_fmt(a, "tenant-key|%.*s", STR_ARG(uuid_text(tenant, text)));
}

struct str keys_wrap(struct arena *a, const struct key *master, struct str about, const struct key *key)
{
    struct buf file = buf_new(a, sizeof(struct key_file));

    buf_add(&file, STR(KEYS_MAGIC));
    buf_add(&file, crypto_seal(a, master, about, str_n(key->b, sizeof key->b)));
    return buf_str(&file);
}

bool keys_opens(struct arena *a, const struct key *master, struct str about, struct str file, struct key *ret)
{
    struct str plain = STR_NONE;
    bool good = str_starts(file, STR(KEYS_MAGIC)) &&
                !crypto_open(a, master, about, str_sub(file, 4, file.n), &plain) && plain.n == CRYPTO_KEY;

    if (good)
        memcpy(ret->b, plain.p, CRYPTO_KEY);
    if (plain.p)
        crypto_wipe((void *)(uintptr_t)plain.p, plain.n);
    return good;
}

static void keys_close(void *object)
{
    struct keys *k = object;

    close(k->folder);
    close(k->tenants);
    pthread_mutex_destroy(&k->lock);
    crypto_wipe(&k->master, sizeof k->master);
    crypto_wipe(&k->previous, sizeof k->previous);
    crypto_wipe(&k->service, sizeof k->service);
    crypto_wipe(k->cache, sizeof k->cache);
}

const struct err *keys_read(struct arena *a, int dir, const char *name, struct key_file *f)
{
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    const struct stat *st = &f->st;
    const struct err *e = NULL;

    if (fd < 0)
        return fs_errno(a, errno, "Opening a key");
    if (fstat(fd, &f->st) != 0)
        e = fs_errno(a, errno, "Reading a key");
    else if (!S_ISREG(st->st_mode) || st->st_size != (off_t)f->n)
        e = err_why(a, E_SEAL, "The key file %s is damaged: it is not %zu bytes long.", name, f->n);
    else if (st->st_uid != geteuid() || (st->st_mode & 077))
        e = err_why(a, E_INTERNAL,
                    "The key file %s must belong to the server's user and be readable by no one "
                    "else (chmod 600).",
                    name);
    if (!e)
        e = fs_pread(a, fd, f->bytes, f->n, 0);
    close(fd);
    return e;
}

static bool any_tenant_key(const struct keys *k)
{
    int fd = openat(k->tenants, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    bool found = false;

    if (!d) {
        if (fd >= 0)
            close(fd);
        return true; /* not knowing, rather make no new master key */
    }
    while (!found && (entry = readdir(d)) != NULL)
        found = str_ends(str_of(entry->d_name), STR(".key"));
    closedir(d);
    return found;
}

static struct file_mark mark_of(const struct stat *st)
{
    return (struct file_mark){st->st_dev, st->st_ino, st->st_ctim};
}

static bool mark_eq(const struct file_mark *x, const struct file_mark *y)
{
    return x->dev == y->dev && x->ino == y->ino && x->changed.tv_sec == y->changed.tv_sec &&
           x->changed.tv_nsec == y->changed.tv_nsec;
}

static const struct err *master_read(struct keys *k, struct arena *a, const char *name, struct key *ret, struct file_mark *mark)
{
    struct key_file f = {.n = CRYPTO_KEY};
    const struct err *e = keys_read(a, k->folder, name, &f);

    if (!e) {
        memcpy(ret->b, f.bytes, CRYPTO_KEY);
        *mark = mark_of(&f.st);
    }
    crypto_wipe(&f, sizeof f);
    return e;
}

const struct err *keys_masters(struct keys *k, struct arena *a)
{
    struct key master, previous;
    struct file_mark mark, unused;
    const struct err *e = master_read(k, a, KEYS_MASTER, &master, &mark), *old;

    if (e)
        return e;
    old = master_read(k, a, KEYS_PREVIOUS, &previous, &unused);
    if (old && old != E_NOT_FOUND)
        return old;
    pthread_mutex_lock(&k->lock);
    k->master = master;
    k->mark = mark;
    k->has_previous = !old;
    if (k->has_previous)
        k->previous = previous;
    pthread_mutex_unlock(&k->lock);
    crypto_wipe(&master, sizeof master);
    crypto_wipe(&previous, sizeof previous);
    return NULL;
}

static const struct err *master_load(struct keys *k, struct arena *a)
{
    const struct err *e = keys_masters(k, a);

    if (e != E_NOT_FOUND)
        return e;
    if (any_tenant_key(k))
        return err_why(a, E_SEAL,
                       "The master key is missing, but there are tenant keys wrapped by it. "
                       "Restore master.key from its backup.");
    crypto_random(k->master.b, sizeof k->master.b);
    e = fs_file_new(a, k->folder, KEYS_MASTER, str_n(k->master.b, sizeof k->master.b));
    if (e && e != E_CONFLICT)
        return e;
    /* Another process may have been quicker: what counts is what is there. */
    return keys_masters(k, a);
}

/* Opens a wrapped key; a master key that was changed meanwhile is read anew. */
static const struct err *unwrap(struct keys *k, struct arena *a, struct str about, struct str file, struct key *ret)
{
    struct key masters[2];
    bool had, good = false;

    for (int round = 0; round < (k->by_file ? 2 : 1) && !good; round++) {
        if (round && keys_masters(k, a))
            break;
        pthread_mutex_lock(&k->lock);
        masters[0] = k->master;
        masters[1] = k->previous;
        had = k->has_previous;
        pthread_mutex_unlock(&k->lock);
        good = keys_opens(a, &masters[0], about, file, ret) || (had && keys_opens(a, &masters[1], about, file, ret));
    }
    crypto_wipe(masters, sizeof masters);
    if (good)
        return NULL;
    return err_why(a, E_SEAL, "The key of the %s does not open: it is damaged, another one's, or the master key is not the "
                   "one that wrapped it.", str_eq(about, KEYS_SERVICE_ABOUT) ? "service" : "tenant");
}

/* The root of the service's own keys, which stays when the master key is changed. Where there were tenants before there
 * was this file it is the master key of then, under which those keys were derived. */
static const struct err *service_load(struct keys *k, struct arena *a)
{
    struct key_file f = {.n = KEYS_WRAPPED};
    const struct err *e = keys_read(a, k->folder, KEYS_SERVICE, &f);

    if (e == E_NOT_FOUND) {
        struct key root = k->master;

        if (!any_tenant_key(k))
            crypto_random(root.b, sizeof root.b);
        e = fs_file_new(a, k->folder, KEYS_SERVICE, keys_wrap(a, &k->master, KEYS_SERVICE_ABOUT, &root));
        crypto_wipe(&root, sizeof root);
        if (!e || e == E_CONFLICT)
            e = keys_read(a, k->folder, KEYS_SERVICE, &f);
    }
    return e ? e : unwrap(k, a, KEYS_SERVICE_ABOUT, str_n(f.bytes, f.n), &k->service);
}

static const struct err *told(struct arena *a, struct str text, struct key *ret)
{
    struct str bytes;

    if (!crypto_unbase64(a, str_trim(text), &bytes) || bytes.n != CRYPTO_KEY)
        return err_why(a, E_BAD_INPUT, "master_key_command and master_key_previous_command must print 32 bytes as base64 "
                       "(head -c 32 /dev/urandom | base64), and nothing else.");
    memcpy(ret->b, bytes.p, CRYPTO_KEY);
    return NULL;
}

const struct err *keys_open(struct arena *a, const struct keys_config *config, struct keys **ret)
{
    struct keys *k = ARENA_NEW(a, struct keys);
    const struct err *e = fs_folder(a, AT_FDCWD, config->folder, &k->folder);

    if (e)
        return e;
    e = fs_folder(a, k->folder, "tenants", &k->tenants);
    if (e) {
        close(k->folder);
        return e;
    }
    pthread_mutex_init(&k->lock, NULL);
    arena_defer(a, keys_close, k);
    fs_sweep(k->folder);
    fs_sweep(k->tenants);
    k->by_file = !config->master.p;
    k->has_previous = config->previous.p != NULL;
    e = k->by_file ? master_load(k, a) : told(a, config->master, &k->master);
    if (!e && !k->by_file && k->has_previous)
        e = told(a, config->previous, &k->previous);
    if (!e)
        e = service_load(k, a);
    if (!e)
        *ret = k;
    return e;
}

const struct err *keys_init(struct arena *a, const char *folder, struct keys **ret)
{
    return keys_open(a, &(struct keys_config){.folder = folder}, ret);
}

const struct err *keys_hold(struct keys *k, struct arena *a, bool alone, int *ret_fd)
{
    int fd = openat(k->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;
    const struct err *e;

    if (fd < 0)
        return fs_errno(a, errno, "Opening the key folder");
    do
        rc = flock(fd, alone ? LOCK_EX : LOCK_SH);
    while (rc != 0 && errno == EINTR);
    if (rc != 0) {
        e = fs_errno(a, errno, "Locking the key folder");
        close(fd);
        return e;
    }
    *ret_fd = fd;
    return NULL;
}

/* The master key may have been changed by another process since. */
static const struct err *master_now(struct keys *k, struct arena *a)
{
    struct stat st;
    struct file_mark mark;

    if (!k->by_file)
        return NULL;
    if (fstatat(k->folder, KEYS_MASTER, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return fs_errno(a, errno, "Reading the master key");
    mark = mark_of(&st);
    return mark_eq(&mark, &k->mark) ? NULL : keys_masters(k, a);
}

const struct err *keys_create(struct keys *k, struct arena *a, struct uuid tenant)
{
    char name[FILE_NAME];
    const struct err *e;
    struct key key;
    int held;

    if (uuid_is_zero(tenant))
        return err_why(a, E_INTERNAL, "A key was asked for without a tenant.");
    e = keys_hold(k, a, false, &held);
    if (e)
        return e;
    e = master_now(k, a);
    if (!e) {
        crypto_random(key.b, sizeof key.b);
        file_name(tenant, name);
        e = fs_file_new(a, k->tenants, name, keys_wrap(a, &k->master, keys_about(a, tenant), &key));
        crypto_wipe(&key, sizeof key);
    }
    close(held);
    return e == E_CONFLICT ? err_why(a, e, "The tenant has a data key already.") : e;
}

static struct cached *cache_find(struct keys *k, struct uuid tenant)
{
    for (size_t i = 0; i < KEYS_CACHED; i++) {
        if (k->cache[i].used && uuid_eq(k->cache[i].tenant, tenant))
            return &k->cache[i];
    }
    return NULL;
}

static void cache_drop(struct keys *k, struct uuid tenant)
{
    struct cached *c;

    pthread_mutex_lock(&k->lock);
    c = cache_find(k, tenant);
    if (c)
        crypto_wipe(c, sizeof *c);
    pthread_mutex_unlock(&k->lock);
}

static bool cache_get(struct keys *k, struct uuid tenant, const struct file_mark *mark,
                      struct key *ret)
{
    struct cached *c;
    bool found;

    pthread_mutex_lock(&k->lock);
    c = cache_find(k, tenant);
    found = c && mark_eq(&c->mark, mark);
    if (found) {
        c->used = ++k->loads;
        *ret = c->key;
    }
    pthread_mutex_unlock(&k->lock);
    return found;
}

/* Takes the place of the tenant's old entry, else of the one not used for longest. */
static void cache_put(struct keys *k, struct uuid tenant, const struct stat *st,
                      const struct key *key)
{
    struct cached *c;

    pthread_mutex_lock(&k->lock);
    c = cache_find(k, tenant);
    if (!c) {
        c = &k->cache[0];
        for (size_t i = 1; i < KEYS_CACHED; i++) {
            if (k->cache[i].used < c->used)
                c = &k->cache[i];
        }
    }
    *c = (struct cached){tenant, mark_of(st), ++k->loads, *key};
    pthread_mutex_unlock(&k->lock);
}

const struct err *keys_load(struct keys *k, struct arena *a, struct uuid tenant, struct key *ret)
{
    struct key_file f = {.n = KEYS_WRAPPED};
    struct file_mark mark;
    char name[FILE_NAME];
    const struct err *e;

    file_name(tenant, name);
    if (fstatat(k->tenants, name, &f.st, AT_SYMLINK_NOFOLLOW) != 0) {
        e = errno == ENOENT ? err_why(a, E_GONE, "The tenant has no data key.")
                            : fs_errno(a, errno, "Opening a key");
        cache_drop(k, tenant);
        return e;
    }
    mark = mark_of(&f.st);
    if (cache_get(k, tenant, &mark, ret))
        return NULL;
    e = keys_read(a, k->tenants, name, &f);
    if (e)
        return e == E_NOT_FOUND ? err_why(a, E_GONE, "The tenant has no data key.") : e;
    e = unwrap(k, a, keys_about(a, tenant), str_n(f.bytes, f.n), ret);
    if (!e)
        cache_put(k, tenant, &f.st, ret);
    return e;
}

static const struct err *destroy(struct keys *k, struct arena *a, struct uuid tenant)
{
    char name[FILE_NAME], noise[KEYS_WRAPPED];
    const struct err *e = NULL;
    int fd;

    file_name(tenant, name);
    fd = openat(k->tenants, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return NULL;
    if (fd < 0)
        return fs_errno(a, errno, "Destroying a key");
    /* Where the disk writes in place this leaves nothing; elsewhere the backups' retention does. */
    crypto_random(noise, sizeof noise);
    e = fs_pwrite(a, fd, str_n(noise, sizeof noise), 0);
    if (!e)
        e = fs_sync(a, fd);
    close(fd);
    if (unlinkat(k->tenants, name, 0) != 0 && errno != ENOENT)
        return fs_errno(a, errno, "Destroying a key");
    return e ? e : fs_sync(a, k->tenants);
}

/* Not while all keys are wrapped anew, which would bring it back. */
const struct err *keys_destroy(struct keys *k, struct arena *a, struct uuid tenant)
{
    int held;
    const struct err *e = keys_hold(k, a, false, &held);

    if (e)
        return e;
    cache_drop(k, tenant);
    e = destroy(k, a, tenant);
    close(held);
    return e;
}

struct key keys_service(const struct keys *k, struct str purpose)
{
    struct arena *a = arena_new();
    struct key out = crypto_derive(&k->service, str_fmt(a, "service|%.*s", STR_ARG(purpose)));

    arena_free(a);
    return out;
}
