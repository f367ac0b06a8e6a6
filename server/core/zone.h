/* Time zones by name ("Europe/London"), from ICU's copy of the tz database. Wall-clock times are
 * int64 microseconds like points in time (core/time.h), as if the zone's clock showed UTC. Any
 * thread may use any zone. */
#ifndef RINGSIGHT_CORE_ZONE_H
#define RINGSIGHT_CORE_ZONE_H

#include "core/str.h"

struct zone;

/* The zone of that name, "" being UTC; it lives as long as the process. NULL if there is none:
 * names only, no offsets and no rules. */
const struct zone *zone_find(struct str name);
bool zone_known(struct str name);

/* What the zone's clock shows at t. */
int64_t zone_wall(const struct zone *z, int64_t t);

enum zone_hour {
    ZONE_PLAIN = 0,
    ZONE_SKIPPED, /* the clock never shows it */
    ZONE_REPEATED /* the clock shows it twice */
};

/* When the clock shows `wall`: the first time where it is repeated; where it is skipped, as if the
 * clock had not been moved, so just as long after the gap. ret_hour may be NULL. */
int64_t zone_instant(const struct zone *z, int64_t wall, enum zone_hour *ret_hour);

/* The next change of the zone's clock or rules after t; INT64_MAX if there is none. */
int64_t zone_change_after(const struct zone *z, int64_t t);
/* The last one at or before t; INT64_MIN if there is none. */
int64_t zone_change_before(const struct zone *z, int64_t t);

#endif
