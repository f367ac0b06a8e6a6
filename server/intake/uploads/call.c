/* An upload whose last part is in is a call, in the same transaction; or, where it was sent for a call
 * that somebody logged by hand, that call's recording. */
#include "intake/calls/calls.h"
#include "intake/integrations/integrations.h"
#include "intake/uploads/queries.h"
#include "intake/uploads/uploads.h"

static void fill(struct req *rq, struct call_event *ev, const struct json *facts)
{
    ev->leg_key = STR("1");
    ev->agent = json_text(facts, "agent");
    ev->action = STR("UPLOAD");
    ev->direction = call_direction_of(json_text(facts, "direction"));
    ev->disposition = CALL_ANSWERED;
    if (ev->direction == CALL_OUTBOUND)
        ev->to = event_text(rq->a, json_text(facts, "number"), 64);
    else
        ev->from = event_text(rq->a, json_text(facts, "number"), 64);
    if (!time_parse(json_text(facts, "started_at"), &ev->started))
        ev->started = time_now();
}

static const struct err *new_call(struct req *rq, const struct upload_get_out *row,
                                  const struct json *facts, struct uuid *ret_call)
{
    struct event_list list = {0};
    struct call_event *ev = event_add(rq->a, &list);
    struct recording_ref *ref;
    struct uuid integration, *calls;
    char text[UUID_TEXT];
    size_t n = 0;
    const struct err *e = integration_of_uploads(rq->db, rq->who.tenant, rq->who.tenant_zone,
                                                 &integration);

    if (e)
        return e;
    fill(rq, ev, facts);
    ev->call_key = str_dup(rq->a, uuid_text(row->id, text));
    ref = event_add_recording(rq->a, ev);
    ref->name = ev->call_key;
    ref->folder = json_text(facts, "filename");
    e = calls_take_events(rq->db, integration, list.v, list.n, (struct uuid){{0}}, &calls, &n);
    if (!e && n != 1)
        e = E_INTERNAL;
    if (!e)
        *ret_call = calls[0];
    return e;
}

const struct err *upload_make_call(struct req *rq, const struct upload_get_out *row,
                                   struct uuid *ret_call)
{
    const struct json *facts;
    struct str note;
    char text[UUID_TEXT];
    bool keep;
    const struct err *e = json_parse(rq->a, row->metadata, &facts);

    if (e)
        return e;
    keep = str_is(json_text(facts, "analyse"), "no");
    note = json_text(facts, "agent").n ? STR("") : json_text(facts, "agent_note");
    if (uuid_parse(json_text(facts, "call"), ret_call))
        e = calls_add_recording(rq->db, *ret_call, str_dup(rq->a, uuid_text(row->id, text)),
                                json_text(facts, "filename"));
    else
        e = E_NOT_FOUND;
    if (e == E_NOT_FOUND) /* for none, or for one that was removed meanwhile */
        e = new_call(rq, row, facts, ret_call);
    if (!e && (keep || note.n))
        e = q_upload_said(rq->db, (struct upload_said_in){
            *ret_call, note.p ? note : STR(""), keep,
            STR("Not analysed: uploaded to be kept until somebody asks.")}, NULL);
    return e ? e : q_upload_called(rq->db, (struct upload_called_in){row->id, *ret_call}, NULL);
}
