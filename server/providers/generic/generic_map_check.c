/* Whether a text is a field map, told when it is saved: the sentence names the place, so that the
 * dashboard and a program can show it there. Pure. */
#include "core/zone.h"
#include "providers/generic/generic_map.h"

#define MAX_NAMES 10
#define MAX_TABLE 200

struct place {
    struct arena *a;
    struct str at; /* "fields.from: " */
};

static const struct err *fault(const struct place *p, const char *what)
{
    return err_why(p->a, E_BAD_INPUT, "%.*s%s", STR_ARG(p->at), what);
}

static const struct err *known_keys(const struct place *p, const struct json *object,
                                    const char *const *known)
{
    const struct json *v;
    struct str key;
    void *it = NULL;

    while (json_next(object, &it, &key, &v)) {
        size_t i = 0;
        while (known[i] && !str_is(key, known[i]))
            i++;
        if (!known[i])
            return err_why(p->a, E_BAD_INPUT, "%.*sthere is no \"%.*s\" in a map.",
                           STR_ARG(p->at), STR_ARG(event_text(p->a, key, 60)));
    }
    return NULL;
}

static bool is_name(const struct json *v)
{
    return json_str(v).n > 0 && json_str(v).n <= FORM_MAX_NAME;
}

static const struct err *check_from(const struct place *p, const struct json *from)
{
    bool ok = !from || is_name(from);

    if (json_kind(from) == J_LIST) {
        ok = json_count(from) > 0 && json_count(from) <= MAX_NAMES;
        for (size_t i = 0; i < json_count(from); i++)
            ok = ok && is_name(json_at(from, i));
    }
    return ok ? NULL : fault(p, "\"from\" must be a name, or a list of at most 10 names.");
}

static const struct err *check_text(const struct place *p, const struct json *rule, const char *key)
{
    const struct json *v = json_get(rule, key);

    if (!v || (json_kind(v) == J_TEXT && json_str(v).n <= EVENT_MAX_TEXT))
        return NULL;
    return err_why(p->a, E_BAD_INPUT, "%.*s\"%s\" must be a text of at most %d bytes.",
                   STR_ARG(p->at), key, EVENT_MAX_TEXT);
}

static const struct err *check_table(const struct place *p, const struct json *table)
{
    const struct json *v;
    struct str key;
    void *it = NULL;

    if (table && (json_kind(table) != J_OBJECT || json_count(table) > MAX_TABLE))
        return fault(p, "\"table\" must be an object of at most 200 texts.");
    while (table && json_next(table, &it, &key, &v))
        if (json_kind(v) != J_TEXT || json_str(v).n > EVENT_MAX_TEXT || key.n > EVENT_MAX_TEXT)
            return fault(p, "\"table\" must turn texts into texts of at most 250 bytes.");
    return NULL;
}

static const struct err *check_zone(const struct place *p, const struct json *rule)
{
    struct str zone = json_text(rule, "zone");

    return !zone.n || zone_known(zone)
               ? NULL
               : fault(p, "\"zone\" must be a time zone like Asia/Kolkata.");
}

static const struct err *check_form(const struct place *p, const struct json *rule)
{
    struct str unit = json_text(rule, "unit");

    if (!map_time_format_ok(json_text(rule, "time")))
        return fault(p, "\"time\" must be auto, unix, unix_ms or a pattern like DD/MM/YYYY HH:mm:ss "
                        "that has year, month, day, hour and minute once each.");
    if (unit.n && !str_is(unit, "auto") && !str_is(unit, "s") && !str_is(unit, "ms") &&
        !str_is(unit, "min"))
        return fault(p, "\"unit\" must be auto, s, ms or min.");
    return NULL;
}

static const struct err *check_rule(struct place p, const struct json *rule, bool inner)
{
    static const char *const outer_keys[] = {"from", "const", "table", "else", "time", "zone", "unit",
                                             "inbound", "outbound", "internal", NULL};
    static const char *const inner_keys[] = {"from", "const", "table", "else", "time", "zone", "unit",
                                             NULL};
    static const char *const texts[] = {"const", "else", "time", "zone", "unit", NULL};
    const struct err *e;

    if (json_kind(rule) != J_OBJECT)
        return fault(&p, "a rule must be an object.");
    e = known_keys(&p, rule, inner ? inner_keys : outer_keys);
    if (!e)
        e = check_from(&p, json_get(rule, "from"));
    for (size_t i = 0; texts[i] && !e; i++)
        e = check_text(&p, rule, texts[i]);
    if (!e)
        e = check_table(&p, json_get(rule, "table"));
    if (!e)
        e = check_zone(&p, rule);
    if (!e)
        e = check_form(&p, rule);
    for (size_t i = 7; !inner && outer_keys[i] && !e; i++)
        if (json_get(rule, outer_keys[i]))
            e = check_rule((struct place){p.a, str_fmt(p.a, "%.*s%s: ", STR_ARG(p.at),
                                                       outer_keys[i])},
                           json_get(rule, outer_keys[i]), true);
    return e;
}

static const struct err *check_fields(struct arena *a, const struct json *fields)
{
    struct place top = {a, STR("fields: ")};
    const char *names[32] = {0};
    const struct err *e;

    for (size_t i = 0; generic_map_fields[i].name; i++)
        names[i] = generic_map_fields[i].name;
    if (json_kind(fields) != J_OBJECT)
        return fault(&top, "an object with a rule for each field is needed.");
    e = known_keys(&top, fields, names);
    for (size_t i = 0; names[i] && !e; i++) {
        const struct json *rule = json_get(fields, names[i]);
        if (rule)
            e = check_rule((struct place){a, str_fmt(a, "fields.%s: ", names[i])}, rule, false);
        else if (generic_map_fields[i].required)
            e = err_why(a, E_BAD_INPUT, "fields.%s: this field is needed: say where it is.",
                        names[i]);
    }
    return e;
}

static const struct err *check_only(struct arena *a, const struct json *only)
{
    static const char *const known[] = {"from", "is", NULL};
    struct place p = {a, STR("only: ")};
    const struct json *is = json_get(only, "is");
    bool ok = json_kind(is) == J_TEXT;
    const struct err *e;

    if (!only)
        return NULL;
    if (json_kind(only) != J_OBJECT || !json_get(only, "from"))
        return fault(&p, "give \"from\" and \"is\".");
    if (json_kind(is) == J_LIST) {
        ok = json_count(is) > 0 && json_count(is) <= MAX_TABLE;
        for (size_t i = 0; i < json_count(is); i++)
            ok = ok && json_kind(json_at(is, i)) == J_TEXT;
    }
    e = known_keys(&p, only, known);
    if (!e)
        e = check_from(&p, json_get(only, "from"));
    return e || ok ? e : fault(&p, "\"is\" must be a text or a list of texts.");
}

const struct err *generic_map_check(struct arena *a, const struct json *map)
{
    static const char *const known[] = {"unwrap", "each", "only", "zone", "fields", NULL};
    static const char *const texts[] = {"unwrap", "each", "zone", NULL};
    struct place p = {a, STR("")};
    const struct err *e;

    if (json_kind(map) != J_OBJECT)
        return fault(&p, "A map must be an object.");
    if (json_canonical(a, map).n > MAP_MAX_BYTES)
        return fault(&p, "The map is larger than 16 KB.");
    e = known_keys(&p, map, known);
    for (size_t i = 0; texts[i] && !e; i++)
        e = check_text(&p, map, texts[i]);
    if (!e)
        e = check_zone(&p, map);
    if (!e)
        e = check_only(a, json_get(map, "only"));
    return e ? e : check_fields(a, json_get(map, "fields"));
}
