/* Whether the object store works, tried. Called by `ringsight check`; what it writes is no tenant's
 * and gone when it ends. */
#include <unistd.h>

#include "net/fsio.h"
#include "net/objects_int.h"

/* Not a tenant's id, so that no list takes it for one. */
#define TRY_KEY "ringsight-check/00/%.*s"
#define TRY_BYTES 1024

static const struct err *read_back(const struct objects_place *at, struct arena *a, const char *key,
                                   const char *bytes)
{
    char *there = arena_alloc(a, TRY_BYTES);
    void *handle;
    uint64_t size;
    const struct err *e = at->b->open(at->self, a, key, &handle, &size);

    if (e)
        return e;
    e = size == TRY_BYTES ? at->b->read(handle, a, 0, TRY_BYTES, there) : E_SEAL;
    at->b->close(handle);
    if (!e && !crypto_eq(str_n(there, TRY_BYTES), str_n(bytes, TRY_BYTES)))
        e = E_SEAL;
    return e == E_SEAL ? err_why(a, E_SEAL, "The store gives back something else than was put "
                                            "into it.") : e;
}

static const struct err *try_place(struct objects *o, struct arena *a,
                                   const struct objects_place *at)
{
    char *bytes = arena_alloc(a, TRY_BYTES);
    const char *key = str_fmt(a, TRY_KEY, STR_ARG(crypto_hex(a, crypto_token(a, 16)))).p, *name;
    const struct err *e, *gone;
    int fd;

    crypto_random(bytes, TRY_BYTES);
    e = objects_spool(o, a, &fd, &name);
    if (e)
        return e;
    e = fs_pwrite(a, fd, str_n(bytes, TRY_BYTES), 0);
    if (!e)
        e = at->b->publish(at->self, a, o->spool, name, key);
    if (e)
        unlinkat(o->spool, name, 0);
    close(fd);
    if (e)
        return e;
    e = read_back(at, a, key, bytes);
    gone = at->b->remove(at->self, a, key);
    return e ? e : gone;
}

const struct err *objects_try(struct objects *o, struct arena *a)
{
    const struct err *e = objects_room(o, a);

    for (size_t i = 0; !e && i < o->n_places; i++)
        e = try_place(o, a, &o->place[i]);
    return e;
}

struct str objects_where(const struct objects *o, struct arena *a)
{
    if (o->place->b == objects_s3)
        return str_fmt(a, "bucket %.*s at %.*s", STR_ARG(o->bucket.bucket),
                       STR_ARG(o->bucket.endpoint));
    return o->n_places > 1 ? STR("local folder, bucket for reading") : STR("local folder");
}
