/* Master key, wrapped tenant keys, and a small cache of opened ones. Called wherever something is
 * sealed for a tenant: secrets in the database, objects. Key bytes must never be logged, and are
 * wiped when they leave the cache. */
#include "net/keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/fsio.h"

#define MASTER "master.key"
#define MAGIC "RSK1"
#define WRAPPED (4u + 24u + CRYPTO_KEY + 16u)
#define CACHED 64
#define FILE_NAME (UUID_TEXT + 4)

/* What tells a file from another one of the same name. */
struct file_mark {
    dev_t dev;
    ino_t ino;
    struct timespec changed;
};

struct cached {
    struct uuid tenant;
    struct file_mark mark;
    uint64_t used; /* counter of the last load, 0: free */
    struct key key;
};

struct keys {
    int folder, tenants;
    struct key master;
    pthread_mutex_t lock;
    uint64_t loads;
    struct cached cache[CACHED];
};

static void file_name(struct uuid tenant, char out[FILE_NAME])
{
    char text[UUID_TEXT];

    uuid_text(tenant, text);
    snprintf(out, FILE_NAME, "%s.key", text);
}

static struct str about(struct arena *a, struct uuid tenant)
{
    char text[UUID_TEXT];

    return str_fmt(a, "tenant-key|%.*s", STR_ARG(uuid_text(tenant, text)));
}

static void keys_close(void *object)
{
    struct keys *k = object;

    close(k->folder);
    close(k->tenants);
    pthread_mutex_destroy(&k->lock);
    crypto_wipe(&k->master, sizeof k->master);
    crypto_wipe(k->cache, sizeof k->cache);
}

/* A key file as read. */
struct key_file {
    size_t n; /* the length it must have, at most WRAPPED */
    char bytes[WRAPPED];
    struct stat st;
};

/* Reads a small file that only we may read. E_NOT_FOUND if missing. */
static const struct err *read_private(struct arena *a, int dir, const char *name,
                                      struct key_file *f)
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

static const struct err *master_read(struct keys *k, struct arena *a)
{
    struct key_file f = {.n = CRYPTO_KEY};
    const struct err *e = read_private(a, k->folder, MASTER, &f);

    if (!e)
        memcpy(k->master.b, f.bytes, CRYPTO_KEY);
    crypto_wipe(&f, sizeof f);
    return e;
}

static const struct err *master_load(struct keys *k, struct arena *a)
{
    const struct err *e = master_read(k, a);

    if (e != E_NOT_FOUND)
        return e;
    if (any_tenant_key(k))
        return err_why(a, E_SEAL,
                       "The master key is missing, but there are tenant keys wrapped by it. "
                       "Restore master.key from its backup.");
    crypto_random(k->master.b, sizeof k->master.b);
    e = fs_file_new(a, k->folder, MASTER, str_n(k->master.b, sizeof k->master.b));
    if (e && e != E_CONFLICT)
        return e;
    /* Another process may have been quicker: what counts is what is there. */
    return master_read(k, a);
}

const struct err *keys_init(struct arena *a, const char *folder, struct keys **ret)
{
    struct keys *k = ARENA_NEW(a, struct keys);
    const struct err *e;

    e = fs_folder(a, AT_FDCWD, folder, &k->folder);
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
    e = master_load(k, a);
    if (!e)
        *ret = k;
    return e;
}

const struct err *keys_create(struct keys *k, struct arena *a, struct uuid tenant)
{
    struct buf file = buf_new(a, sizeof(struct key_file));
    char name[FILE_NAME];
    const struct err *e;
    struct key key;

    if (uuid_is_zero(tenant))
        return err_why(a, E_INTERNAL, "A key was asked for without a tenant.");
    crypto_random(key.b, sizeof key.b);
    buf_add(&file, STR(MAGIC));
    buf_add(&file, crypto_seal(a, &k->master, about(a, tenant), str_n(key.b, sizeof key.b)));
    crypto_wipe(&key, sizeof key);
    file_name(tenant, name);
    e = fs_file_new(a, k->tenants, name, buf_str(&file));
    return e == E_CONFLICT ? err_why(a, e, "The tenant has a data key already.") : e;
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

static struct cached *cache_find(struct keys *k, struct uuid tenant)
{
    for (size_t i = 0; i < CACHED; i++) {
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
        for (size_t i = 1; i < CACHED; i++) {
            if (k->cache[i].used < c->used)
                c = &k->cache[i];
        }
    }
    *c = (struct cached){tenant, mark_of(st), ++k->loads, *key};
    pthread_mutex_unlock(&k->lock);
}

static const struct err *unwrap(struct keys *k, struct arena *a, struct uuid tenant,
                                struct str file, struct key *ret)
{
    const struct err *e = E_SEAL;
    struct str plain = STR_NONE;

    if (str_starts(file, STR(MAGIC)))
        e = crypto_open(a, &k->master, about(a, tenant), str_sub(file, 4, file.n), &plain);
    if (e || plain.n != CRYPTO_KEY)
        return err_why(a, E_SEAL,
                       "The tenant's data key does not open: it is damaged, belongs to another "
                       "tenant, or the master key is not the one that wrapped it.");
    memcpy(ret->b, plain.p, CRYPTO_KEY);
    crypto_wipe((void *)(uintptr_t)plain.p, plain.n);
    return NULL;
}

const struct err *keys_load(struct keys *k, struct arena *a, struct uuid tenant, struct key *ret)
{
    struct key_file f = {.n = WRAPPED};
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
    e = read_private(a, k->tenants, name, &f);
    if (e)
        return e == E_NOT_FOUND ? err_why(a, E_GONE, "The tenant has no data key.") : e;
    e = unwrap(k, a, tenant, str_n(f.bytes, f.n), ret);
    if (!e)
        cache_put(k, tenant, &f.st, ret);
    return e;
}

const struct err *keys_destroy(struct keys *k, struct arena *a, struct uuid tenant)
{
    char name[FILE_NAME], noise[WRAPPED];
    const struct err *e = NULL;
    int fd;

    file_name(tenant, name);
    cache_drop(k, tenant);
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

struct key keys_service(const struct keys *k, struct str purpose)
{
    struct arena *a = arena_new();
    struct key out = crypto_derive(&k->master, str_fmt(a, "service|%.*s", STR_ARG(purpose)));

    arena_free(a);
    return out;
}
