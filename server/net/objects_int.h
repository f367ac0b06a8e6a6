/* What the object store's files share: the store, names, sizes. Not for others. */
#ifndef RINGSIGHT_NET_OBJECTS_INT_H
#define RINGSIGHT_NET_OBJECTS_INT_H

#include "net/objects.h"
#include "core/seal.h"
#include "net/s3.h"

#define OBJECTS_SEALED (OBJECTS_CHUNK + OBJECTS_TAG)
/* More than any recording; keeps offsets far from overflow. */
#define OBJECTS_MAX_LENGTH (UINT64_C(1) << 44)

/* The first is where new objects go; reading falls back to the other, so that objects may be on
 * their way from one to the other. */
#define OBJECTS_PLACES 2
struct objects_place {
    const struct objects_backend *b;
    void *self;
};

struct objects {
    struct objects_place place[OBJECTS_PLACES];
    size_t n_places;
    struct s3 bucket;
    struct keys *keys;
    int folder, spool;
    uint64_t floor_bytes;
};

/* The local folder as a backend; `dir` is the open objects/ folder. */
extern const struct objects_backend objects_local[1];
void *objects_local_new(struct arena *a, int dir);

/* A bucket as a backend; its self is a struct s3. */
extern const struct objects_backend objects_s3[1];

/* Opens in whichever place has it. */
const struct err *objects_find(struct objects *o, struct arena *a, const char *key,
                               const struct objects_place **ret_place, void **ret_handle,
                               uint64_t *ret_size) MUST_USE;
/* objects_open in that place alone (NULL: wherever it is). */
const struct err *objects_open_in(struct objects *o, const struct objects_place *only,
                                  struct arena *a, struct uuid tenant, struct str key,
                                  struct object **ret) MUST_USE;
/* objects_each in one place. */
const struct err *objects_each_in(const struct objects_place *place, struct arena *a,
                                  struct uuid tenant, int64_t before,
                                  void (*each)(void *ctx, struct str key), void *ctx) MUST_USE;
/* A new file of the spool folder, locked against the sweep. The caller closes and unlinks it. */
const struct err *objects_spool(struct objects *o, struct arena *a, int *ret_fd,
                                const char **ret_name) MUST_USE;

/* <tenant>/<2 hex>/<32 hex> */
void objects_key_make(struct uuid tenant, const uint8_t id[16], char out[OBJECTS_KEY]);
/* False unless the key has exactly that form, in lower case, for that tenant. */
bool objects_key_parse(struct str key, struct uuid tenant, uint8_t ret_id[16]);

/* The key of one file. E_GONE, E_SEAL. */
const struct err *objects_file_key(struct objects *o, struct arena *a, struct uuid tenant,
                                   const uint8_t id[16], struct key *ret) MUST_USE;

/* Chunks of a plain length (an empty object has one), and where a chunk begins in the file. */
uint64_t objects_chunks(uint64_t length);
uint64_t objects_offset(uint64_t chunk);

void objects_header_make(const struct seal_file *f, uint8_t out[OBJECTS_HEADER]);
/* False if damaged; sets id and length. */
bool objects_header_parse(const uint8_t in[OBJECTS_HEADER], struct seal_file *f);

#endif
