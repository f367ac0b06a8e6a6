/* Reads the rule language of rule.h. Called when a scorecard is loaded or saved and before a call
 * is judged. Knows nothing of conversations. */
#include <limits.h>

#include "engines/builtin/rule.h"
#include "engines/builtin/rule_tree.h"

struct reader {
    struct arena *a;
    size_t nodes;
};

static const struct measure MEASURES[] = {
    {"agent_share_bp", "Agent's share of the talk", offsetof(struct analysis, agent_share_bp),
     UNIT_SHARE, true},
    {"longest_silence_ms", "Longest silence", offsetof(struct analysis, longest_silence_ms),
     UNIT_CLOCK, false},
    {"silence_ms", "Silence in all", offsetof(struct analysis, silence_ms), UNIT_CLOCK, false},
    {"overlap_ms", "Talk over each other", offsetof(struct analysis, overlap_ms), UNIT_CLOCK, true},
    {"longest_monologue_ms", "Longest monologue", offsetof(struct analysis, longest_monologue_ms),
     UNIT_CLOCK, true},
    {"interruptions_by_agent", "Interruptions by the agent",
     offsetof(struct analysis, interruptions_by_agent), UNIT_COUNT, true},
    {"interruptions_by_customer", "Interruptions by the customer",
     offsetof(struct analysis, interruptions_by_customer), UNIT_COUNT, true},
    {"agent_wpm", "Agent's words per minute", offsetof(struct analysis, agent_wpm), UNIT_COUNT,
     true},
    {"customer_wpm", "Customer's words per minute", offsetof(struct analysis, customer_wpm),
     UNIT_COUNT, true},
    {"questions_by_agent", "Questions by the agent", offsetof(struct analysis, questions_by_agent),
     UNIT_COUNT, true},
};

static const char *const KINDS[] = {"said", "not_said", "measure", "all", "any", "none"};

static const char *const SAID_KEYS[] = {
    "by",    "within_first_s", "within_last_s", "at_least", "gap",   "unless",
    "after", "before",         "within_turns",  "each",     "quote", NULL};
static const char *const INNER_KEYS[] = {"said",   "by",  "within_first_s", "within_last_s",
                                         "unless", "gap", "quote",          NULL};
static const char *const MEASURE_KEYS[] = {"min", "max", "partly_min", "partly_max", NULL};
static const char *const ALL_KEYS[] = {"partly_from", NULL};
static const char *const NO_KEYS[] = {NULL};
static const char *const COMMON_KEYS[] = {"name", "when", "partly", "directions", NULL};

static const char *const *const KIND_KEYS[] = {SAID_KEYS, SAID_KEYS, MEASURE_KEYS,
                                               ALL_KEYS,  NO_KEYS,   NO_KEYS};

const struct measure *rule_measure(struct str name)
{
    for (size_t i = 0; i < sizeof MEASURES / sizeof *MEASURES; i++)
        if (str_is(name, MEASURES[i].name))
            return &MEASURES[i];
    return NULL;
}

static bool listed(const char *const *list, struct str key)
{
    for (; *list; list++)
        if (str_is(key, *list))
            return true;
    return false;
}

static const struct err *bad(struct reader *r, struct str field, const char *key, const char *what)
{
    return err_why(r->a, E_BAD_INPUT, "%.*s%s%s: %s", STR_ARG(field), *key ? "." : "", key, what);
}

/* An optional whole number between least and most. */
static const struct err *number(struct reader *r, const struct json *o, struct str field,
                                const char *key, int64_t least, int64_t most, int64_t *io_value)
{
    const struct json *v = json_get(o, key);
    int64_t i;

    if (!v)
        return NULL;
    i = json_kind(v) == J_INT ? json_int(o, key, INT64_MIN) : INT64_MIN;
    if (i < least || i > most)
        return err_why(r->a, E_BAD_INPUT, "%.*s.%s: a whole number from %lld to %lld",
                       STR_ARG(field), key, (long long)least, (long long)most);
    *io_value = i;
    return NULL;
}

static const struct err *small(struct reader *r, const struct json *o, struct str field,
                               const char *key, int32_t most, int32_t *io_value)
{
    int64_t v = *io_value;
    const struct err *e = number(r, o, field, key, 1, most, &v);

    *io_value = (int32_t)v;
    return e;
}

static const struct err *phrases(struct reader *r, const struct json *list, struct str field,
                                 int gap, struct phrases *ret_list)
{
    size_t n = json_count(list);

    if (json_kind(list) != J_LIST || n < 1 || n > RULE_MAX_PHRASES)
        return err_why(r->a, E_BAD_INPUT, "%.*s: a list of 1 to %d phrases", STR_ARG(field),
                       RULE_MAX_PHRASES);
    ret_list->p = ARENA_ARRAY(r->a, n, const struct phrase *);
    for (size_t i = 0; i < n; i++) {
        const struct json *v = json_at(list, i);
        const struct err *e;

        if (json_kind(v) != J_TEXT)
            return err_why(r->a, E_BAD_INPUT, "%.*s[%zu]: a phrase is text", STR_ARG(field), i);
        e = phrase_parse(r->a, json_str(v), gap, &ret_list->p[i]);
        if (e) {
            struct str why = str_dup(r->a, arena_why(r->a));

            return err_why(r->a, e, "%.*s[%zu]: %.*s", STR_ARG(field), i, STR_ARG(why));
        }
        ret_list->n++;
    }
    return NULL;
}

static const struct err *side(struct reader *r, const struct json *o, struct str field,
                              enum speaker *io_by)
{
    const struct json *v = json_get(o, "by");
    struct str s = json_str(v);

    if (!v)
        return NULL;
    if (str_is(s, "agent"))
        *io_by = SPEAKER_AGENT;
    else if (str_is(s, "customer"))
        *io_by = SPEAKER_CUSTOMER;
    else if (str_is(s, "anyone"))
        *io_by = SPEAKER_UNKNOWN;
    else
        return bad(r, field, "by", "agent, customer or anyone");
    return NULL;
}

static const struct err *said(struct reader *r, const struct json *o, struct str field,
                              const char *key, struct said *ret_said)
{
    int64_t gap = 0;
    const struct err *e = number(r, o, field, "gap", 0, 5, &gap);

    if (!e)
        e = side(r, o, field, &ret_said->by);
    if (!e)
        e = small(r, o, field, "within_first_s", 36000, &ret_said->first_s);
    if (!e)
        e = small(r, o, field, "within_last_s", 36000, &ret_said->last_s);
    if (!e)
        e = small(r, o, field, "quote", 12, &ret_said->quote);
    if (!e)
        e = phrases(r, json_get(o, key), str_fmt(r->a, "%.*s.%s", STR_ARG(field), key), (int)gap,
                    &ret_said->phrases);
    if (!e && json_get(o, "unless"))
        e = phrases(r, json_get(o, "unless"), str_fmt(r->a, "%.*s.unless", STR_ARG(field)),
                    (int)gap, &ret_said->unless);
    return e;
}

/* "after" and "before": words to which the rule's own words relate. */
static const struct err *related(struct reader *r, const struct json *o, struct str field,
                                 const char *key, enum speaker by, const struct said **ret_said)
{
    const struct json *v = json_get(o, key), *value;
    struct said *s;
    struct str name;
    void *it = NULL;

    if (!v)
        return NULL;
    field = str_fmt(r->a, "%.*s.%s", STR_ARG(field), key);
    if (json_kind(v) != J_OBJECT)
        return bad(r, field, "", "an object with \"said\"");
    while (json_next(v, &it, &name, &value))
        if (!listed(INNER_KEYS, name))
            return bad(r, field, str_c(r->a, name), "there is no such member here");
    s = ARENA_NEW(r->a, struct said);
    s->by = by;
    *ret_said = s;
    return said(r, v, field, "said", s);
}

static const struct err *read_said(struct reader *r, const struct json *o, struct str field,
                                   struct rule *rule)
{
    const struct err *e;

    rule->said.by = SPEAKER_AGENT;
    rule->at_least = 1;
    rule->within_turns = 3;
    rule->each = json_yes(o, "each");
    e = said(r, o, field, KINDS[rule->kind], &rule->said);
    if (!e)
        e = small(r, o, field, "at_least", 1000, &rule->at_least);
    if (!e)
        e = small(r, o, field, "within_turns", 1000, &rule->within_turns);
    if (!e)
        e = related(r, o, field, "after", SPEAKER_CUSTOMER, &rule->after);
    if (!e)
        e = related(r, o, field, "before", SPEAKER_AGENT, &rule->before);
    if (!e && json_get(o, "each") && json_kind(json_get(o, "each")) != J_BOOL)
        e = bad(r, field, "each", "true or false");
    if (!e && rule->kind == RULE_NOT_SAID && rule->before)
        e = bad(r, field, "before", "goes with said only");
    if (!e && rule->kind == RULE_NOT_SAID && rule->after)
        e = bad(r, field, "after", "goes with said only");
    return e;
}

static const struct err *read_measure(struct reader *r, const struct json *o, struct str field,
                                      struct rule *rule)
{
    const struct err *e;

    rule->measure = rule_measure(json_text(o, "measure"));
    if (!rule->measure)
        return bad(r, field, "measure", "there is no measure of this name");
    rule->min = INT32_MIN;
    rule->max = INT32_MAX;
    if (!json_get(o, "min") && !json_get(o, "max"))
        return bad(r, field, "min", "min or max is needed");
    e = number(r, o, field, "min", 0, INT32_MAX, &rule->min);
    if (!e)
        e = number(r, o, field, "max", 0, INT32_MAX, &rule->max);
    rule->partly_min = rule->min;
    rule->partly_max = rule->max;
    if (!e)
        e = number(r, o, field, "partly_min", 0, INT32_MAX, &rule->partly_min);
    if (!e)
        e = number(r, o, field, "partly_max", 0, INT32_MAX, &rule->partly_max);
    if (!e && rule->min > rule->max)
        e = bad(r, field, "max", "must not be less than min");
    if (!e && rule->partly_min > rule->min)
        e = bad(r, field, "partly_min", "must not be more than min");
    if (!e && rule->partly_max < rule->max)
        e = bad(r, field, "partly_max", "must not be less than max");
    return e;
}

static const struct err *read_rule(struct reader *r, const struct json *o, struct str field,
                                   int depth, const struct rule **ret_rule);

static const struct err *read_children(struct reader *r, const struct json *o, struct str field,
                                       int depth, struct rule *rule)
{
    const char *key = KINDS[rule->kind];
    const struct json *list = json_get(o, key);
    size_t n = json_count(list);
    const struct err *e;

    if (json_kind(list) != J_LIST || n < 1 || n > RULE_MAX_NODES)
        return bad(r, field, key, "a list of rules");
    rule->children = ARENA_ARRAY(r->a, n, const struct rule *);
    for (; rule->n_children < n; rule->n_children++) {
        size_t i = rule->n_children;

        e = read_rule(r, json_at(list, i), str_fmt(r->a, "%.*s.%s[%zu]", STR_ARG(field), key, i),
                      depth + 1, &rule->children[i]);
        if (e)
            return e;
    }
    return small(r, o, field, "partly_from", (int32_t)n, &rule->partly_from);
}

static const struct err *check_keys(struct reader *r, const struct json *o, struct str field,
                                    enum rule_kind kind)
{
    const struct json *value;
    struct str key;
    void *it = NULL;

    while (json_next(o, &it, &key, &value))
        if (!str_is(key, KINDS[kind]) && !listed(KIND_KEYS[kind], key) && !listed(COMMON_KEYS, key))
            return bad(r, field, str_c(r->a, key), "there is no such member here");
    return NULL;
}

static const struct err *read_directions(struct reader *r, const struct json *list,
                                         struct str field, struct rule *rule)
{
    size_t n = json_count(list);

    if (!list)
        return NULL;
    if (json_kind(list) != J_LIST || n < 1 || n > 4)
        return bad(r, field, "directions", "a list of directions");
    rule->directions = ARENA_ARRAY(r->a, n, struct str);
    for (; rule->n_directions < n; rule->n_directions++) {
        struct str s = json_str(json_at(list, rule->n_directions));

        if (!str_is(s, "inbound") && !str_is(s, "outbound") && !str_is(s, "internal"))
            return bad(r, field, "directions", "inbound, outbound or internal");
        rule->directions[rule->n_directions] = s;
    }
    return NULL;
}

static const struct err *read_common(struct reader *r, const struct json *o, struct str field,
                                     int depth, struct rule *rule)
{
    const struct err *e = read_directions(r, json_get(o, "directions"), field, rule);

    if (!e && json_get(o, "name")) {
        rule->name = json_text(o, "name");
        if (rule->name.n < 1 || rule->name.n > 80)
            return bad(r, field, "name", "text of 1 to 80 bytes");
    }
    if (!e && json_get(o, "when"))
        e = read_rule(r, json_get(o, "when"), str_fmt(r->a, "%.*s.when", STR_ARG(field)), depth + 1,
                      &rule->when);
    if (!e && json_get(o, "partly"))
        e = read_rule(r, json_get(o, "partly"), str_fmt(r->a, "%.*s.partly", STR_ARG(field)),
                      depth + 1, &rule->partly);
    return e;
}

static const struct err *read_rule(struct reader *r, const struct json *o, struct str field,
                                   int depth, const struct rule **ret_rule)
{
    struct rule *rule = ARENA_NEW(r->a, struct rule);
    const struct err *e;
    size_t kinds = 0;

    if (json_kind(o) != J_OBJECT)
        return bad(r, field, "", "a rule is an object");
    if (depth > RULE_MAX_DEPTH || ++r->nodes > RULE_MAX_NODES)
        return bad(r, field, "", "too many rules in one another or in all");
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        if (!json_get(o, KINDS[i]))
            continue;
        rule->kind = (enum rule_kind)i;
        kinds++;
    }
    if (kinds != 1)
        return bad(r, field, "", "exactly one of said, not_said, measure, all, any, none");
    e = check_keys(r, o, field, rule->kind);
    if (e)
        return e;
    if (rule->kind == RULE_SAID || rule->kind == RULE_NOT_SAID)
        e = read_said(r, o, field, rule);
    else if (rule->kind == RULE_MEASURE)
        e = read_measure(r, o, field, rule);
    else
        e = read_children(r, o, field, depth, rule);
    if (!e)
        e = read_common(r, o, field, depth, rule);
    if (!e)
        *ret_rule = rule;
    return e;
}

const struct err *rule_from_json(struct arena *a, const struct json *tree, struct str field,
                                 const struct rule **ret_rule)
{
    struct reader r = {.a = a};

    return read_rule(&r, tree, field, 1, ret_rule);
}

const struct err *rule_parse(struct arena *a, struct str text, const struct rule **ret_rule)
{
    const struct json *tree;

    if (text.n > RULE_MAX_SIZE)
        return err_why(a, E_BAD_INPUT, "rule: longer than %u bytes", RULE_MAX_SIZE);
    if (json_parse(a, text, &tree)) {
        struct str why = str_dup(a, arena_why(a));

        return err_why(a, E_BAD_INPUT, "rule: %.*s", STR_ARG(why));
    }
    return rule_from_json(a, tree, STR("rule"), ret_rule);
}
