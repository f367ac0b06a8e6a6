/* Moving all objects from the folder to the bucket or back, while the service runs: put, verify,
 * then delete, one after the other. May be killed at any instruction and started again. */
#ifndef RINGSIGHT_NET_OBJECTS_MOVE_H
#define RINGSIGHT_NET_OBJECTS_MOVE_H

#include "net/objects.h"

struct objects_moved {
    uint64_t moved, bytes; /* copied, verified, deleted where they were; sealed bytes */
    uint64_t there;        /* had been copied before: verified again, then deleted */
    uint64_t gone;         /* deleted by the service meanwhile */
    uint64_t failed;       /* left where they were */
};

struct objects_moving {
    /* Told after each object; `why` is the sentence of one that failed, STR_NONE otherwise. */
    void (*told)(void *ctx, const struct objects_moved *so_far, struct str why);
    void *ctx;
};

/* E_BAD_INPUT with the cure where there is no bucket or new objects go to the other place; E_IN_USE
 * if another move runs; the store's error if a place cannot be listed, or after three objects in a
 * row that failed for reasons of the network. Objects that fail one by one are counted. */
const struct err *objects_move(struct objects *o, struct arena *a, bool to_s3,
                               const struct objects_moving *m, struct objects_moved *ret) MUST_USE;

#endif
