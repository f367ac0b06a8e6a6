/* Reading the audit log: a page, a file, and whether the chain holds. */
#include "core/csv.h"
#include "people/audit/audit.h"
#include "people/audit/inner.h"
#include "people/audit/queries.h"

#define FILE_BYTES_MAX (16u << 20)

static const struct field list_in[] = {
    {"actor", FIELD_UUID, .doc = "Who did it: a person's account or an API key"},
    {"act", FIELD_TEXT, .max = 120, .doc = "Part of what was done, like DELETE or /integrations"},
    {"object", FIELD_UUID, .doc = "What it was done to"},
    {"from", FIELD_TIME, .doc = "Not before"},
    {"to", FIELD_TIME, .doc = "Before"},
    {0},
};

const struct field audit_times_in[] = {
    {"from", FIELD_TIME, offsetof(struct audit_times, from), REQUIRED, .doc = "Not before"},
    {"to", FIELD_TIME, offsetof(struct audit_times, to), REQUIRED, .doc = "Before"},
    {0},
};

void audit_file_row(struct buf *b, struct arena *a, const struct audit_line *l)
{
    char at[32], id[UUID_TEXT], request[UUID_TEXT];

    time_iso(l->at, at);
    csv_cell(b, l->number == SQL_NULL ? STR("") : str_fmt(a, "%lld", (long long)l->number), true);
    csv_cell(b, str_of(at), false);
    csv_cell(b, l->kind, false);
    csv_cell(b, l->actor, false);
    csv_cell(b, l->act, false);
    csv_cell(b, l->objects, false);
    csv_cell(b, l->given, false);
    csv_cell(b, l->address, false);
    csv_cell(b, uuid_text(l->id, id), false);
    csv_cell(b, uuid_is_zero(l->request) ? STR("") : uuid_text(l->request, request), false);
    csv_cell(b, l->hash.p ? l->hash : STR(""), false);
    csv_end_row(b);
}

struct buf audit_file_begin(struct req *rq)
{
    static const char *const titles[] = {"number", "at", "kind", "who", "act", "objects", "given",
                                         "address", "id", "request", "hash"};
    struct buf b = buf_new(rq->a, FILE_BYTES_MAX);

    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        csv_cell(&b, str_of(titles[i]), i == 0);
    csv_end_row(&b);
    return b;
}

const struct err *audit_file_send(struct req *rq, struct buf *b)
{
    if (b->n >= FILE_BYTES_MAX)
        return req_field(rq, "to", "The file would be too large: choose a shorter time.");
    req_set_header(rq, "content-disposition", STR("attachment; filename=\"audit.csv\""));
    rq->reply.status = 200;
    rq->reply.type = STR("text/csv; charset=utf-8");
    rq->reply.body = buf_str(b);
    return NULL;
}

static const struct err *file(struct req *rq)
{
    const struct audit_times *in = rq->in;
    struct audit_rows_out *r;
    struct buf b = audit_file_begin(rq);
    size_t n;
    const struct err *e = q_audit_rows(rq->db, (struct audit_rows_in){in->from, in->to, AUDIT_ROWS_MAX + 1}, &r, &n);

    if (e)
        return e;
    if (n > AUDIT_ROWS_MAX)
        return req_field(rq, "to", "There are more than %d entries: choose a shorter time.", AUDIT_ROWS_MAX);
    for (size_t i = 0; i < n; i++)
        audit_file_row(&b, rq->a, &(struct audit_line){r[i].number, r[i].at, r[i].actor_kind, r[i].actor, r[i].act,
                                                       r[i].objects, r[i].given, r[i].address, r[i].hash, r[i].id,
                                                       r[i].request_id});
    return audit_file_send(rq, &b);
}

const struct err *audit_show_state(struct req *rq, const struct audit_state *s)
{
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    jw_key(&w, "links");
    jw_int(&w, s->links);
    jw_key(&w, "waiting");
    jw_int(&w, s->waiting);
    jw_key(&w, "fault");
    jw_text(&w, s->fault);
    jw_key(&w, "head");
    jw_text(&w, s->head);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *verify(struct req *rq)
{
    struct audit_state s;
    const struct err *e = audit_check(rq->db, &s);

    return e ? e : audit_show_state(rq, &s);
}

static const struct route routes[] = {
    {GET, "/audit", AUDIT_READ, list_in, .sql = SQL_AUDIT_LIST,
     .doc = "Who did what, newest first"},
    {GET, "/audit/file", AUDIT_READ, audit_times_in, .run = file, .out = "file", .lane = WORK_SLOW,
     .audit = AUDIT_READS, .doc = "The entries of a time as CSV, with their places in the chain"},
    {GET, "/audit/verify", AUDIT_READ, .run = verify, .out = "audit_state", .lane = WORK_SLOW,
     .doc = "Read the whole chain again: does every entry stand as it was written?"},
    {GET, "/platform/audit", SUPER_ADMIN, platform_list_in, .run = platform_list, .out = "platform_audit",
     .role = DB_PLATFORM, .doc = "What super admins and ringsight admin did, newest first"},
    {GET, "/platform/audit/file", SUPER_ADMIN, audit_times_in, .run = platform_file, .out = "file",
     .role = DB_PLATFORM, .lane = WORK_SLOW, .doc = "The entries of a time as CSV, with their hashes"},
    {GET, "/platform/audit/verify", SUPER_ADMIN, .run = platform_verify, .out = "audit_state", .role = DB_PLATFORM,
     .lane = WORK_SLOW, .doc = "Read the service's whole chain again"},
    {0},
};

static const struct schema schemas[] = {
    {"audit_objects", "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}"},
    {"audit_given", "{\"type\":\"object\",\"additionalProperties\":{\"type\":[\"string\",\"null\"]}}"},
    {"platform_audit",
     "{\"type\":\"object\",\"required\":[\"items\",\"next\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":"
     "{\"type\":\"object\",\"required\":[\"number\",\"at\",\"actor_kind\",\"actor\",\"act\",\"objects\",\"given\",\"address\"],"
     "\"properties\":{\"number\":{\"type\":\"integer\"},\"at\":{\"type\":\"string\",\"format\":\"date-time\"},"
     "\"actor_kind\":{\"enum\":[\"super\",\"command\"]},\"actor\":{\"type\":\"string\"},\"act\":{\"type\":\"string\"},"
     "\"objects\":{\"$ref\":\"#/components/schemas/audit_objects\"},"
     "\"given\":{\"$ref\":\"#/components/schemas/audit_given\"},\"address\":{\"type\":\"string\"}}}},"
     "\"next\":{\"type\":[\"integer\",\"null\"]}}}"},
    {"audit_state",
     "{\"type\":\"object\",\"required\":[\"links\",\"waiting\",\"fault\",\"head\"],\"properties\":{"
     "\"links\":{\"type\":\"integer\"},\"waiting\":{\"type\":\"integer\"},"
     "\"fault\":{\"type\":\"string\"},\"head\":{\"type\":\"string\"}}}"},
    {0},
};

const struct feature audit_feature = {
    .name = "audit", .doc = "Who did what.", .routes = routes, .jobs = audit_jobs, .schemas = schemas,
};
