/* Links the calls that are one. The lock on the number makes two looks take turns, so that of two
 * calls that come in at the same moment the later look sees both. Rows are written in the order of
 * integration and key, in which the fold writes its own too. Called by jobs.c. */
#include "core/time.h"
#include "intake/numbers/inner.h"
#include "intake/numbers/queries.h"
#include "intake/numbers/same.h"
#include "live/live.h"

#define AROUND (3600 * TIME_S)

static struct same_call *read_calls(struct arena *a, const struct link_near_out *rows, size_t n)
{
    struct same_call *v = ARENA_ARRAY(a, n, struct same_call);

    for (size_t i = 0; i < n; i++) {
        const struct link_near_out *r = &rows[i];
        v[i] = (struct same_call){
            .id = r->id, .integration = r->integration_id, .agent = r->agent_id,
            .call_key = r->call_key, .number = r->number, .has_recording = r->has_recording,
            .has_agent_key = r->agent_key.n > 0, .alone = r->alone,
            .direction = call_direction_of(r->direction),
            .talk = r->talk_s == SQL_NULL ? -1 : r->talk_s, .started = r->started_at,
            .ended = r->ended_at};
    }
    return v;
}

static bool is_of_group(const struct same_call *v, size_t n, struct uuid id)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].in_group && uuid_eq(v[i].id, id))
            return true;
    return false;
}

static const struct err *put(struct db *db, struct uuid call, struct uuid same_as)
{
    struct link_put_out row;
    const struct err *e = q_link_put(db, (struct link_put_in){call, same_as}, &row);

    return e ? e : live_note(db, "call.updated", call, row.agent_id);
}

/* What hung on the group and does no more is let go; its own next look finds where it belongs. */
static const struct err *write(struct db *db, const struct link_near_out *rows,
                               const struct same_call *v, size_t n, struct uuid first)
{
    const struct err *e = NULL;

    for (size_t i = 0; i < n && !e; i++) {
        struct uuid want = {{0}};
        if (v[i].in_group)
            want = uuid_eq(v[i].id, first) ? want : first;
        else if (!is_of_group(v, n, rows[i].same_as))
            continue;
        if (!uuid_eq(rows[i].same_as, want))
            e = put(db, v[i].id, want);
    }
    for (size_t i = 0; i < n && !e; i++)
        if (uuid_eq(v[i].id, first) || (!v[i].in_group && is_of_group(v, n, rows[i].same_as)))
            e = link_follow(db, v[i].id);
    return e;
}

const struct err *link_call(struct db *db, struct uuid call)
{
    struct arena *a = db_arena(db);
    struct link_of_out of;
    struct link_near_out *rows;
    struct same_call *v;
    size_t n, x = 0;
    const struct err *e = q_link_of(db, (struct link_of_in){call}, &of);

    if (e || !of.tail.n || of.ended_at == TIME_NONE)
        return e == E_NOT_FOUND ? NULL : e;
    e = q_link_lock(db, (struct link_lock_in){of.tail}, NULL);
    if (!e)
        e = q_link_near(db, (struct link_near_in){of.tail, of.started_at - AROUND,
                                                  of.started_at + AROUND}, &rows, &n);
    if (e)
        return e;
    v = read_calls(a, rows, n);
    while (x < n && !uuid_eq(v[x].id, call))
        x++;
    if (x == n) /* an upload, or the 501st call of one number in two hours */
        return NULL;
    return write(db, rows, v, n, v[same_group(a, v, n, x)].id);
}
