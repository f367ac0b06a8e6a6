/* Writing a notice. Called by jobs and handlers inside their transaction; never commits. */
#include <string.h>

#include "live/live.h"
#include "live/queries.h"

/* What may stand in JSON as it is. */
static bool kind_fits(struct str kind)
{
    for (size_t i = 0; i < kind.n; i++) {
        char c = kind.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !memchr("._-", c, 3))
            return false;
    }
    return kind.n > 0 && kind.n <= LIVE_KIND_MAX;
}

const struct err *live_note(struct db *db, const char *kind, struct uuid object,
                            struct uuid agent)
{
    struct str k = str_of(kind);

    if (!kind_fits(k))
        return err_why(db_arena(db), E_INTERNAL, "\"%s\" is no kind of notice", kind);
    return q_live_note(db, (struct live_note_in){uuid_new(), k, object, agent}, NULL);
}
