/* Reads query or JSON body against the row's field table. Unknown fields are refused; each fault
 * names the field and the cure; all faults are told at once. */
#include "http/inner.h"

#include <string.h>

#include "core/time.h"

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `blank`: what stands for a blank: '+' in queries, nothing in paths. */
static bool url_decode(struct arena *a, struct str s, char blank, struct str *ret)
{
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (blank && s.p[i] == blank) {
            out[n++] = ' ';
        } else if (s.p[i] != '%') {
            out[n++] = s.p[i];
        } else {
            int high = i + 2 < s.n ? hex(s.p[i + 1]) : -1, low = i + 2 < s.n ? hex(s.p[i + 2]) : -1;
            if (i + 2 >= s.n || high < 0 || low < 0)
                return false;
            out[n++] = (char)(high << 4 | low);
            i += 2;
        }
    }
    *ret = str_n(out, n);
    return true;
}

const struct err *req_param_text(struct req *rq, size_t i, struct str *ret)
{
    return url_decode(rq->a, rq->param[i], 0, ret) && str_utf8(*ret) ? NULL : E_NOT_FOUND;
}

static const struct field *find_field(const struct field *table, struct str name)
{
    for (const struct field *f = table; f && f->name; f++)
        if (str_is(name, f->name))
            return f;
    return NULL;
}

static bool chosen(const char *choices, struct str s)
{
    struct str rest = str_of(choices), part;

    while (str_split(&rest, '|', &part))
        if (str_eq(part, s))
            return true;
    return false;
}

static void check_text(struct req *rq, const struct field *f, struct str s)
{
    size_t max = f->max ? (size_t)f->max : 1000;

    if (!str_utf8(s))
        req_field(rq, f->name, "Send UTF-8 text without NUL.");
    else if (s.n > max)
        req_field(rq, f->name, "At most %zu characters.", max);
    else if (s.n < (size_t)f->min)
        req_field(rq, f->name, "At least %lld characters.", (long long)f->min);
    else if (f->choices && !chosen(f->choices, s))
        req_field(rq, f->name, "One of: %s.", f->choices);
}

/* Checks one value given as text and brings it into PostgreSQL's spelling. */
static struct str checked(struct req *rq, const struct field *f, struct str s)
{
    struct uuid u;
    int64_t n;

    switch (f->type) {
    case FIELD_INT:
        if (!str_to_int(s, &n))
            req_field(rq, f->name, "Give a whole number.");
        else if ((f->min || f->max) && (n < f->min || n > f->max))
            req_field(rq, f->name, "Give a number from %lld to %lld.", (long long)f->min,
                      (long long)f->max);
        return s;
    case FIELD_BOOL:
        if (!str_is(s, "true") && !str_is(s, "false"))
            req_field(rq, f->name, "Say true or false.");
        return s;
    case FIELD_UUID:
        if (!uuid_parse(s, &u))
            req_field(rq, f->name, "Give an id.");
        return s;
    case FIELD_TIME:
        if (!time_parse(s, &n))
            req_field(rq, f->name, "Give a time like 2026-11-21T09:30:00Z.");
        return s;
    default:
        check_text(rq, f, s);
        return s;
    }
}

static struct str json_value(struct req *rq, const struct field *f, const struct json *v)
{
    enum json_kind kind = json_kind(v);

    if (f->type == FIELD_TEXTS) {
        bool texts = kind == J_LIST;
        for (size_t i = 0; texts && i < json_count(v); i++)
            texts = json_kind(json_at(v, i)) == J_TEXT;
        if (!texts)
            req_field(rq, f->name, "Give a list of texts.");
        return json_canonical(rq->a, v);
    }
    if (f->type == FIELD_JSON) {
        if (kind != J_OBJECT && kind != J_LIST)
            req_field(rq, f->name, "Give an object or a list.");
        return json_canonical(rq->a, v);
    }
    if (kind == J_TEXT && f->type != FIELD_INT && f->type != FIELD_BOOL)
        return checked(rq, f, json_str(v));
    if ((kind == J_INT && f->type == FIELD_INT) || (kind == J_BOOL && f->type == FIELD_BOOL))
        return checked(rq, f, json_canonical(rq->a, v));
    req_field(rq, f->name, "This is of the wrong type.");
    return STR_NONE;
}

static size_t field_size(enum field_type t)
{
    switch (t) {
    case FIELD_BOOL:
        return sizeof(bool);
    case FIELD_UUID:
        return sizeof(struct uuid);
    case FIELD_INT:
    case FIELD_TIME:
        return sizeof(int64_t);
    default:
        return sizeof(struct str);
    }
}

static void fill(const struct field *f, struct str s, void *in)
{
    void *p = (char *)in + f->offset;

    switch (f->type) {
    case FIELD_BOOL:
        *(bool *)p = str_is(s, "true");
        break;
    case FIELD_UUID:
        if (s.p && !uuid_parse(s, p))
            return;
        break;
    case FIELD_INT:
        if (!s.p || !str_to_int(s, p))
            *(int64_t *)p = SQL_NULL;
        break;
    case FIELD_TIME:
        if (!s.p || !time_parse(s, p))
            *(int64_t *)p = TIME_NONE;
        break;
    default:
        *(struct str *)p = s;
    }
}

static bool is_page(const struct req *rq)
{
    return rq->route->sql && rq->route->sql->kind == SQL_PAGE;
}

static void page_field(struct req *rq, struct str key, struct str value)
{
    if (str_is(key, "cursor"))
        rq->cursor = value;
    else if (!str_to_int(value, &rq->limit) || rq->limit < 1 || rq->limit > 100)
        req_field(rq, "limit", "Give a number from 1 to 100.");
}

static void read_query(struct req *rq, struct str *texts)
{
    struct str rest = rq->query.n ? rq->query : STR_NONE, pair;

    while (str_split(&rest, '&', &pair)) {
        struct str key, value, raw = pair;
        const struct field *f;
        if (!pair.n)
            continue;
        if (!str_split(&raw, '=', &key) || !url_decode(rq->a, key, '+', &key) ||
            !url_decode(rq->a, raw.p ? raw : STR(""), '+', &value)) {
            req_field(rq, "query", "Cannot be decoded.");
            continue;
        }
        f = find_field(rq->route->in, key);
        if (f)
            texts[f - rq->route->in] = checked(rq, f, value);
        else if (is_page(rq) && (str_is(key, "cursor") || str_is(key, "limit")))
            page_field(rq, key, value);
        else
            req_field(rq, str_c(rq->a, str_sub(key, 0, 60)), "There is no such field here.");
    }
}

static const struct err *read_body(struct req *rq, struct str *texts)
{
    struct str type = req_header(rq, "content-type"), key;
    const struct json *tree, *value;
    void *it = NULL;
    const struct err *e;

    if (!rq->body.n && !rq->route->in)
        return NULL;
    if (!str_starts(type, STR("application/json")))
        return err_why(rq->a, E_MEDIA_TYPE, "Send Content-Type: application/json.");
    e = json_parse(rq->a, rq->body.n ? rq->body : STR("{}"), &tree);
    if (e)
        return E_BAD_REQUEST; /* the parser's sentence stays */
    if (json_kind(tree) != J_OBJECT)
        return err_why(rq->a, E_BAD_REQUEST, "Send a JSON object.");
    while (json_next(tree, &it, &key, &value)) {
        const struct field *f = find_field(rq->route->in, key);
        if (!f)
            req_field(rq, str_c(rq->a, str_sub(key, 0, 60)), "There is no such field here.");
        else if (json_kind(value) != J_NULL)
            texts[f - rq->route->in] = json_value(rq, f, value);
    }
    return NULL;
}

/* Rows may share a struct of which this one fills only the first members: those behind are zero. */
#define BEHIND 512

const struct err *input_read(struct req *rq)
{
    const struct field *table = rq->route->in;
    size_t n = 0, size = 0;
    struct str *texts;
    const struct err *e = NULL;

    for (const struct field *f = table; f && f->name; f++, n++)
        if (f->offset + field_size(f->type) > size)
            size = f->offset + field_size(f->type);
    texts = ARENA_ARRAY(rq->a, n + 1, struct str);
    rq->texts = texts;
    rq->limit = 50;
    if (rq->route->async && !table)
        return NULL; /* hooks: the query is the provider's */
    if (rq->route->raw_body)
        (void)texts; /* the handler reads what came: query or body are as somebody else makes them */
    else if (rq->method == GET || rq->method == HEAD || rq->method == DELETE)
        read_query(rq, texts);
    else
        e = read_body(rq, texts);
    if (e)
        return e;
    rq->in = arena_alloc(rq->a, size + BEHIND);
    for (size_t i = 0; i < n; i++) {
        if ((table[i].flags & REQUIRED) && !texts[i].p)
            req_field(rq, table[i].name, "This is needed.");
        fill(&table[i], texts[i], rq->in);
    }
    return rq->n_faults ? E_BAD_INPUT : NULL;
}
