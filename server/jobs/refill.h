/* Filling the ring from PostgreSQL. Files of jobs/ only. */
#ifndef RINGSIGHT_JOBS_REFILL_H
#define RINGSIGHT_JOBS_REFILL_H

#include "jobs/ring.h"

/* Fills rings that were emptied, unless another process has begun; workers take turns from
 * PostgreSQL meanwhile. */
void refill_all(struct arena *a, struct rings *rings);

/* Hints again of jobs that are due for a while and perhaps unknown to the ring: once after ten
 * seconds, and again and again, a page at a time, from a minute on. A repeated hint changes
 * nothing. E_UNAVAILABLE: PostgreSQL or Redis is away. */
const struct err *refill_again(struct arena *a, struct rings *rings) MUST_USE;

#endif
