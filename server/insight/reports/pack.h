/* Files in one archive, which is written to disk. */
#ifndef RINGSIGHT_INSIGHT_REPORTS_PACK_H
#define RINGSIGHT_INSIGHT_REPORTS_PACK_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

#include "core/crypto.h"

#define PACK_MAX (INT64_C(512) << 20) /* of a whole archive */

struct pack;

/* A new, empty zip file. It grows in a file without a name on this machine's disk, which is gone with the arena; in
 * memory there is one entry at a time. E_INTERNAL. */
const struct err *pack_new(struct arena *a, struct pack **ret) MUST_USE;
/* Adds a file; `name` of letters, digits, '.', '-'; `at` (TIME_*): its date. The same files in the same
 * order give the same bytes. E_TOO_LARGE beyond PACK_MAX. */
const struct err *pack_add(struct pack *p, struct str name, struct str bytes, int64_t at) MUST_USE;
/* Ends it: how many bytes it has, and a hash that is the same for the same files. */
const struct err *pack_done(struct pack *p, int64_t *ret_bytes, struct hash *ret_hash) MUST_USE;
/* Up to n of its bytes from `at` on; fewer at its end. */
const struct err *pack_read(struct pack *p, int64_t at, char *out, size_t n, size_t *ret_n) MUST_USE;

#endif
