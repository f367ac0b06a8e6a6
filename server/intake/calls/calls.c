/* From events to stored calls. Called by the inbox and by uploads inside their transactions; the
 * fold itself is pure (fold.c). */
#include "intake/calls/calls.h"

#include <stdlib.h>
#include <string.h>

#include "intake/calls/fold.h"
#include "intake/calls/queries.h"
#include "intake/recordings/recordings.h"
#include "live/live.h"

static const struct err *put_events(struct db *db, struct uuid integration,
                                    const struct call_event *events, size_t n, struct uuid delivery)
{
    struct arena *a = db_arena(db);
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++) {
        struct str text = event_encode(a, &events[i]);
        struct hash h = crypto_sha256(text);
        jw_open(&w, '{');
        jw_key(&w, "id");
        jw_uuid(&w, uuid_new());
        jw_key(&w, "key");
        jw_text(&w, events[i].call_key);
        jw_key(&w, "hash");
        jw_text(&w, crypto_hex(a, str_n(h.b, sizeof h.b)));
        jw_key(&w, "event");
        jw_raw(&w, text);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return q_call_events_put(db, (struct call_events_put_in){integration, delivery, jw_done(&w)},
                             NULL);
}

static int by_key(const void *x, const void *y)
{
    const struct str *a = x, *b = y;
    size_t n = a->n < b->n ? a->n : b->n;
    int order = n ? memcmp(a->p, b->p, n) : 0;

    return order ? order : (a->n > b->n) - (a->n < b->n);
}

/* The distinct call keys, in one order for all. */
static struct str *keys_of(struct arena *a, const struct call_event *events, size_t n, size_t *ret_n)
{
    struct str *keys = ARENA_ARRAY(a, n, struct str);
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        keys[i] = events[i].call_key;
    qsort(keys, n, sizeof *keys, by_key);
    for (size_t i = 0; i < n; i++)
        if (!kept || !str_eq(keys[kept - 1], keys[i]))
            keys[kept++] = keys[i];
    *ret_n = kept;
    return keys;
}

static const struct err *read_events(struct db *db, struct uuid integration, struct str key,
                                     struct call_event **ret_events, size_t *ret_n)
{
    struct call_events_of_out *rows;
    const struct err *e = q_call_events_of(db, (struct call_events_of_in){integration, key}, &rows,
                                           ret_n);

    if (e)
        return e;
    *ret_events = ARENA_ARRAY(db_arena(db), *ret_n, struct call_event);
    for (size_t i = 0; i < *ret_n && !e; i++)
        e = event_decode(db_arena(db), rows[i].event, &(*ret_events)[i]);
    return e;
}

static int64_t known(int64_t seconds)
{
    return seconds < 0 || seconds > INT32_MAX ? SQL_NULL : seconds;
}

static const struct err *put_legs(struct db *db, struct uuid call, const struct call_row *row)
{
    struct jw w = jw_new(db_arena(db));

    jw_open(&w, '[');
    for (size_t i = 0; i < row->n_legs; i++) {
        const struct call_event *l = &row->legs[i];
        jw_open(&w, '{');
        jw_key(&w, "n");
        jw_int(&w, (int64_t)i + 1);
        jw_key(&w, "from_number");
        jw_text(&w, l->from.p ? l->from : STR(""));
        jw_key(&w, "to_number");
        jw_text(&w, l->to.p ? l->to : STR(""));
        jw_key(&w, "agent_key");
        jw_text(&w, l->agent.p ? l->agent : STR(""));
        jw_key(&w, "action");
        jw_text(&w, l->action.p ? l->action : STR(""));
        jw_key(&w, "disposition");
        jw_text(&w, str_of(call_disposition_name(l->disposition)));
        jw_key(&w, "started_at");
        jw_time(&w, l->started);
        jw_key(&w, "answered_at");
        jw_time(&w, l->answered);
        jw_key(&w, "ended_at");
        jw_time(&w, l->ended);
        jw_key(&w, "talk_s");
        if (known(l->talk) == SQL_NULL)
            jw_null(&w);
        else
            jw_int(&w, l->talk);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return q_call_legs_put(db, (struct call_legs_put_in){call, jw_done(&w), (int64_t)row->n_legs},
                           NULL);
}

static struct str text(struct str s)
{
    return s.p ? s : STR("");
}

static const struct err *put_call(struct db *db, struct uuid integration, const struct call_row *row,
                                  struct call_put_out *ret)
{
    return q_call_put(db, (struct call_put_in){
        .id = uuid_new(), .integration = integration, .call_key = row->call_key,
        .started_at = row->started == TIME_NONE ? time_now() : row->started,
        .answered_at = row->answered, .ended_at = row->ended,
        .direction = str_of(call_direction_name(row->direction)),
        .disposition = str_of(call_disposition_name(row->disposition)),
        .from_number = text(row->from), .to_number = text(row->to),
        .customer_number = text(row->customer_number), .customer_name = text(row->customer_name),
        .agent_key = text(row->agent), .queue = text(row->queue), .trunk = text(row->trunk),
        .duration_s = known(row->duration), .talk_s = known(row->talk), .wait_s = known(row->wait),
        .legs = (int64_t)row->n_legs, .has_recording = row->n_recordings > 0}, ret);
}

static const struct err *fold_one(struct db *db, struct uuid integration, struct str key,
                                  struct uuid *ret_call)
{
    struct call_event *events;
    struct call_row row;
    struct call_put_out put;
    size_t n;
    const struct err *e = q_call_lock(db, (struct call_lock_in){integration, key}, NULL);

    if (!e)
        e = read_events(db, integration, key, &events, &n);
    if (e || !n)
        return e ? e : E_INTERNAL;
    call_fold(db_arena(db), events, n, &row);
    e = put_call(db, integration, &row, &put);
    if (!e)
        e = put_legs(db, put.id, &row);
    if (!e && row.n_recordings)
        e = recordings_want(db, put.id, row.recordings, row.n_recordings, 0);
    if (!e)
        e = live_note(db, put.is_new ? "call.created" : "call.updated", put.id, put.agent_id);
    *ret_call = put.id;
    return e;
}

const struct err *calls_take_events(struct db *db, struct uuid integration,
                                    const struct call_event *events, size_t n, struct uuid delivery,
                                    struct uuid **ret_calls, size_t *ret_n)
{
    struct str *keys;
    const struct err *e;

    *ret_n = 0;
    if (!n)
        return NULL;
    *ret_calls = ARENA_ARRAY(db_arena(db), n, struct uuid);
    keys = keys_of(db_arena(db), events, n, ret_n);
    e = put_events(db, integration, events, n, delivery);
    for (size_t i = 0; i < *ret_n && !e; i++)
        e = fold_one(db, integration, keys[i], &(*ret_calls)[i]);
    return e;
}
