/* The contract, OpenAPI 3.1, printed from the route table. Called by `ringsight openapi` and by the
 * route that serves it; the dashboard's types are made from it. */
#include <string.h>

#include "http/inner.h"

static struct str field_schema(struct arena *a, const struct field *f)
{
    struct jw w = jw_new(a);
    static const char *const types[] = {[FIELD_TEXT] = "string", [FIELD_INT] = "integer",
                                        [FIELD_BOOL] = "boolean", [FIELD_UUID] = "string",
                                        [FIELD_TIME] = "string", [FIELD_TEXTS] = "array"};
    struct str rest = str_of(f->choices), part;

    jw_open(&w, '{');
    jw_key(&w, "type");
    if (f->type == FIELD_JSON)
        jw_raw(&w, STR("[\"object\",\"array\"]"));
    else
        jw_text(&w, str_of(types[f->type]));
    if (f->type == FIELD_UUID || f->type == FIELD_TIME) {
        jw_key(&w, "format");
        jw_text(&w, f->type == FIELD_UUID ? STR("uuid") : STR("date-time"));
    }
    if (f->type == FIELD_TEXTS) {
        jw_key(&w, "items");
        jw_raw(&w, STR("{\"type\":\"string\"}"));
    }
    if (f->type == FIELD_JSON) { /* or the types made from it know no key and no element */
        jw_key(&w, "additionalProperties");
        jw_bool(&w, true);
        jw_key(&w, "items");
        jw_raw(&w, STR("{}"));
    }
    if (f->choices) {
        jw_key(&w, "enum");
        jw_open(&w, '[');
        while (str_split(&rest, '|', &part))
            jw_text(&w, part);
        jw_close(&w, ']');
    } else if (f->max) {
        jw_key(&w, f->type == FIELD_TEXT ? "maxLength" : "maximum");
        jw_int(&w, f->max);
    }
    if (f->doc) {
        jw_key(&w, "description");
        jw_text(&w, str_of(f->doc));
    }
    jw_close(&w, '}');
    return jw_done(&w);
}

static void parameter(struct jw *w, struct str name, const char *where, bool required,
                      struct str schema)
{
    jw_open(w, '{');
    jw_key(w, "name");
    jw_text(w, name);
    jw_key(w, "in");
    jw_text(w, str_of(where));
    jw_key(w, "required");
    jw_bool(w, required);
    jw_key(w, "schema");
    jw_raw(w, schema);
    jw_close(w, '}');
}

static bool reads_query(const struct route *r)
{
    return r->method == GET || r->method == HEAD || r->method == DELETE;
}

static void parameters(struct jw *w, struct arena *a, const struct route *r)
{
    bool text;

    jw_key(w, "parameters");
    jw_open(w, '[');
    for (size_t i = 0; i < 4; i++) {
        struct str name = route_param(r, i, &text);
        if (name.p)
            parameter(w, name, "path", true,
                      text ? STR("{\"type\":\"string\"}")
                           : STR("{\"type\":\"string\",\"format\":\"uuid\"}"));
    }
    for (const struct field *f = r->in; reads_query(r) && f && f->name; f++)
        parameter(w, str_of(f->name), "query", f->flags & REQUIRED, field_schema(a, f));
    if (r->sql && r->sql->kind == SQL_PAGE) {
        parameter(w, STR("cursor"), "query", false, STR("{\"type\":\"string\"}"));
        parameter(w, STR("limit"), "query", false,
                  STR("{\"type\":\"integer\",\"minimum\":1,\"maximum\":100}"));
    }
    if (r->creates)
        parameter(w, STR("Idempotency-Key"), "header", false,
                  str_fmt(a, "{\"type\":\"string\",\"minLength\":1,\"maxLength\":200,"
                             "\"description\":\"A repeat within 24 hours %s\"}",
                          r->creates == CREATES_SECRET
                              ? "does nothing and is answered 409, for the answer shows a secret"
                              : "does nothing and gets the first answer"));
    jw_close(w, ']');
}

static void body(struct jw *w, struct arena *a, const struct route *r)
{
    if (reads_query(r) || !r->in)
        return;
    jw_key(w, "requestBody");
    jw_open(w, '{');
    jw_key(w, "required");
    jw_bool(w, true);
    jw_key(w, "content");
    jw_raw(w, STR("{\"application/json\":{\"schema\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":"));
    w->comma = false;
    jw_open(w, '{');
    for (const struct field *f = r->in; f->name; f++) {
        jw_key(w, f->name);
        jw_raw(w, field_schema(a, f));
    }
    jw_close(w, '}');
    jw_key(w, "required");
    jw_open(w, '[');
    for (const struct field *f = r->in; f->name; f++)
        if (f->flags & REQUIRED)
            jw_text(w, str_of(f->name));
    jw_close(w, ']');
    buf_add(&w->b, STR("}}}"));
    jw_close(w, '}');
}

static struct str column_schema(struct arena *a, const struct sql_field *c)
{
    const char *type = "\"string\"";

    if (c->schema && !c->nullable)
        return str_fmt(a, "{\"$ref\":\"#/components/schemas/%s\"}", c->schema);
    if (c->schema)
        return str_fmt(a, "{\"anyOf\":[{\"$ref\":\"#/components/schemas/%s\"},{\"type\":\"null\"}]}",
                       c->schema);
    if (c->type == SQL_JSON)
        return STR("{}");
    if (c->type == SQL_INT || c->type == SQL_BIGINT)
        type = "\"integer\"";
    else if (c->type == SQL_BOOL)
        type = "\"boolean\"";
    return c->nullable ? str_fmt(a, "{\"type\":[%s,\"null\"]}", type)
                       : str_fmt(a, "{\"type\":%s}", type);
}

static void row_schema(struct jw *w, struct arena *a, const struct sql *q)
{
    jw_open(w, '{');
    jw_key(w, "type");
    jw_text(w, STR("object"));
    jw_key(w, "required");
    jw_open(w, '[');
    for (size_t i = 0; i < q->n_out; i++)
        jw_text(w, str_of(q->out[i].name));
    jw_close(w, ']');
    jw_key(w, "properties");
    jw_open(w, '{');
    for (size_t i = 0; i < q->n_out; i++) {
        jw_key(w, q->out[i].name);
        jw_raw(w, column_schema(a, &q->out[i]));
    }
    jw_close(w, '}');
    jw_close(w, '}');
}

static struct str answer_schema(struct arena *a, const struct route *r)
{
    struct jw w = jw_new(a);

    if (!r->sql)
        return r->out ? str_fmt(a, "{\"$ref\":\"#/components/schemas/%s\"}", r->out) : STR_NONE;
    if (!r->sql->n_out)
        return STR_NONE;
    if (r->sql->kind == SQL_ONE) {
        row_schema(&w, a, r->sql);
        return jw_done(&w);
    }
    jw_open(&w, '{');
    jw_key(&w, "type");
    jw_text(&w, STR("object"));
    jw_key(&w, "required");
    jw_raw(&w, r->sql->kind == SQL_PAGE ? STR("[\"items\",\"next\"]") : STR("[\"items\"]"));
    jw_key(&w, "properties");
    jw_open(&w, '{');
    jw_key(&w, "items");
    jw_raw(&w, STR("{\"type\":\"array\",\"items\":"));
    w.comma = false;
    row_schema(&w, a, r->sql);
    buf_char(&w.b, '}');
    if (r->sql->kind == SQL_PAGE) {
        jw_key(&w, "next");
        jw_raw(&w, STR("{\"type\":[\"string\",\"null\"]}"));
    }
    jw_close(&w, '}');
    jw_close(&w, '}');
    return jw_done(&w);
}

/* Bytes that are no JSON: whole, or the part that Range asked for. */
#define AUDIO                                                                                      \
    "{\"description\":\"ok\",\"content\":{\"audio/*\":{\"schema\":{\"type\":\"string\",\"format\":"    \
    "\"binary\"}}}}"

#define FILE_BYTES                                                                                 \
    "{\"description\":\"ok\",\"content\":{\"*/*\":{\"schema\":{\"type\":\"string\",\"format\":"         \
    "\"binary\"}}}}"

/* A download whose type depends on what was asked for. */
static bool is_file(const struct route *r)
{
    return r->out && strcmp(r->out, "file") == 0;
}

static bool is_audio(const struct route *r)
{
    return r->out && strcmp(r->out, "audio") == 0;
}

static void responses(struct jw *w, struct arena *a, const struct route *r)
{
    struct str schema = is_audio(r)  ? STR(AUDIO)
                        : is_file(r) ? STR(FILE_BYTES)
                                     : answer_schema(a, r);

    jw_key(w, "responses");
    jw_open(w, '{');
    jw_key(w, !schema.p ? "204" : r->creates ? "201" : "200");
    if (is_audio(r)) {
        jw_raw(w, schema);
        jw_key(w, "206");
        jw_raw(w, schema);
    } else if (is_file(r)) {
        jw_raw(w, schema);
    } else if (schema.p) {
        jw_raw(w, str_fmt(a, "{\"description\":\"ok\",\"content\":{\"application/json\":{\"schema\":%.*s}}}",
                          STR_ARG(schema)));
    } else {
        jw_raw(w, STR("{\"description\":\"done\"}"));
    }
    jw_key(w, "default");
    jw_raw(w, STR("{\"description\":\"A problem (RFC 9457)\",\"content\":{\"application/problem+json\":"
                  "{\"schema\":{\"$ref\":\"#/components/schemas/problem\"}}}}"));
    jw_close(w, '}');
}

static const char *who_name(const struct route *r)
{
    if (r->who == PUBLIC)
        return "public";
    if (r->who == SIGNED_IN)
        return "signed-in";
    if (r->who == SUPER_ADMIN)
        return "super-admin";
    for (int i = 0; i < PERMISSION_COUNT; i++)
        if ((unsigned)r->who == 1u << i)
            return permission_name((enum permission_number)i);
    return "";
}

static void operation(struct jw *w, struct arena *a, const struct feature *f, const struct route *r)
{
    static const char *const methods[] = {"", "get", "post", "put", "patch", "delete", "head",
                                          "options"};

    jw_key(w, methods[r->method]);
    jw_open(w, '{');
    jw_key(w, "tags");
    jw_raw(w, str_fmt(a, "[\"%s\"]", f->name));
    jw_key(w, "summary");
    jw_text(w, str_of(r->doc));
    jw_key(w, "x-permission");
    jw_text(w, str_of(who_name(r)));
    parameters(w, a, r);
    body(w, a, r);
    responses(w, a, r);
    jw_close(w, '}');
}

/* "/calls/{call:text}" as OpenAPI writes it. */
static struct str clean_path(struct arena *a, const struct route *r)
{
    struct buf b = buf_new(a, 1000);
    struct str p = str_of(r->path);

    buf_add(&b, r->root ? STR("") : STR("/api/v1"));
    for (size_t i = 0; i < p.n; i++) {
        if (str_starts(str_sub(p, i, 6), STR(":text}")))
            i += 5;
        buf_char(&b, p.p[i]);
    }
    return buf_str(&b);
}

/* All methods of one path stand together, under its first row. */
static void one_path(struct jw *w, struct arena *a, const struct feature *f, const struct route *r)
{
    for (const struct route *before = f->routes; before < r; before++)
        if (strcmp(before->path, r->path) == 0)
            return;
    jw_key_str(w, clean_path(a, r));
    jw_open(w, '{');
    for (const struct route *o = r; o->method; o++)
        if (strcmp(o->path, r->path) == 0)
            operation(w, a, f, o);
    jw_close(w, '}');
}

struct str openapi_print(struct arena *a)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "openapi");
    jw_text(&w, STR("3.1.0"));
    jw_key(&w, "info");
    jw_raw(&w, STR("{\"title\":\"Ringsight\",\"version\":\"1\"}"));
    jw_key(&w, "paths");
    jw_open(&w, '{');
    for (const struct feature *const *f = features; *f; f++)
        for (const struct route *r = (*f)->routes; r && r->method; r++)
            one_path(&w, a, *f, r);
    jw_close(&w, '}');
    jw_key(&w, "components");
    jw_open(&w, '{');
    jw_key(&w, "schemas");
    jw_open(&w, '{');
    jw_key(&w, "problem");
    jw_raw(&w, STR("{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\",\"code\",\"request_id\"],"
                   "\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
                   "\"status\":{\"type\":\"integer\"},\"code\":{\"type\":\"string\"},"
                   "\"detail\":{\"type\":\"string\"},\"request_id\":{\"type\":\"string\"},"
                   "\"fields\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}}}"));
    for (const struct feature *const *f = features; *f; f++) {
        for (const struct schema *s = (*f)->schemas; s && s->name; s++) {
            jw_key(&w, s->name);
            jw_raw(&w, str_of(s->json));
        }
    }
    jw_close(&w, '}');
    jw_close(&w, '}');
    jw_close(&w, '}');
    return jw_done(&w);
}
