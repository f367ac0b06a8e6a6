/* The object store: recordings, upload parts and exports, sealed. Plain bytes never reach the disk.
 *
 * Name of an object: <tenant uuid>/<2 hex>/<32 hex>, the hex being its random id, which is also the
 * file id inside. A sealed object is (numbers little-endian):
 *   header, 64 bytes: "RSOBJ1" 0 0 | file id 16 | plain length u64 | chunk size u32 | zeros to 64
 *   chunks of 65,536 plain bytes (the last one 1 to 65,536; an empty object has one empty chunk),
 *   each XChaCha20-Poly1305, 16 bytes of tag behind it
 *     key    derived from the tenant's data key for "object|<32 hex>"
 *     nonce  file id (16), chunk index u64
 *     about  tenant (16), file id (16), chunk index u64, plain length u64, last flag u8
 * so a chunk that was cut, moved, swapped or taken from another object or tenant does not open.
 *
 * The plain length is part of what is authenticated, but known only at the end of a stream. A
 * writer therefore holds up to OBJECTS_SPOOL_BYTES in memory; beyond, chunks go to the temporary
 * file sealed under a key that exists only in this process, and commit seals them again, in place,
 * under the file's key. */
#ifndef RINGSIGHT_NET_OBJECTS_H
#define RINGSIGHT_NET_OBJECTS_H

#include "core/arena.h"
#include "core/crypto.h"
#include "core/err.h"
#include "core/uuid.h"
#include "net/keys.h"

#define OBJECTS_CHUNK 65536u
#define OBJECTS_HEADER 64u
#define OBJECTS_TAG 16u
#define OBJECTS_SPOOL_BYTES (2u << 20)
/* Room for "<uuid>/<2>/<32>" and the closing NUL. */
#define OBJECTS_KEY 73

/* An open store; any number of threads may use it. */
struct objects;
struct objects_writer;
struct object;

/* Where sealed files lie: the local folder or a bucket. Those of a bucket take as long as the network
 * does, so the store is for jobs, worker threads and stream pulls, never for a loop.
 * `self` is the backend's own state. All return E_NOT_FOUND, E_DISK_FULL, E_UPSTREAM, E_INTERNAL.
 */
struct objects_backend {
    const char *name;
    /* Takes over a finished, synced file of the spool folder under its final name. */
    const struct err *(*publish)(void *self, struct arena *a, int spool_dir, const char *spool_name,
                                 const char *key);
    /* A handle for reading and the size of the sealed file. */
    const struct err *(*open)(void *self, struct arena *a, const char *key, void **ret_handle,
                              uint64_t *ret_size);
    /* Exactly n bytes at the offset, else E_SEAL. */
    const struct err *(*read)(void *handle, struct arena *a, uint64_t offset, size_t n, void *out);
    void (*close)(void *handle);
    const struct err *(*remove)(void *self, struct arena *a, const char *key);
    /* Names right below "", "<tenant>" or "<tenant>/<2>", of files only those last written before
     * that time (TIME_*). A folder that is not there is empty. */
    const struct err *(*list)(void *self, struct arena *a, const char *folder, int64_t before,
                              void (*each)(void *ctx, struct str name), void *ctx);
};

struct s3; /* net/s3.h */

struct objects_config {
    const char *folder; /* made 0700 if missing; holds objects/ and tmp/ */
    struct keys *keys;
    uint64_t floor_bytes; /* refuse new objects below this much free space; 0: 512 MB */
    const struct s3 *s3;  /* a bucket beside the folder, checked (s3_check); NULL: none. It is kept. */
    bool new_to_s3;       /* new objects go to the bucket; the folder then holds tmp/ and old ones */
};

/* Opens the store and removes what crashed writers left in tmp/ (files no living writer has
 * locked). E_INTERNAL with a sentence if the folder cannot be used. Lives in the arena. */
const struct err *objects_init(struct arena *a, const struct objects_config *config,
                               struct objects **ret) MUST_USE;

/* What commit tells about the object. */
struct object_info {
    char key[OBJECTS_KEY]; /* its name in the store */
    uint64_t bytes;        /* plain length */
    struct hash sha256;    /* of the plain bytes */
};

/* Starts an object. E_DISK_FULL below the floor, E_GONE if the tenant has no key. A writer that is
 * neither committed nor aborted is aborted when the arena is freed. One thread. */
const struct err *objects_writer_open(struct objects *o, struct arena *a, struct uuid tenant,
                                      struct objects_writer **ret) MUST_USE;
/* Adds bytes. E_DISK_FULL, E_INTERNAL; then only abort is left. */
const struct err *objects_writer_add(struct objects_writer *w, struct str bytes) MUST_USE;
/* Seals, syncs, names the object. Whole and readable afterwards, or not there at all. */
const struct err *objects_writer_commit(struct objects_writer *w, struct object_info *ret) MUST_USE;
/* Drops what was written. Harmless after commit or on NULL. */
void objects_writer_abort(struct objects_writer *w);

/* Opens for reading. The key must name an object of that tenant, else E_NOT_FOUND (wrong tenant,
 * malformed key and missing file alike). E_SEAL if its header is damaged. Closed with the arena or
 * by objects_close. One thread. */
const struct err *objects_open(struct objects *o, struct arena *a, struct uuid tenant,
                               struct str key, struct object **ret) MUST_USE;
/* The plain length as the header has it; it is proven by the first read. */
uint64_t objects_length(const struct object *ob);
/* Up to n plain bytes from the offset; fewer at the end, none beyond. E_SEAL if a chunk does not
 * open. out has room for n; on error its content is undefined. */
const struct err *objects_read_at(struct object *ob, uint64_t offset, size_t n, char *out,
                                  size_t *ret_n) MUST_USE;
void objects_close(struct object *ob);

/* Removes one object. NULL too if it was gone already; E_NOT_FOUND if the key is not the
 * tenant's. */
const struct err *objects_delete(struct objects *o, struct arena *a, struct uuid tenant,
                                 struct str key) MUST_USE;

/* Tells the tenants that have objects, and the keys of a tenant's objects that were written before
 * that time (TIME_*), in no order. For finding what no row names. */
const struct err *objects_tenants(struct objects *o, struct arena *a,
                                  void (*each)(void *ctx, struct uuid tenant), void *ctx) MUST_USE;
const struct err *objects_each(struct objects *o, struct arena *a, struct uuid tenant,
                               int64_t before, void (*each)(void *ctx, struct str key),
                               void *ctx) MUST_USE;

/* Puts a small object where new ones go and in the other place, reads and deletes it: whether the
 * store works, in a sentence if not. The object is no tenant's. */
const struct err *objects_try(struct objects *o, struct arena *a) MUST_USE;
/* "the folder /var/…", "the bucket … at …": where new objects go. */
struct str objects_where(const struct objects *o, struct arena *a);

/* E_DISK_FULL below the floor, with figures. For /readyz and for refusing audio early. */
const struct err *objects_room(struct objects *o, struct arena *a) MUST_USE;

#endif
