/* Finds the values of customer fields in one call: by what the analysis found, by phrases that lead to
 * a value, by a pattern that is the value. Called by the job and by the editor's preview. */
#include "insight/customers/fields.h"
#include "insight/scores/scores.h"

#define ANSWER_WORDS 16
#define ANSWER_TURNS 2

static struct str cut(struct str s)
{
    s = str_trim(s);
    if (s.n <= FIELD_SAID_MAX)
        return s;
    s.n = FIELD_SAID_MAX;
    while (s.n && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
        s.n--;
    return s;
}

/* ---- what the analysis found ---- */

/* "ann lee" as "Ann Lee"; what has a capital is left as it is. */
static struct str as_name(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);

    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= 'A' && s.p[i] <= 'Z')
            return s;
        p[i] = s.p[i];
        if ((i == 0 || s.p[i - 1] == ' ') && p[i] >= 'a' && p[i] <= 'z')
            p[i] = (char)(p[i] - 'a' + 'A');
    }
    return str_n(p, s.n);
}

static bool by_analysis(struct arena *a, const struct json *analysis, struct customer_place at,
                        struct customer_found *x)
{
    const struct customer_field *f = x->field;
    const struct json *list = json_get(analysis, "fields");
    struct str timeline = json_text(analysis, "timeline"), engine = json_text(analysis, "engine");
    bool by_model = engine.n && !str_is(engine, "builtin");

    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *v = json_at(list, i);

        if (!str_eq(json_text(v, "name"), f->finder) &&
            !(by_model && str_eq(json_text(v, "name"), f->key)))
            continue;
        x->said = cut(json_text(v, "detail"));
        if (str_is(f->finder, "name"))
            x->said = as_name(a, x->said);
        x->value = field_value(a, f, at, x->said);
        x->spans = json_canonical(a, json_get(v, "spans"));
        for (size_t k = 0; str_is(f->finder, "timeline") && k < f->n_choices; k++)
            if (str_eq(f->choices[k], timeline))
                x->value = f->choices[k];
        return x->said.n > 0;
    }
    return false;
}

/* ---- words that lead to it ---- */

static bool ends_sentence(struct str word)
{
    char c = word.n ? word.p[word.n - 1] : ' ';

    return c == '.' || c == '?' || c == '!';
}

static bool is_filler(struct arena *a, struct str word)
{
    static const char *const FILLERS[] = {"is", "was", "it", "it's", "its", "that", "that's", "my",
                                          "our", "um", "uh", "er", "erm", "so", "well", "yes",
                                          "yeah", "sure", "of", "course", "okay", "ok", "please",
                                          "would", "be", "then", "for", "you", NULL};
    struct str w = str_lower(a, word);

    while (w.n && (ends_sentence(w) || w.p[w.n - 1] == ','))
        w.n--;
    for (size_t i = 0; FILLERS[i]; i++)
        if (str_is(w, FILLERS[i]))
            return true;
    return w.n == 0;
}

/* What is said from word `first` of a turn on: without fillers before it and up to the end of its
 * sentence where the words themselves are the value, some words more where a value is read out of them. */
static bool answer_in(struct arena *a, const struct conversation *c, size_t turn, size_t first,
                      bool text, struct span *ret)
{
    const struct turn *t = &c->turns[turn];
    size_t last;

    while (text && first < t->n_words && is_filler(a, t->words[first].text))
        first++;
    if (first >= t->n_words)
        return false;
    last = first;
    while (last + 1 < t->n_words && last - first + 1 < ANSWER_WORDS &&
           !(text && ends_sentence(t->words[last].text)))
        last++;
    *ret = (struct span){turn, first, last};
    return true;
}

/* The agent asks and the customer answers; the customer says it at once. */
static bool led_to(struct arena *a, const struct conversation *c, struct span lead, bool text,
                   struct span *ret)
{
    enum speaker who = c->turns[lead.turn].speaker;

    if (who != SPEAKER_AGENT && answer_in(a, c, lead.turn, lead.last + 1, text, ret))
        return true;
    for (size_t i = lead.turn + 1; i < c->n_turns && i <= lead.turn + ANSWER_TURNS; i++)
        if (c->turns[i].speaker != SPEAKER_AGENT)
            return answer_in(a, c, i, 0, text, ret);
    return false;
}

static void take(struct arena *a, const struct conversation *c, struct span s,
                 struct customer_place at, struct customer_found *x)
{
    struct tracker_hits one = {.count = 1, .n_spans = 1, .spans = &s};

    x->said = cut(evidence_words(a, c, s));
    x->value = field_value(a, x->field, at, x->said);
    x->spans = tracker_spans_json(a, c, &one);
}

/* The first place with a readable value; without one the first place. */
static bool by_words(struct arena *a, const struct conversation *c, struct customer_place at,
                     struct customer_found *x)
{
    struct tracker_hits h = tracker_find(a, x->field->tracker, c);
    bool phrases = str_is(x->field->finder, "phrases"), any = false;

    for (size_t i = 0; i < h.n_spans; i++) {
        struct span s = h.spans[i];
        struct customer_found try = *x;

        if (phrases && !led_to(a, c, h.spans[i], str_is(x->field->type, "text"), &s))
            continue;
        take(a, c, s, at, &try);
        if (!try.said.n || (any && !try.value.p))
            continue;
        *x = try;
        any = true;
        if (x->value.p)
            break;
    }
    return any;
}

size_t fields_find(struct arena *a, const struct customer_fields *fields,
                   const struct conversation *c, const struct json *analysis,
                   struct customer_place at, struct customer_found *ret)
{
    size_t n = 0;

    for (size_t i = 0; i < fields->n; i++) {
        struct customer_found x = {.field = &fields->v[i]};

        if (x.field->tracker ? by_words(a, c, at, &x) : by_analysis(a, analysis, at, &x))
            ret[n++] = x;
    }
    return n;
}
