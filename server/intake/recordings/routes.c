/* Listening to a recording, its picture, and starting again with one that failed. A call outside
 * the caller's scope answers like a missing one. */
#include "http/range.h"
#include "intake/recordings/queries.h"
#include "intake/recordings/recordings.h"
#include "intake/recordings/rules.h"
#include "live/live.h"
#include "net/services.h"

static const struct err E_NOT_ENDED[1] = {
    {"not_ended", 409, "The recording is there or still on its way"}};

/* ---- listening ---- */

struct playing {
    struct object *object;
    uint64_t at;
};

static const struct err *pull(void *ctx, char *out, size_t n, size_t *ret_n)
{
    struct playing *p = ctx;
    const struct err *e = objects_read_at(p->object, p->at, n, out, ret_n);

    if (!e)
        p->at += *ret_n;
    return e;
}

struct listen_fields {
    bool original, unmuted;
};

static const struct field listen_in[] = {
    {"original", FIELD_BOOL, offsetof(struct listen_fields, original), OPTIONAL,
     .doc = "true: the file as it came, for saving, where it is still kept; else what browsers play"},
    {"unmuted", FIELD_BOOL, offsetof(struct listen_fields, unmuted), OPTIONAL,
     .doc = "true: with what was redacted; needs originals.read"},
    {0},
};

static void add_headers(struct req *rq, const struct recording_play_out *row, struct str etag)
{
    const struct listen_fields *in = rq->in;
    /* What could not be decoded is for saving, never for showing. */
    const char *how = row->content_type.p && !in->original ? "inline" : "attachment";
    struct uuid unused;
    struct str title = uuid_parse(row->name, &unused) ? row->folder : STR("");

    rq->reply.type = row->content_type.p ? row->content_type : STR("application/octet-stream");
    req_set_header(rq, "accept-ranges", STR("bytes"));
    req_set_header(rq, "cache-control", STR("private, no-cache"));
    req_set_header(rq, "content-disposition",
                   str_fmt(rq->a, "%s; filename=\"%s\"", how,
                           str_c(rq->a, recording_file_name(rq->a, row->name, title,
                                                            row->content_type))));
    if (etag.n)
        req_set_header(rq, "etag", etag);
}

/* Status and stream for the wanted part. */
static const struct err *stream(struct req *rq, struct object *object, struct str etag)
{
    struct playing *p = ARENA_NEW(rq->a, struct playing);
    int64_t total = (int64_t)objects_length(object);
    struct range r = {RANGE_WHOLE, 0, 0};
    char text[RANGE_TEXT];

    if (rq->method == GET && range_still_valid(req_header(rq, "if-range"), etag, STR_NONE))
        r = range_parse(req_header(rq, "range"), total);
    if (r.kind != RANGE_WHOLE)
        req_set_header(rq, "content-range", str_dup(rq->a, range_content(r, total, text)));
    if (r.kind == RANGE_OUTSIDE)
        return err_why(rq->a, E_RANGE, "The file has %lld bytes.", (long long)total);
    *p = (struct playing){object, r.kind == RANGE_PART ? (uint64_t)r.first : 0};
    rq->reply.status = r.kind == RANGE_PART ? 206 : 200;
    rq->reply.stream = (struct stream){
        .length = r.kind == RANGE_PART ? r.last - r.first + 1 : total, .pull = pull, .ctx = p};
    return NULL;
}

/* The muted copy stands for every file of the recording. *ret_done: it is the one. */
static const struct err *choose_muted(struct req *rq, struct recording_play_out *row, struct str *ret_etag,
                                      bool *ret_done)
{
    const struct listen_fields *in = rq->in;
    struct str muted;
    const struct err *e = recording_heard(rq->a, &(struct recording_hearing){
        .original_wanted = in->unmuted, .may_original = rq->who.permissions & ORIGINALS_READ,
        .looked = row->looked, .silent = row->silent, .muted_key = row->muted_key,
        .muted_reason = row->muted_reason}, &muted);

    *ret_done = !e && muted.p;
    if (e || !muted.p)
        return e;
    row->object_key = muted;
    row->content_type = STR("audio/ogg");
    *ret_etag = str_fmt(rq->a, "\"%.*s\"", STR_ARG(muted));
    return NULL;
}

/* The file to give: the Opus one where the original is gone, or is not asked for and plays nowhere. */
static const struct err *choose(struct req *rq, struct recording_play_out *row, struct str *ret_etag)
{
    const struct listen_fields *in = rq->in;
    bool opus = row->opus_key.p && !in->original && (row->released || !row->plays), done;
    const struct err *e;

    if (!row->object_key.p)
        return err_why(rq->a, E_NOT_FOUND, "There is no audio of this recording.");
    e = choose_muted(rq, row, ret_etag, &done);
    if (e || done)
        return e;
    if (in->original && row->released)
        return err_why(rq->a, E_NOT_FOUND, "The original is not kept: the recording is stored as Opus.");
    if (row->sha256.p)
        *ret_etag = str_fmt(rq->a, "\"%s%s\"", str_c(rq->a, crypto_hex(rq->a, row->sha256)),
                            opus ? "-opus" : "");
    if (opus) {
        row->object_key = row->opus_key;
        row->content_type = STR("audio/ogg");
    }
    return NULL;
}

static const struct err *listen_to(struct req *rq)
{
    struct recording_play_out row;
    struct object *object;
    struct str etag = STR("");
    const struct err *e = q_recording_play(rq->db, (struct recording_play_in){
        rq->param_id[0], rq->param_id[1], req_scope(rq)}, &row);

    if (!e)
        e = choose(rq, &row, &etag);
    if (e)
        return e;
    add_headers(rq, &row, etag);
    if (etag_matches(req_header(rq, "if-none-match"), etag)) {
        rq->reply.status = 304;
        rq->reply.body = STR("");
        return NULL;
    }
    e = objects_open(services()->objects, rq->a, rq->who.tenant, row.object_key, &object);
    return e ? e : stream(rq, object, etag);
}

/* ---- its picture ---- */

static void write_channel(struct jw *w, struct str peaks)
{
    jw_open(w, '[');
    for (size_t i = 0; i < peaks.n; i++)
        jw_int(w, (uint8_t)peaks.p[i]);
    jw_close(w, ']');
}

static const struct err *picture(struct req *rq)
{
    struct recording_picture_out row;
    struct jw w = jw_new(rq->a);
    size_t each;
    const struct err *e = q_recording_picture(rq->db, (struct recording_picture_in){
        rq->param_id[0], rq->param_id[1], req_scope(rq)}, &row);

    if (!e && (!row.peaks.p || row.channels < 1))
        e = err_why(rq->a, E_NOT_FOUND, "The recording has not been decoded yet.");
    if (e)
        return e;
    each = row.peaks.n / (size_t)row.channels;
    jw_open(&w, '{');
    jw_key(&w, "duration_ms");
    jw_int(&w, row.duration_ms);
    jw_key(&w, "channels");
    jw_int(&w, row.channels);
    jw_key(&w, "per_second");
    jw_int(&w, row.per_second);
    jw_key(&w, "peaks");
    jw_open(&w, '[');
    for (size_t c = 0; c < (size_t)row.channels; c++)
        write_channel(&w, str_sub(row.peaks, c * each, each));
    jw_close(&w, ']');
    jw_key(&w, "silences");
    jw_raw(&w, row.silences.p ? row.silences : STR("[]"));
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

/* ---- once more ---- */

static const struct err *again(struct req *rq)
{
    struct recording_play_out seen;
    const struct err *e = q_recording_play(rq->db, (struct recording_play_in){
        rq->param_id[0], rq->param_id[1], req_scope(rq)}, &seen);

    if (e)
        return e;
    e = recordings_try_again(rq->db, rq->param_id[0], rq->param_id[1], req_scope(rq));
    if (e == E_NOT_FOUND)
        return E_NOT_ENDED;
    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/calls/{call}/recordings/{recording}", RECORDINGS_LISTEN, listen_in,
     .run = listen_to, .out = "audio", .lane = WORK_SLOW, .audit = AUDIT_READS,
     .doc = "The audio, with Range: as Opus where it is kept so or where browsers play nothing else"},
    {GET, "/calls/{call}/recordings/{recording}/peaks", RECORDINGS_LISTEN, .run = picture,
     .out = "peaks", .lane = WORK_SLOW, .doc = "Waveform and silences"},
    {POST, "/calls/{call}/recordings/{recording}/retry", CALLS_WRITE, .run = again,
     .doc = "Start again with a recording that failed or is missing"},
    {0},
};

static const struct schema schemas[] = {
    {"peaks",
     "{\"type\":\"object\",\"required\":[\"duration_ms\",\"channels\",\"per_second\",\"peaks\",\"silences\"],"
     "\"properties\":{\"duration_ms\":{\"type\":\"integer\"},\"channels\":{\"type\":\"integer\"},"
     "\"per_second\":{\"type\":\"integer\"},\"peaks\":{\"type\":\"array\",\"description\":\"One list a channel, "
     "0 to 255\",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}},\"silences\":{\"type\":\"array\","
     "\"description\":\"Where all channels are silent: start and end in ms\",\"items\":{\"type\":\"array\","
     "\"items\":{\"type\":\"integer\"}}}}}"},
    {0},
};

const struct feature recordings_feature = {
    .name = "recordings", .doc = "The audio of calls.", .routes = routes, .jobs = recordings_jobs,
    .schemas = schemas,
};
