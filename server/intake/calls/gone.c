/* Calls that were deleted, by a rule or for a person, do not come back when the phone system is asked for
 * its calls again. Called by the inbox and by polling inside their transactions. */
#include "intake/calls/calls.h"
#include "intake/calls/queries.h"

static struct str keys_of(struct arena *a, const struct call_event *events, size_t n)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++)
        if (!i || !str_eq(events[i].call_key, events[i - 1].call_key))
            jw_text(&w, events[i].call_key);
    jw_close(&w, ']');
    return jw_done(&w);
}

const struct err *calls_drop_gone(struct db *db, struct uuid integration, struct call_event *events, size_t *n)
{
    struct calls_gone_out *gone;
    size_t n_gone, kept = 0;
    const struct err *e;

    if (!*n)
        return NULL;
    e = q_calls_gone(db, (struct calls_gone_in){integration, keys_of(db_arena(db), events, *n)}, &gone, &n_gone);
    if (e || !n_gone)
        return e;
    for (size_t i = 0; i < *n; i++) {
        bool was = false;
        for (size_t k = 0; k < n_gone && !was; k++)
            was = str_eq(events[i].call_key, gone[k].key);
        if (!was)
            events[kept++] = events[i];
    }
    *n = kept;
    return NULL;
}
