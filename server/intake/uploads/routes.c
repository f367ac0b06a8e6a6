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
#include "people/audit/audit.h"

#define TAKE_MS 3000
#define VERSION "1.0.0"

static const struct err E_TUS_VERSION[1] = {
    {"tus_version", 412, "Send Tus-Resumable: " VERSION}};
static const struct err E_TOO_MANY[1] = {
    {"too_many_uploads", 409, "Too many uploads are under way"}};
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
    struct uuid call;

    *ret_started = time_now();
    if (m->started_at.p && (!time_parse(m->started_at, ret_started) ||
                            !event_time_fits(*ret_started)))
        return req_field(rq, "started_at", "Give a time like 2026-11-21T09:30:00Z.");
    if (m->direction.p && call_direction_of(m->direction) == CALL_UNKNOWN)
        return req_field(rq, "direction", "One of: inbound, outbound, internal.");
    if (m->sha256.p && m->sha256.n != 64)
        return req_field(rq, "sha256", "Give 64 hexadecimal digits.");
    if (m->call.p && !uuid_parse(m->call, &call))
        return req_field(rq, "call", "Give the id of a call.");
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
    jw_key(&w, "number");
    jw_text(&w, event_text(a, m->number, 64));
    jw_key(&w, "agent_note");
    jw_text(&w, event_text(a, m->agent_note, EVENT_MAX_TEXT));
    jw_key(&w, "again");
    jw_text(&w, m->again.p ? STR("yes") : STR(""));
    jw_key(&w, "analyse");
    jw_text(&w, str_is(m->analyse, "no") ? STR("no") : STR(""));
    jw_key(&w, "call");
    jw_text(&w, m->call.p ? m->call : STR(""));
    jw_key(&w, "started_at");
    jw_time(&w, started);
    jw_close(&w, '}');
    return jw_done(&w);
}

/* What stands for all that a tenant's people have begun and not ended. */
static const struct err *check_room(struct req *rq, int64_t length)
{
    struct upload_room_out room;
    const struct err *e = q_upload_room(rq->db, &room);

    if (!e && room.uploads >= UPLOADS_OPEN_MAX)
        e = err_why(rq->a, E_TOO_MANY, "%d uploads are under way: wait for some to end, or end those "
                    "that were given up.", UPLOADS_OPEN_MAX);
    if (!e && room.bytes + length > UPLOADS_OPEN_BYTES)
        e = err_why(rq->a, E_TOO_MANY, "The uploads under way are over %lld GB together: wait for some "
                    "to end.", (long long)(UPLOADS_OPEN_BYTES >> 30));
    return e;
}

static const struct err *limits(struct req *rq)
{
    struct jw w = jw_new(rq->a);
    static const struct {
        const char *name;
        int64_t value;
    } v[] = {{"file_max", UPLOAD_MAX},           {"part_max", UPLOAD_PART_MAX},
             {"open_max", UPLOADS_OPEN_MAX},     {"open_bytes_max", UPLOADS_OPEN_BYTES},
             {"kept_hours", UPLOAD_KEPT_S / 3600}, {"known_max", UPLOADS_KNOWN_MAX}};

    jw_open(&w, '{');
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        jw_key(&w, v[i].name);
        jw_int(&w, v[i].value);
    }
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
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
    struct uuid call;
    int64_t started;
    char text[UUID_TEXT];
    const struct err *e = check_version(rq);

    if (!e)
        e = check_length(rq, &row.length);
    if (!e)
        e = metadata_parse(rq->a, raw, &m);
    if (!e)
        e = check_metadata(rq, &m, &started);
    if (!e && m.call.p && uuid_parse(m.call, &call))
        e = calls_may_have_recording(rq->db, call, req_scope(rq));
    if (!e && m.sha256.p && !m.again.p)
        e = upload_check_known(rq, m.sha256);
    if (!e)
        e = check_room(rq, row.length);
    if (!e)
        e = objects_room(services()->objects, rq->a); /* better now than after half of it */
    if (e)
        return e;
    row.metadata = facts_json(rq->a, &m, raw, started);
    e = q_upload_add(rq->db, row, NULL);
    if (!e)
        e = job_add(rq->db, &(struct job_new){
            .kind = "uploads.expire", .object = row.id, .delay_s = UPLOAD_KEPT_S,
            .args = str_fmt(rq->a, "{\"upload\":\"%s\"}", uuid_text(row.id, text).p)});
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
        e = upload_make_call(rq, row, ret_call);
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
    if (!uuid_is_zero(call))
        poke(POKE_LIVE);
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
    e = forget(rq);
    e = end(rq, e ? e : audit_record(rq));
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
     .creates = CREATES,
     .doc = "Begin an upload (tus): Upload-Length, Upload-Metadata"},
    {GET, "/uploads", UPLOADS_WRITE, .sql = SQL_UPLOADS_OPEN,
     .doc = "One's own uploads that are not complete, oldest first"},
    {GET, "/uploads/limits", UPLOADS_WRITE, .run = limits, .tx = TX_NONE, .out = "upload_limits",
     .doc = "How large files and parts may be, and how much may be under way"},
    {POST, "/uploads/known", UPLOADS_WRITE, upload_known_fields, .run = upload_known, .audit = AUDIT_NOT,
     .out = "upload_known", .doc = "Which of these files are here already, by their SHA-256"},
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

#define INTEGER "{\"type\":\"integer\"}"

static const struct schema schemas[] = {
    {"upload_limits",
     "{\"type\":\"object\",\"required\":[\"file_max\",\"part_max\",\"open_max\",\"open_bytes_max\","
     "\"kept_hours\",\"known_max\"],\"properties\":{\"file_max\":" INTEGER ",\"part_max\":" INTEGER ","
     "\"open_max\":" INTEGER ",\"open_bytes_max\":" INTEGER ",\"kept_hours\":" INTEGER ","
     "\"known_max\":" INTEGER "}}"},
    {"upload_known",
     "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":"
     "{\"type\":\"object\",\"required\":[\"sha256\",\"call\",\"started_at\"],\"properties\":{\"sha256\":"
     "{\"type\":\"string\"},\"call\":{\"type\":\"string\"},\"started_at\":{\"type\":\"string\"}}}}}}"},
    {0},
};

const struct feature uploads_feature = {
    .name = "uploads", .doc = "Recordings brought by hand, by tus 1.0.0.", .routes = routes,
    .jobs = uploads_jobs, .schemas = schemas,
};
