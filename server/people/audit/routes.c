/* Reading the audit log: a page, a file, and whether the chain holds. */
#include "core/csv.h"
#include "people/audit/audit.h"
#include "people/audit/inner.h"
#include "people/audit/queries.h"

#define FILE_ROWS_MAX 20000
#define FILE_BYTES_MAX (16u << 20)

static const struct field list_in[] = {
    {"actor", FIELD_UUID, .doc = "Who did it: a person's account or an API key"},
    {"act", FIELD_TEXT, .max = 120, .doc = "Part of what was done, like DELETE or /integrations"},
    {"object", FIELD_UUID, .doc = "What it was done to"},
    {"from", FIELD_TIME, .doc = "Not before"},
    {"to", FIELD_TIME, .doc = "Before"},
    {0},
};

struct file_fields {
    int64_t from, to;
};

static const struct field file_in[] = {
    {"from", FIELD_TIME, offsetof(struct file_fields, from), REQUIRED, .doc = "Not before"},
    {"to", FIELD_TIME, offsetof(struct file_fields, to), REQUIRED, .doc = "Before"},
    {0},
};

static void put_row(struct buf *b, struct arena *a, const struct audit_rows_out *r)
{
    char at[32], id[UUID_TEXT], request[UUID_TEXT];

    time_iso(r->at, at);
    csv_cell(b, r->number == SQL_NULL ? STR("") : str_fmt(a, "%lld", (long long)r->number), true);
    csv_cell(b, str_of(at), false);
    csv_cell(b, r->actor_kind, false);
    csv_cell(b, r->actor, false);
    csv_cell(b, r->act, false);
    csv_cell(b, r->objects, false);
    csv_cell(b, r->given, false);
    csv_cell(b, r->address, false);
    csv_cell(b, uuid_text(r->id, id), false);
    csv_cell(b, uuid_text(r->request_id, request), false);
    csv_cell(b, r->hash.p ? r->hash : STR(""), false);
    csv_end_row(b);
}

static const struct err *file(struct req *rq)
{
    static const char *const titles[] = {"number", "at", "kind", "who", "act", "objects", "given",
                                         "address", "id", "request", "hash"};
    const struct file_fields *in = rq->in;
    struct audit_rows_out *rows;
    struct buf b = buf_new(rq->a, FILE_BYTES_MAX);
    size_t n;
    const struct err *e = q_audit_rows(rq->db, (struct audit_rows_in){in->from, in->to, FILE_ROWS_MAX + 1},
                                       &rows, &n);

    if (e)
        return e;
    if (n > FILE_ROWS_MAX)
        return req_field(rq, "to", "There are more than %d entries: choose a shorter time.", FILE_ROWS_MAX);
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        csv_cell(&b, str_of(titles[i]), i == 0);
    csv_end_row(&b);
    for (size_t i = 0; i < n; i++)
        put_row(&b, rq->a, &rows[i]);
    if (b.n >= FILE_BYTES_MAX)
        return req_field(rq, "to", "The file would be too large: choose a shorter time.");
    req_set_header(rq, "content-disposition", STR("attachment; filename=\"audit.csv\""));
    rq->reply.status = 200;
    rq->reply.type = STR("text/csv; charset=utf-8");
    rq->reply.body = buf_str(&b);
    return NULL;
}

static const struct err *verify(struct req *rq)
{
    struct audit_state s;
    struct jw w = jw_new(rq->a);
    const struct err *e = audit_check(rq->db, &s);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "links");
    jw_int(&w, s.links);
    jw_key(&w, "waiting");
    jw_int(&w, s.waiting);
    jw_key(&w, "fault");
    jw_text(&w, s.fault);
    jw_key(&w, "head");
    jw_text(&w, s.head);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct route routes[] = {
    {GET, "/audit", AUDIT_READ, list_in, .sql = SQL_AUDIT_LIST,
     .doc = "Who did what, newest first"},
    {GET, "/audit/file", AUDIT_READ, file_in, .run = file, .out = "file", .lane = WORK_SLOW,
     .audit = AUDIT_READS, .doc = "The entries of a time as CSV, with their places in the chain"},
    {GET, "/audit/verify", AUDIT_READ, .run = verify, .out = "audit_state", .lane = WORK_SLOW,
     .doc = "Read the whole chain again: does every entry stand as it was written?"},
    {0},
};

static const struct schema schemas[] = {
    {"audit_objects", "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}"},
    {"audit_given", "{\"type\":\"object\",\"additionalProperties\":{\"type\":[\"string\",\"null\"]}}"},
    {"audit_state",
     "{\"type\":\"object\",\"required\":[\"links\",\"waiting\",\"fault\",\"head\"],\"properties\":{"
     "\"links\":{\"type\":\"integer\"},\"waiting\":{\"type\":\"integer\"},"
     "\"fault\":{\"type\":\"string\"},\"head\":{\"type\":\"string\"}}}"},
    {0},
};

const struct feature audit_feature = {
    .name = "audit", .doc = "Who did what.", .routes = routes, .jobs = audit_jobs, .schemas = schemas,
};
