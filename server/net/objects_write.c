/* Writing sealed objects: gathered in memory, spilled to a sealed temporary file when long, sealed
 * for good at commit when the length is known (net/objects.h says why). Plain bytes must never
 * reach the disk, and no half object its final name. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/fsio.h"
#include "net/objects_int.h"

#define SPOOL_CHUNKS (OBJECTS_SPOOL_BYTES / OBJECTS_CHUNK)

/* Invariant: a full chunk is kept until more bytes follow, so at commit the last chunk (1 to 65,536
 * bytes, or none at all) is in memory, and every chunk before it is full. */
struct objects_writer {
    struct objects *o;
    struct arena *a, *mem; /* mem: chunk buffers, returned early */
    struct uuid tenant;
    struct seal_file spool; /* temporary key, length 0 */
    struct seal_sha256 sha;
    uint64_t length;
    int fd; /* -1: nothing spilled */
    const char *name;
    bool done, failed;
    uint64_t first;            /* index of the chunk in chunk[0]; those before are in the file */
    size_t n_chunks, fill;     /* chunks in memory, bytes in the last one */
    char *chunk[SPOOL_CHUNKS]; /* allocated as needed, used again */
    char *sealed;
};

static void wipe_memory(struct objects_writer *w)
{
    for (size_t i = 0; i < SPOOL_CHUNKS; i++) {
        if (w->chunk[i])
            crypto_wipe(w->chunk[i], OBJECTS_CHUNK);
        w->chunk[i] = NULL;
    }
    arena_free(w->mem);
    w->mem = NULL;
}

void objects_writer_abort(struct objects_writer *w)
{
    if (!w || w->done)
        return;
    w->done = true;
    if (w->fd >= 0) {
        unlinkat(w->o->spool, w->name, 0);
        close(w->fd);
        w->fd = -1;
    }
    wipe_memory(w);
    crypto_wipe(&w->spool, sizeof w->spool);
}

static void abort_deferred(void *writer)
{
    objects_writer_abort(writer);
}

/* Locked while it is written: the sweep at start leaves it alone. False: the sweep was quicker. */
static bool lock_new(int fd)
{
    struct stat st;

    return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 && st.st_nlink == 1;
}

const struct err *objects_spool(struct objects *o, struct arena *a, int *ret_fd,
                                const char **ret_name)
{
    for (int tries = 0; tries < 3; tries++) {
        const char *name = str_c(a, str_fmt(a, "w-%.*s", STR_ARG(crypto_token(a, 16))));
        int fd = openat(o->spool, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
            return fs_errno(a, errno, "Storing");
        if (lock_new(fd)) {
            *ret_fd = fd;
            *ret_name = name;
            return NULL;
        }
        unlinkat(o->spool, name, 0);
        close(fd);
    }
    return err_why(a, E_INTERNAL, "Storing: the temporary file could not be locked.");
}

const struct err *objects_writer_open(struct objects *o, struct arena *a, struct uuid tenant,
                                      struct objects_writer **ret)
{
    struct objects_writer *w;
    const struct err *e;
    struct key key;

    e = objects_room(o, a);
    if (!e)
        e = keys_load(o->keys, a, tenant, &key);
    if (e)
        return e;
    crypto_wipe(&key, sizeof key);
    w = ARENA_NEW(a, struct objects_writer);
    *w = (struct objects_writer){.o = o, .a = a, .mem = arena_new(), .tenant = tenant, .fd = -1};
    w->spool.tenant = tenant;
    crypto_random(w->spool.id, sizeof w->spool.id);
    crypto_random(w->spool.key.b, sizeof w->spool.key.b);
    seal_sha256_init(&w->sha);
    arena_defer(a, abort_deferred, w);
    *ret = w;
    return NULL;
}

static const struct err *put_chunk(struct objects_writer *w, const struct seal_file *f,
                                   uint64_t index, bool last, struct str plain)
{
    if (!w->sealed)
        w->sealed = arena_alloc(w->mem, OBJECTS_SEALED);
    seal_chunk(f, index, last, plain, w->sealed);
    return fs_pwrite(w->a, w->fd, str_n(w->sealed, plain.n + OBJECTS_TAG),
                     (off_t)objects_offset(index));
}

/* All chunks in memory are full and more bytes follow: out with them. */
static const struct err *spill(struct objects_writer *w)
{
    const struct err *e = NULL;

    if (w->fd < 0)
        e = objects_spool(w->o, w->a, &w->fd, &w->name);
    if (!e)
        e = objects_room(w->o, w->a);
    for (size_t i = 0; !e && i < w->n_chunks; i++)
        e = put_chunk(w, &w->spool, w->first + i, false, str_n(w->chunk[i], OBJECTS_CHUNK));
    if (e)
        return e;
    w->first += w->n_chunks;
    w->n_chunks = 0;
    return NULL;
}

static const struct err *next_chunk(struct objects_writer *w)
{
    const struct err *e;

    if (w->n_chunks == SPOOL_CHUNKS) {
        e = spill(w);
        if (e)
            return e;
    }
    if (!w->chunk[w->n_chunks])
        w->chunk[w->n_chunks] = arena_alloc(w->mem, OBJECTS_CHUNK);
    w->n_chunks++;
    w->fill = 0;
    return NULL;
}

/* As many bytes as go into the last chunk, after a new one was begun where it is full. */
static const struct err *fill_chunk(struct objects_writer *w, struct str *bytes)
{
    const struct err *e = NULL;
    size_t n;

    if (w->n_chunks == 0 || w->fill == OBJECTS_CHUNK)
        e = next_chunk(w);
    if (e)
        return e;
    n = OBJECTS_CHUNK - w->fill < bytes->n ? OBJECTS_CHUNK - w->fill : bytes->n;
    memcpy(w->chunk[w->n_chunks - 1] + w->fill, bytes->p, n);
    w->fill += n;
    *bytes = str_sub(*bytes, n, bytes->n);
    return NULL;
}

const struct err *objects_writer_add(struct objects_writer *w, struct str bytes)
{
    const struct err *e = NULL;

    if (w->done || w->failed)
        return err_why(w->a, E_INTERNAL, "The object's writer has ended already.");
    if (bytes.n > OBJECTS_MAX_LENGTH - w->length)
        return err_why(w->a, E_TOO_LARGE, "The object is too large for the store.");
    seal_sha256_add(&w->sha, bytes);
    w->length += bytes.n;
    while (!e && bytes.n)
        e = fill_chunk(w, &bytes);
    w->failed = e != NULL;
    return e;
}

/* Seals the spilled chunks again, in place, under the file's own key. */
static const struct err *reseal(struct objects_writer *w, const struct seal_file *f)
{
    char *sealed = arena_alloc(w->mem, OBJECTS_SEALED), *plain = arena_alloc(w->mem, OBJECTS_CHUNK);
    const struct err *e = NULL;

    for (uint64_t i = 0; !e && i < w->first; i++) {
        e = fs_pread(w->a, w->fd, sealed, OBJECTS_SEALED, (off_t)objects_offset(i));
        if (!e && !seal_open(&w->spool, i, false, str_n(sealed, OBJECTS_SEALED), plain))
            e = err_why(w->a, E_SEAL, "Storing: the temporary file changed meanwhile.");
        if (!e)
            e = put_chunk(w, f, i, false, str_n(plain, OBJECTS_CHUNK));
    }
    crypto_wipe(plain, OBJECTS_CHUNK);
    return e;
}

static const struct err *finish(struct objects_writer *w, const struct seal_file *f)
{
    uint8_t header[OBJECTS_HEADER];
    const struct err *e = NULL;

    if (w->fd < 0)
        e = objects_spool(w->o, w->a, &w->fd, &w->name);
    if (!e)
        e = reseal(w, f);
    for (size_t i = 0; !e && i < w->n_chunks; i++) {
        bool last = i + 1 == w->n_chunks;
        e = put_chunk(w, f, w->first + i, last, str_n(w->chunk[i], last ? w->fill : OBJECTS_CHUNK));
    }
    if (!e && w->n_chunks == 0)
        e = put_chunk(w, f, 0, true, STR(""));
    if (e)
        return e;
    objects_header_make(f, header);
    e = fs_pwrite(w->a, w->fd, str_n(header, sizeof header), 0);
    return e ? e : fs_sync(w->a, w->fd);
}

const struct err *objects_writer_commit(struct objects_writer *w, struct object_info *ret)
{
    struct seal_file f = {.tenant = w->tenant, .length = w->length};
    struct object_info info = {.bytes = w->length};
    const struct err *e;

    if (w->done || w->failed)
        return err_why(w->a, E_INTERNAL, "The object's writer has ended already.");
    memcpy(f.id, w->spool.id, sizeof f.id);
    objects_key_make(w->tenant, f.id, info.key);
    e = objects_file_key(w->o, w->a, w->tenant, f.id, &f.key);
    if (!e)
        e = finish(w, &f);
    crypto_wipe(&f.key, sizeof f.key);
    if (!e)
        e = w->o->place->b->publish(w->o->place->self, w->a, w->o->spool, w->name, info.key);
    if (e) {
        objects_writer_abort(w);
        return e;
    }
    info.sha256 = seal_sha256_end(&w->sha);
    *ret = info;
    w->done = true;
    close(w->fd);
    w->fd = -1;
    wipe_memory(w);
    crypto_wipe(&w->spool, sizeof w->spool);
    return NULL;
}
