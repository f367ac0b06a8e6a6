/* Reading deliveries again: what they tell now in place of what they told before. Called by the
 * inbox's replays in their transactions. All calls concerned are locked first, in the order that
 * every fold keeps, so that a replay and live deliveries never wait for each other in a circle. */
#include "intake/calls/inner.h"
#include "intake/calls/queries.h"
#include "intake/numbers/numbers.h"
#include "live/live.h"

static struct str id_list(struct arena *a, const struct uuid *ids, size_t n)
{
    struct buf b = buf_new(a, 2 + n * UUID_TEXT);
    char text[UUID_TEXT];

    buf_char(&b, '{');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(&b, ',');
        buf_add(&b, uuid_text(ids[i], text));
    }
    buf_char(&b, '}');
    return buf_str(&b);
}

/* Keys of calls that the deliveries told of before or tell of now. */
static const struct err *all_keys(struct db *db, const struct calls_retold *v, size_t n,
                                  struct str **ret_keys, size_t *ret_n)
{
    struct arena *a = db_arena(db);
    struct uuid *ids = ARENA_ARRAY(a, n, struct uuid);
    struct call_events_told_out *told;
    size_t n_told, room = 0, at = 0;
    const struct err *e;

    for (size_t i = 0; i < n; i++) {
        ids[i] = v[i].delivery;
        room += v[i].n;
    }
    e = q_call_events_told(db, (struct call_events_told_in){id_list(a, ids, n)}, &told, &n_told);
    if (e)
        return e;
    *ret_keys = ARENA_ARRAY(a, room + n_told, struct str);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < v[i].n; k++)
            (*ret_keys)[at++] = v[i].events[k].call_key;
    for (size_t i = 0; i < n_told; i++)
        (*ret_keys)[at++] = told[i].call_key;
    *ret_n = calls_sort_keys(*ret_keys, at);
    return NULL;
}

static const struct err *retell_one(struct db *db, struct uuid integration, struct calls_retold *r)
{
    struct str events = calls_events_json(db_arena(db), r->events, r->n);
    struct call_events_untell_out row;
    int64_t fresh = 0;
    const struct err *e = q_call_events_untell(
        db, (struct call_events_untell_in){integration, r->delivery, events}, &row);

    if (!e && r->n)
        e = calls_put_events(db, integration, events, r->n, r->delivery, &fresh);
    r->changed = !e && (row.gone > 0 || fresh > 0);
    return e;
}

static const struct err *refold(struct db *db, struct uuid integration, struct str key)
{
    struct call_drop_untold_out *gone;
    struct uuid call;
    size_t n = 0;
    const struct err *e = calls_fold_one(db, integration, key, &call);

    if (e != E_NOT_FOUND)
        return e;
    e = q_call_drop_untold(db, (struct call_drop_untold_in){integration, key}, &gone, &n);
    for (size_t i = 0; i < n && !e; i++) /* those that were one with it stand for themselves again */
        e = uuid_is_zero(gone[i].linked) ? NULL : numbers_look(db, gone[i].linked);
    return e || !n ? e : live_note(db, "call.updated", gone[0].id, (struct uuid){{0}});
}

const struct err *calls_retell(struct db *db, struct uuid integration, struct calls_retold *v,
                               size_t n)
{
    struct str *keys;
    size_t n_keys;
    const struct err *e = all_keys(db, v, n, &keys, &n_keys);

    for (size_t i = 0; !e && i < n_keys; i++)
        e = q_call_lock(db, (struct call_lock_in){integration, keys[i]}, NULL);
    for (size_t i = 0; !e && i < n; i++)
        e = retell_one(db, integration, &v[i]);
    for (size_t i = 0; !e && i < n_keys; i++)
        e = refold(db, integration, keys[i]);
    return e;
}

const struct err *calls_of_delivery(struct db *db, struct uuid delivery, struct calls_link **ret,
                                    size_t *ret_n)
{
    struct calls_of_delivery_out *rows;
    const struct err *e = q_calls_of_delivery(db, (struct calls_of_delivery_in){delivery}, &rows,
                                              ret_n);

    if (e)
        return e;
    *ret = ARENA_ARRAY(db_arena(db), *ret_n, struct calls_link);
    for (size_t i = 0; i < *ret_n; i++)
        (*ret)[i] = (struct calls_link){rows[i].id, rows[i].started_at, rows[i].from_number,
                                        rows[i].to_number, rows[i].trial};
    return NULL;
}

const struct err *calls_mark_trial(struct db *db, const struct uuid *calls, size_t n)
{
    return q_calls_mark_trial(db, (struct calls_mark_trial_in){id_list(db_arena(db), calls, n)},
                              NULL);
}
