/* Floods over several processes: each counts by itself and answers at once; once a second they tell each
 * other through Redis how much of an address's allowance they gave away, and hold back that much. With
 * Redis away each counts alone. */
#ifndef RINGSIGHT_INTAKE_INBOX_SHARE_H
#define RINGSIGHT_INTAKE_INBOX_SHARE_H

#include "core/arena.h"
#include "core/err.h"
#include "core/settings.h"
#include "core/flood.h"

/* A thread that exchanges the counts of f; without a Redis it starts none. f and s must live on. */
const struct err *share_start(struct arena *a, const struct settings *s, struct flood *f) MUST_USE;
void share_stop(void);

#endif
