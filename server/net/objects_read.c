/* Reading sealed objects from any offset. Called by the recording player, the decoder's feeder and
 * exports. Must never hand out a byte of a chunk that did not verify. */
#include <string.h>

#include "net/objects_int.h"

struct object {
    struct objects *o;
    struct arena *a;
    const char *key;
    const struct objects_place *place;
    void *handle; /* NULL: closed */
    struct seal_file file;
    uint64_t chunks, held; /* held: index of the chunk in `plain`, UINT64_MAX: none */
    char *plain, *sealed;
};

static size_t plain_size(const struct object *ob, uint64_t chunk)
{
    return chunk + 1 < ob->chunks ? OBJECTS_CHUNK
                                  : (size_t)(ob->file.length - chunk * OBJECTS_CHUNK);
}

void objects_close(struct object *ob)
{
    if (!ob || !ob->handle)
        return;
    ob->place->b->close(ob->handle);
    ob->handle = NULL;
    crypto_wipe(&ob->file.key, sizeof ob->file.key);
    crypto_wipe(ob->plain, OBJECTS_CHUNK);
}

static void close_deferred(void *object)
{
    objects_close(object);
}

static const struct err *damaged(struct object *ob)
{
    return err_why(ob->a, E_SEAL, "The stored object is damaged or was tampered with.");
}

static const struct err *read_header(struct object *ob, const uint8_t id[16], uint64_t size)
{
    uint8_t header[OBJECTS_HEADER];
    const struct err *e;

    if (size < OBJECTS_HEADER)
        return damaged(ob);
    e = ob->place->b->read(ob->handle, ob->a, 0, sizeof header, header);
    if (e)
        return e;
    /* The id inside must be the one in the name: a file under another's name does not open. */
    if (!objects_header_parse(header, &ob->file) || memcmp(ob->file.id, id, 16) != 0)
        return damaged(ob);
    ob->chunks = objects_chunks(ob->file.length);
    if (size != OBJECTS_HEADER + ob->chunks * OBJECTS_TAG + ob->file.length)
        return damaged(ob);
    return NULL;
}

const struct err *objects_open_in(struct objects *o, const struct objects_place *only,
                                  struct arena *a, struct uuid tenant, struct str key,
                                  struct object **ret)
{
    struct object *ob = ARENA_NEW(a, struct object);
    const struct err *e;
    uint64_t size;
    uint8_t id[16];

    if (!objects_key_parse(key, tenant, id))
        return err_why(a, E_NOT_FOUND, "No such object.");
    *ob = (struct object){.o = o, .a = a, .held = UINT64_MAX};
    ob->key = str_c(a, key);
    ob->place = only;
    e = only ? only->b->open(only->self, a, ob->key, &ob->handle, &size)
             : objects_find(o, a, ob->key, &ob->place, &ob->handle, &size);
    if (e)
        return e;
    ob->plain = arena_alloc(a, OBJECTS_CHUNK);
    ob->sealed = arena_alloc(a, OBJECTS_SEALED);
    arena_defer(a, close_deferred, ob);
    e = read_header(ob, id, size);
    if (!e)
        e = objects_file_key(o, a, tenant, id, &ob->file.key);
    if (e) {
        objects_close(ob);
        return e;
    }
    ob->file.tenant = tenant;
    *ret = ob;
    return NULL;
}

const struct err *objects_open(struct objects *o, struct arena *a, struct uuid tenant,
                               struct str key, struct object **ret)
{
    return objects_open_in(o, NULL, a, tenant, key, ret);
}

uint64_t objects_length(const struct object *ob)
{
    return ob->file.length;
}

static const struct err *read_elsewhere(struct object *ob, uint64_t offset, size_t n)
{
    const struct objects_place *place;
    void *handle;
    uint64_t size;
    const struct err *e = objects_find(ob->o, ob->a, ob->key, &place, &handle, &size);

    if (e)
        return e;
    ob->place->b->close(ob->handle);
    ob->place = place;
    ob->handle = handle;
    return place->b->read(handle, ob->a, offset, n, ob->sealed);
}

/* Brings a chunk into ob->plain. */
static const struct err *hold(struct object *ob, uint64_t chunk)
{
    size_t n = plain_size(ob, chunk) + OBJECTS_TAG;
    const struct err *e;

    if (ob->held == chunk)
        return NULL;
    ob->held = UINT64_MAX;
    e = ob->place->b->read(ob->handle, ob->a, objects_offset(chunk), n, ob->sealed);
    if (e == E_NOT_FOUND) /* moved to the other place while it is read */
        e = read_elsewhere(ob, objects_offset(chunk), n);
    if (e)
        return e;
    if (!seal_open(&ob->file, chunk, chunk + 1 == ob->chunks, str_n(ob->sealed, n), ob->plain))
        return damaged(ob);
    ob->held = chunk;
    return NULL;
}

const struct err *objects_read_at(struct object *ob, uint64_t offset, size_t n, char *out,
                                  size_t *ret_n)
{
    size_t done = 0;
    const struct err *e;

    if (!ob->handle)
        return err_why(ob->a, E_INTERNAL, "The object is closed.");
    /* An empty object's only chunk says that it is empty: prove it. */
    if (ob->file.length == 0) {
        e = hold(ob, 0);
        if (!e)
            *ret_n = 0;
        return e;
    }
    while (done < n && offset < ob->file.length) {
        size_t at = (size_t)(offset % OBJECTS_CHUNK), have;
        e = hold(ob, offset / OBJECTS_CHUNK);
        if (e)
            return e;
        have = plain_size(ob, ob->held) - at;
        if (have > n - done)
            have = n - done;
        memcpy(out + done, ob->plain + at, have);
        done += have;
        offset += have;
    }
    *ret_n = done;
    return NULL;
}
