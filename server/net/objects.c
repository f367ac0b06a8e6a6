/* The object store: opening it, names and header of objects, room on the disk, deleting. Called by
 * recordings, uploads and exports; objects_write.c and objects_read.c do the rest. */
#include "net/objects.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "net/fsio.h"
#include "net/objects_int.h"

#define DEFAULT_FLOOR (UINT64_C(512) << 20)
#define MAGIC "RSOBJ1\0"

void objects_key_make(struct uuid tenant, const uint8_t id[16], char out[OBJECTS_KEY])
{
    static const char hex[] = "0123456789abcdef";
    char text[UUID_TEXT];
    char *p;

    uuid_text(tenant, text);
    snprintf(out, OBJECTS_KEY, "%s/%02x/", text, id[0]);
    p = out + strlen(out);
    for (size_t i = 0; i < 16; i++) {
        *p++ = hex[id[i] >> 4];
        *p++ = hex[id[i] & 15];
    }
    *p = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool objects_key_parse(struct str key, struct uuid tenant, uint8_t ret_id[16])
{
    char again[OBJECTS_KEY];
    uint8_t id[16];

    if (key.n != OBJECTS_KEY - 1)
        return false;
    for (size_t i = 0; i < 16; i++) {
        int high = hex_digit(key.p[key.n - 32 + 2 * i]), low = hex_digit(key.p[key.n - 31 + 2 * i]);
        if (high < 0 || low < 0)
            return false;
        id[i] = (uint8_t)(high << 4 | low);
    }
    objects_key_make(tenant, id, again);
    if (!str_is(key, again))
        return false;
    memcpy(ret_id, id, 16);
    return true;
}

const struct err *objects_file_key(struct objects *o, struct arena *a, struct uuid tenant,
                                   const uint8_t id[16], struct key *ret)
{
    struct key data;
    const struct err *e = keys_load(o->keys, a, tenant, &data);

    if (e)
        return e;
    *ret = crypto_derive(&data, str_fmt(a, "object|%.*s", STR_ARG(crypto_hex(a, str_n(id, 16)))));
    crypto_wipe(&data, sizeof data);
    return NULL;
}

uint64_t objects_chunks(uint64_t length)
{
    return length == 0 ? 1 : (length - 1) / OBJECTS_CHUNK + 1;
}

uint64_t objects_offset(uint64_t chunk)
{
    return OBJECTS_HEADER + chunk * OBJECTS_SEALED;
}

void objects_header_make(const struct seal_file *f, uint8_t out[OBJECTS_HEADER])
{
    memset(out, 0, OBJECTS_HEADER);
    memcpy(out, MAGIC, 8);
    memcpy(out + 8, f->id, 16);
    seal_put64(out + 24, f->length);
    out[32] = OBJECTS_CHUNK & 0xff;
    out[33] = OBJECTS_CHUNK >> 8 & 0xff;
    out[34] = OBJECTS_CHUNK >> 16 & 0xff;
}

bool objects_header_parse(const uint8_t in[OBJECTS_HEADER], struct seal_file *f)
{
    uint8_t again[OBJECTS_HEADER];

    memcpy(f->id, in + 8, 16);
    f->length = seal_get64(in + 24);
    objects_header_make(f, again);
    return memcmp(in, again, OBJECTS_HEADER) == 0 && f->length <= OBJECTS_MAX_LENGTH;
}

/* A file that can be locked has no living writer. */
static void sweep_one(int spool, const char *name)
{
    int fd = openat(spool, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlinkat(spool, name, 0);
    close(fd);
}

static const struct err *sweep(struct arena *a, int spool)
{
    int fd = openat(spool, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    if (!d) {
        const struct err *e = fs_errno(a, errno, "Cleaning the store's tmp folder");
        if (fd >= 0)
            close(fd);
        return e;
    }
    while ((entry = readdir(d)) != NULL) {
        if (strncmp(entry->d_name, "w-", 2) == 0)
            sweep_one(spool, entry->d_name);
    }
    closedir(d);
    return NULL;
}

static void objects_end(void *object)
{
    struct objects *o = object;

    if (o->spool >= 0)
        close(o->spool);
    if (o->folder >= 0)
        close(o->folder);
}

static void fd_end(void *object)
{
    close(*(int *)object);
}

static void add_places(struct objects *o, const struct objects_config *config, void *local)
{
    struct s3 *bucket = NULL;

    if (config->s3) {
        bucket = &o->bucket;
        *bucket = *config->s3;
    }
    if (bucket && config->new_to_s3)
        o->place[o->n_places++] = (struct objects_place){objects_s3, bucket};
    o->place[o->n_places++] = (struct objects_place){objects_local, local};
    if (bucket && !config->new_to_s3)
        o->place[o->n_places++] = (struct objects_place){objects_s3, bucket};
}

const struct err *objects_init(struct arena *a, const struct objects_config *config,
                               struct objects **ret)
{
    struct objects *o = ARENA_NEW(a, struct objects);
    int *dir = ARENA_NEW(a, int);
    const struct err *e;

    *o = (struct objects){.keys = config->keys, .folder = -1, .spool = -1};
    o->floor_bytes = config->floor_bytes ? config->floor_bytes : DEFAULT_FLOOR;
    arena_defer(a, objects_end, o);
    e = fs_folder(a, AT_FDCWD, config->folder, &o->folder);
    if (!e)
        e = fs_folder(a, o->folder, "tmp", &o->spool);
    if (!e)
        e = fs_folder(a, o->folder, "objects", dir);
    if (e)
        return e == E_NOT_FOUND ? err_why(a, E_INTERNAL,
                                          "The store's folder cannot be made: the folder above it "
                                          "is missing.")
                                : e;
    arena_defer(a, fd_end, dir);
    add_places(o, config, objects_local_new(a, *dir));
    e = sweep(a, o->spool);
    if (!e)
        *ret = o;
    return e;
}

const struct err *objects_room(struct objects *o, struct arena *a)
{
    struct statvfs st;
    uint64_t room;

    if (fstatvfs(o->folder, &st) != 0)
        return fs_errno(a, errno, "Asking for room on the disk");
    room = (uint64_t)st.f_bavail * st.f_frsize;
    if (room >= o->floor_bytes)
        return NULL;
    return err_why(a, E_DISK_FULL,
                   "The recordings' disk has %llu MB left, below the floor of %llu MB.",
                   (unsigned long long)(room >> 20), (unsigned long long)(o->floor_bytes >> 20));
}

const struct err *objects_delete(struct objects *o, struct arena *a, struct uuid tenant,
                                 struct str key)
{
    const struct err *e;
    uint8_t id[16];

    if (!objects_key_parse(key, tenant, id))
        return err_why(a, E_NOT_FOUND, "No such object.");
    e = NULL;
    for (size_t i = 0; i < o->n_places && (!e || e == E_NOT_FOUND); i++)
        e = o->place[i].b->remove(o->place[i].self, a, str_c(a, key));
    return e == E_NOT_FOUND ? NULL : e;
}

/* It may go from one place to the other between the looks: then it is where the first look was. */
const struct err *objects_find(struct objects *o, struct arena *a, const char *key,
                               const struct objects_place **ret_place, void **ret_handle,
                               uint64_t *ret_size)
{
    size_t looks = o->n_places > 1 ? o->n_places + 1 : 1;
    const struct err *e = E_NOT_FOUND;

    for (size_t i = 0; i < looks && e == E_NOT_FOUND; i++) {
        const struct objects_place *place = &o->place[i % o->n_places];
        e = place->b->open(place->self, a, key, ret_handle, ret_size);
        *ret_place = place;
    }
    return e;
}

/* ---- telling what is there ---- */

struct listing {
    const struct objects_place *place;
    struct arena *a;
    struct uuid tenant;
    int64_t before;
    struct str folder; /* "<tenant>", then "<tenant>/<2>" */
    void (*each_tenant)(void *ctx, struct uuid tenant);
    void (*each_key)(void *ctx, struct str key);
    void *ctx;
    const struct err *e;
};

static void tenant_found(void *listing, struct str name)
{
    struct listing *l = listing;
    struct uuid tenant;

    if (uuid_parse(name, &tenant))
        l->each_tenant(l->ctx, tenant);
}

const struct err *objects_tenants(struct objects *o, struct arena *a,
                                  void (*each)(void *ctx, struct uuid tenant), void *ctx)
{
    struct listing l = {.each_tenant = each, .ctx = ctx};
    const struct err *e = NULL;

    for (size_t i = 0; !e && i < o->n_places; i++)
        e = o->place[i].b->list(o->place[i].self, a, "", INT64_MAX, tenant_found, &l);
    return e;
}

static void file_found(void *listing, struct str name)
{
    struct listing *l = listing;
    struct str key = str_fmt(l->a, "%.*s/%.*s", STR_ARG(l->folder), STR_ARG(name));
    uint8_t id[16];

    if (objects_key_parse(key, l->tenant, id))
        l->each_key(l->ctx, key);
}

static void folder_found(void *listing, struct str name)
{
    struct listing *l = listing, below = *l;

    below.folder = str_fmt(l->a, "%.*s/%.*s", STR_ARG(l->folder), STR_ARG(name));
    if (!l->e)
        l->e = l->place->b->list(l->place->self, l->a, below.folder.p, l->before, file_found,
                                 &below);
}

const struct err *objects_each_in(const struct objects_place *place, struct arena *a,
                                  struct uuid tenant, int64_t before,
                                  void (*each)(void *ctx, struct str key), void *ctx)
{
    char text[UUID_TEXT];
    struct listing l = {.place = place, .a = a, .tenant = tenant, .before = before,
                        .each_key = each, .ctx = ctx, .folder = uuid_text(tenant, text)};
    const struct err *e = place->b->list(place->self, a, text, INT64_MAX, folder_found, &l);

    return e ? e : l.e;
}

const struct err *objects_each(struct objects *o, struct arena *a, struct uuid tenant,
                               int64_t before, void (*each)(void *ctx, struct str key), void *ctx)
{
    const struct err *e = NULL;

    for (size_t i = 0; !e && i < o->n_places; i++)
        e = objects_each_in(&o->place[i], a, tenant, before, each, ctx);
    return e;
}
