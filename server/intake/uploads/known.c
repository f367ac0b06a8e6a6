/* Files that are here already, known by the SHA-256 of their bytes. Asked before a file is sent; the
 * fetch job looks again once it has the bytes themselves. */
#include "intake/uploads/queries.h"
#include "intake/uploads/uploads.h"

const struct err E_UPLOAD_KNOWN[1] = {{"upload_known", 409, "This recording is here already"}};

struct known_fields {
    struct str hashes;
};

const struct field upload_known_fields[] = {
    {"hashes", FIELD_JSON, offsetof(struct known_fields, hashes), REQUIRED,
     .doc = "SHA-256 of files in hexadecimal, at most 500"},
    {0},
};

static bool is_hash(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
            return false;
    return s.n == 64;
}

static const struct err *read_hashes(struct req *rq, struct str json, struct str *ret)
{
    const struct json *list;
    struct buf b = buf_new(rq->a, 70 * UPLOADS_KNOWN_MAX);
    const struct err *e = json_parse(rq->a, json, &list);

    if (e)
        return e;
    if (json_kind(list) != J_LIST || json_count(list) > UPLOADS_KNOWN_MAX)
        return req_field(rq, "hashes", "Give a list of at most %d hashes.", UPLOADS_KNOWN_MAX);
    buf_char(&b, '{');
    for (size_t i = 0; i < json_count(list); i++) {
        struct str hash = json_str(json_at(list, i));
        if (!is_hash(hash))
            return req_field(rq, "hashes", "Each hash has 64 digits, 0 to 9 and a to f.");
        buf_fmt(&b, "%s%.*s", i ? "," : "", STR_ARG(hash));
    }
    buf_char(&b, '}');
    *ret = buf_str(&b);
    return NULL;
}

const struct err *upload_known(struct req *rq)
{
    const struct known_fields *in = rq->in;
    struct upload_known_out *rows;
    struct jw w = jw_new(rq->a);
    struct str hashes;
    size_t n = 0;
    const struct err *e = read_hashes(rq, in->hashes, &hashes);

    if (!e)
        e = q_upload_known(rq->db, (struct upload_known_in){hashes, req_scope(rq)}, &rows, &n);
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "items");
    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(&w, '{');
        jw_key(&w, "sha256");
        jw_text(&w, rows[i].sha256);
        jw_key(&w, "call");
        jw_uuid(&w, rows[i].call_id);
        jw_key(&w, "started_at");
        jw_time(&w, rows[i].started_at);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

const struct err *upload_check_known(struct req *rq, struct str sha256)
{
    struct upload_known_out *rows;
    struct str hash = str_lower(rq->a, sha256);
    char text[UUID_TEXT];
    size_t n = 0;
    const struct err *e;

    if (!is_hash(hash))
        return req_field(rq, "sha256", "Give 64 hexadecimal digits.");
    e = q_upload_known(rq->db, (struct upload_known_in){
        str_fmt(rq->a, "{%.*s}", STR_ARG(hash)), req_scope(rq)}, &rows, &n);
    if (e || !n)
        return e;
    req_set_header(rq, "ringsight-call", str_dup(rq->a, uuid_text(rows[0].call_id, text)));
    return err_why(rq->a, E_UPLOAD_KNOWN,
                   "The same recording is here already, as call %s. Send again=yes to take it once more.",
                   text);
}
