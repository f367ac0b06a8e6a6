/* Reading a policy and deciding a call by it, see decide.h. Called by the fold, by the look into a
 * recording, and by the job that carries a policy back. Pure: no database, no clock. */
#include "intake/policies/decide.h"

#include "core/crypto.h"

#define TEXT_MAX 64

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool policy_fits(struct str pattern, struct str text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, from = 0;

    while (t < text.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.n && (pattern.p[p] == '?' || lower(pattern.p[p]) == lower(text.p[t]))) {
            p++;
            t++;
        } else if (star != SIZE_MAX) { /* let the last star take one more */
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*')
        p++;
    return p == pattern.n;
}

uint32_t policy_draw(struct uuid integration, struct str call_key)
{
    char text[UUID_TEXT + 1 + EVENT_MAX_KEY];
    size_t n = uuid_text(integration, text).n;
    struct hash h;

    text[n++] = ' ';
    for (size_t i = 0; i < call_key.n && n < sizeof text; i++)
        text[n++] = call_key.p[i];
    h = crypto_sha256(str_n(text, n));
    return (((uint32_t)h.b[0] << 24) | ((uint32_t)h.b[1] << 16) | ((uint32_t)h.b[2] << 8) | h.b[3]) %
           POLICY_DRAWS;
}

/* ---- reading ---- */

/* Numbers are compared without what people put between the digits. */
static struct str bare(struct arena *a, struct str s)
{
    struct buf b = buf_new(a, 1000);

    for (size_t i = 0; i < s.n && i < 200; i++)
        if (s.p[i] != ' ' && s.p[i] != '-' && s.p[i] != '(' && s.p[i] != ')')
            buf_char(&b, s.p[i]);
    return buf_str(&b);
}

static const struct err *list_of(struct arena *a, const struct json *rule, const char *half,
                                 const char *key, const struct json **ret_list)
{
    const struct json *list = json_get(rule, key);

    *ret_list = list;
    if (list && json_kind(list) != J_LIST)
        return err_why(a, E_BAD_INPUT, "%s.%s: give a list of texts.", half, key);
    if (json_count(list) > POLICY_LIST_MAX)
        return err_why(a, E_BAD_INPUT, "%s.%s: at most %d entries; use patterns like 10* for more.",
                       half, key, POLICY_LIST_MAX);
    return NULL;
}

static const struct err *read_texts(struct arena *a, const struct json *rule, const char *half,
                                    const char *key, struct policy_texts *ret)
{
    const struct json *list;
    const struct err *e = list_of(a, rule, half, key, &list);

    ret->n = e ? 0 : json_count(list);
    ret->v = ARENA_ARRAY(a, ret->n + 1, struct str);
    for (size_t i = 0; i < ret->n; i++) {
        struct str s = str_trim(json_str(json_at(list, i)));
        if (!s.n || s.n > TEXT_MAX)
            return err_why(a, E_BAD_INPUT, "%s.%s: each entry has 1 to %d characters.", half, key,
                           TEXT_MAX);
        ret->v[i] = s;
    }
    return e;
}

static const struct err *read_numbers(struct arena *a, const struct json *rule, const char *half,
                                      const char *key, struct policy_texts *ret)
{
    const struct err *e = read_texts(a, rule, half, key, ret);

    for (size_t i = 0; i < ret->n && !e; i++)
        ret->v[i] = bare(a, ret->v[i]);
    return e;
}

static const struct err *read_agents(struct arena *a, const struct json *rule, const char *half,
                                     struct policy_rule *ret)
{
    const struct json *list;
    const struct err *e = list_of(a, rule, half, "agents", &list);

    ret->n_agents = e ? 0 : json_count(list);
    ret->agents = ARENA_ARRAY(a, ret->n_agents + 1, struct uuid);
    for (size_t i = 0; i < ret->n_agents; i++)
        if (!uuid_parse(json_str(json_at(list, i)), &ret->agents[i]))
            return err_why(a, E_BAD_INPUT, "%s.agents: give the ids of agents.", half);
    return e;
}

static const struct err *read_directions(struct arena *a, const struct json *rule, const char *half,
                                         struct policy_texts *ret)
{
    const struct err *e = read_texts(a, rule, half, "directions", ret);

    for (size_t i = 0; i < ret->n && !e; i++)
        if (call_direction_of(ret->v[i]) == CALL_UNKNOWN)
            e = err_why(a, E_BAD_INPUT, "%s.directions: inbound, outbound or internal.", half);
    return e;
}

static const struct err *read_who(struct arena *a, const struct json *rule, const char *half,
                                  enum policy_who *ret)
{
    struct str who = json_text(rule, "who");

    *ret = str_is(who, "listed") ? POLICY_LISTED : str_is(who, "none") ? POLICY_NONE : POLICY_ALL;
    if (who.p && *ret == POLICY_ALL && !str_is(who, "all"))
        return err_why(a, E_BAD_INPUT, "%s.who: all, listed or none.", half);
    return NULL;
}

static const struct err *read_number(struct arena *a, const struct json *rule, const char *half,
                                     const char *key, int64_t otherwise, int64_t max, int64_t *ret)
{
    const struct json *v = json_get(rule, key);

    *ret = v ? json_int(rule, key, -1) : otherwise;
    if (*ret < 0 || *ret > max)
        return err_why(a, E_BAD_INPUT, "%s.%s: a whole number from 0 to %lld.", half, key,
                       (long long)max);
    return NULL;
}

static bool known_key(struct str key)
{
    static const char *const keys[] = {"who", "agents", "extensions", "directions", "numbers",
                                       "except_numbers", "min_s", "percent"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (str_is(key, keys[i]))
            return true;
    return false;
}

static const struct err *check_keys(struct arena *a, const struct json *rule, const char *half)
{
    const struct json *value;
    struct str key;
    void *it = NULL;

    if (rule && json_kind(rule) != J_OBJECT)
        return err_why(a, E_BAD_INPUT, "%s: give an object.", half);
    while (json_next(rule, &it, &key, &value))
        if (!known_key(key))
            return err_why(a, E_BAD_INPUT, "%s: there is no setting called %.*s.", half,
                           STR_ARG(str_sub(key, 0, 40)));
    return NULL;
}

static const struct err *read_rule(struct arena *a, const struct json *tree, const char *half,
                                   struct policy_rule *ret)
{
    const struct json *rule = json_get(tree, half);
    const struct err *e = check_keys(a, rule, half);

    if (!e)
        e = read_who(a, rule, half, &ret->who);
    if (!e)
        e = read_agents(a, rule, half, ret);
    if (!e)
        e = read_texts(a, rule, half, "extensions", &ret->extensions);
    if (!e)
        e = read_directions(a, rule, half, &ret->directions);
    if (!e)
        e = read_numbers(a, rule, half, "numbers", &ret->numbers);
    if (!e)
        e = read_numbers(a, rule, half, "except_numbers", &ret->except);
    if (!e)
        e = read_number(a, rule, half, "min_s", 0, POLICY_MIN_S_MAX, &ret->min_s);
    return e ? e : read_number(a, rule, half, "percent", 100, 100, &ret->percent);
}

const struct err *policy_read(struct arena *a, struct str json, struct policy *ret)
{
    const struct json *tree;
    const struct err *e = json_parse(a, json, &tree);

    *ret = (struct policy){0};
    if (!e)
        e = read_rule(a, tree, "fetch", &ret->fetch);
    return e ? e : read_rule(a, tree, "analyse", &ret->analyse);
}

/* ---- deciding ---- */

static bool any_fits(const struct policy_texts *list, struct str text)
{
    for (size_t i = 0; i < list->n; i++)
        if (policy_fits(list->v[i], text))
            return true;
    return false;
}

static bool is_listed(const struct policy_rule *r, const struct policy_facts *f)
{
    for (size_t i = 0; i < r->n_agents; i++)
        if (!uuid_is_zero(f->agent) && uuid_eq(r->agents[i], f->agent))
            return true;
    return f->extension.n && any_fits(&r->extensions, f->extension);
}

/* Why a rule does not want the call, as the end of a sentence; STR_NONE: it wants it. */
static struct str refusal(struct arena *a, const struct policy_rule *r, const struct policy_facts *f)
{
    struct str direction = str_of(call_direction_name(f->direction)), number = bare(a, f->number);

    if (r->who == POLICY_NONE)
        return STR("switched off for this phone system");
    if (r->who == POLICY_LISTED && !is_listed(r, f))
        return uuid_is_zero(f->agent) && !f->extension.n
                   ? STR("the agent is unknown, and only listed agents are taken")
                   : STR("agent not in the rollout list");
    if (r->directions.n && f->direction != CALL_UNKNOWN && !any_fits(&r->directions, direction))
        return str_fmt(a, "%.*s calls are left out", STR_ARG(direction));
    if (number.n && any_fits(&r->except, number))
        return str_fmt(a, "the number %.*s is left out", STR_ARG(number));
    if (r->numbers.n && !any_fits(&r->numbers, number))
        return number.n ? str_fmt(a, "the number %.*s is not among those chosen", STR_ARG(number))
                        : STR("the number is not known, and only chosen numbers are taken");
    if (f->seconds >= 0 && f->seconds < r->min_s)
        return str_fmt(a, "shorter than %lld seconds", (long long)r->min_s);
    if (f->draw >= (uint64_t)r->percent * (POLICY_DRAWS / 100))
        return str_fmt(a, "not among the %lld %% of calls drawn", (long long)r->percent);
    return STR_NONE;
}

struct policy_choice policy_decide(struct arena *a, const struct policy *p,
                                   const struct policy_facts *facts)
{
    struct str why = refusal(a, &p->fetch, facts);

    if (why.p)
        return (struct policy_choice){
            false, false, str_fmt(a, "Recording not fetched: %.*s.", STR_ARG(why))};
    why = refusal(a, &p->analyse, facts);
    if (why.p)
        return (struct policy_choice){
            true, false, str_fmt(a, "Not analysed: %.*s.", STR_ARG(why))};
    return (struct policy_choice){true, true, STR_NONE};
}
