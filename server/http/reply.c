/* Requests' headers and replies' bodies. Any thread that owns the request. */
#include <stdio.h>
#include <string.h>

#include "http/inner.h"

struct http_config http_config;

struct str req_header(const struct req *rq, const char *name)
{
    for (size_t i = 0; i < rq->n_headers; i++)
        if (str_is(rq->headers[i].name, name))
            return rq->headers[i].value;
    return STR_NONE;
}

const struct err *req_if_match(struct req *rq, int64_t *ret_version)
{
    struct str v = req_header(rq, "if-match");

    if (!v.p)
        return E_IF_MATCH;
    if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
        v = str_sub(v, 1, v.n - 2);
    return str_to_int(v, ret_version) ? NULL : E_STALE;
}

void req_set_header(struct req *rq, const char *name, struct str value)
{
    struct reply *r = &rq->reply;

    if (r->n_headers < REPLY_HEADERS)
        r->headers[r->n_headers++] = (struct header){str_of(name), value};
}

const struct err *req_field(struct req *rq, const char *name, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    if (rq->n_faults < sizeof rq->faults / sizeof *rq->faults)
        rq->faults[rq->n_faults++] = (struct field_fault){name, str_vfmt(rq->a, fmt, ap)};
    va_end(ap);
    return E_BAD_INPUT;
}

const struct err *req_begin(struct req *rq, struct uuid tenant, struct db **ret_db)
{
    const struct err *e = db_take(http_config.pools[DB_APP], rq->a, TAKE_WAIT_MS, ret_db);

    if (!e)
        db_begin(*ret_db, tenant);
    return e;
}

const struct err *req_end(struct db *db, const struct err *e)
{
    if (!e)
        e = db_commit(db);
    db_give(http_config.pools[DB_APP], db);
    return e;
}

const struct err *req_json(struct req *rq, int status, struct str json)
{
    rq->reply.status = status;
    rq->reply.type = STR("application/json");
    rq->reply.body = json;
    return NULL;
}

const struct err *req_created(struct req *rq, struct uuid id)
{
    struct jw w = jw_new(rq->a);
    char text[UUID_TEXT];

    rq->made = id;
    jw_open(&w, '{');
    jw_key(&w, "id");
    jw_uuid(&w, id);
    jw_close(&w, '}');
    req_set_header(rq, "location",
                   str_fmt(rq->a, "%.*s/%s", STR_ARG(rq->path), uuid_text(id, text).p));
    return req_json(rq, 201, jw_done(&w));
}

const struct err *req_none(struct req *rq)
{
    rq->reply.status = 204;
    rq->reply.body = STR("");
    return NULL;
}

static bool has_header(const struct req *rq, const char *name)
{
    for (size_t i = 0; i < rq->reply.n_headers; i++)
        if (str_is(rq->reply.headers[i].name, name))
            return true;
    return false;
}

/* RFC 9457. Errors of jobs and of our own making show no detail. */
void req_problem(struct req *rq, const struct err *e)
{
    struct jw w = jw_new(rq->a);
    struct str why = arena_why(rq->a);

    jw_open(&w, '{');
    jw_key(&w, "type");
    jw_text(&w, STR("about:blank"));
    jw_key(&w, "title");
    jw_text(&w, str_of(e->title));
    jw_key(&w, "status");
    jw_int(&w, e->status);
    jw_key(&w, "code");
    jw_text(&w, str_of(e->code));
    if (why.n && e->status < 500) {
        jw_key(&w, "detail");
        jw_text(&w, why);
    }
    jw_key(&w, "request_id");
    jw_text(&w, str_of(rq->id));
    if (rq->n_faults) {
        jw_key(&w, "fields");
        jw_open(&w, '{');
        for (size_t i = 0; i < rq->n_faults; i++) {
            jw_key(&w, rq->faults[i].name);
            jw_text(&w, rq->faults[i].why);
        }
        jw_close(&w, '}');
    }
    jw_close(&w, '}');
    rq->reply.status = e->status;
    rq->reply.type = STR("application/problem+json");
    rq->reply.body = jw_done(&w);
    rq->reply.stream = (struct stream){0};
    if ((e->status == 503 || e->status == 429) && !has_header(rq, "retry-after"))
        req_set_header(rq, "retry-after", STR("2"));
}
