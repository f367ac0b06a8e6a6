/* Reads assignment rules and applies them. Called by the routes when they are saved, and for every
 * call that is to be scored. No clock and no chance: the sample is drawn by a hash. */
#include "insight/scorecards/assign.h"

#include "core/crypto.h"
#include "insight/tags/tags.h"

#define MAX_LIST 200
#define MAX_SECONDS 86400
#define MAX_QUOTA 1000

static const struct {
    const char *name;
    bool ids;
} LISTS[] = {{"queues", false}, {"directions", false}, {"languages", false},
             {"agents", true},  {"integrations", true}, {"teams", true}, {"tags", false}};
#define N_LISTS (sizeof LISTS / sizeof *LISTS)

static const struct err *bad(struct arena *a, struct str field, const char *key, const char *what)
{
    return err_why(a, E_BAD_INPUT, "%.*s%s%s: %s", STR_ARG(field), *key ? "." : "", key, what);
}

static const struct err *check_list(struct arena *a, const struct json *v, struct str field,
                                    size_t list)
{
    struct uuid id;

    if (json_kind(v) != J_LIST || json_count(v) < 1 || json_count(v) > MAX_LIST)
        return bad(a, field, LISTS[list].name, "a list of 1 to 200");
    for (size_t i = 0; i < json_count(v); i++) {
        struct str s = json_str(json_at(v, i));

        if (!s.p || s.n > 200 || (LISTS[list].ids && !uuid_parse(s, &id)))
            return bad(a, field, LISTS[list].name, LISTS[list].ids ? "ids" : "texts");
    }
    return NULL;
}

static const struct err *check_number(struct arena *a, const struct json *o, struct str field,
                                      const char *key, int64_t least, int64_t most)
{
    const struct json *v = json_get(o, key);
    int64_t n = json_int(o, key, -1);

    if (!v || (json_kind(v) == J_INT && n >= least && n <= most))
        return NULL;
    return err_why(a, E_BAD_INPUT, "%.*s.%s: a whole number from %lld to %lld", STR_ARG(field), key,
                   (long long)least, (long long)most);
}

static const struct err *check_quota(struct arena *a, const struct json *o, struct str field)
{
    const struct json *q = json_get(o, "per_agent"), *value;
    struct str at = str_fmt(a, "%.*s.per_agent", STR_ARG(field)), key, per = json_text(q, "per");
    void *it = NULL;

    if (!q)
        return NULL;
    if (json_kind(q) != J_OBJECT || !json_get(q, "n"))
        return bad(a, at, "n", "how many");
    while (json_next(q, &it, &key, &value))
        if (!str_is(key, "n") && !str_is(key, "per"))
            return bad(a, at, str_c(a, key), "there is no such member");
    if (!str_is(per, "week") && !str_is(per, "month"))
        return bad(a, at, "per", "week or month");
    return check_number(a, q, at, "n", 1, MAX_QUOTA);
}

static const struct err *check_rule(struct arena *a, const struct json *o, struct str field)
{
    const struct json *value;
    struct str key;
    void *it = NULL;
    const struct err *e = NULL;

    if (json_kind(o) != J_OBJECT)
        return bad(a, field, "", "must be an object");
    while (!e && json_next(o, &it, &key, &value)) {
        size_t i = 0;

        while (i < N_LISTS && !str_is(key, LISTS[i].name))
            i++;
        if (i < N_LISTS)
            e = check_list(a, value, field, i);
        else if (!str_is(key, "min_s") && !str_is(key, "max_s") && !str_is(key, "percent") &&
                 !str_is(key, "per_agent"))
            e = bad(a, field, str_c(a, key), "there is no such member");
    }
    if (!e)
        e = check_number(a, o, field, "min_s", 0, MAX_SECONDS);
    if (!e)
        e = check_number(a, o, field, "max_s", 0, MAX_SECONDS);
    if (!e && json_int(o, "max_s", MAX_SECONDS) < json_int(o, "min_s", 0))
        e = bad(a, field, "max_s", "must not be less than min_s");
    if (!e)
        e = check_number(a, o, field, "percent", 1, 100);
    return e ? e : check_quota(a, o, field);
}

const struct err *assign_check(struct arena *a, const struct json *rules)
{
    const struct err *e = NULL;

    if (json_kind(rules) != J_LIST || json_count(rules) > ASSIGN_MAX_RULES)
        return bad(a, STR("rules"), "", "a list of at most 20 rules");
    for (size_t i = 0; !e && i < json_count(rules); i++)
        e = check_rule(a, json_at(rules, i), str_fmt(a, "rules[%zu]", i));
    return e;
}

/* True if there is no such list, or the text stands in it. */
static bool listed(const struct json *rule, const char *key, struct str s)
{
    const struct json *list = json_get(rule, key);

    for (size_t i = 0; i < json_count(list); i++)
        if (str_case_eq(json_str(json_at(list, i)), s))
            return true;
    return !list;
}

static bool listed_id(const struct json *rule, const char *key, struct uuid id)
{
    char text[UUID_TEXT];

    return listed(rule, key, uuid_text(id, text));
}

/* The same of a tag, in whatever letters and blanks the rule was written. */
static bool listed_tag(struct arena *a, const struct json *rule, const char *key, struct str tag)
{
    const struct json *list = json_get(rule, key);

    for (size_t i = 0; i < json_count(list); i++)
        if (str_eq(tag_of(a, json_str(json_at(list, i))), tag))
            return true;
    return !list;
}

static bool listed_here(struct arena *a, const struct json *rule, const char *key, struct str s)
{
    return str_is(str_of(key), "tags") ? listed_tag(a, rule, key, s) : listed(rule, key, s);
}

/* True if there is no such list, or one of the call's stands in it. */
static bool listed_any(struct arena *a, const struct json *rule, const char *key, struct str have)
{
    const struct json *list;

    if (!json_get(rule, key))
        return true;
    if (!have.n || json_parse(a, have, &list))
        return false;
    for (size_t i = 0; i < json_count(list); i++)
        if (listed_here(a, rule, key, json_str(json_at(list, i))))
            return true;
    return false;
}

/* The call's place among 10,000, the same for ever; another for each card. */
static int64_t place(struct arena *a, struct uuid card, struct uuid call)
{
    char one[UUID_TEXT], two[UUID_TEXT];
    struct hash h = crypto_sha256(
        str_fmt(a, "%s %s", uuid_text(card, one).p, uuid_text(call, two).p));

    return (int64_t)(((uint32_t)h.b[0] << 24 | (uint32_t)h.b[1] << 16 | (uint32_t)h.b[2] << 8 |
                      (uint32_t)h.b[3]) % 10000u);
}

static bool takes(struct arena *a, const struct json *rule, struct uuid card,
                  const struct assign_call *c)
{
    if (!listed(rule, "queues", c->queue) || !listed(rule, "directions", c->direction) ||
        !listed(rule, "languages", c->language) || !listed_id(rule, "agents", c->agent) ||
        !listed_id(rule, "integrations", c->integration) ||
        !listed_any(a, rule, "teams", c->teams) || !listed_any(a, rule, "tags", c->tags))
        return false;
    if (c->seconds < json_int(rule, "min_s", 0) || c->seconds > json_int(rule, "max_s", INT64_MAX))
        return false;
    if (json_get(rule, "per_agent") && uuid_is_zero(c->agent))
        return false;
    return place(a, card, c->id) < json_int(rule, "percent", 100) * 100;
}

struct assigned assign_call(struct arena *a, const struct json *rules, struct uuid card,
                            const struct assign_call *call)
{
    for (size_t i = 0; i < json_count(rules); i++) {
        const struct json *rule = json_at(rules, i), *quota = json_get(rule, "per_agent");

        if (takes(a, rule, card, call))
            return (struct assigned){true, json_canonical(a, rule), json_int(quota, "n", 0),
                                     str_is(json_text(quota, "per"), "month") ? "month" : "week"};
    }
    return (struct assigned){0};
}
