/* .sql rows: binding a statement by name and writing its declared columns straight into JSON. */
#include "http/inner.h"

#include <string.h>

#include "core/time.h"

#define ANSWER_MAX (16u << 20)

struct str req_scope(const struct req *rq)
{
    if (str_is(rq->who.scope, "all"))
        return STR_NONE;
    return rq->who.sight.n ? rq->who.sight : STR("{}");
}

static struct str uuid_or_none(struct arena *a, struct uuid u)
{
    char text[UUID_TEXT];

    return uuid_is_zero(u) ? STR_NONE : str_dup(a, uuid_text(u, text));
}

/* The k-th part of the cursor: a JSON list of the list's name and the last row's key columns as
 * text, in hex. That of another list is refused. */
static const struct err *cursor_part(struct req *rq, const struct sql *q, size_t k, struct str *ret)
{
    const struct json *parts;
    struct str plain;

    *ret = STR_NONE;
    if (!rq->cursor.p)
        return NULL;
    if (rq->cursor.n < 4000 && crypto_unhex(rq->a, rq->cursor, &plain) &&
        !json_parse(rq->a, plain, &parts) && str_is(json_str(json_at(parts, 0)), q->name))
        *ret = json_str(json_at(parts, k + 1));
    return ret->p ? NULL : req_field(rq, "cursor", "Take it from \"next\" of the page before.");
}

/* The names in the route's path, split once for all inputs of a request. */
struct path_names {
    struct str v[4];
    size_t n;
};

static struct path_names names_of(const struct route *r)
{
    struct path_names names = {.n = 0};
    bool text;

    if (!strchr(r->path, '{'))
        return names;
    for (; names.n < 4; names.n++) {
        names.v[names.n] = route_param(r, names.n, &text);
        if (!names.v[names.n].p)
            break;
    }
    return names;
}

static bool from_row(const struct req *rq, const struct path_names *names, const char *name,
                     struct str *ret)
{
    const struct field *f = rq->route->in;

    for (size_t i = 0; i < names->n; i++) {
        if (str_is(names->v[i], name)) {
            *ret = rq->param[i];
            return true;
        }
    }
    for (size_t i = 0; f && f[i].name; i++) {
        if (strcmp(name, f[i].name) == 0) {
            *ret = rq->texts[i];
            return true;
        }
    }
    return false;
}

static const struct err *one_input(struct req *rq, const struct sql *q, const char *name,
                                   struct str *ret)
{
    if (strcmp(name, "scope") == 0)
        *ret = req_scope(rq);
    else if (strcmp(name, "me") == 0)
        *ret = uuid_or_none(rq->a, rq->who.account);
    else if (strcmp(name, "limit") == 0)
        *ret = str_fmt(rq->a, "%lld", (long long)rq->limit + 1);
    else if (strncmp(name, "after_", 6) == 0)
        for (size_t k = 0; k < q->n_key; k++)
            if (strcmp(name + 6, q->out[q->key[k]].name) == 0)
                return cursor_part(rq, q, k, ret);
    return NULL;
}

const struct err *answer_bind(struct req *rq, struct bound *ret)
{
    const struct sql *q = rq->route->sql;
    struct path_names names = names_of(rq->route);
    struct str texts[BIND_MAX] = {{NULL, 0}};

    for (size_t i = 0; i < q->n_in; i++) {
        const struct err *e = NULL;
        if (!from_row(rq, &names, q->in[i].name, &texts[i]))
            e = one_input(rq, q, q->in[i].name, &texts[i]);
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

/* Most pieces of an answer are a few bytes: where there is room they are copied on the spot. */
static inline void put(struct buf *b, const char *p, size_t n)
{
    if (b->p && b->cap - b->n >= n) {
        memcpy(b->p + b->n, p, n);
        b->n += n;
    } else {
        buf_add(b, str_n(p, n));
    }
}

/* PostgreSQL's "2026-11-21 09:30:00.12+00" (the session runs in UTC) as RFC 3339. */
static void write_time(struct buf *b, struct str s)
{
    put(b, "\"", 1);
    put(b, s.p, 10);
    put(b, "T", 1);
    put(b, s.p + 11, s.n - 14); /* between the blank and the zone */
    put(b, "Z\"", 2);
}

static void write_value(struct buf *b, const struct sql_field *f, struct str s)
{
    switch (f->type) {
    case SQL_UUID:
        put(b, "\"", 1);
        put(b, s.p, s.n);
        put(b, "\"", 1);
        break;
    case SQL_INT:
    case SQL_BIGINT:
    case SQL_JSON:
        put(b, s.p, s.n);
        break;
    case SQL_BOOL:
        if (s.n == 1 && s.p[0] == 't')
            put(b, "true", 4);
        else
            put(b, "false", 5);
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

/* What stands before each value: {"first": or ,"next": */
static struct str *keys_of(struct arena *a, const struct sql *q)
{
    struct str *keys = ARENA_ARRAY(a, q->n_out + 1, struct str);

    for (size_t k = 0; k < q->n_out; k++) {
        struct buf b = buf_new(a, 1000);
        buf_add(&b, k ? STR(",\"") : STR("{\""));
        buf_add(&b, str_of(q->out[k].name));
        buf_add(&b, STR("\":"));
        keys[k] = buf_str(&b);
    }
    return keys;
}

static void write_row(struct buf *b, const struct sql *q, const struct str *keys,
                      const PGresult *r, int row)
{
    if (!q->n_out)
        put(b, "{", 1);
    for (size_t k = 0; k < q->n_out; k++) {
        int n = PQgetlength(r, row, (int)k);
        put(b, keys[k].p, keys[k].n);
        if (!n && PQgetisnull(r, row, (int)k)) /* a null has no length */
            put(b, "null", 4);
        else
            write_value(b, &q->out[k], str_n(PQgetvalue(r, row, (int)k), (size_t)n));
    }
    put(b, "}", 1);
}

/* Room for n rows like the first, so that the text is hardly ever copied while it grows. */
static struct buf buf_for(struct arena *a, const struct sql *q, const struct str *keys,
                          const PGresult *r, int n)
{
    struct buf b = buf_new(a, ANSWER_MAX);
    size_t row = 4;

    for (size_t k = 0; n && k < q->n_out; k++)
        row += keys[k].n + (size_t)PQgetlength(r, 0, (int)k) + 4;
    b.cap = 256 + row * (size_t)n / 8 * 9;
    if (b.cap > ANSWER_MAX / 4)
        b.cap = ANSWER_MAX / 4;
    b.p = arena_alloc(a, b.cap);
    return b;
}

static struct str cursor_of(struct arena *a, const struct sql *q, const PGresult *r, int row)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    jw_text(&w, str_of(q->name));
    for (size_t k = 0; k < q->n_key; k++)
        jw_text(&w, str_of(PQgetvalue(r, row, q->key[k])));
    jw_close(&w, ']');
    return crypto_hex(a, jw_done(&w));
}

static void write_list(struct req *rq, struct buf *b, const struct str *keys, const PGresult *r,
                       bool more)
{
    const struct sql *q = rq->route->sql;
    int n = more ? (int)rq->limit : PQntuples(r);

    buf_add(b, STR("{\"items\":["));
    for (int i = 0; i < n; i++) {
        if (i)
            put(b, ",", 1);
        write_row(b, q, keys, r, i);
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
    const struct str *keys;
    struct buf b;

    if (q->n_out && PQnfields(r) != (int)q->n_out)
        return err_why(rq->a, E_INTERNAL, "%s: other columns than declared", q->name);
    if (q->kind == SQL_DONE) {
        if (str_is(str_of(PQcmdTuples((PGresult *)(uintptr_t)r)), "0"))
            return E_NOT_FOUND;
        return req_none(rq);
    }
    if (q->kind == SQL_ONE && !PQntuples(r))
        return E_NOT_FOUND;
    keys = keys_of(rq->a, q);
    b = buf_for(rq->a, q, keys, r, PQntuples(r));
    if (q->kind == SQL_ONE)
        write_row(&b, q, keys, r, 0);
    else
        write_list(rq, &b, keys, r, q->kind == SQL_PAGE && PQntuples(r) > rq->limit);
    if (b.over)
        return err_why(rq->a, E_TOO_LARGE, "The answer is too large: ask for fewer rows.");
    return req_json(rq, 200, buf_str(&b));
}
