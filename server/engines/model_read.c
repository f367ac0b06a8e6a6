/* Reads models' answers. They are claims of a stranger: sizes are bounded, values put within their
 * bounds, quotations looked up. Called by the engines; nothing here repairs JSON. */
#include "engines/model.h"

#define TEXT_MAX 8000
#define SHORT_MAX 400

static const struct err *tree_of(struct arena *a, struct str text, const struct json **ret)
{
    const struct err *e;

    if (text.n > MODEL_MAX_ANSWER)
        return err_why(a, E_BAD_PAYLOAD, "The model's answer is larger than %d KB",
                       (int)(MODEL_MAX_ANSWER >> 10));
    e = json_parse(a, str_trim(text), ret);
    if (!e && json_kind(*ret) != J_OBJECT)
        e = err_why(a, E_BAD_PAYLOAD, "The model's answer is no JSON object");
    return e;
}

/* Cut at `most` bytes, not within a character; STR_NONE for what is no text or empty. */
static struct str text_of(const struct json *o, const char *key, size_t most)
{
    struct str s = str_trim(json_text(o, key));

    if (s.n > most) {
        s.n = most;
        while (s.n && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
            s.n--;
    }
    return s.n ? s : STR_NONE;
}

/* Spans of a member "spans". With keep, those that are nowhere stay, outside the transcript. */
static size_t spans_of(struct arena *a, const struct conversation *c, const struct json *o,
                       bool keep, struct span **ret)
{
    const struct json *list = json_get(o, "spans");
    size_t n = json_kind(list) == J_LIST ? json_count(list) : 0, got = 0;

    n = n < MODEL_MAX_SPANS ? n : MODEL_MAX_SPANS;
    *ret = ARENA_ARRAY(a, n, struct span);
    for (size_t i = 0; i < n; i++) {
        const struct json *s = json_at(list, i);

        if (model_locate(a, c, json_int(s, "turn", -1), json_text(s, "words"), &(*ret)[got]) ||
            keep)
            got++;
    }
    return got;
}

/* ---- verdicts ---- */

static bool is_number(struct str s)
{
    int64_t n;

    return str_to_int(s, &n);
}

static void read_answer(const struct question *q, struct str answer, struct verdict *v)
{
    static const struct {
        const char *name;
        enum answer answer;
    } PLAIN[] = {{"yes", ANSWER_YES}, {"partly", ANSWER_PARTLY}, {"no", ANSWER_NO}};

    v->answer = ANSWER_NOT_ASSESSED;
    if (str_is(answer, "na")) {
        v->answer = ANSWER_NA;
        return;
    }
    for (size_t i = 0; i < q->n_choices; i++)
        if (str_eq(answer, q->choices[i].value)) {
            v->answer = ANSWER_VALUE;
            v->value = q->choices[i].value;
        }
    if (q->number && is_number(answer)) {
        v->answer = ANSWER_VALUE;
        v->value = answer;
    }
    for (size_t i = 0; !q->n_choices && !q->number && i < 3; i++)
        if (str_is(answer, PLAIN[i].name))
            v->answer = PLAIN[i].answer;
}

static struct verdict read_verdict(struct arena *a, const struct conversation *c,
                                   const struct question *q, const struct json *o)
{
    struct verdict v = {.key = q->key};

    if (json_kind(o) != J_OBJECT) {
        v.reason = STR("The model gave no answer to this question");
        return v;
    }
    read_answer(q, json_text(o, "answer"), &v);
    v.reason = text_of(o, "reason", SHORT_MAX);
    if (!v.reason.p)
        v.reason = STR("The model gave no reason");
    v.n_spans = spans_of(a, c, o, true, &v.spans);
    return v;
}

const struct err *model_read_verdicts(struct arena *a, const struct conversation *c,
                                      const struct question *questions, size_t n, struct str text,
                                      struct verdict *ret_verdicts)
{
    const struct json *tree;
    const struct err *e = tree_of(a, text, &tree);

    for (size_t i = 0; !e && i < n; i++)
        ret_verdicts[i] = read_verdict(a, c, &questions[i],
                                       json_get(tree, str_c(a, questions[i].key)));
    return e;
}

/* ---- analysis ---- */

static enum level level_of(struct str s)
{
    static const char *const NAMES[] = {"", "LOW", "MEDIUM", "HIGH", "URGENT"};

    for (size_t i = 1; i < sizeof NAMES / sizeof *NAMES; i++)
        if (str_is(s, NAMES[i]))
            return (enum level)i;
    return LEVEL_NONE;
}

static struct str one_of(struct str s, const char *const *names)
{
    for (; *names; names++)
        if (str_is(s, *names))
            return str_of(*names);
    return STR_NONE;
}

static struct finding read_finding(struct arena *a, const struct conversation *c,
                                   const struct json *o)
{
    static const char *const OWNERS[] = {"AGENT", "CUSTOMER", NULL};
    static const char *const STATES[] = {"HANDLED", "OPEN", NULL};
    struct finding f = {.name = text_of(o, "name", 120),
                        .detail = text_of(o, "detail", SHORT_MAX),
                        .owner = one_of(json_text(o, "owner"), OWNERS),
                        .due = text_of(o, "due", 120),
                        .state = one_of(json_text(o, "state"), STATES),
                        .level = level_of(json_text(o, "level"))};

    if (!f.detail.p)
        f.detail = STR("");
    f.n_spans = spans_of(a, c, o, false, &f.spans);
    return f;
}

/* Findings without a name are none; with `proof`, those whose words are not in the call neither. */
static size_t findings_of(struct arena *a, const struct conversation *c, const struct json *o,
                          const char *key, bool proof, struct finding **ret)
{
    const struct json *list = json_get(o, key);
    size_t n = json_kind(list) == J_LIST ? json_count(list) : 0, got = 0;

    n = n < MODEL_MAX_FINDINGS ? n : MODEL_MAX_FINDINGS;
    *ret = ARENA_ARRAY(a, n, struct finding);
    for (size_t i = 0; i < n; i++) {
        (*ret)[got] = read_finding(a, c, json_at(list, i));
        got += (*ret)[got].name.n && (!proof || (*ret)[got].n_spans);
    }
    return got;
}

static struct finding single(struct arena *a, const struct conversation *c, const struct json *o,
                             const char *key)
{
    const struct json *v = json_get(o, key);

    return json_kind(v) == J_OBJECT ? read_finding(a, c, v) : (struct finding){0};
}

/* A share of one in basis points, within low..10000. */
static int32_t points(const struct json *o, const char *key, int32_t low)
{
    double v = json_number(o, key, 0) * 10000;

    if (!(v > low))
        return low;
    return v < 10000 ? (int32_t)v : 10000;
}

static enum sentiment sentiment_of(struct str s)
{
    return str_is(s, "POSITIVE")   ? SENTIMENT_POSITIVE
           : str_is(s, "NEGATIVE") ? SENTIMENT_NEGATIVE
           : str_is(s, "MIXED")    ? SENTIMENT_MIXED
                                   : SENTIMENT_NEUTRAL;
}

static void read_lists(struct arena *a, const struct conversation *c, const struct json *o,
                       struct analysis *x)
{
    struct finding *found;
    size_t n;

    x->n_topics = findings_of(a, c, o, "topics", false, &x->topics);
    x->n_actions = findings_of(a, c, o, "actions", true, &x->actions);
    x->n_emotions = findings_of(a, c, o, "emotions", true, &x->emotions);
    x->n_moments = findings_of(a, c, o, "moments", true, &x->moments);
    x->n_objections = findings_of(a, c, o, "objections", true, &x->objections);
    x->n_fields = findings_of(a, c, o, "fields", true, &x->fields);
    /* What rules found stays; the model's breaches come behind them, each with its words. */
    n = findings_of(a, c, o, "breaches", true, &found);
    if (n) {
        struct finding *both = ARENA_ARRAY(a, x->n_breaches + n, struct finding);

        for (size_t i = 0; i < x->n_breaches + n; i++)
            both[i] = i < x->n_breaches ? x->breaches[i] : found[i - x->n_breaches];
        x->breaches = both;
        x->n_breaches += n;
    }
}

const struct err *model_read_analysis(struct arena *a, const struct conversation *c,
                                      struct str text, struct analysis *x)
{
    static const char *const TIMES[] = {"IMMEDIATE", "1_MONTH", "3_MONTHS", "6_MONTHS", "1_YEAR",
                                        NULL};
    const struct json *o;
    const struct err *e = tree_of(a, text, &o);
    int64_t quality;

    if (e)
        return e;
    x->title = text_of(o, "title", 120);
    x->summary = text_of(o, "summary", 2000);
    if (!x->title.p || !x->summary.p)
        return err_why(a, E_BAD_PAYLOAD, "The model's answer has no %s",
                       x->title.p ? "summary" : "title");
    x->detailed = text_of(o, "detailed", TEXT_MAX);
    x->sentiment = sentiment_of(json_text(o, "sentiment"));
    x->sentiment_reason = text_of(o, "sentiment_reason", SHORT_MAX);
    x->sentiment_bp = points(o, "sentiment_score", -10000);
    x->sentiment_start_bp = points(o, "sentiment_start", -10000);
    x->sentiment_end_bp = points(o, "sentiment_end", -10000);
    x->primary_intent = text_of(o, "primary_intent", 60);
    x->secondary_intent = text_of(o, "secondary_intent", 60);
    x->timeline = one_of(json_text(o, "timeline"), TIMES);
    read_lists(a, c, o, x);
    x->next_action = single(a, c, o, "next_action");
    x->follow_up = single(a, c, o, "follow_up");
    x->churn_risk = single(a, c, o, "churn_risk");
    x->deal_risk = single(a, c, o, "deal_risk");
    x->urgency = single(a, c, o, "urgency");
    quality = json_int(o, "lead_quality", -1);
    x->lead_quality = quality < 0 || quality > 100 ? -1 : (int32_t)quality;
    x->conversion_bp = x->lead_quality < 0 ? -1 : points(o, "conversion", 0);
    return NULL;
}
