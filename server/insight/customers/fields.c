/* Reads and checks a tenant's customer fields. Called by routes and the job. */
#include "insight/customers/fields.h"

#include <string.h>

const char fields_default[] =
    "[{\"key\":\"name\",\"label\":\"Name\",\"type\":\"text\",\"finder\":\"name\",\"required\":true,"
    "\"help\":\"The customer's own name, as they say it.\"},"
    "{\"key\":\"mail\",\"label\":\"E-mail\",\"type\":\"email\",\"finder\":\"mail\","
    "\"help\":\"The customer's mail address.\"},"
    "{\"key\":\"phone\",\"label\":\"Phone\",\"type\":\"phone\",\"finder\":\"phone\","
    "\"help\":\"A number to call the customer back on.\"},"
    "{\"key\":\"budget\",\"label\":\"Budget\",\"type\":\"money\",\"finder\":\"budget\","
    "\"help\":\"What the customer wants to spend.\"},"
    "{\"key\":\"place\",\"label\":\"Place\",\"type\":\"text\",\"finder\":\"place\","
    "\"help\":\"Where the customer lives or looks for something.\"},"
    "{\"key\":\"requirements\",\"label\":\"Requirements\",\"type\":\"text\","
    "\"finder\":\"requirements\",\"help\":\"What the customer needs, in their words.\"},"
    "{\"key\":\"timeline\",\"label\":\"Timeline\",\"type\":\"choice\",\"finder\":\"timeline\","
    "\"choices\":[\"IMMEDIATE\",\"1_MONTH\",\"3_MONTHS\",\"6_MONTHS\",\"1_YEAR\"],"
    "\"help\":\"How soon the customer wants to decide.\"}]";

static const char *const TYPES[] = {"text",  "number", "money",  "date",
                                    "email", "phone",  "choice", "yes_no", NULL};
static const char *const FINDERS[] = {"name", "mail", "phone", "budget", "place", "requirements",
                                      "timeline", "phrases", "pattern", "none", NULL};
static const char *const SPEAKERS[] = {"anyone", "agent", "customer", NULL};
static const char *const MEMBERS[] = {"key", "label", "type", "finder", "speaker", "help",
                                      "patterns", "choices", "required", NULL};

static bool one_of(struct str s, const char *const *list)
{
    for (size_t i = 0; list[i]; i++)
        if (str_is(s, list[i]))
            return true;
    return false;
}

static bool key_holds(struct str k)
{
    for (size_t i = 0; i < k.n; i++)
        if (!((k.p[i] >= 'a' && k.p[i] <= 'z') ||
              (i && ((k.p[i] >= '0' && k.p[i] <= '9') || k.p[i] == '_'))))
            return false;
    return k.n >= 1 && k.n <= 40;
}

static const struct err *read_choices(struct arena *a, const struct json *list, size_t number,
                                      struct customer_field *f)
{
    bool needed = str_is(f->type, "choice");

    f->n_choices = json_count(list);
    if (needed && (json_kind(list) != J_LIST || f->n_choices < 2 || f->n_choices > 30))
        return err_why(a, E_BAD_INPUT, "Field %zu: give it 2 to 30 choices.", number);
    if (!needed && f->n_choices)
        return err_why(a, E_BAD_INPUT, "Field %zu: only a field of the type choice has choices.",
                       number);
    f->choices = ARENA_ARRAY(a, f->n_choices, struct str);
    for (size_t i = 0; i < f->n_choices; i++) {
        f->choices[i] = str_trim(json_str(json_at(list, i)));
        if (!f->choices[i].n || f->choices[i].n > 80)
            return err_why(a, E_BAD_INPUT, "Field %zu, choice %zu: give 1 to 80 bytes of text.",
                           number, i + 1);
        for (size_t k = 0; k < i; k++)
            if (str_case_eq(f->choices[i], f->choices[k]))
                return err_why(a, E_BAD_INPUT, "Field %zu: two choices are the same.", number);
    }
    return NULL;
}

static const struct err *read_words(struct arena *a, const struct json *list, size_t number,
                                    struct customer_field *f)
{
    bool needed = str_is(f->finder, "phrases") || str_is(f->finder, "pattern");
    const struct err *e;

    if (!needed && json_count(list))
        return err_why(a, E_BAD_INPUT,
                       "Field %zu: only fields found by phrases or a pattern have them.", number);
    f->patterns = list ? json_canonical(a, list) : STR("[]");
    if (!needed)
        return NULL;
    e = tracker_read(a, str_is(f->finder, "phrases") ? STR("phrase") : STR("pattern"), f->speaker,
                     f->patterns, &f->tracker);
    if (e) {
        struct str why = str_dup(a, arena_why(a));

        return err_why(a, E_BAD_INPUT, "Field %zu, words to find it by: %.*s", number, STR_ARG(why));
    }
    return NULL;
}

static const struct err *no_strangers(struct arena *a, const struct json *v, size_t number)
{
    void *it = NULL;
    struct str key;
    const struct json *value;

    while (json_next(v, &it, &key, &value))
        if (!one_of(key, MEMBERS))
            return err_why(a, E_BAD_INPUT, "Field %zu has “%.*s”, which is not known.", number,
                           STR_ARG(key));
    return NULL;
}

static const struct err *read_one(struct arena *a, const struct json *v, size_t number,
                                  struct customer_field *f)
{
    const struct err *e = json_kind(v) == J_OBJECT
                              ? no_strangers(a, v, number)
                              : err_why(a, E_BAD_INPUT, "Field %zu is no object.", number);

    if (e)
        return e;
    *f = (struct customer_field){.key = json_text(v, "key"), .label = str_trim(json_text(v, "label")),
                                 .type = json_text(v, "type"), .finder = json_text(v, "finder"),
                                 .speaker = json_text(v, "speaker"), .help = json_text(v, "help"),
                                 .required = json_yes(v, "required")};
    f->speaker = f->speaker.p ? f->speaker : STR("anyone");
    f->help = f->help.p ? f->help : STR("");
    if (!key_holds(f->key))
        return err_why(a, E_BAD_INPUT, "Field %zu: its key is a small letter and then up to 39 small "
                       "letters, digits and _.", number);
    if (!f->label.n || f->label.n > 80)
        return err_why(a, E_BAD_INPUT, "Field %zu: give it a label of 1 to 80 bytes.", number);
    if (!one_of(f->type, TYPES))
        return err_why(a, E_BAD_INPUT, "Field %zu: its type is one of text, number, money, date, "
                       "email, phone, choice, yes_no.", number);
    if (!one_of(f->finder, FINDERS))
        return err_why(a, E_BAD_INPUT, "Field %zu: it is found by name, mail, phone, budget, place, "
                       "requirements, timeline, phrases, pattern or none.", number);
    if (!one_of(f->speaker, SPEAKERS))
        return err_why(a, E_BAD_INPUT, "Field %zu: its words are said by anyone, agent or customer.",
                       number);
    if (f->help.n > 500)
        return err_why(a, E_BAD_INPUT, "Field %zu: its description has at most 500 bytes.", number);
    e = read_choices(a, json_get(v, "choices"), number, f);
    return e ? e : read_words(a, json_get(v, "patterns"), number, f);
}

const struct err *fields_read(struct arena *a, struct str text, int64_t version,
                              struct customer_fields *ret)
{
    const struct json *list;
    struct customer_fields out = {.version = version};
    const struct err *e = json_parse(a, text, &list);

    if (e)
        return e;
    out.n = json_count(list);
    if (json_kind(list) != J_LIST || !out.n || out.n > FIELDS_MAX)
        return err_why(a, E_BAD_INPUT, "Give a list of 1 to %d fields.", FIELDS_MAX);
    out.v = ARENA_ARRAY(a, out.n, struct customer_field);
    for (size_t i = 0; !e && i < out.n; i++) {
        e = read_one(a, json_at(list, i), i + 1, &out.v[i]);
        for (size_t k = 0; !e && k < i; k++)
            if (str_eq(out.v[k].key, out.v[i].key))
                e = err_why(a, E_BAD_INPUT, "Fields %zu and %zu have the same key.", k + 1, i + 1);
    }
    if (!e)
        *ret = out;
    return e;
}

const struct customer_field *fields_get(const struct customer_fields *f, struct str key)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->v[i].key, key))
            return &f->v[i];
    return NULL;
}
