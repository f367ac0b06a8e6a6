/* Reading: jansson behind our limits. The tree is jansson's; `struct json` is its opaque face. */
#include "core/json.h"

#include <jansson.h>
#include <string.h>

/* Depth is checked before jansson recurses; strings are skipped so that brackets in them do not
 * count. */
static bool too_deep(struct str s)
{
    size_t depth = 0;
    bool in_string = false;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > JSON_MAX_DEPTH)
                return true;
        } else if ((c == ']' || c == '}') && depth) {
            depth--;
        }
    }
    return false;
}

static void tree_free(void *tree)
{
    json_decref(tree);
}

static const struct err *load(struct arena *a, struct str text, size_t flags, size_t *ret_used,
                              const struct json **ret_tree)
{
    json_error_t why;
    json_t *tree;

    if (text.n > JSON_MAX_SIZE)
        return err_why(a, E_BAD_PAYLOAD, "The JSON is larger than %u bytes.", JSON_MAX_SIZE);
    if (too_deep(text))
        return err_why(a, E_BAD_PAYLOAD, "The JSON is nested deeper than %d levels.",
                       JSON_MAX_DEPTH);
    tree = json_loadb(text.p ? text.p : "", text.n, flags | JSON_REJECT_DUPLICATES |
                      JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
    if (!tree)
        return err_why(a, E_BAD_PAYLOAD, "Not valid JSON: line %d, column %d: %s.", why.line,
                       why.column, why.text);
    arena_defer(a, tree_free, tree);
    if (ret_used)
        *ret_used = (size_t)why.position;
    *ret_tree = (const struct json *)tree;
    return NULL;
}

const struct err *json_parse(struct arena *a, struct str text, const struct json **ret_tree)
{
    return load(a, text, 0, NULL, ret_tree);
}

const struct err *json_parse_next(struct arena *a, struct str *rest, const struct json **ret_tree)
{
    size_t used = 0;
    const struct err *e = load(a, *rest, JSON_DISABLE_EOF_CHECK, &used, ret_tree);

    if (!e)
        *rest = str_sub(*rest, used, rest->n);
    return e;
}

static const json_t *of(const struct json *v)
{
    return (const json_t *)v;
}

enum json_kind json_kind(const struct json *v)
{
    if (!v)
        return J_NULL;
    switch (json_typeof(of(v))) {
    case JSON_TRUE:
    case JSON_FALSE:
        return J_BOOL;
    case JSON_INTEGER:
        return J_INT;
    case JSON_REAL:
        return J_REAL;
    case JSON_STRING:
        return J_TEXT;
    case JSON_ARRAY:
        return J_LIST;
    case JSON_OBJECT:
        return J_OBJECT;
    default:
        return J_NULL;
    }
}

const struct json *json_get(const struct json *object, const char *key)
{
    return (const struct json *)json_object_get(of(object), key);
}

size_t json_count(const struct json *v)
{
    return json_kind(v) == J_LIST ? json_array_size(of(v)) : json_object_size(of(v));
}

const struct json *json_at(const struct json *list, size_t i)
{
    return (const struct json *)json_array_get(of(list), i);
}

bool json_next(const struct json *object, void **it, struct str *ret_key,
               const struct json **ret_value)
{
    json_t *o = (json_t *)(uintptr_t)object; /* jansson's iterators want it writable */

    if (json_kind(object) != J_OBJECT)
        return false;
    *it = *it ? json_object_iter_next(o, *it) : json_object_iter(o);
    if (!*it)
        return false;
    *ret_key = str_of(json_object_iter_key(*it));
    *ret_value = (const struct json *)json_object_iter_value(*it);
    return true;
}

struct str json_str(const struct json *v)
{
    if (!json_is_string(of(v)))
        return STR_NONE;
    return str_n(json_string_value(of(v)), json_string_length(of(v)));
}

struct str json_text(const struct json *object, const char *key)
{
    return json_str(json_get(object, key));
}

int64_t json_int(const struct json *object, const char *key, int64_t otherwise)
{
    const struct json *v = json_get(object, key);
    int64_t number;

    if (json_is_integer(of(v)))
        return json_integer_value(of(v));
    return str_to_int(json_str(v), &number) ? number : otherwise;
}

double json_number(const struct json *object, const char *key, double otherwise)
{
    const json_t *v = of(json_get(object, key));

    return json_is_number(v) ? json_number_value(v) : otherwise;
}

bool json_yes(const struct json *object, const char *key)
{
    return json_is_true(of(json_get(object, key)));
}

static int dump_to(const char *p, size_t n, void *to)
{
    buf_add(to, str_n(p, n));
    return 0;
}

struct str json_canonical(struct arena *a, const struct json *v)
{
    struct buf b = buf_new(a, 2 * JSON_MAX_SIZE);

    json_dump_callback(of(v), dump_to, &b,
                       JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
    return buf_str(&b);
}
