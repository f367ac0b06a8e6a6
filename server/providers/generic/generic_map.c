/* Runs a field map (generic_map.h): each record becomes a flat form, each rule makes a value of it,
 * and the object they make is read by the generic form itself, so that a mapped call and a sent one
 * meet the same limits. Called by generic's parse and by the preview. Pure. */
#include "providers/generic/generic_map.h"

#include "core/zone.h"
#include "providers/generic/generic.h"

const struct map_field generic_map_fields[] = {
    {"call_id", MAP_TEXT, true},        {"direction", MAP_DIRECTION, true},
    {"from", MAP_TEXT, true},           {"to", MAP_TEXT, true},
    {"started_at", MAP_TIME, true},     {"answered_at", MAP_TIME, false},
    {"ended_at", MAP_TIME, false},      {"duration", MAP_SECONDS, false},
    {"talk", MAP_SECONDS, false},       {"disposition", MAP_DISPOSITION, false},
    {"agent", MAP_TEXT, false},         {"from_name", MAP_TEXT, false},
    {"queue", MAP_TEXT, false},         {"trunk", MAP_TEXT, false},
    {"recording_url", MAP_TEXT, false}, {0},
};

#define N_FIELDS (sizeof generic_map_fields / sizeof *generic_map_fields - 1)

const char *generic_map_kind(enum map_kind kind)
{
    static const char *const names[] = {"text", "time", "seconds", "direction", "disposition"};

    return names[kind];
}

/* One run over one delivery. */
struct run {
    struct arena *a;
    const struct json *map, *fields;
    struct str zone;
};

/* data.call.id as a form has it: data[call][id]. */
static struct str bracketed(struct arena *a, struct str path)
{
    struct buf b = buf_new(a, 2 * FORM_MAX_NAME + 2);
    bool open = false;

    for (size_t i = 0; i < path.n && i < FORM_MAX_NAME; i++) {
        char c = path.p[i];
        if (c != '.' && c != '[') {
            buf_char(&b, c);
            continue;
        }
        if (open)
            buf_char(&b, ']');
        buf_char(&b, '[');
        open = c == '.';
    }
    if (open)
        buf_char(&b, ']');
    return buf_str(&b);
}

static struct str value_at(struct arena *a, const struct form *f, struct str path)
{
    struct str name = path, v = STR_NONE;

    for (int turn = 0; turn < 2 && !v.n; turn++) {
        for (size_t i = 0; i < f->n && !v.n; i++)
            if (str_eq(f->v[i].name, name))
                v = str_trim(f->v[i].value);
        name = bracketed(a, path);
    }
    return v;
}

/* What the rule takes, before it makes anything of it. */
static struct str taken(struct arena *a, const struct form *f, const struct json *rule)
{
    const struct json *from = json_get(rule, "from");
    struct str v = STR_NONE;

    if (json_kind(from) == J_TEXT)
        v = value_at(a, f, json_str(from));
    for (size_t i = 0; json_kind(from) == J_LIST && i < json_count(from) && !v.n; i++)
        v = value_at(a, f, json_str(json_at(from, i)));
    return v.n ? v : json_text(rule, "const");
}

/* True if the table settled it. */
static bool looked_up(const struct json *rule, struct str *v)
{
    const struct json *table = json_get(rule, "table"), *to;
    struct str key;
    void *it = NULL;

    if (!json_get(rule, "else") && json_kind(table) != J_OBJECT)
        return false;
    while (json_next(table, &it, &key, &to))
        if (str_case_eq(str_trim(key), *v)) {
            *v = json_str(to);
            return true;
        }
    if (!json_text(rule, "else").p)
        return false;
    *v = json_text(rule, "else");
    return true;
}

static struct str shown(struct arena *a, struct str v)
{
    return event_text(a, v, 60);
}

static struct str word_why(struct arena *a, const struct map_field *f, struct str v, bool table)
{
    return str_fmt(a, "\"%.*s\" %s: %s it into %s.", STR_ARG(shown(a, v)),
                   table ? "is not in the table" : "is none of our words",
                   table ? "add a line that turns" : "add a table that turns",
                   f->kind == MAP_DIRECTION
                       ? "inbound, outbound or internal"
                       : "answered, no_answer, busy, failed or voicemail");
}

/* Makes the cell of a taken text, already looked up in the table. */
static void make(struct run *r, const struct map_field *f, const struct json *rule, struct str v,
                 struct map_cell *cell)
{
    struct str zone = json_text(rule, "zone").n ? json_text(rule, "zone") : r->zone;
    struct str format = json_text(rule, "time");
    int64_t n;
    char iso[32];

    if (f->kind == MAP_TIME) {
        if (map_time(r->a, v, format, zone, &n) && event_time_fits(n))
            cell->value = str_dup(r->a, time_iso(n, iso));
        else
            cell->why = str_fmt(r->a, "\"%.*s\" is no time of the form %.*s: choose the form that "
                                      "the sender uses.", STR_ARG(shown(r->a, v)),
                                STR_ARG(format.n ? format : STR("auto")));
    } else if (f->kind == MAP_SECONDS) {
        if (map_seconds(v, json_text(rule, "unit"), &n))
            cell->value = str_fmt(r->a, "%lld", (long long)n);
        else
            cell->why = str_fmt(r->a, "\"%.*s\" is no number of seconds and no hh:mm:ss.",
                                STR_ARG(shown(r->a, v)));
    } else if (f->kind == MAP_DIRECTION || f->kind == MAP_DISPOSITION) {
        cell->value = str_lower(r->a, v);
        if (f->kind == MAP_DIRECTION ? call_direction_of(cell->value) == CALL_UNKNOWN
                                     : call_disposition_of(cell->value) == CALL_DISPOSITION_UNKNOWN)
            cell->why = word_why(r->a, f, v, json_get(rule, "table") != NULL);
    } else {
        cell->value = v;
    }
}

static struct str names_of(struct arena *a, const struct json *rule)
{
    const struct json *from = json_get(rule, "from");
    struct buf b = buf_new(a, 500);

    if (json_kind(from) == J_TEXT)
        return shown(a, json_str(from));
    for (size_t i = 0; i < json_count(from) && i < 4; i++)
        buf_fmt(&b, "%s%.*s", i ? ", " : "", STR_ARG(shown(a, json_str(json_at(from, i)))));
    return buf_str(&b);
}

static struct map_cell cell_of(struct run *r, const struct map_field *f, const struct form *form,
                               struct str direction)
{
    struct map_cell cell = {.field = f->name, .value = STR_NONE, .why = STR("")};
    const struct json *rule = json_get(r->fields, f->name), *other;
    struct str v;

    other = direction.n ? json_get(rule, str_c(r->a, direction)) : NULL;
    if (json_kind(other) == J_OBJECT)
        rule = other;
    v = taken(r->a, form, rule);
    if (v.n)
        looked_up(rule, &v);
    if (v.n)
        make(r, f, rule, v, &cell);
    else if (f->required)
        cell.why = rule && names_of(r->a, rule).n
                       ? str_fmt(r->a, "There is nothing at %.*s, and this field is needed.",
                                 STR_ARG(names_of(r->a, rule)))
                       : STR("This field is needed: say where it is.");
    return cell;
}

/* Does `only` let this record in? */
static bool let_in(struct run *r, const struct form *form)
{
    const struct json *only = json_get(r->map, "only"), *is = json_get(only, "is");
    struct str v;

    if (json_kind(only) != J_OBJECT)
        return true;
    v = taken(r->a, form, only);
    if (json_kind(is) == J_TEXT)
        return str_case_eq(v, json_str(is));
    for (size_t i = 0; i < json_count(is); i++)
        if (str_case_eq(v, json_str(json_at(is, i))))
            return true;
    return false;
}

static struct str object_of(struct arena *a, const struct map_cell *v, size_t n)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    for (size_t i = 0; i < n; i++) {
        if (!v[i].value.n)
            continue;
        jw_key(&w, v[i].field);
        if (generic_map_fields[i].kind == MAP_SECONDS)
            jw_raw(&w, v[i].value);
        else
            jw_text(&w, v[i].value);
    }
    jw_close(&w, '}');
    return jw_done(&w);
}

/* One record; what is wrong is in the call. */
static void map_one(struct run *r, const struct form *form, size_t number, struct map_call *call,
                    struct event_list *list)
{
    const struct json *object;
    struct str direction = STR("");
    bool good = true;
    size_t before = list->n;

    call->left_out = !let_in(r, form);
    call->why = STR("");
    if (call->left_out)
        return;
    call->v = ARENA_ARRAY(r->a, N_FIELDS, struct map_cell);
    for (size_t i = 0; i < N_FIELDS; i++) {
        const struct map_field *f = &generic_map_fields[i];
        call->v[call->n++] = cell_of(r, f, form, direction);
        if (f->kind == MAP_DIRECTION && !call->v[i].why.n)
            direction = call->v[i].value;
        good = good && !call->v[i].why.n;
    }
    if (!good)
        return;
    arena_set_why(r->a, STR(""));
    if (json_parse(r->a, object_of(r->a, call->v, call->n), &object) ||
        generic_take_call(r->a, object, number, list)) {
        call->why = arena_why(r->a).n ? str_dup(r->a, arena_why(r->a)) : STR("It is no call.");
        list->n = before;
    }
}

static const struct err *first_fault(struct arena *a, const struct map_call *call, size_t number)
{
    struct str where = number ? str_fmt(a, "Call %zu, ", number) : STR("");

    for (size_t i = 0; i < call->n; i++)
        if (call->v[i].why.n)
            return err_why(a, E_BAD_PAYLOAD, "%.*s%s: %.*s", STR_ARG(where), call->v[i].field,
                           STR_ARG(call->v[i].why));
    return call->why.n ? err_why(a, E_BAD_PAYLOAD, "%.*s", STR_ARG(call->why)) : NULL;
}

static const struct err *take_form(struct run *r, const struct form *form, size_t number,
                                   struct event_list *list, struct map_trace *trace)
{
    struct map_call scratch = {0}, *call = &scratch;

    if (trace && !trace->n && !trace->sent.n)
        trace->sent = *form;
    if (trace && trace->n < MAP_TRACE_CALLS)
        call = &trace->v[trace->n++];
    map_one(r, form, number, call, list);
    return trace ? NULL : first_fault(r->a, call, number);
}

static const struct json *walk(struct arena *a, const struct json *tree, struct str path)
{
    struct str part;

    while (tree && str_split(&path, '.', &part))
        tree = json_kind(tree) == J_OBJECT ? json_get(tree, str_c(a, part)) : NULL;
    return tree;
}

static const struct err *take_tree(struct run *r, const struct json *tree, struct event_list *list,
                                   struct map_trace *trace)
{
    struct str each = json_text(r->map, "each");
    const struct json *v = each.n ? walk(r->a, tree, each) : tree;
    const struct err *e = NULL;
    struct form form = {0};

    if (each.n && json_kind(v) != J_LIST && json_kind(v) != J_OBJECT)
        return err_why(r->a, E_BAD_PAYLOAD, "There is no list of calls at %.*s.",
                       STR_ARG(shown(r->a, each)));
    if (json_kind(v) != J_LIST) {
        e = form_of_object(r->a, v, &form);
        return e ? e : take_form(r, &form, 0, list, trace);
    }
    if (json_count(v) > MAP_MAX_CALLS)
        return err_why(r->a, E_BAD_PAYLOAD, "There are more than %d calls.", MAP_MAX_CALLS);
    for (size_t i = 0; i < json_count(v) && !e; i++) {
        form = (struct form){0};
        e = form_of_object(r->a, json_at(v, i), &form);
        if (!e)
            e = take_form(r, &form, i + 1, list, trace);
    }
    return e;
}

static bool is_json(const struct hook *h, struct str body)
{
    struct str type = hook_header(h, "content-type");

    return body.n && (body.p[0] == '{' || body.p[0] == '[') &&
           !form_type_is(type, "application/x-www-form-urlencoded") &&
           !form_type_is(type, "multipart/form-data");
}

const struct err *generic_map_run(struct arena *a, const struct json *map, const struct hook *h,
                                  struct event_list *list, struct map_trace *trace)
{
    struct run r = {.a = a, .map = map, .fields = json_get(map, "fields"),
                    .zone = json_text(map, "zone")};
    struct str unwrap = json_text(map, "unwrap"), body = str_trim(h->body);
    const struct json *tree;
    struct form form = {0};
    const struct err *e;

    if (!r.zone.n)
        r.zone = hook_setting(h, "zone").p ? hook_setting(h, "zone") : STR("");
    if (!unwrap.n && is_json(h, body)) {
        e = json_parse(a, body, &tree);
        return e ? e : take_tree(&r, tree, list, trace);
    }
    e = is_json(h, body) ? form_json(a, body, &form) : form_of_hook(a, h, &form);
    if (e || !unwrap.n)
        return e ? e : take_form(&r, &form, 0, list, trace);
    body = value_at(a, &form, unwrap);
    if (trace)
        trace->sent = form;
    if (!body.n)
        return err_why(a, E_BAD_PAYLOAD, "There is nothing at %.*s.", STR_ARG(shown(a, unwrap)));
    e = json_parse(a, body, &tree);
    if (e)
        return err_why(a, E_BAD_PAYLOAD, "What is at %.*s is no JSON: %.*s",
                       STR_ARG(shown(a, unwrap)), STR_ARG(arena_why(a)));
    if (trace)
        trace->sent = (struct form){0};
    return take_tree(&r, tree, list, trace);
}

/* ---- the answer of the preview ---- */

static void write_call(struct jw *w, struct arena *a, const struct map_call *call)
{
    jw_open(w, '{');
    jw_key(w, "left_out");
    jw_bool(w, call->left_out);
    jw_key(w, "why");
    jw_text(w, call->why.n ? call->why : STR_NONE);
    jw_key(w, "cells");
    jw_open(w, '[');
    for (size_t i = 0; i < call->n; i++) {
        jw_open(w, '{');
        jw_key(w, "field");
        jw_text(w, str_of(call->v[i].field));
        jw_key(w, "value");
        jw_text(w, call->v[i].value.n ? event_text(a, call->v[i].value, 250) : STR_NONE);
        jw_key(w, "why");
        jw_text(w, call->v[i].why.n ? call->v[i].why : STR_NONE);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
}

#define SENT_SHOWN 200

struct str generic_map_preview(struct arena *a, const struct json *map, const struct hook *h)
{
    struct map_trace *trace = ARENA_NEW(a, struct map_trace);
    struct event_list list = {0};
    struct jw w = jw_new(a);
    const struct err *e;

    arena_set_why(a, STR(""));
    e = generic_map_run(a, map, h, &list, trace);
    jw_open(&w, '{');
    jw_key(&w, "why");
    jw_text(&w, !e ? STR_NONE : arena_why(a).n ? str_dup(a, arena_why(a)) : str_of(e->title));
    jw_key(&w, "sent");
    jw_open(&w, '[');
    for (size_t i = 0; i < trace->sent.n && i < SENT_SHOWN; i++) {
        jw_open(&w, '{');
        jw_key(&w, "name");
        jw_text(&w, event_text(a, trace->sent.v[i].name, FORM_MAX_NAME));
        jw_key(&w, "value");
        jw_text(&w, event_text(a, trace->sent.v[i].value, 250));
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    jw_key(&w, "calls");
    jw_open(&w, '[');
    for (size_t i = 0; i < trace->n; i++)
        write_call(&w, a, &trace->v[i]);
    jw_close(&w, ']');
    jw_key(&w, "events");
    jw_int(&w, (int64_t)list.n);
    jw_close(&w, '}');
    return jw_done(&w);
}
