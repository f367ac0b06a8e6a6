/* POST /calls and notes on calls. A call by hand is one event like any other, so that a recording that
 * is added later folds into it. */
#include "intake/calls/by_hand.h"

#include "intake/calls/calls.h"
#include "intake/calls/queries.h"
#include "intake/contacts/contacts.h"
#include "intake/integrations/integrations.h"
#include "live/live.h"

struct by_hand {
    struct str direction, disposition, from, to, notes, contact_name;
    struct uuid agent;
    int64_t started, duration;
};

const struct field by_hand_fields[] = {
    {"direction", FIELD_TEXT, offsetof(struct by_hand, direction), REQUIRED,
     .choices = "inbound|outbound|internal"},
    {"started_at", FIELD_TIME, offsetof(struct by_hand, started), REQUIRED},
    {"from_number", FIELD_TEXT, offsetof(struct by_hand, from), OPTIONAL, .max = 64},
    {"to_number", FIELD_TEXT, offsetof(struct by_hand, to), OPTIONAL, .max = 64},
    {"agent", FIELD_UUID, offsetof(struct by_hand, agent), OPTIONAL, .doc = "Id of the agent who spoke"},
    {"disposition", FIELD_TEXT, offsetof(struct by_hand, disposition), OPTIONAL,
     .choices = "answered|no_answer|busy|failed|voicemail", .doc = "How it ended; answered if left out"},
    {"duration_s", FIELD_INT, offsetof(struct by_hand, duration), OPTIONAL, .max = 86400,
     .doc = "Seconds"},
    {"notes", FIELD_TEXT, offsetof(struct by_hand, notes), OPTIONAL, .max = 4000},
    {"contact_name", FIELD_TEXT, offsetof(struct by_hand, contact_name), OPTIONAL, .min = 1,
     .max = 120, .doc = "Makes a contact of the outside number, where it has none"},
    {0},
};

static struct str customer_of(const struct by_hand *in)
{
    struct str s = str_is(in->direction, "inbound") ? in->from
                   : str_is(in->direction, "outbound") ? in->to : STR_NONE;

    return s.p ? str_trim(s) : STR("");
}

static const struct err *check(struct req *rq)
{
    const struct by_hand *in = rq->in;

    if (!event_time_fits(in->started) || in->started > time_now() + 300 * TIME_S)
        req_field(rq, "started_at", "Give a time that is not in the future.");
    if (str_is(in->direction, "inbound") && !customer_of(in).n)
        req_field(rq, "from_number", "Say who called.");
    if (str_is(in->direction, "outbound") && !customer_of(in).n)
        req_field(rq, "to_number", "Say who was called.");
    if (in->contact_name.p && !customer_of(in).n)
        req_field(rq, "contact_name", "An internal call has no contact.");
    if (in->contact_name.p && !str_trim(in->contact_name).n)
        req_field(rq, "contact_name", "This is needed.");
    return rq->n_faults ? E_BAD_INPUT : NULL;
}

static const struct err *extension_of(struct req *rq, struct uuid agent, struct str *ret)
{
    struct call_agent_out row;
    const struct err *e;

    *ret = STR("");
    if (uuid_is_zero(agent))
        return NULL;
    e = q_call_agent(rq->db, (struct call_agent_in){agent, req_scope(rq)}, &row);
    if (e == E_NOT_FOUND)
        return req_field(rq, "agent", "There is no such agent among those you may log calls for.");
    *ret = row.extension;
    return e;
}

static struct call_event *event_of(struct req *rq, struct event_list *list, struct str extension)
{
    const struct by_hand *in = rq->in;
    struct call_event *ev = event_add(rq->a, list);
    char text[UUID_TEXT];

    ev->call_key = str_dup(rq->a, uuid_text(uuid_new(), text));
    ev->leg_key = STR("1");
    ev->agent = extension;
    ev->action = STR("HAND");
    ev->from = event_text(rq->a, in->from, 64);
    ev->to = event_text(rq->a, in->to, 64);
    ev->direction = call_direction_of(in->direction);
    ev->disposition = in->disposition.p ? call_disposition_of(in->disposition) : CALL_ANSWERED;
    ev->started = in->started;
    if (in->duration < 0)
        return ev;
    ev->duration = in->duration;
    ev->ended = in->started + in->duration * TIME_S;
    ev->talk = ev->disposition == CALL_ANSWERED ? in->duration : 0;
    return ev;
}

static const struct err *store(struct req *rq, struct str extension, struct uuid *ret_call)
{
    struct event_list list = {0};
    struct uuid integration, *calls;
    size_t n = 0;
    const struct err *e = integration_of_uploads(rq->db, rq->who.tenant, rq->who.tenant_zone,
                                                 &integration);

    if (!e) {
        event_of(rq, &list, extension);
        e = calls_take_events(rq->db, integration, list.v, list.n, (struct uuid){{0}}, &calls, &n);
    }
    if (!e && n != 1)
        e = E_INTERNAL;
    if (e)
        return e;
    *ret_call = calls[0];
    return q_call_is_by_hand(rq->db, (struct call_is_by_hand_in){calls[0]}, NULL);
}

const struct err *by_hand_add(struct req *rq)
{
    const struct by_hand *in = rq->in;
    struct str extension;
    struct uuid call;
    const struct err *e = check(rq);

    if (!e)
        e = extension_of(rq, in->agent, &extension);
    if (!e)
        e = store(rq, extension, &call);
    if (!e && in->notes.p && str_trim(in->notes).n)
        e = q_call_note_add(rq->db, (struct call_note_add_in){
            uuid_new(), call, rq->who.account, str_trim(in->notes)}, NULL);
    if (!e && in->contact_name.p)
        e = contacts_name(rq->db, customer_of(in), str_trim(in->contact_name), call);
    return e ? e : req_created(rq, call);
}

/* ---- a recording for one of them ---- */

const struct err *calls_may_have_recording(struct db *db, struct uuid call, struct str scope)
{
    struct call_hand_out row;
    const struct err *e = q_call_hand(db, (struct call_hand_in){call, scope}, &row);

    if (e)
        return e;
    if (!row.by_hand)
        return err_why(db_arena(db), E_CONFLICT,
                       "Recordings can be added only to calls that were logged by hand.");
    return NULL;
}

/* The event as it was, with a recording more: the fold makes one leg of both. */
const struct err *calls_add_recording(struct db *db, struct uuid call, struct str name,
                                      struct str title)
{
    struct arena *a = db_arena(db);
    struct call_hand_out row;
    struct call_event ev;
    struct recording_ref *ref;
    struct uuid *calls;
    size_t n = 0;
    const struct err *e = q_call_hand(db, (struct call_hand_in){call, STR_NONE}, &row);

    if (!e)
        e = row.event.p ? event_decode(a, row.event, &ev) : E_NOT_FOUND;
    if (e)
        return e;
    ref = event_add_recording(a, &ev);
    if (!ref)
        return err_why(a, E_CONFLICT, "The call has as many recordings as a call can have.");
    ref->name = name;
    ref->folder = title;
    return calls_take_events(db, row.integration_id, &ev, 1, (struct uuid){{0}}, &calls, &n);
}

/* ---- notes ---- */

struct note_in {
    struct str body;
};

const struct field note_fields[] = {
    {"body", FIELD_TEXT, offsetof(struct note_in, body), REQUIRED, .min = 1, .max = 4000},
    {0},
};

const struct err *note_add(struct req *rq)
{
    const struct note_in *in = rq->in;
    struct call_seen_out seen;
    struct uuid id = uuid_new();
    const struct err *e = q_call_seen(rq->db, (struct call_seen_in){
        rq->param_id[0], req_scope(rq)}, &seen);

    if (e)
        return e;
    if (!str_trim(in->body).n)
        return req_field(rq, "body", "Write something.");
    e = q_call_note_add(rq->db, (struct call_note_add_in){
        id, rq->param_id[0], rq->who.account, str_trim(in->body)}, NULL);
    if (!e)
        e = live_note(rq->db, "call.updated", rq->param_id[0], seen.agent_id);
    return e ? e : req_created(rq, id);
}
