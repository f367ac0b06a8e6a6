/* Forms: which of the readers a delivery is for, urlencoded text, flattened JSON, and looking
 * values up. Called by adapters whose phone systems send forms. Pure. */
#include "providers/form.h"

#include <string.h>

#include "core/json.h"

const struct err *form_add(struct arena *a, struct form *f, struct str name, struct str value)
{
    if (f->n == FORM_MAX_FIELDS)
        return err_why(a, E_BAD_PAYLOAD, "There are more than %d fields.", FORM_MAX_FIELDS);
    if (f->n == f->cap) {
        size_t cap = f->cap ? f->cap * 2 : 32;
        struct form_field *v = ARENA_ARRAY(a, cap, struct form_field);
        if (f->n)
            memcpy(v, f->v, f->n * sizeof *v);
        f->v = v;
        f->cap = cap;
    }
    f->v[f->n++] = (struct form_field){name, value};
    return NULL;
}

struct str form_value(const struct form *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_is(f->v[i].name, name))
            return f->v[i].value;
    return STR_NONE;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static struct str decoded(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        int high = s.p[i] == '%' && i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;
        if (low >= 0) {
            p[n++] = (char)(high << 4 | low);
            i += 2;
        } else {
            p[n++] = s.p[i] == '+' ? ' ' : s.p[i];
        }
    }
    return str_n(p, n);
}

const struct err *form_urlencoded(struct arena *a, struct str text, struct form *ret)
{
    struct str pair, name;
    const struct err *e = NULL;

    while (!e && str_split(&text, '&', &pair)) {
        if (!pair.n)
            continue;
        str_split(&pair, '=', &name);
        e = form_add(a, ret, decoded(a, name), decoded(a, pair));
    }
    return e;
}

static const struct err *flatten(struct arena *a, struct str name, const struct json *v,
                                 struct form *ret)
{
    const struct err *e = NULL;
    const struct json *inner;
    struct str key;
    void *it = NULL;

    if (name.n > FORM_MAX_NAME) /* or the names within would take more room than the body */
        return err_why(a, E_BAD_PAYLOAD, "A field's name is longer than %d bytes.", FORM_MAX_NAME);
    switch (json_kind(v)) {
    case J_NULL:
        return NULL;
    case J_TEXT:
        return form_add(a, ret, name, json_str(v));
    case J_LIST:
        for (size_t i = 0; !e && i < json_count(v); i++)
            e = flatten(a, str_fmt(a, "%.*s[%zu]", STR_ARG(name), i), json_at(v, i), ret);
        return e;
    case J_OBJECT:
        while (!e && json_next(v, &it, &key, &inner))
            e = flatten(a, str_fmt(a, "%.*s[%.*s]", STR_ARG(name), STR_ARG(key)), inner, ret);
        return e;
    case J_BOOL:
    case J_INT:
    case J_REAL:
        break;
    }
    return form_add(a, ret, name, json_canonical(a, v));
}

const struct err *form_of_object(struct arena *a, const struct json *object, struct form *ret)
{
    const struct err *e = NULL;
    const struct json *v;
    struct str key;
    void *it = NULL;

    if (json_kind(object) != J_OBJECT)
        return err_why(a, E_BAD_PAYLOAD, "The body is JSON, but no object in braces.");
    while (!e && json_next(object, &it, &key, &v))
        e = flatten(a, key, v, ret);
    return e;
}

const struct err *form_json(struct arena *a, struct str body, struct form *ret)
{
    const struct json *tree;
    const struct err *e = json_parse(a, body, &tree);

    return e ? e : form_of_object(a, tree, ret);
}

bool form_type_is(struct str type, const char *name)
{
    struct str essence = STR_NONE;

    str_split(&type, ';', &essence);
    return str_case_eq(str_trim(essence), str_of(name));
}

const struct err *form_of_hook(struct arena *a, const struct hook *h, struct form *ret)
{
    struct str type = hook_header(h, "content-type"), body = str_trim(h->body);

    if (str_is(h->method, "GET") || !body.n)
        return form_urlencoded(a, h->query, ret);
    if (form_type_is(type, "multipart/form-data"))
        return form_multipart(a, type, h->body, ret);
    if (form_type_is(type, "application/json") || (!type.n && body.p[0] == '{'))
        return form_json(a, body, ret);
    if (!type.n || form_type_is(type, "application/x-www-form-urlencoded"))
        return form_urlencoded(a, body, ret);
    return err_why(a, E_BAD_PAYLOAD,
                   "The content type is \"%.*s\": a form (urlencoded or multipart) or JSON is "
                   "expected.",
                   STR_ARG(event_text(a, type, 60)));
}
