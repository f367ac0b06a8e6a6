/* From method and path to the row of the route table. Built once at start from features[]. */
#include "http/inner.h"

#include <string.h>

#define MAX_ROUTES 600
#define MAX_PARTS 10

static const struct route *rows[MAX_ROUTES];
static struct str patterns[MAX_ROUTES]; /* full path with its parameters */
static struct str literals[MAX_ROUTES]; /* what stands before the first of them */
static size_t n_rows;

size_t route_count(void)
{
    return n_rows;
}

size_t route_index(const struct route *r)
{
    for (size_t i = 0; i < n_rows; i++)
        if (rows[i] == r)
            return i;
    return n_rows;
}

static bool is_param(struct str part)
{
    return part.n > 2 && part.p[0] == '{';
}

static bool is_text_param(struct str part)
{
    return str_ends(part, STR(":text}"));
}

struct str route_param(const struct route *r, size_t i, bool *ret_text)
{
    struct str rest = str_of(r->path), part;

    while (str_split(&rest, '/', &part)) {
        if (!is_param(part) || i-- > 0)
            continue;
        *ret_text = is_text_param(part);
        return str_sub(part, 1, part.n - (*ret_text ? 7 : 2));
    }
    return STR_NONE;
}

/* Compares pattern and path part by part; on a match the parameters are in rq. */
static bool matches(struct str pattern, struct req *rq)
{
    struct str want, got, path = rq->path;
    size_t n = 0;

    for (;;) {
        bool more = str_split(&pattern, '/', &want), have = str_split(&path, '/', &got);
        if (!more || !have)
            return more == have;
        if (!is_param(want)) {
            if (!str_eq(want, got))
                return false;
            continue;
        }
        if (!got.n || n == 4)
            return false;
        rq->param_id[n] = (struct uuid){{0}};
        if (!is_text_param(want) && !uuid_parse(got, &rq->param_id[n]))
            return false; /* no id of ours: answers like a missing one */
        rq->param[n++] = got;
    }
}

static const char *method_name(enum method m)
{
    static const char *const names[] = {"", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD",
                                        "OPTIONS"};
    return names[m];
}

struct str route_label(struct arena *a, size_t i)
{
    return str_fmt(a, "%s %s", method_name(rows[i]->method), patterns[i].p);
}

struct str http_row_name(struct arena *a, const struct route *r)
{
    return str_fmt(a, "%s %s", method_name(r->method), r->path);
}

struct str http_row_param(const struct route *r, size_t i)
{
    bool text;
    struct str name = route_param(r, i, &text);

    return name.p ? name : STR("");
}

const struct err *router_match(struct req *rq)
{
    enum method wanted = rq->method == HEAD ? GET : rq->method;
    struct buf allow = buf_new(rq->a, 200);

    for (size_t i = 0; i < n_rows; i++) {
        if (rows[i]->method != rq->method && rows[i]->method != wanted)
            continue;
        if (str_starts(rq->path, literals[i]) && matches(patterns[i], rq)) {
            rq->route = rows[i];
            return NULL;
        }
    }
    for (size_t i = 0; i < n_rows; i++)
        if (str_starts(rq->path, literals[i]) && matches(patterns[i], rq))
            buf_fmt(&allow, "%s%s", allow.n ? ", " : "", method_name(rows[i]->method));
    if (!allow.n)
        return E_NOT_FOUND;
    req_set_header(rq, "allow", buf_str(&allow));
    return E_METHOD;
}

/* Its callers have a tenant. */
static bool tenants_own(const struct route *r)
{
    return r->who != PUBLIC && r->who != SIGNED_IN && r->who != SUPER_ADMIN;
}

static const struct err *check_row(struct arena *a, const struct feature *f, const struct route *r)
{
    int answers = (r->sql != NULL) + (r->run != NULL) + (r->async != NULL);

    if (r->who == 0)
        return err_why(a, E_INTERNAL, "%s %s: the row names no permission", f->name, r->path);
    if (answers != 1)
        return err_why(a, E_INTERNAL, "%s %s: give one of .sql, .run, .async", f->name, r->path);
    if (r->creates && (!r->run || r->tx != TX_ONE || !tenants_own(r)))
        return err_why(a, E_INTERNAL, "%s %s: .creates is for a tenant's .run rows in a transaction",
                       f->name, r->path);
    if (n_rows == MAX_ROUTES)
        return err_why(a, E_INTERNAL, "more than %d routes", MAX_ROUTES);
    return r->sql ? answer_check(a, r) : NULL;
}

const struct err *router_init(struct arena *a)
{
    n_rows = 0;
    for (const struct feature *const *f = features; *f; f++) {
        for (const struct route *r = (*f)->routes; r && r->method; r++) {
            const struct err *e = check_row(a, *f, r);
            ptrdiff_t brace;
            if (e)
                return e;
            rows[n_rows] = r;
            patterns[n_rows] = str_fmt(a, "%s%s", r->root ? "" : "/api/v1", r->path);
            brace = str_find(patterns[n_rows], STR("{"), 0);
            literals[n_rows] = str_sub(patterns[n_rows], 0,
                                       brace < 0 ? patterns[n_rows].n : (size_t)brace);
            n_rows++;
        }
    }
    return NULL;
}

const struct err *routes_check(struct arena *a)
{
    return router_init(a);
}
