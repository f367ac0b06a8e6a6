/* Reading the log of the service itself, for super admins: a page, a file, and whether the chain holds. */
#include "core/csv.h"
#include "people/audit/audit.h"
#include "people/audit/inner.h"
#include "people/audit/queries.h"

#define PAGE 50

struct list_fields {
    struct str act;
    int64_t from, to, cursor, limit;
};

const struct field platform_list_in[] = {
    {"act", FIELD_TEXT, offsetof(struct list_fields, act), OPTIONAL, .max = 120,
     .doc = "Part of what was done, like /platform/pauses or admin tenant"},
    {"from", FIELD_TIME, offsetof(struct list_fields, from), OPTIONAL, .doc = "Not before"},
    {"to", FIELD_TIME, offsetof(struct list_fields, to), OPTIONAL, .doc = "Before"},
    {"cursor", FIELD_INT, offsetof(struct list_fields, cursor), OPTIONAL, .min = 1, .max = INT64_MAX,
     .doc = "\"next\" of the page before"},
    {"limit", FIELD_INT, offsetof(struct list_fields, limit), OPTIONAL, .min = 1, .max = 100},
    {0},
};

static void write_entry(struct jw *w, const struct platform_audit_list_out *r)
{
    jw_open(w, '{');
    jw_key(w, "number");
    jw_int(w, r->number);
    jw_key(w, "at");
    jw_time(w, r->at);
    jw_key(w, "actor_kind");
    jw_text(w, r->actor_kind);
    jw_key(w, "actor");
    jw_text(w, r->actor);
    jw_key(w, "act");
    jw_text(w, r->act);
    jw_key(w, "objects");
    jw_raw(w, r->objects);
    jw_key(w, "given");
    jw_raw(w, r->given);
    jw_key(w, "address");
    jw_text(w, r->address);
    jw_close(w, '}');
}

const struct err *platform_list(struct req *rq)
{
    const struct list_fields *in = rq->in;
    size_t n, limit = in->limit > 0 ? (size_t)in->limit : PAGE;
    struct platform_audit_list_out *rows;
    struct jw w = jw_new(rq->a);
    const struct err *e = q_platform_audit_list(rq->db, (struct platform_audit_list_in){
        in->act, in->from ? in->from : SQL_NULL, in->to ? in->to : SQL_NULL, in->cursor > 0 ? in->cursor : SQL_NULL,
        (int64_t)limit + 1}, &rows, &n);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "items");
    jw_open(&w, '[');
    for (size_t i = 0; i < n && i < limit; i++)
        write_entry(&w, &rows[i]);
    jw_close(&w, ']');
    jw_key(&w, "next");
    if (n > limit)
        jw_int(&w, rows[limit - 1].number);
    else
        jw_null(&w);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

const struct err *platform_file(struct req *rq)
{
    const struct audit_times *in = rq->in;
    struct platform_audit_rows_out *r;
    struct buf b = audit_file_begin(rq);
    size_t n;
    const struct err *e = q_platform_audit_rows(
        rq->db, (struct platform_audit_rows_in){in->from, in->to, AUDIT_ROWS_MAX + 1}, &r, &n);

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

const struct err *platform_verify(struct req *rq)
{
    struct audit_state s;
    const struct err *e = audit_check_platform(rq->db, &s);

    return e ? e : audit_show_state(rq, &s);
}
