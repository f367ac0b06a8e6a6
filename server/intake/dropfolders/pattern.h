/* What a file's name tells of its call, by a pattern such as
 *   {agent}_{date:%Y%m%d}_{time:%H%M%S}_{number}
 * Pure: texts in, facts out. In braces: agent, number, id (the phone system's own id of the call),
 * direction (in, out, inbound, outbound, internal), any (passed over), date and time with a format of
 * %Y %y %m %d %H %M %S %s (seconds since 1970); all else stands for itself. Without a '/' the pattern
 * speaks of the name, with one of as many folders too. The name's ending (.wav) may be left out. */
#ifndef RINGSIGHT_INTAKE_DROPFOLDERS_PATTERN_H
#define RINGSIGHT_INTAKE_DROPFOLDERS_PATTERN_H

#include "core/arena.h"
#include "core/err.h"
#include "providers/event.h"

struct name_facts {
    struct str agent, number, id; /* STR_NONE where the name does not tell */
    enum call_direction direction;
    int64_t started; /* TIME_NONE */
};

/* What `told` knows stands above what *f does. */
void name_facts_prefer(struct name_facts *f, const struct name_facts *told);

/* E_BAD_INPUT with what is wrong and the cure. An empty pattern is fine and tells nothing. */
const struct err *pattern_check(struct arena *a, struct str pattern) MUST_USE;
/* False if the path does not fit; *ret is then empty. The zone is that of the clock which named the
 * file. The facts borrow from path. */
bool pattern_read(struct arena *a, struct str pattern, struct str path, struct str zone,
                  struct name_facts *ret);

#endif
