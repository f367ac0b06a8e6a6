/* The move of sealed files between folder and bucket. Called by `ringsight admin move-objects`. Must
 * delete nothing whose copy has not been read back whole, found equal, and opened: bytes that changed
 * on their way out of the old place would be equal in the new one. */
#include "net/objects_move.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "net/fsio.h"
#include "net/objects_int.h"

#define PART OBJECTS_SEALED
#define FAILS_IN_A_ROW 3

struct move {
    struct objects *o;
    struct arena *a;
    const struct objects_place *from, *to;
    struct uuid tenant;
    const struct objects_moving *m;
    struct objects_moved n;
    int fails; /* in a row, of the network */
    const struct err *stop;
    struct uuid *tenants;
    size_t n_tenants, room;
};

/* ---- one object ---- */

/* Reads a sealed file to its end: its hash, and its bytes into `fd` unless that is -1. */
static const struct err *read_sealed(const struct objects_place *at, struct arena *a,
                                     const char *key, int fd, struct hash *ret_hash,
                                     uint64_t *ret_size)
{
    char *part = arena_alloc(a, PART);
    struct seal_sha256 sha;
    void *handle;
    uint64_t size;
    const struct err *e = at->b->open(at->self, a, key, &handle, &size);

    if (e)
        return e;
    seal_sha256_init(&sha);
    for (uint64_t done = 0; !e && done < size;) {
        size_t n = size - done < PART ? (size_t)(size - done) : PART;
        e = at->b->read(handle, a, done, n, part);
        if (!e && fd >= 0)
            e = fs_pwrite(a, fd, str_n(part, n), (off_t)done);
        seal_sha256_add(&sha, str_n(part, e ? 0 : n));
        done += n;
    }
    at->b->close(handle);
    *ret_hash = seal_sha256_end(&sha);
    *ret_size = size;
    return e;
}

static bool same(const struct hash *x, const struct hash *y)
{
    return crypto_eq(str_n(x->b, sizeof x->b), str_n(y->b, sizeof y->b));
}

/* Whether the other place has the very bytes. */
static bool is_there(const struct move *m, struct arena *a, const char *key,
                     const struct hash *hash, uint64_t size)
{
    struct hash there;
    uint64_t n;

    return !read_sealed(m->to, a, key, -1, &there, &n) && n == size && same(&there, hash);
}

/* A run that was killed between copy and deletion left the object in both places. */
static bool was_copied(const struct move *m, struct arena *a, const char *key, struct hash *ret_hash,
                       uint64_t *ret_size)
{
    void *handle;

    if (m->to->b->open(m->to->self, a, key, &handle, ret_size))
        return false;
    m->to->b->close(handle);
    return !read_sealed(m->from, a, key, -1, ret_hash, ret_size) &&
           is_there(m, a, key, ret_hash, *ret_size);
}

static const struct err *copy(struct move *m, struct arena *a, const char *key,
                              struct hash *ret_hash, uint64_t *ret_size)
{
    const char *name;
    int fd;
    const struct err *e = objects_room(m->o, a);

    if (!e)
        e = objects_spool(m->o, a, &fd, &name);
    if (e)
        return e;
    e = read_sealed(m->from, a, key, fd, ret_hash, ret_size);
    if (!e)
        e = fs_sync(a, fd);
    if (!e)
        e = m->to->b->publish(m->to->self, a, m->o->spool, name, key);
    if (e)
        unlinkat(m->o->spool, name, 0);
    close(fd);
    return e;
}

/* The service deletes in both places, but an object that it deleted before the copy was there would
 * come back with the copy. */
static bool still_there(struct move *m, struct arena *a, const char *key)
{
    void *handle;
    uint64_t size;
    const struct err *e = m->from->b->open(m->from->self, a, key, &handle, &size);

    if (!e)
        m->from->b->close(handle);
    return e != E_NOT_FOUND;
}

/* The copy opens under the tenant's key, chunk by chunk, to its end. */
static const struct err *opens(const struct move *m, struct arena *a, const char *key)
{
    char *part = arena_alloc(a, OBJECTS_CHUNK);
    struct object *ob;
    uint64_t at = 0;
    size_t n = 1;
    const struct err *e = objects_open_in(m->o, m->to, a, m->tenant, str_of(key), &ob);

    for (; !e && n; at += n)
        e = objects_read_at(ob, at, OBJECTS_CHUNK, part, &n);
    return e;
}

/* A bad copy must not be what a listener finds. */
static const struct err *not_right(const struct move *m, struct arena *a, const char *key,
                                   const struct err *e)
{
    struct str why = str_dup(a, e == E_SEAL ? STR("it is damaged") : arena_why(a));
    const struct err *gone = m->to->b->remove(m->to->self, a, key);

    return err_why(a, gone && gone != E_NOT_FOUND ? gone : e,
                   "The copy of %s does not open, so it stays where it was: %.*s.", key,
                   STR_ARG(why));
}

static const struct err *move_one(struct move *m, struct arena *a, const char *key)
{
    struct hash hash;
    uint64_t size;
    bool before = was_copied(m, a, key, &hash, &size);
    const struct err *e = before ? NULL : copy(m, a, key, &hash, &size);

    if (e)
        return e;
    if (!before && !is_there(m, a, key, &hash, size))
        e = E_SEAL;
    if (!e)
        e = opens(m, a, key);
    if (e)
        return not_right(m, a, key, e);
    if (!still_there(m, a, key)) {
        e = m->to->b->remove(m->to->self, a, key);
        return e ? e : E_NOT_FOUND;
    }
    e = m->from->b->remove(m->from->self, a, key);
    if (e)
        return e;
    m->n.moved += !before;
    m->n.there += before;
    m->n.bytes += size;
    return NULL;
}

/* ---- all of them ---- */

static bool of_the_network(const struct err *e)
{
    return e == E_UPSTREAM || e == E_UPSTREAM_BUSY || e == E_UPSTREAM_AUTH || e == E_TIMEOUT ||
           e == E_ADDRESS_REFUSED || e == E_DISK_FULL;
}

/* An arena for each object: there may be millions. */
static void one_key(struct move *m, struct str key)
{
    struct arena *a;
    struct str why = STR_NONE;
    const struct err *e;

    if (m->stop)
        return;
    a = arena_new();
    e = move_one(m, a, str_c(a, key));
    if (e == E_NOT_FOUND) {
        m->n.gone++;
    } else if (e) {
        m->n.failed++;
        why = arena_why(a).n ? arena_why(a) : str_of(e->title);
    }
    m->fails = e && of_the_network(e) ? m->fails + 1 : 0;
    if (m->fails == FAILS_IN_A_ROW || e == E_DISK_FULL) {
        m->stop = e;
        arena_set_why(m->a, str_dup(m->a, why));
    }
    m->m->told(m->m->ctx, &m->n, why);
    arena_free(a);
}

struct keys_found {
    struct arena *a;
    struct str *v;
    size_t n, room;
};

/* First all keys, then the moves: a list that is walked while its objects go may skip some. */
static void key_found(void *found, struct str key)
{
    struct keys_found *k = found;

    if (k->n == k->room) {
        struct str *more = ARENA_ARRAY(k->a, k->room * 2 + 1024, struct str);
        for (size_t i = 0; i < k->n; i++)
            more[i] = k->v[i];
        k->v = more;
        k->room = k->room * 2 + 1024;
    }
    k->v[k->n++] = str_dup(k->a, key);
}

static const struct err *move_tenant(struct move *m, struct uuid tenant)
{
    struct keys_found k = {.a = arena_new()};
    const struct err *e;

    m->tenant = tenant;
    e = objects_each_in(m->from, k.a, tenant, INT64_MAX, key_found, &k);

    if (e && arena_why(k.a).n)
        arena_set_why(m->a, str_dup(m->a, arena_why(k.a)));
    for (size_t i = 0; i < k.n && !e && !m->stop; i++)
        one_key(m, k.v[i]);
    arena_free(k.a);
    return e ? e : m->stop;
}

static void tenant_found(void *move, struct str name)
{
    struct move *m = move;
    struct uuid tenant;

    if (!uuid_parse(name, &tenant))
        return;
    if (m->n_tenants == m->room) {
        struct uuid *more = ARENA_ARRAY(m->a, m->room * 2 + 64, struct uuid);
        for (size_t i = 0; i < m->n_tenants; i++)
            more[i] = m->tenants[i];
        m->tenants = more;
        m->room = m->room * 2 + 64;
    }
    m->tenants[m->n_tenants++] = tenant;
}

/* One move at a time; the lock goes with the process. */
static const struct err *lock(struct objects *o, struct arena *a, int *ret_fd)
{
    int fd = openat(o->folder, "move.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return fs_errno(a, errno, "Locking the object store");
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return err_why(a, E_IN_USE, "Another move is going on.");
    }
    *ret_fd = fd;
    return NULL;
}

const struct err *objects_move(struct objects *o, struct arena *a, bool to_s3,
                               const struct objects_moving *how, struct objects_moved *ret)
{
    struct move m = {.o = o, .a = a, .to = &o->place[0], .from = &o->place[1], .m = how};
    const struct err *e;
    int fd;

    if (o->n_places < 2)
        return err_why(a, E_BAD_INPUT, "There is no bucket: fill in s3_bucket and its like first.");
    if ((m.to->b == objects_s3) != to_s3)
        return err_why(a, E_BAD_INPUT, "New recordings go to the other place: set store = %s, start "
                                       "the service again, then move the old ones.",
                       to_s3 ? "s3" : "local");
    e = lock(o, a, &fd);
    if (e)
        return e;
    e = m.from->b->list(m.from->self, a, "", INT64_MAX, tenant_found, &m);
    for (size_t i = 0; i < m.n_tenants && !e; i++)
        e = move_tenant(&m, m.tenants[i]);
    close(fd);
    *ret = m.n;
    return e;
}
