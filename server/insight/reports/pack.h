/* Files in one archive, in memory. */
#ifndef RINGSIGHT_INSIGHT_REPORTS_PACK_H
#define RINGSIGHT_INSIGHT_REPORTS_PACK_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

#define PACK_MAX (64u << 20) /* of a whole archive */

struct pack;

/* A new, empty zip file in memory. E_INTERNAL. */
const struct err *pack_new(struct arena *a, struct pack **ret) MUST_USE;
/* Adds a file; `name` of letters, digits, '.', '-'; `at` (TIME_*): its date. The same files in the same
 * order give the same bytes. E_TOO_LARGE beyond PACK_MAX. */
const struct err *pack_add(struct pack *p, struct str name, struct str bytes, int64_t at) MUST_USE;
/* The zip file, in the arena. Nothing can be added afterwards. */
const struct err *pack_done(struct pack *p, struct str *ret_bytes) MUST_USE;

#endif
