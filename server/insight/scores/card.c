/* Reads scorecards. Called when a scorecard is saved or loaded and when a call is scored. Decides
 * nothing about calls. */
#include "insight/scores/card_int.h"

#define MAX_SECTIONS 20
#define LEAST_HELP 10 /* bytes of a description that can say anything */

const struct err E_CARD_CYCLE[1] = {
    {"card_cycle", 422, "Questions depend on each other in a circle"}};

const struct err *card_bad(struct card_reader *r, struct str field, const char *key,
                           const char *what)
{
    return err_why(r->a, E_BAD_INPUT, "%.*s%s%s: %s", STR_ARG(field), field.n && *key ? "." : "",
                   key, what);
}

const struct err *card_only(struct card_reader *r, const struct json *o, struct str field,
                            const char *const *keys)
{
    const struct json *value;
    struct str key;
    void *it = NULL;

    if (json_kind(o) != J_OBJECT)
        return card_bad(r, field.n ? field : STR("scorecard"), "", "must be an object");
    while (json_next(o, &it, &key, &value)) {
        size_t i = 0;

        while (keys[i] && !str_is(key, keys[i]))
            i++;
        if (!keys[i])
            return card_bad(r, field, str_c(r->a, key), "there is no such member");
    }
    return NULL;
}

const struct err *card_text(struct card_reader *r, const struct json *o, struct str field,
                            const char *key, size_t most, struct str *ret_text)
{
    struct str s = json_text(o, key);

    if (str_trim(s).n < 1 || s.n > most)
        return err_why(r->a, E_BAD_INPUT, "%.*s%s%s: text of 1 to %zu bytes", STR_ARG(field),
                       field.n ? "." : "", key, most);
    *ret_text = s;
    return NULL;
}

const struct err *card_number(struct card_reader *r, const struct json *o, struct str field,
                              const char *key, int64_t least, int64_t most, int64_t *ret_n)
{
    const struct json *v = json_get(o, key);
    int64_t n = json_int(o, key, INT64_MIN);

    if (json_kind(v) != J_INT || n < least || n > most)
        return err_why(r->a, E_BAD_INPUT, "%.*s.%s: a whole number from %lld to %lld",
                       STR_ARG(field), key, (long long)least, (long long)most);
    *ret_n = n;
    return NULL;
}

const struct card_level *card_level_of(const struct card_question *q, struct str value)
{
    for (size_t i = 0; value.p && i < q->n_levels; i++)
        if (str_eq(q->levels[i].value, value))
            return &q->levels[i];
    return NULL;
}

static struct str question_field(struct card_reader *r, size_t section, size_t question)
{
    return str_fmt(r->a, "sections[%zu].questions[%zu]", section, question);
}

static const struct err *read_section(struct card_reader *r, const struct json *o, size_t i)
{
    static const char *const KEYS[] = {"name", "weight", "questions", NULL};
    struct str field = str_fmt(r->a, "sections[%zu]", i);
    const struct json *list = json_get(o, "questions");
    int64_t weight = 0;
    const struct err *e = card_only(r, o, field, KEYS);

    if (!e)
        e = card_text(r, o, field, "name", 60, &r->card->sections[i]);
    if (!e && r->card->section_weights)
        e = card_number(r, o, field, "weight", 0, 1000, &weight);
    if (!e && r->card->section_weights)
        r->card->section_weights[i] = (int32_t)weight;
    if (!e && (json_kind(list) != J_LIST || json_count(list) == 0))
        e = card_bad(r, field, "questions", "a list of questions");
    for (size_t k = 0; !e && k < json_count(list); k++)
        e = card_read_question(r, json_at(list, k), question_field(r, i, k), i);
    return e;
}

/* Whether going from condition to condition ever ends. */
static const struct err *check_cycle(struct card_reader *r, size_t question, struct str field)
{
    size_t at = question;

    for (size_t i = 0; i <= r->card->n_questions; i++) {
        at = r->card->questions[at].if_question;
        if (at == CARD_NO_QUESTION)
            return NULL;
    }
    return err_why(r->a, E_CARD_CYCLE,
                   "%.*s.if: this condition leads back to its own question, so none of them could "
                   "be answered",
                   STR_ARG(field));
}

/* Conditions may name questions that stand further down: they are read last. */
static const struct err *read_conditions(struct card_reader *r, const struct json *sections)
{
    const struct err *e = NULL;
    size_t n = 0;

    for (size_t i = 0; !e && i < json_count(sections); i++) {
        const struct json *list = json_get(json_at(sections, i), "questions");

        for (size_t k = 0; !e && k < json_count(list); k++)
            e = card_read_condition(r, json_at(list, k), question_field(r, i, k), n++);
    }
    n = 0;
    for (size_t i = 0; !e && i < json_count(sections); i++)
        for (size_t k = 0; !e && k < json_count(json_get(json_at(sections, i), "questions")); k++)
            e = check_cycle(r, n++, question_field(r, i, k));
    return e;
}

/* Something must weigh: some question, and with weights of sections, one in a section that does. */
static const struct err *check_weights(struct card_reader *r)
{
    const struct card *card = r->card;
    int64_t weight = 0;

    for (size_t i = 0; i < card->n_questions; i++)
        weight += (int64_t)card->questions[i].weight *
                  (card->section_weights ? card->section_weights[card->questions[i].section] : 1);
    return weight ? NULL : card_bad(r, STR(""), "sections", "some question needs a weight");
}

static const struct err *read_card(struct card_reader *r, const struct json *tree)
{
    static const char *const KEYS[] = {"name", "description", "sections", NULL};
    const struct json *list = json_get(tree, "sections");
    struct str description;
    const struct err *e = card_only(r, tree, STR(""), KEYS);

    if (!e)
        e = card_text(r, tree, STR(""), "name", 80, &r->card->name);
    if (!e && json_get(tree, "description"))
        e = card_text(r, tree, STR(""), "description", 1000, &description);
    if (!e &&
        (json_kind(list) != J_LIST || json_count(list) == 0 || json_count(list) > MAX_SECTIONS))
        e = card_bad(r, STR(""), "sections", "a list of 1 to 20 sections");
    if (e)
        return e;
    r->card->n_sections = json_count(list);
    r->card->sections = ARENA_ARRAY(r->a, r->card->n_sections, struct str);
    r->card->questions = ARENA_ARRAY(r->a, CARD_MAX_QUESTIONS, struct card_question);
    for (size_t i = 0; i < r->card->n_sections && !r->card->section_weights; i++)
        if (json_get(json_at(list, i), "weight"))
            r->card->section_weights = ARENA_ARRAY(r->a, r->card->n_sections, int32_t);
    for (size_t i = 0; !e && i < r->card->n_sections; i++)
        e = read_section(r, json_at(list, i), i);
    if (!e)
        e = read_conditions(r, list);
    return e ? e : check_weights(r);
}

const struct err *card_parse(struct arena *a, struct str text, struct card *ret_card)
{
    struct card card = {0};
    struct card_reader r = {a, &card};
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

static bool anchored(const struct card_question *q)
{
    for (size_t i = 0; i < q->n_levels; i++)
        if (str_trim(q->levels[i].text).n < 2 && !q->levels[i].rule.p)
            return false;
    return q->n_levels > 0;
}

static bool observable(const struct card_question *q)
{
    return q->by == CARD_BY_RULE || str_trim(q->help).n >= LEAST_HELP || anchored(q);
}

const struct err *card_check_observable(struct arena *a, const struct card *card)
{
    size_t first = 0;

    for (size_t i = 0; i < card->n_questions; i++) {
        const struct card_question *q = &card->questions[i];

        if (i && q->section != card->questions[i - 1].section)
            first = i;
        if (q->type == CARD_SCALE && !anchored(q))
            return err_why(a, E_BAD_INPUT,
                           "sections[%zu].questions[%zu].levels: give each level of “%.*s” an "
                           "example of what is heard at that level",
                           q->section, i - first, STR_ARG(q->text));
        if (!observable(q))
            return err_why(a, E_BAD_INPUT,
                           "sections[%zu].questions[%zu].help: “%.*s” does not say what can be "
                           "heard: describe it, give each level an example, or add a rule",
                           q->section, i - first, STR_ARG(q->text));
    }
    return NULL;
}

static const struct choice *choices(struct arena *a, const struct card_question *q)
{
    struct choice *out = ARENA_ARRAY(a, q->n_levels, struct choice);

    for (size_t i = 0; i < q->n_levels; i++)
        out[i] = (struct choice){q->levels[i].value, q->levels[i].text};
    return out;
}

struct question *card_questions(struct arena *a, const struct card *card)
{
    struct question *out = ARENA_ARRAY(a, card->n_questions, struct question);

    for (size_t i = 0; i < card->n_questions; i++) {
        const struct card_question *q = &card->questions[i];

        out[i] = (struct question){.key = q->key, .text = q->text, .rule = q->rule,
                                   .help = q->help, .number = q->type == CARD_NUMBER,
                                   .n_choices = q->n_levels, .choices = choices(a, q)};
    }
    return out;
}
