/* Reads the questions of scorecards: types of answer, who decides, conditions. Called by card.c.
 * Decides nothing about calls. */
#include "engines/builtin/rule.h"
#include "insight/scores/card_int.h"

#define MAX_LEVELS 12
#define MAX_BANDS 20
#define MAX_IS 12
#define MAX_NUMBER 1000000000

static const char *const TYPES[] = {"yes_no", "scale", "choice", "number"};
static const char *const DECIDERS[] = {"rule", "model", "human"};

const char *card_type_name(enum card_type t)
{
    return TYPES[t];
}

const char *card_by_name(enum card_by by)
{
    return DECIDERS[by];
}

static int index_of(struct str s, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(s, names[i]))
            return (int)i;
    return -1;
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

static const struct err *check_key(struct card_reader *r, struct str field, struct str key)
{
    if (!legal_key(key))
        return card_bad(r, field, "key", "small letters, digits and _ only");
    for (size_t i = 0; i < r->card->n_questions; i++)
        if (str_eq(r->card->questions[i].key, key))
            return card_bad(r, field, "key", "another question has this key");
    return NULL;
}

static const struct err *read_rule(struct card_reader *r, const struct json *o, struct str field,
                                   struct str *ret_rule)
{
    const struct json *rule = json_get(o, "rule");
    const struct rule *parsed;
    const struct err *e;

    *ret_rule = STR_NONE;
    if (json_kind(rule) == J_NULL)
        return NULL;
    e = rule_from_json(r->a, rule, str_fmt(r->a, "%.*s.rule", STR_ARG(field)), &parsed);
    if (e)
        return e;
    *ret_rule = json_canonical(r->a, rule);
    return ret_rule->n <= RULE_MAX_SIZE ? NULL : card_bad(r, field, "rule", "longer than 32 KB");
}

/* Texts and members that must be true or false where they stand. */
static const struct err *read_plain(struct card_reader *r, const struct json *o, struct str field,
                                    struct card_question *q)
{
    static const char *const FLAGS[] = {"auto_fail", "partly", "na", "comment"};
    int64_t weight = 0;
    const struct err *e = card_text(r, o, field, "key", 40, &q->key);

    if (!e)
        e = check_key(r, field, q->key);
    if (!e)
        e = card_text(r, o, field, "text", 300, &q->text);
    if (!e)
        e = card_number(r, o, field, "weight", 0, 1000, &weight);
    if (!e && json_get(o, "help"))
        e = card_text(r, o, field, "help", 1000, &q->help);
    for (size_t i = 0; !e && i < sizeof FLAGS / sizeof *FLAGS; i++)
        if (json_get(o, FLAGS[i]) && json_kind(json_get(o, FLAGS[i])) != J_BOOL)
            e = card_bad(r, field, FLAGS[i], "true or false");
    q->weight = (int32_t)weight;
    q->auto_fail = json_yes(o, "auto_fail");
    q->comment = json_yes(o, "comment");
    q->no_partly = json_get(o, "partly") && !json_yes(o, "partly");
    q->no_na = json_get(o, "na") && !json_yes(o, "na");
    return e;
}

static const struct err *read_level(struct card_reader *r, const struct json *o, struct str field,
                                    struct card_question *q)
{
    static const char *const KEYS[] = {"value", "text", "points", "rule", NULL};
    struct card_level level = {0};
    int64_t points = 0;
    const struct err *e = card_only(r, o, field, KEYS);

    if (!e)
        e = card_text(r, o, field, "value", 40, &level.value);
    if (!e && card_level_of(q, level.value))
        e = card_bad(r, field, "value", "another level has this value");
    if (!e && json_get(o, "text") && json_text(o, "text").n)
        e = card_text(r, o, field, "text", 500, &level.text);
    if (!e)
        e = card_number(r, o, field, "points", 0, CARD_MAX_POINTS, &points);
    if (!e)
        e = read_rule(r, o, field, &level.rule);
    level.points_bp = (int32_t)points * 100;
    if (!e)
        q->levels[q->n_levels++] = level;
    return e;
}

/* Rules on all levels but the last, or on none. */
static const struct err *check_level_rules(struct card_reader *r, struct str field,
                                           const struct card_question *q)
{
    size_t with = 0;

    for (size_t i = 0; i < q->n_levels; i++)
        with += q->levels[i].rule.p != NULL;
    if (with == 0 || (with == q->n_levels - 1 && !q->levels[q->n_levels - 1].rule.p))
        return NULL;
    return card_bad(r, field, "levels", "either no level has a rule, or all but the last one have");
}

static const struct err *read_levels(struct card_reader *r, const struct json *o, struct str field,
                                     struct card_question *q)
{
    const struct json *list = json_get(o, "levels");
    const struct err *e = NULL;

    if (json_kind(list) != J_LIST || json_count(list) < 2 || json_count(list) > MAX_LEVELS)
        return card_bad(r, field, "levels", "a list of 2 to 12 levels");
    q->levels = ARENA_ARRAY(r->a, json_count(list), struct card_level);
    for (size_t i = 0; !e && i < json_count(list); i++)
        e = read_level(r, json_at(list, i), str_fmt(r->a, "%.*s.levels[%zu]", STR_ARG(field), i),
                       q);
    for (size_t i = 1; !e && q->type == CARD_SCALE && i < q->n_levels; i++)
        if (q->levels[i].points_bp < q->levels[i - 1].points_bp)
            e = card_bad(r, field, "levels", "points of a scale rise from level to level");
    return e ? e : check_level_rules(r, field, q);
}

static const struct err *read_bands(struct card_reader *r, const struct json *o, struct str field,
                                    struct card_question *q)
{
    static const char *const KEYS[] = {"from", "to", "points", NULL};
    const struct json *list = json_get(o, "bands");
    const struct err *e = NULL;

    if (json_kind(list) != J_LIST || json_count(list) < 1 || json_count(list) > MAX_BANDS)
        return card_bad(r, field, "bands", "a list of 1 to 20 bands");
    q->bands = ARENA_ARRAY(r->a, json_count(list), struct card_band);
    for (size_t i = 0; !e && i < json_count(list); i++) {
        struct str at = str_fmt(r->a, "%.*s.bands[%zu]", STR_ARG(field), i);
        const struct json *b = json_at(list, i);
        struct card_band band = {0};
        int64_t points = 0;

        e = card_only(r, b, at, KEYS);
        if (!e)
            e = card_number(r, b, at, "from", -MAX_NUMBER, MAX_NUMBER, &band.from);
        if (!e)
            e = card_number(r, b, at, "to", -MAX_NUMBER, MAX_NUMBER, &band.to);
        if (!e)
            e = card_number(r, b, at, "points", 0, CARD_MAX_POINTS, &points);
        if (!e && band.to < band.from)
            e = card_bad(r, at, "to", "must not be less than from");
        if (!e && i && band.from <= q->bands[i - 1].to)
            e = card_bad(r, at, "from", "must be more than the end of the band before");
        band.points_bp = (int32_t)points * 100;
        q->bands[q->n_bands++] = band;
    }
    return e;
}

static const struct err *read_type(struct card_reader *r, const struct json *o, struct str field,
                                   struct card_question *q)
{
    int type = json_get(o, "type") ? index_of(json_text(o, "type"), TYPES, 4) : CARD_YES_NO;
    const struct err *e;

    if (type < 0)
        return card_bad(r, field, "type", "yes_no, scale, choice or number");
    q->type = (enum card_type)type;
    if (json_get(o, "levels") && type != CARD_SCALE && type != CARD_CHOICE)
        return card_bad(r, field, "levels", "goes with a scale or a choice");
    if (json_get(o, "bands") && type != CARD_NUMBER)
        return card_bad(r, field, "bands", "goes with a number");
    if (json_get(o, "partly") && type != CARD_YES_NO)
        return card_bad(r, field, "partly", "goes with yes or no");
    e = read_rule(r, o, field, &q->rule);
    if (!e && q->rule.p && (type == CARD_SCALE || type == CARD_CHOICE))
        e = card_bad(r, field, "rule", "each level has a rule of its own");
    if (!e && q->rule.p && type == CARD_NUMBER && !json_get(json_get(o, "rule"), "measure"))
        e = card_bad(r, field, "rule", "a number is found by a rule that measures");
    if (!e && (type == CARD_SCALE || type == CARD_CHOICE))
        e = read_levels(r, o, field, q);
    if (!e && type == CARD_NUMBER)
        e = read_bands(r, o, field, q);
    return e;
}

static const struct err *read_decider(struct card_reader *r, const struct json *o, struct str field,
                                      struct card_question *q)
{
    bool ruled = q->rule.p || (q->n_levels && q->levels[0].rule.p);
    int by = json_get(o, "decided_by") ? index_of(json_text(o, "decided_by"), DECIDERS, 3)
             : ruled                   ? CARD_BY_RULE
                                       : CARD_BY_MODEL;

    if (by < 0)
        return card_bad(r, field, "decided_by", "rule, model or human");
    if (by == CARD_BY_RULE && !ruled)
        return card_bad(r, field, "decided_by", "there is no rule to decide by");
    if (by != CARD_BY_RULE && ruled)
        return card_bad(r, field, "decided_by", "a question with a rule is decided by it");
    q->by = (enum card_by)by;
    return NULL;
}

const struct err *card_read_question(struct card_reader *r, const struct json *o, struct str field,
                                     size_t section)
{
    static const char *const KEYS[] = {"key", "text", "weight", "auto_fail", "rule", "type",
                                       "levels", "bands", "decided_by", "help", "partly", "na",
                                       "comment", "if", NULL};
    struct card_question q = {.section = section, .if_question = CARD_NO_QUESTION};
    const struct err *e = card_only(r, o, field, KEYS);

    if (!e)
        e = read_plain(r, o, field, &q);
    if (!e)
        e = read_type(r, o, field, &q);
    if (!e)
        e = read_decider(r, o, field, &q);
    if (e)
        return e;
    if (r->card->n_questions == CARD_MAX_QUESTIONS)
        return card_bad(r, field, "", "at most 100 questions");
    r->card->questions[r->card->n_questions++] = q;
    return NULL;
}

/* Whether the question can be answered so. */
static bool answers(const struct card_question *q, struct str s)
{
    if (str_is(s, "na"))
        return !q->no_na;
    if (q->type == CARD_YES_NO)
        return str_is(s, "yes") || str_is(s, "no") || (str_is(s, "partly") && !q->no_partly);
    return card_level_of(q, s) != NULL;
}

const struct err *card_read_condition(struct card_reader *r, const struct json *o,
                                      struct str field, size_t question)
{
    static const char *const KEYS[] = {"question", "is", NULL};
    struct card_question *q = &r->card->questions[question];
    const struct json *on = json_get(o, "if"), *list = json_get(on, "is");
    struct str at = str_fmt(r->a, "%.*s.if", STR_ARG(field)), key = json_text(on, "question");
    const struct err *e;

    if (json_kind(on) == J_NULL)
        return NULL;
    e = card_only(r, on, at, KEYS);
    for (size_t i = 0; !e && key.p && i < r->card->n_questions; i++)
        if (str_eq(r->card->questions[i].key, key))
            q->if_question = i;
    if (!e && q->if_question == CARD_NO_QUESTION)
        e = card_bad(r, at, "question", "there is no question of this key");
    if (!e && r->card->questions[q->if_question].type == CARD_NUMBER)
        e = card_bad(r, at, "question", "a number cannot be a condition");
    if (!e && (json_kind(list) != J_LIST || !json_count(list) || json_count(list) > MAX_IS))
        e = card_bad(r, at, "is", "a list of answers");
    q->is = ARENA_ARRAY(r->a, MAX_IS, struct str);
    for (size_t i = 0; !e && i < json_count(list); i++) {
        q->is[q->n_is++] = json_str(json_at(list, i));
        if (!answers(&r->card->questions[q->if_question], q->is[i]))
            e = card_bad(r, at, "is", "that question has no such answer");
    }
    return e;
}
