/* Reads scorecards. Called when a scorecard is saved or loaded and when a call is scored. Decides
 * nothing about calls. */
#include "insight/scores/card.h"

#include "core/json.h"
#include "engines/builtin/rule.h"

#define MAX_SECTIONS 20
#define MAX_QUESTIONS 100

struct reader {
    struct arena *a;
    struct card *card;
};

static const struct err *bad(struct reader *r, struct str field, const char *key, const char *what)
{
    return err_why(r->a, E_BAD_INPUT, "%.*s%s%s: %s", STR_ARG(field), field.n && *key ? "." : "",
                   key, what);
}

static const struct err *only(struct reader *r, const struct json *o, struct str field,
                              const char *const *keys)
{
    const struct json *value;
    struct str key;
    void *it = NULL;

    if (json_kind(o) != J_OBJECT)
        return bad(r, field.n ? field : STR("scorecard"), "", "must be an object");
    while (json_next(o, &it, &key, &value)) {
        size_t i = 0;

        while (keys[i] && !str_is(key, keys[i]))
            i++;
        if (!keys[i])
            return bad(r, field, str_c(r->a, key), "there is no such member");
    }
    return NULL;
}

static const struct err *text_of(struct reader *r, const struct json *o, struct str field,
                                 const char *key, size_t most, struct str *ret_text)
{
    struct str s = json_text(o, key);

    if (str_trim(s).n < 1 || s.n > most)
        return err_why(r->a, E_BAD_INPUT, "%.*s%s%s: text of 1 to %zu bytes", STR_ARG(field),
                       field.n ? "." : "", key, most);
    *ret_text = s;
    return NULL;
}

static bool legal_key(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return s.n > 0;
}

static const struct err *check_key(struct reader *r, struct str field, struct str key)
{
    if (!legal_key(key))
        return bad(r, field, "key", "small letters, digits and _ only");
    for (size_t i = 0; i < r->card->n_questions; i++)
        if (str_eq(r->card->questions[i].key, key))
            return bad(r, field, "key", "another question has this key");
    return NULL;
}

static const struct err *check_rule(struct reader *r, const struct json *rule, struct str field,
                                    struct card_question *q)
{
    const struct rule *parsed;
    const struct err *e;

    if (json_kind(rule) == J_NULL)
        return NULL;
    e = rule_from_json(r->a, rule, str_fmt(r->a, "%.*s.rule", STR_ARG(field)), &parsed);
    if (e)
        return e;
    q->rule = json_canonical(r->a, rule);
    return q->rule.n <= RULE_MAX_SIZE ? NULL : bad(r, field, "rule", "longer than 32 KB");
}

static const struct err *read_question(struct reader *r, const struct json *o, struct str field,
                                       size_t section)
{
    static const char *const KEYS[] = {"key", "text", "weight", "auto_fail", "rule", NULL};
    struct card_question q = {.section = section};
    const struct json *weight = json_get(o, "weight"), *fail = json_get(o, "auto_fail");
    int64_t w = json_kind(weight) == J_INT ? json_int(o, "weight", -1) : -1;
    const struct err *e = only(r, o, field, KEYS);

    if (!e)
        e = text_of(r, o, field, "key", 40, &q.key);
    if (!e)
        e = check_key(r, field, q.key);
    if (!e)
        e = text_of(r, o, field, "text", 300, &q.text);
    if (!e && (w < 0 || w > 1000))
        e = bad(r, field, "weight", "a whole number from 0 to 1000");
    if (!e && fail && json_kind(fail) != J_BOOL)
        e = bad(r, field, "auto_fail", "true or false");
    if (!e)
        e = check_rule(r, json_get(o, "rule"), field, &q);
    if (e)
        return e;
    if (r->card->n_questions == MAX_QUESTIONS)
        return bad(r, field, "", "at most 100 questions");
    q.weight = (int32_t)w;
    q.auto_fail = json_yes(o, "auto_fail");
    r->card->questions[r->card->n_questions++] = q;
    return NULL;
}

static const struct err *read_section(struct reader *r, const struct json *o, size_t i)
{
    static const char *const KEYS[] = {"name", "questions", NULL};
    struct str field = str_fmt(r->a, "sections[%zu]", i);
    const struct json *list = json_get(o, "questions");
    const struct err *e = only(r, o, field, KEYS);

    if (!e)
        e = text_of(r, o, field, "name", 60, &r->card->sections[i]);
    if (!e && (json_kind(list) != J_LIST || json_count(list) == 0))
        e = bad(r, field, "questions", "a list of questions");
    for (size_t k = 0; !e && k < json_count(list); k++)
        e = read_question(r, json_at(list, k),
                          str_fmt(r->a, "%.*s.questions[%zu]", STR_ARG(field), k), i);
    return e;
}

static const struct err *read_card(struct reader *r, const struct json *tree)
{
    static const char *const KEYS[] = {"name", "sections", NULL};
    const struct json *list = json_get(tree, "sections");
    int64_t weight = 0;
    const struct err *e = only(r, tree, STR(""), KEYS);

    if (!e)
        e = text_of(r, tree, STR(""), "name", 80, &r->card->name);
    if (!e &&
        (json_kind(list) != J_LIST || json_count(list) == 0 || json_count(list) > MAX_SECTIONS))
        e = bad(r, STR(""), "sections", "a list of 1 to 20 sections");
    if (e)
        return e;
    r->card->n_sections = json_count(list);
    r->card->sections = ARENA_ARRAY(r->a, r->card->n_sections, struct str);
    r->card->questions = ARENA_ARRAY(r->a, MAX_QUESTIONS, struct card_question);
    for (size_t i = 0; !e && i < r->card->n_sections; i++)
        e = read_section(r, json_at(list, i), i);
    for (size_t i = 0; !e && i < r->card->n_questions; i++)
        weight += r->card->questions[i].weight;
    if (!e && weight == 0)
        e = bad(r, STR(""), "sections", "some question needs a weight");
    return e;
}

const struct err *card_parse(struct arena *a, struct str text, struct card *ret_card)
{
    struct card card = {0};
    struct reader r = {a, &card};
    const struct json *tree;
    const struct err *e;

    if (json_parse(a, text, &tree)) {
        struct str why = str_dup(a, arena_why(a));

        return err_why(a, E_BAD_INPUT, "scorecard: %.*s", STR_ARG(why));
    }
    e = read_card(&r, tree);
    if (!e)
        *ret_card = card;
    return e;
}

struct question *card_questions(struct arena *a, const struct card *card)
{
    struct question *out = ARENA_ARRAY(a, card->n_questions, struct question);

    for (size_t i = 0; i < card->n_questions; i++)
        out[i] = (struct question){card->questions[i].key, card->questions[i].text,
                                   card->questions[i].rule};
    return out;
}
