/* A tenant's settings, as stored and as used. */
#include <string.h>

#include "insight/redaction/queries.h"
#include "insight/redaction/store.h"
#include "insight/sensitive/sensitive.h"
#include "insight/trackers/trackers.h"

struct str redaction_kinds_array(struct arena *a, unsigned kinds)
{
    struct buf b = buf_new(a, 1000);

    buf_char(&b, '{');
    for (enum sensitive_kind k = 0; k < SENSITIVE_COUNT; k++)
        if (kinds >> k & 1)
            buf_fmt(&b, "%s%s", b.n > 1 ? "," : "", sensitive_name(k));
    buf_char(&b, '}');
    return buf_str(&b);
}

static unsigned bit_of(struct str name)
{
    for (enum sensitive_kind k = 0; k < SENSITIVE_COUNT; k++)
        if (str_is(name, sensitive_name(k)))
            return 1u << k;
    return 0;
}

const struct err *redaction_kinds_read(struct arena *a, struct str list, unsigned *ret)
{
    const struct json *tree;
    const struct err *e = json_parse(a, list, &tree);

    if (e)
        return e;
    *ret = 0;
    for (size_t i = 0; i < json_count(tree); i++) {
        struct str name = json_str(json_at(tree, i));

        if (!bit_of(name))
            return err_why(a, E_BAD_INPUT, "There is no kind \"%.*s\".", STR_ARG(name));
        *ret |= bit_of(name);
    }
    return NULL;
}

static bool good_name(struct str s)
{
    if (!s.n || s.n > REDACTION_MAX_NAME || bit_of(s))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!s.p[i] || !strchr("abcdefghijklmnopqrstuvwxyz0123456789-", s.p[i]))
            return false;
    return true;
}

static const struct err *pattern_of(struct arena *a, const struct json *one, size_t i,
                                    struct redaction_pattern *ret)
{
    struct str text = json_text(one, "pattern");
    const struct err *e;

    ret->name = json_text(one, "name");
    if (json_count(one) != 2 || !good_name(ret->name))
        return err_why(a, E_BAD_INPUT, "Number %zu: give a name of at most %d small letters, digits and "
                                       "hyphens that is no kind's own, and a pattern.", i + 1,
                       REDACTION_MAX_NAME);
    e = tracker_compile(a, TRACKER_PATTERN, STR("anyone"), &text, 1, &ret->find);
    if (e == E_BAD_INPUT)
        return err_why(a, e, "%.*s: %.*s", STR_ARG(ret->name), STR_ARG(str_dup(a, arena_why(a))));
    return e;
}

const struct err *redaction_rules_of(struct arena *a, struct str kinds, struct str patterns,
                                     struct redaction_rules *ret)
{
    const struct json *list;
    struct redaction_pattern *out;
    struct str rest, one;
    const struct err *e = json_parse(a, patterns, &list);

    if (e)
        return e;
    if (json_kind(list) != J_LIST || json_count(list) > REDACTION_MAX_PATTERNS)
        return err_why(a, E_BAD_INPUT, "Give a list of at most %d patterns.", REDACTION_MAX_PATTERNS);
    out = ARENA_ARRAY(a, json_count(list), struct redaction_pattern);
    for (size_t i = 0; i < json_count(list) && !e; i++)
        e = pattern_of(a, json_at(list, i), i, &out[i]);
    ret->patterns = out;
    ret->n_patterns = json_count(list);
    ret->kinds = 0;
    rest = kinds.n > 2 ? str_sub(kinds, 1, kinds.n - 2) : STR("");
    while (str_split(&rest, ',', &one))
        ret->kinds |= bit_of(one);
    return e;
}

const struct err *redaction_rules_read(struct db *db, struct redaction_rules *ret)
{
    struct redaction_get_out row;
    const struct err *e = q_redaction_get(db, &row);

    *ret = (struct redaction_rules){0};
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    ret->active = row.active;
    ret->version = row.version;
    return row.active ? redaction_rules_of(db_arena(db), row.kinds, row.patterns, ret) : NULL;
}
