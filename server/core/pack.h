/* Numbers and texts as bytes on disk, for files that only this program reads: numbers are 8 bytes,
 * little-endian; a text has its length ahead. Reading never goes beyond what is there. */
#ifndef RINGSIGHT_CORE_PACK_H
#define RINGSIGHT_CORE_PACK_H

#include "core/str.h"
#include "core/uuid.h"

void pack_int(struct buf *b, int64_t v);
void pack_uuid(struct buf *b, struct uuid u);
/* STR_NONE comes back as STR_NONE. */
void pack_str(struct buf *b, struct str s);

/* What is left to read. Once something was missing `bad` is set and all that follows is zero. */
struct unpack {
    struct str rest;
    bool bad;
};

int64_t unpack_int(struct unpack *u);
struct uuid unpack_uuid(struct unpack *u);
/* A view of the bytes that are read. */
struct str unpack_str(struct unpack *u);

#endif
