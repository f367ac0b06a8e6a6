/* What happens at the hook addresses besides deliveries: refusals, and which of two secrets is in
 * use. Counted in memory and written down by a thread, so that a flood costs PostgreSQL nothing. */
#ifndef RINGSIGHT_INTAKE_INBOX_CLERK_H
#define RINGSIGHT_INTAKE_INBOX_CLERK_H

#include "core/arena.h"
#include "core/err.h"
#include "core/uuid.h"

enum refusal { REFUSED_SIGNATURE = 0, REFUSED_SOURCE, REFUSED_FLOOD, TAKEN_UNPROVEN, REFUSALS };
enum use { USED_TOKEN = 0, USED_OLD_TOKEN, USED_SECRET, USED_OLD_SECRET, USES };

/* Any thread; texts are copied and cut. */
void clerk_refused(struct uuid tenant, struct uuid integration, enum refusal why, struct str source,
                   struct str detail);
void clerk_used(struct uuid tenant, struct uuid integration, enum use what);

const struct err *clerk_start(struct arena *a) MUST_USE;
/* Writes what is left and ends. */
void clerk_stop(void);

#endif
