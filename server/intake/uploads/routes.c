/* tus 1.0.0 over HTTP. Handlers hold no connection while they write to the disk; the row's offset
 * moves by compare-and-set, so two senders of one part cannot both win. */
#include <string.h>

#include "core/log.h"
#include "intake/calls/calls.h"
#include "intake/integrations/integrations.h"
#include "intake/uploads/metadata.h"
#include "intake/uploads/queries.h"
#include "intake/uploads/uploads.h"
#include "net/poke.h"
#include "net/services.h"

#define TAKE_MS 3000
#define VERSION "1.0.0"

static const struct err E_TUS_VERSION[1] = {
    {"tus_version", 412, "Send Tus-Resumable: " VERSION}};
static const struct err E_OFFSET[1] = {
    {"upload_offset", 409, "The upload goes on from another place"}};

/* ---- what all methods share ---- */

static const struct err *check_version(struct req *rq)
{
    req_set_header(rq, "tus-resumable", STR(VERSION));
    if (str_is(req_header(rq, "tus-resumable"), VERSION))
        return NULL;
    req_set_header(rq, "tus-version", STR(VERSION));
    return E_TUS_VERSION;
}

static const struct err *read_number(struct req *rq, const char *header, const char *shown,
                                     int64_t *ret)
{
    if (!str_to_int(req_header(rq, header), ret) || *ret < 0)
        return err_why(rq->a, E_BAD_REQUEST, "Send %s, a whole number.", shown);
    return NULL;
}

static void set_number(struct req *rq, const char *name, int64_t n)
{
    req_set_header(rq, name, str_fmt(rq->a, "%lld", (long long)n));
}

static const struct err *begin(struct req *rq)
{
    const struct err *e = db_take(http_config.pools[DB_APP], rq->a, TAKE_MS, &rq->db);

    if (!e)
        db_begin(rq->db, rq->who.tenant);
    return e;
}

/* Commits unless e; gives the connection back either way. */
static const struct err *end(struct req *rq, const struct err *e)
{
    if (!e)
        e = db_commit(rq->db);
    db_give(http_config.pools[DB_APP], rq->db);
    rq->db = NULL;
    return e;
}

static const struct err *options(struct req *rq)
{
    req_set_header(rq, "tus-resumable", STR(VERSION));
    req_set_header(rq, "tus-version", STR(VERSION));
    set_number(rq, "tus-max-size", UPLOAD_MAX);
    req_set_header(rq, "tus-extension", STR("creation,termination"));
    return req_none(rq);
}

/* ---- creation ---- */

/* "agent" may be one's id; calls know agents by extension. */
static const struct err *resolve_agent(struct req *rq, struct metadata *m)
{
    struct upload_agent_out row;
    struct uuid id;
    const struct err *e;

    if (!m->agent.p)
        return NULL;
    if (!uuid_parse(m->agent, &id)) {
        m->agent = event_key(rq->a, m->agent);
        return m->agent.n <= 64 ? NULL : req_field(rq, "agent", "At most 64 characters.");
    }
    e = q_upload_agent(rq->db, (struct upload_agent_in){id}, &row);
    if (e == E_NOT_FOUND)
        return req_field(rq, "agent", "There is no such agent.");
    m->agent = row.extension;
    return e;
}

static const struct err *check_metadata(struct req *rq, struct metadata *m, int64_t *ret_started)
{
    *ret_started = time_now();
    if (m->started_at.p && (!time_parse(m->started_at, ret_started) ||
                            !event_time_fits(*ret_started)))
        return req_field(rq, "started_at", "Give a time like 2026-11-21T09:30:00Z.");
    if (m->direction.p && call_direction_of(m->direction) == CALL_UNKNOWN)
        return req_field(rq, "direction", "One of: inbound, outbound, internal.");
    return resolve_agent(rq, m);
}

static struct str facts_json(struct arena *a, const struct metadata *m, struct str raw,
                             int64_t started)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "raw");
    jw_text(&w, raw.p ? raw : STR(""));
    jw_key(&w, "filename");
    jw_text(&w, event_text(a, m->filename, EVENT_MAX_TEXT));
    jw_key(&w, "filetype");
    jw_text(&w, event_text(a, m->filetype, EVENT_MAX_TEXT));
    jw_key(&w, "agent");
    jw_text(&w, m->agent.p ? m->agent : STR(""));
    jw_key(&w, "direction");
    jw_text(&w, m->direction.p ? m->direction : STR(""));
    jw_key(&w, "started_at");
    jw_time(&w, started);
    jw_close(&w, '}');
    return jw_done(&w);
}

static const struct err *check_length(struct req *rq, int64_t *ret)
{
    const struct err *e;

    if (req_header(rq, "upload-defer-length").p)
        return err_why(rq->a, E_BAD_REQUEST, "The length must be known from the beginning.");
    e = read_number(rq, "upload-length", "Upload-Length", ret);
    if (e)
        return e;
    if (*ret == 0)
        return err_why(rq->a, E_BAD_REQUEST, "The file is empty.");
    if (*ret > UPLOAD_MAX)
        return err_why(rq->a, E_TOO_LARGE, "At most %lld bytes.", (long long)UPLOAD_MAX);
    return NULL;
}

static const struct err *create(struct req *rq)
{
    struct upload_add_in row = {.id = uuid_new(), .me = rq->who.account};
    struct str raw = req_header(rq, "upload-metadata");
    struct metadata m;
    int64_t started;
    char text[UUID_TEXT];
    const struct err *e = check_version(rq);

    if (!e)
        e = check_length(rq, &row.length);
    if (!e)
        e = metadata_parse(rq->a, raw, &m);
    if (!e)
        e = check_metadata(rq, &m, &started);
    if (!e)
        e = objects_room(services()->objects, rq->a); /* better now than after half of it */
    if (e)
        return e;
    row.metadata = facts_json(rq->a, &m, raw, started);
    e = q_upload_add(rq->db, row, NULL);
    if (!e)
        e = job_add(rq->db, "uploads.expire",
                    str_fmt(rq->a, "{\"upload\":\"%s\"}", uuid_text(row.id, text).p), STR_NONE,
                    UPLOAD_KEPT_S);
    return e ? e : req_created(rq, row.id);
}

/* ---- where it stands ---- */

static const struct err *get(struct req *rq, struct upload_get_out *ret)
{
    return q_upload_get(rq->db, (struct upload_get_in){rq->param_id[0]}, ret);
}

static void set_call(struct req *rq, struct uuid call)
{
    char text[UUID_TEXT];

    if (!uuid_is_zero(call))
        req_set_header(rq, "ringsight-call", str_dup(rq->a, uuid_text(call, text)));
}

static const struct err *head(struct req *rq)
{
    struct upload_get_out row;
    const struct json *facts;
    const struct err *e = check_version(rq);

    if (!e)
        e = get(rq, &row);
    if (!e)
        e = json_parse(rq->a, row.metadata, &facts);
    if (e)
        return e;
    set_number(rq, "upload-offset", row.received);
    set_number(rq, "upload-length", row.length);
    if (json_text(facts, "raw").n)
        req_set_header(rq, "upload-metadata", json_text(facts, "raw"));
    set_call(rq, row.call_id);
    return req_none(rq);
}

/* ---- parts ---- */

static const struct err *check_part(struct req *rq, int64_t offset, struct upload_get_out *ret)
{
    const struct err *e = get(rq, ret);

    if (e)
        return e;
    if (offset != ret->received)
        return err_why(rq->a, E_OFFSET, "It goes on at %lld.", (long long)ret->received);
    if ((int64_t)rq->body.n > ret->length - offset)
        return err_why(rq->a, E_TOO_LARGE, "That is more than Upload-Length said.");
    if (ret->parts >= UPLOAD_PARTS_MAX)
        return err_why(rq->a, E_TOO_LARGE, "Too many parts: send larger ones.");
    return NULL;
}

static const struct err *write_part(struct req *rq, struct object_info *ret)
{
    struct objects_writer *w;
    const struct err *e = objects_writer_open(services()->objects, rq->a, rq->who.tenant, &w);

    if (e)
        return e;
    e = objects_writer_add(w, rq->body);
    if (!e)
        e = objects_writer_commit(w, ret);
    if (e)
        objects_writer_abort(w);
    return e;
}

/* The last part is in: the upload is a call now, in the same transaction. */
static const struct err *make_call(struct req *rq, const struct upload_get_out *row,
                                   struct uuid *ret_call)
{
    struct event_list list = {0};
    struct call_event *ev = event_add(rq->a, &list);
    struct recording_ref *ref;
    struct uuid integration, *calls;
    const struct json *facts;
    char text[UUID_TEXT];
    size_t n = 0;
    const struct err *e = json_parse(rq->a, row->metadata, &facts);

    if (!e)
        e = integration_of_uploads(rq->db, rq->who.tenant, rq->who.tenant_zone, &integration);
    if (e)
        return e;
    ev->call_key = str_dup(rq->a, uuid_text(row->id, text));
    ev->leg_key = STR("1");
    ev->agent = json_text(facts, "agent");
    ev->action = STR("UPLOAD");
    ev->direction = call_direction_of(json_text(facts, "direction"));
    ev->disposition = CALL_ANSWERED;
    if (!time_parse(json_text(facts, "started_at"), &ev->started))
        ev->started = time_now();
    ref = event_add_recording(rq->a, ev);
    ref->name = ev->call_key;
    ref->folder = json_text(facts, "filename");
    e = calls_take_events(rq->db, integration, list.v, list.n, (struct uuid){{0}}, &calls, &n);
    if (!e && n != 1)
        e = E_INTERNAL;
    if (e)
        return e;
    *ret_call = calls[0];
    return q_upload_called(rq->db, (struct upload_called_in){row->id, calls[0]}, NULL);
}

static const struct err *move(struct req *rq, const struct upload_get_out *row,
                              const struct object_info *part, struct uuid *ret_call)
{
    struct upload_move_out moved;
    const struct err *e = q_upload_move(rq->db, (struct upload_move_in){
        row->id, row->received, (int64_t)part->bytes, str_of(part->key)}, &moved);

    *ret_call = (struct uuid){{0}};
    if (e == E_NOT_FOUND)
        return err_why(rq->a, E_OFFSET, "Somebody else sent this part meanwhile.");
    if (!e && str_is(moved.state, "complete"))
        e = make_call(rq, row, ret_call);
    return e;
}

/* The part is on the disk; now the row. What lost the race is deleted again, but not when nobody
 * knows whether the commit was done. */
static const struct err *keep_part(struct req *rq, const struct upload_get_out *row,
                                   const struct object_info *part, struct uuid *ret_call)
{
    bool committing = false;
    const struct err *e = begin(rq), *gone;

    if (!e) {
        e = move(rq, row, part, ret_call);
        committing = !e;
        e = end(rq, e);
    }
    if (!e || (committing && e == E_UNAVAILABLE))
        return e;
    gone = objects_delete(services()->objects, rq->a, rq->who.tenant, str_of(part->key));
    if (gone)
        LOG(LOG_WARN, "upload.object_left", KV_C("key", part->key), KV_C("code", gone->code));
    return e;
}

static const struct err *take_part(struct req *rq, int64_t offset, struct uuid *ret_call)
{
    struct upload_get_out row;
    struct object_info part;
    const struct err *e = begin(rq);

    if (!e)
        e = end(rq, check_part(rq, offset, &row));
    if (e)
        return e;
    *ret_call = row.call_id;
    if (!rq->body.n)
        return NULL;
    e = write_part(rq, &part);
    return e ? e : keep_part(rq, &row, &part, ret_call);
}

static const struct err *patch(struct req *rq)
{
    struct uuid call;
    int64_t offset;
    const struct err *e = check_version(rq);

    if (!e && !str_is(req_header(rq, "content-type"), "application/offset+octet-stream"))
        e = err_why(rq->a, E_MEDIA_TYPE, "Send Content-Type: application/offset+octet-stream.");
    if (!e)
        e = read_number(rq, "upload-offset", "Upload-Offset", &offset);
    if (!e)
        e = take_part(rq, offset, &call);
    if (e)
        return e;
    set_number(rq, "upload-offset", offset + (int64_t)rq->body.n);
    set_call(rq, call);
    if (!uuid_is_zero(call)) {
        poke(POKE_JOBS);
        poke(POKE_LIVE);
    }
    return req_none(rq);
}

/* ---- termination ---- */

static const struct err *forget(struct req *rq)
{
    struct upload_lock_out row;
    int64_t n = 0;
    const struct err *e = q_upload_lock(rq->db, (struct upload_lock_in){rq->param_id[0]}, &row);

    if (!e && !str_is(row.state, "open"))
        e = err_why(rq->a, E_IN_USE, "The upload is a call by now.");
    if (!e)
        e = upload_parts_done(rq->db, rq->param_id[0]);
    if (!e)
        e = q_upload_end(rq->db, (struct upload_end_in){rq->param_id[0]}, &n);
    return e;
}

static const struct err *terminate(struct req *rq)
{
    const struct err *e = check_version(rq);

    if (!e)
        e = begin(rq);
    if (e)
        return e;
    e = end(rq, forget(rq));
    return e ? e : req_none(rq);
}

/* Clients that cannot send PATCH or DELETE say so in X-HTTP-Method-Override (tus, "Headers"). */
static const struct err *overridden(struct req *rq)
{
    struct str method = req_header(rq, "x-http-method-override");

    if (str_is(method, "PATCH"))
        return patch(rq);
    return str_is(method, "DELETE") ? terminate(rq) : E_METHOD;
}

static const struct route routes[] = {
    {OPTIONS, "/uploads", PUBLIC, .run = options, .tx = TX_NONE,
     .doc = "What of tus is spoken here"},
    {POST, "/uploads", UPLOADS_WRITE, .run = create, .raw_body = true, .out = "created",
     .doc = "Begin an upload (tus): Upload-Length, Upload-Metadata"},
    {OPTIONS, "/uploads/{upload}", PUBLIC, .run = options, .tx = TX_NONE,
     .doc = "What of tus is spoken here"},
    {HEAD, "/uploads/{upload}", UPLOADS_WRITE, .run = head,
     .doc = "How far it is; Ringsight-Call once it is a call"},
    {PATCH, "/uploads/{upload}", UPLOADS_WRITE, .run = patch, .raw_body = true,
     .body_max = UPLOAD_PART_MAX, .tx = TX_NONE, .lane = WORK_SLOW,
     .doc = "The next part, at Upload-Offset"},
    {DELETE, "/uploads/{upload}", UPLOADS_WRITE, .run = terminate, .tx = TX_NONE,
     .doc = "End an upload that is not complete"},
    {POST, "/uploads/{upload}", UPLOADS_WRITE, .run = overridden, .raw_body = true,
     .body_max = UPLOAD_PART_MAX, .tx = TX_NONE, .lane = WORK_SLOW,
     .doc = "PATCH or DELETE by X-HTTP-Method-Override"},
    {0},
};

const struct feature uploads_feature = {
    .name = "uploads", .doc = "Recordings brought by hand, by tus 1.0.0.", .routes = routes,
    .jobs = uploads_jobs,
};
