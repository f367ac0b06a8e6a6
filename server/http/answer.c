/* .sql rows: binding a statement by name and writing its declared columns straight into JSON. */
#include "http/inner.h"

#include <string.h>

#include "core/time.h"

struct str req_scope(const struct req *rq)
{
    char text[UUID_TEXT];

    if (str_is(rq->who.scope, "all"))
        return STR_NONE;
    if (uuid_is_zero(rq->who.agent))
        return STR("{}");
    return str_fmt(rq->a, "{%s}", uuid_text(rq->who.agent, text).p);
}

static struct str uuid_or_none(struct arena *a, struct uuid u)
{
    char text[UUID_TEXT];

    return uuid_is_zero(u) ? STR_NONE : str_dup(a, uuid_text(u, text));
}

/* The k-th part of the cursor: a JSON list of the last row's key columns as text, in hex. */
static const struct err *cursor_part(struct req *rq, size_t k, struct str *ret)
{
    const struct json *parts;
    struct str plain;

    *ret = STR_NONE;
    if (!rq->cursor.p)
        return NULL;
    if (rq->cursor.n < 4000 && crypto_unhex(rq->a, rq->cursor, &plain) &&
        !json_parse(rq->a, plain, &parts))
        *ret = json_str(json_at(parts, k));
    return ret->p ? NULL : req_field(rq, "cursor", "Take it from \"next\" of the page before.");
}

static bool from_row(const struct req *rq, struct str name, struct str *ret)
{
    const struct field *f = rq->route->in;
    bool text;

    for (size_t i = 0; i < 4; i++) {
        if (str_eq(route_param(rq->route, i, &text), name)) {
            *ret = rq->param[i];
            return true;
        }
    }
    for (size_t i = 0; f && f[i].name; i++) {
        if (str_is(name, f[i].name)) {
            *ret = rq->texts[i];
            return true;
        }
    }
    return false;
}

static const struct err *one_input(struct req *rq, const struct sql *q, struct str name,
                                   struct str *ret)
{
    if (from_row(rq, name, ret))
        return NULL;
    if (str_is(name, "scope"))
        *ret = req_scope(rq);
    else if (str_is(name, "me"))
        *ret = uuid_or_none(rq->a, rq->who.account);
    else if (str_is(name, "limit"))
        *ret = str_fmt(rq->a, "%lld", (long long)rq->limit + 1);
    for (size_t k = 0; k < q->n_key; k++)
        if (str_starts(name, STR("after_")) &&
            str_is(str_sub(name, 6, name.n), q->out[q->key[k]].name))
            return cursor_part(rq, k, ret);
    return NULL;
}

const struct err *answer_bind(struct req *rq, struct bound *ret)
{
    const struct sql *q = rq->route->sql;
    struct str texts[BIND_MAX] = {{NULL, 0}};

    for (size_t i = 0; i < q->n_in; i++) {
        const struct err *e = one_input(rq, q, str_of(q->in[i].name), &texts[i]);
        if (e)
            return e;
    }
    return bind_texts(rq->a, q, texts, ret);
}

static bool bindable(const struct route *r, const struct sql *q, const char *name)
{
    bool text;

    for (size_t i = 0; i < 4; i++)
        if (str_is(route_param(r, i, &text), name))
            return true;
    for (const struct field *f = r->in; f && f->name; f++)
        if (strcmp(f->name, name) == 0)
            return true;
    for (size_t k = 0; k < q->n_key; k++)
        if (strncmp(name, "after_", 6) == 0 && strcmp(name + 6, q->out[q->key[k]].name) == 0)
            return true;
    return strcmp(name, "scope") == 0 || strcmp(name, "me") == 0 || strcmp(name, "limit") == 0;
}

const struct err *answer_check(struct arena *a, const struct route *r)
{
    for (size_t i = 0; i < r->sql->n_in; i++)
        if (!bindable(r, r->sql, r->sql->in[i].name))
            return err_why(a, E_INTERNAL, "%s: nothing gives input %s of %s", r->path,
                           r->sql->in[i].name, r->sql->name);
    return NULL;
}

/* PostgreSQL's "2026-11-21 09:30:00.12+00" (the session runs in UTC) as RFC 3339. */
static void write_time(struct buf *b, struct str s)
{
    buf_char(b, '"');
    buf_add(b, str_sub(s, 0, 10));
    buf_char(b, 'T');
    buf_add(b, str_sub(s, 11, s.n - 14)); /* between the blank and the zone */
    buf_add(b, STR("Z\""));
}

static void write_value(struct buf *b, const struct sql_field *f, struct str s)
{
    switch (f->type) {
    case SQL_UUID:
        buf_char(b, '"');
        buf_add(b, s);
        buf_char(b, '"');
        break;
    case SQL_INT:
    case SQL_BIGINT:
    case SQL_JSON:
        buf_add(b, s);
        break;
    case SQL_BOOL:
        buf_add(b, str_is(s, "t") ? STR("true") : STR("false"));
        break;
    case SQL_TIME:
        if (str_ends(s, STR("+00")) && s.n >= 22) /* not "infinity" */
            write_time(b, s);
        else
            json_quote(b, s);
        break;
    default:
        json_quote(b, s);
    }
}

void answer_columns(struct buf *b, const struct sql *q, const PGresult *r, int row)
{
    buf_char(b, '{');
    for (size_t k = 0; k < q->n_out; k++) {
        if (k)
            buf_char(b, ',');
        buf_char(b, '"');
        buf_add(b, str_of(q->out[k].name));
        buf_add(b, STR("\":"));
        if (PQgetisnull(r, row, (int)k))
            buf_add(b, STR("null"));
        else
            write_value(b, &q->out[k],
                        str_n(PQgetvalue(r, row, (int)k), (size_t)PQgetlength(r, row, (int)k)));
    }
    buf_char(b, '}');
}

static struct str cursor_of(struct arena *a, const struct sql *q, const PGresult *r, int row)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t k = 0; k < q->n_key; k++)
        jw_text(&w, str_of(PQgetvalue(r, row, q->key[k])));
    jw_close(&w, ']');
    return crypto_hex(a, jw_done(&w));
}

static void write_list(struct req *rq, struct buf *b, const struct sql *q, const PGresult *r)
{
    int n = PQntuples(r);
    bool more = q->kind == SQL_PAGE && n > rq->limit;

    if (more)
        n = (int)rq->limit;
    buf_add(b, STR("{\"items\":["));
    for (int i = 0; i < n; i++) {
        if (i)
            buf_char(b, ',');
        answer_columns(b, q, r, i);
    }
    buf_char(b, ']');
    if (q->kind == SQL_PAGE) {
        buf_add(b, STR(",\"next\":"));
        if (more)
            json_quote(b, cursor_of(rq->a, q, r, n - 1));
        else
            buf_add(b, STR("null"));
    }
    buf_char(b, '}');
}

const struct err *answer_write(struct req *rq, const PGresult *r)
{
    const struct sql *q = rq->route->sql;
    struct buf b = buf_new(rq->a, 16u << 20);

    if (q->n_out && PQnfields(r) != (int)q->n_out)
        return err_why(rq->a, E_INTERNAL, "%s: other columns than declared", q->name);
    if (q->kind == SQL_DONE) {
        if (str_is(str_of(PQcmdTuples((PGresult *)(uintptr_t)r)), "0"))
            return E_NOT_FOUND;
        return req_none(rq);
    }
    if (q->kind == SQL_ONE) {
        if (!PQntuples(r))
            return E_NOT_FOUND;
        answer_columns(&b, q, r, 0);
    } else {
        write_list(rq, &b, q, r);
    }
    if (b.over)
        return err_why(rq->a, E_TOO_LARGE, "The answer is too large: ask for fewer rows.");
    return req_json(rq, 200, buf_str(&b));
}
