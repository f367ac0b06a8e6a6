/* A bucket as a home of sealed files. Called through struct objects_backend only; knows nothing of
 * sealing, which is what makes Range work: a chunk is read by a ranged GET. A reader that goes on
 * from where it was gets larger and larger pieces at a time, held in memory of its own. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "core/time.h"
#include "net/fsio.h"
#include "net/objects_int.h"
#include "net/s3.h"

#define FIRST_PIECE (4 * OBJECTS_SEALED + OBJECTS_HEADER)
#define NEXT_PIECE (16 * OBJECTS_SEALED)

struct handle {
    const struct s3 *s;
    struct arena *own;
    struct str key;
    uint64_t size;
    char *piece; /* NEXT_PIECE bytes */
    uint64_t at; /* where it begins */
    size_t n;
};

/* An error means that nothing was stored. What comes in all the same no row names, and the daily
 * sweep finds it. */
static void take_back(const struct s3 *s, const char *key)
{
    struct arena *mem = arena_new();
    const struct err *e = s3_delete(s, mem, str_of(key));

    if (e)
        LOG(LOG_WARN, "objects.left_in_bucket", KV_C("key", key), KV_C("code", e->code));
    arena_free(mem);
}

static const struct err *publish(void *self, struct arena *a, int spool_dir, const char *spool_name,
                                 const char *key)
{
    const struct err *e;
    struct stat st;
    int fd = openat(spool_dir, spool_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) != 0) {
        e = fs_errno(a, errno, "Storing");
        if (fd >= 0)
            close(fd);
        return e;
    }
    e = s3_put(self, a, str_of(key), fd, (uint64_t)st.st_size);
    close(fd);
    if (!e)
        unlinkat(spool_dir, spool_name, 0);
    else if (e == E_UPSTREAM)
        take_back(self, key);
    return e;
}

static const struct err *into_piece(void *arg, struct str bytes)
{
    struct handle *h = arg;

    if (bytes.n > NEXT_PIECE - h->n)
        return E_TOO_LARGE;
    memcpy(h->piece + h->n, bytes.p, bytes.n);
    h->n += bytes.n;
    return NULL;
}

/* An arena of its own for each call: a long recording must not add up. */
static const struct err *bring(struct handle *h, struct arena *a, uint64_t offset, size_t n,
                               uint64_t *ret_size)
{
    struct arena *mem = arena_new();
    struct s3_object object = {0};
    const struct err *e;

    h->at = offset;
    h->n = 0;
    e = s3_get(h->s, mem, h->key, offset, n, into_piece, h, &object);
    if (e && arena_why(mem).n)
        arena_set_why(a, str_dup(a, arena_why(mem)));
    *ret_size = object.size;
    arena_free(mem);
    return e;
}

static void s3_close(void *handle)
{
    struct handle *h = handle;

    arena_free(h->own);
}

static const struct err *s3_open(void *self, struct arena *a, const char *key, void **ret_handle,
                                 uint64_t *ret_size)
{
    struct arena *own = arena_new();
    struct handle *h = ARENA_NEW(own, struct handle);
    const struct err *e;

    *h = (struct handle){.s = self, .own = own, .key = str_dup(own, str_of(key))};
    h->piece = arena_alloc(own, NEXT_PIECE);
    e = bring(h, a, 0, FIRST_PIECE, &h->size);
    if (e) {
        s3_close(h);
        return e;
    }
    *ret_handle = h;
    *ret_size = h->size;
    return NULL;
}

static const struct err *s3_read(void *handle, struct arena *a, uint64_t offset, size_t n,
                                 void *out)
{
    struct handle *h = handle;
    uint64_t size;
    const struct err *e = NULL;

    if (offset < h->at || offset + n > h->at + h->n)
        e = bring(h, a, offset, n > NEXT_PIECE ? n : NEXT_PIECE, &size);
    if (e)
        return e;
    if (offset + n > h->at + h->n)
        return err_why(a, E_SEAL, "A stored object is shorter than it says.");
    memcpy(out, h->piece + (offset - h->at), n);
    return NULL;
}

static const struct err *s3_remove(void *self, struct arena *a, const char *key)
{
    return s3_delete(self, a, str_of(key));
}

struct listing {
    struct str under;
    int64_t before;
    void (*each)(void *ctx, struct str name);
    void *ctx;
};

static void one_name(void *listing, const struct s3_entry *entry)
{
    struct listing *l = listing;
    struct str name = str_sub(entry->key, l->under.n, entry->key.n);
    int64_t modified;

    if (entry->folder)
        name.n--; /* its '/' */
    else if (l->before != INT64_MAX &&
             (!time_parse(entry->modified, &modified) || modified >= l->before))
        return;
    if (name.n)
        l->each(l->ctx, name);
}

static const struct err *s3_names(void *self, struct arena *a, const char *folder, int64_t before,
                                  void (*each)(void *ctx, struct str name), void *ctx)
{
    struct listing l = {.before = before, .each = each, .ctx = ctx};

    l.under = str_fmt(a, "%s%s", folder, *folder ? "/" : "");
    return s3_list(self, a, l.under, one_name, &l);
}

const struct objects_backend objects_s3[1] = {{
    .name = "s3",
    .publish = publish,
    .open = s3_open,
    .read = s3_read,
    .close = s3_close,
    .remove = s3_remove,
    .list = s3_names,
}};
