/* From events to stored calls. Called by the inbox and by uploads inside their transactions; the
 * fold itself is pure (fold.c). */
#include "intake/calls/calls.h"

#include <stdlib.h>
#include <string.h>

#include "intake/calls/fold.h"
#include "intake/calls/inner.h"
#include "intake/calls/queries.h"
#include "intake/numbers/numbers.h"
#include "intake/policies/policies.h"
#include "intake/recordings/recordings.h"
#include "live/live.h"
#include "people/webhooks/webhooks.h"

struct str calls_events_json(struct arena *a, const struct call_event *events, size_t n)
{
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
    return jw_done(&w);
}

const struct err *calls_put_events(struct db *db, struct uuid integration, struct str events,
                                   size_t n, struct uuid delivery, int64_t *ret_new)
{
    const struct err *e = q_call_events_put(
        db, (struct call_events_put_in){integration, delivery, events}, ret_new);

    if (!e && (size_t)*ret_new < n && !uuid_is_zero(delivery))
        e = q_call_events_again(db, (struct call_events_again_in){integration, delivery, events},
                                NULL);
    return e;
}

static int by_key(const void *x, const void *y)
{
    const struct str *a = x, *b = y;
    size_t n = a->n < b->n ? a->n : b->n;
    int order = n ? memcmp(a->p, b->p, n) : 0;

    return order ? order : (a->n > b->n) - (a->n < b->n);
}

size_t calls_sort_keys(struct str *keys, size_t n)
{
    size_t kept = 0;

    if (n)
        qsort(keys, n, sizeof *keys, by_key);
    for (size_t i = 0; i < n; i++)
        if (!kept || !str_eq(keys[kept - 1], keys[i]))
            keys[kept++] = keys[i];
    return kept;
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
                                  const struct number_forms *number, struct call_put_out *ret)
{
    return q_call_put(db, (struct call_put_in){
        .id = uuid_new(), .integration = integration, .call_key = row->call_key,
        .started_at = row->started == TIME_NONE ? time_now() : row->started,
        .timed = row->started != TIME_NONE,
        .answered_at = row->answered, .ended_at = row->ended,
        .direction = str_of(call_direction_name(row->direction)),
        .disposition = str_of(call_disposition_name(row->disposition)),
        .from_number = text(row->from), .to_number = text(row->to),
        .customer_number = text(row->customer_number), .customer_name = text(row->customer_name),
        .customer_e164 = number->e164, .customer_tail = number->tail,
        .agent_key = text(row->agent), .queue = text(row->queue), .trunk = text(row->trunk),
        .duration_s = known(row->duration), .talk_s = known(row->talk), .wait_s = known(row->wait),
        .legs = (int64_t)row->n_legs, .has_recording = row->n_recordings > 0}, ret);
}

static const struct err *fold_with(struct db *db, struct uuid integration, struct str key,
                                   const struct numbers *of, struct uuid *ret_call)
{
    struct call_event *events;
    struct number_forms number;
    struct call_row row;
    struct call_put_out put;
    size_t n;
    const struct err *e = q_call_lock(db, (struct call_lock_in){integration, key}, NULL);

    if (!e)
        e = read_events(db, integration, key, &events, &n);
    if (e || !n)
        return e ? e : E_NOT_FOUND;
    call_fold(db_arena(db), events, n, &row);
    number = number_forms(db_arena(db), row.customer_number, of->region);
    e = put_call(db, integration, &row, &number, &put);
    if (!e)
        e = put_legs(db, put.id, &row);
    if (!e && put.policy_version)
        e = policies_settle(db, put.id, -1);
    if (!e && row.n_recordings)
        e = recordings_want(db, put.id, row.recordings, row.n_recordings, 0);
    if (!e)
        e = live_note(db, put.is_new ? "call.created" : "call.updated", put.id, put.agent_id);
    if (!e && put.is_new)
        e = webhook_tell(db, WEBHOOK_CALL_RECEIVED, put.id);
    if (!e && row.ended != TIME_NONE)
        e = webhook_tell(db, WEBHOOK_CALL_UPDATED, put.id);
    if (!e && of->many_systems && number.tail.n && row.ended != TIME_NONE)
        e = numbers_look(db, put.id);
    *ret_call = put.id;
    return e;
}

const struct err *calls_fold_one(struct db *db, struct uuid integration, struct str key,
                                 struct uuid *ret_call)
{
    struct numbers of;
    const struct err *e = numbers_of_tenant(db, &of);

    return e ? e : fold_with(db, integration, key, &of, ret_call);
}

const struct err *calls_take_events(struct db *db, struct uuid integration,
                                    const struct call_event *events, size_t n, struct uuid delivery,
                                    struct uuid **ret_calls, size_t *ret_n)
{
    struct numbers of;
    struct arena *a = db_arena(db);
    struct str *keys;
    int64_t fresh;
    const struct err *e;

    *ret_n = 0;
    if (!n)
        return NULL;
    *ret_calls = ARENA_ARRAY(a, n, struct uuid);
    keys = ARENA_ARRAY(a, n, struct str);
    for (size_t i = 0; i < n; i++)
        keys[i] = events[i].call_key;
    *ret_n = calls_sort_keys(keys, n);
    e = calls_put_events(db, integration, calls_events_json(a, events, n), n, delivery, &fresh);
    if (!e)
        e = numbers_of_tenant(db, &of);
    for (size_t i = 0; i < *ret_n && !e; i++)
        e = fold_with(db, integration, keys[i], &of, &(*ret_calls)[i]);
    return e == E_NOT_FOUND ? E_INTERNAL : e;
}
