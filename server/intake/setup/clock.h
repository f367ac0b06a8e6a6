/* Do the times in a phone system's records fit the moments of their arrival? Pure. */
#ifndef RINGSIGHT_INTAKE_SETUP_CLOCK_H
#define RINGSIGHT_INTAKE_SETUP_CLOCK_H

#include "core/arena.h"
#include "core/time.h"

enum clock_state {
    CLOCK_UNKNOWN = 0, /* too few records, or they come at all times */
    CLOCK_FINE,
    CLOCK_ZONE,  /* off by a zone's difference */
    CLOCK_WRONG  /* the clock itself is off, or a zone that nobody has */
};

struct clock_verdict {
    enum clock_state state;
    int64_t shift_s;  /* arrival minus the record's own time, rounded to a quarter of an hour for
                         CLOCK_ZONE; 0 unless something is off */
    struct str zone;  /* CLOCK_ZONE: the zone that would fit, STR_NONE if several would */
    bool sure;        /* that zone is the only sensible one */
    struct str text;  /* a sentence */
};

/* late_s: arrival minus the record's latest time, in seconds, of n deliveries. `zone` is the one in
 * force, `home` the tenant's. Quick records come within minutes of their end, so what most agree on
 * tells; a sender that collects records for an hour makes no verdict. */
void clock_judge(struct arena *a, const int64_t *late_s, size_t n, struct str zone, struct str home,
                 int64_t now, struct clock_verdict *ret);

#endif
