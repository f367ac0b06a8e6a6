/* The score in a report: what it is or why there is none, what was good, what was not and what to do
 * about it, and every verdict with its evidence. Nothing is said here that a verdict does not say. */
#include "insight/reports/call.h"

#define TOP 5      /* strengths, and what to improve */
#define ADVICE 4   /* recommendations from verdicts; as many from objections */
#define QUOTES 3

struct picked {
    const struct json *v[TOP];
    int64_t weight[TOP];
    size_t n;
};

static void part(struct doc *d, const char *title)
{
    doc_add(d, (struct doc_block){.kind = DOC_PART, .text = str_of(title)});
}

static void text(struct doc *d, enum doc_tone tone, struct str s)
{
    doc_add(d, (struct doc_block){.kind = DOC_TEXT, .tone = tone, .text = s});
}

/* The heaviest first; of equals the one that is asked first. */
static void pick(struct picked *p, const struct json *one, int64_t weight)
{
    size_t at = p->n;

    while (at && p->weight[at - 1] < weight)
        at--;
    if (at == TOP)
        return;
    if (p->n < TOP)
        p->n++;
    for (size_t i = p->n - 1; i > at; i--) {
        p->v[i] = p->v[i - 1];
        p->weight[i] = p->weight[i - 1];
    }
    p->v[at] = one;
    p->weight[at] = weight;
}

/* What the verdict adds to the score, -1 if it does not count. */
static int64_t points(const struct json *one)
{
    return json_int(one, "points_bp", -1);
}

static void sort_out(const struct json *criteria, struct picked *good, struct picked *bad)
{
    for (size_t i = 0; i < json_count(criteria); i++) {
        const struct json *one = json_at(criteria, i);
        int64_t got = points(one), weight = json_int(one, "weight", 0);

        if (got == 10000)
            pick(good, one, weight);
        else if (got >= 0)
            pick(bad, one, (json_yes(one, "auto_fail") ? 1000000 : 0) + weight * (10000 - got));
    }
}

static void put_picked(struct doc *d, const char *title, const struct picked *p, enum doc_tone tone)
{
    if (!p->n)
        return;
    part(d, title);
    for (size_t i = 0; i < p->n; i++) {
        doc_add(d, (struct doc_block){.kind = DOC_ITEM, .tone = tone, .text = json_text(p->v[i], "text"),
                                      .more = json_text(p->v[i], "reason")});
        report_quotes(d, p->v[i], 2);
    }
}

static struct str advice(struct arena *a, const struct json *one)
{
    struct str answer = json_text(one, "answer"), label = json_text(one, "label");
    int64_t got = points(one);

    if (str_is(answer, "value"))
        return str_fmt(a, "The answer “%.*s” earned %lld of 100 points. Agree what the next better "
                          "answer would have sounded like, and try it in the next call.",
                       STR_ARG(label), (long long)(got + 50) / 100);
    if (str_is(answer, "partly"))
        return STR("It was there in part. Listen to the place, say together what was missing, and do all "
                   "of it in the next call.");
    if (json_count(json_get(one, "spans")))
        return STR("Listen to the place, find the words that would have fitted there, and use them in "
                   "the next call.");
    return STR("It did not happen anywhere in this call. Agree where it belongs, and do it in the next "
               "call.");
}

static void put_advice(struct doc *d, const struct picked *bad, const struct json *x)
{
    const struct json *objections = json_get(x, "objections");
    bool any = bad->n > 0;

    for (size_t i = 0; i < json_count(objections); i++)
        any = any || str_is(json_text(json_at(objections, i), "state"), "OPEN");
    if (!any)
        return;
    part(d, "Recommendations");
    for (size_t i = 0; i < bad->n && i < ADVICE; i++) {
        doc_add(d, (struct doc_block){
            .kind = DOC_ITEM, .text = json_text(bad->v[i], "text"), .more = advice(d->a, bad->v[i]),
            .note = str_fmt(d->a, "Rests on the verdict “%.*s” in %.*s",
                            STR_ARG(json_text(bad->v[i], "key")), STR_ARG(json_text(bad->v[i], "section")))});
        report_quotes(d, bad->v[i], 1);
    }
    for (size_t i = 0, n = 0; i < json_count(objections) && n < ADVICE; i++) {
        const struct json *o = json_at(objections, i);

        if (!str_is(json_text(o, "state"), "OPEN"))
            continue;
        doc_add(d, (struct doc_block){
            .kind = DOC_ITEM, .text = str_fmt(d->a, "Take up the objection: %.*s",
                                              STR_ARG(report_spoken(d->a, json_text(o, "name")))),
            .more = STR("The customer said this and got no answer to it.")});
        report_quotes(d, o, 1);
        n++;
    }
}

static void put_none(struct doc *d, const struct report_call_out *row)
{
    if (row->blind)
        text(d, DOC_PLAIN, STR("You review this call: its score is shown once you have submitted your "
                               "answers."));
    else if (uuid_is_zero(row->score_id))
        text(d, DOC_PLAIN, row->state_reason.n ? row->state_reason
                                               : STR("No scorecard has scored this call."));
    else if (str_is(row->score_state, "held"))
        text(d, DOC_BAD, str_fmt(d->a, "The score is held back. %.*s What follows are the answers as they "
                                       "stand; none of them counts until a person has reviewed the call.",
                                 STR_ARG(row->reason)));
    else
        text(d, DOC_BAD, str_fmt(d->a, "%s %.*s", str_is(row->score_state, "no_speech")
                                     ? "There is no score: nothing was said."
                                     : "There is no score: the call cannot be scored.", STR_ARG(row->reason)));
}

static void put_figures(struct doc *d, const struct report_call_out *row, const struct json *sections)
{
    doc_add(d, (struct doc_block){.kind = DOC_BAR, .text = STR("Whole call"), .bp = (int32_t)row->score_bp});
    for (size_t i = 0; i < json_count(sections); i++) {
        const struct json *s = json_at(sections, i);

        doc_add(d, (struct doc_block){
            .kind = DOC_BAR, .text = json_text(s, "name"), .bp = (int32_t)json_int(s, "score_bp", -1),
            .more = str_fmt(d->a, "weight %lld", (long long)json_int(s, "weight", 0))});
    }
    if (row->auto_fail)
        text(d, DOC_BAD, STR("The score is 0 because a question that must not fail did."));
    if (row->reason.n)
        text(d, DOC_PLAIN, row->reason);
}

void report_score(struct doc *d, const struct report_call_out *row, const struct json *sections,
                  const struct json *criteria, const struct json *x)
{
    struct picked good = {.n = 0}, bad = {.n = 0};
    bool scored = str_is(row->score_state, "scored");

    part(d, "Score");
    if (scored)
        put_figures(d, row, sections);
    else
        put_none(d, row);
    if (row->void_reason.p)
        text(d, DOC_BAD, str_fmt(d->a, "This score was voided and counts nowhere. %.*s",
                                 STR_ARG(row->void_reason)));
    else if (scored && row->mode.n && !str_is(row->mode, "decide"))
        text(d, DOC_PARTLY, STR("This score is a suggestion: it counts once a person has reviewed the call."));
    if (row->blind)
        return;
    sort_out(criteria, &good, &bad);
    put_picked(d, "Strengths", &good, DOC_PLAIN);
    put_picked(d, "Areas for improvement", &bad, DOC_PLAIN);
    put_advice(d, &bad, x);
}

static enum doc_tone answer_of(struct arena *a, const struct json *one, struct str *ret)
{
    static const struct {
        const char *answer, *shown;
        enum doc_tone tone;
    } known[] = {
        {"yes", "Yes", DOC_GOOD}, {"partly", "Partly", DOC_PARTLY}, {"no", "No", DOC_BAD},
        {"na", "Does not apply", DOC_OFF}, {"not_assessed", "Not assessed", DOC_OFF},
        {"unsupported", "Unsupported", DOC_OFF},
    };
    struct str answer = json_text(one, "answer");
    int64_t got = points(one);
    size_t i = 0;

    if (str_is(answer, "value")) {
        *ret = got >= 0 ? str_fmt(a, "%lld of 100", (long long)(got + 50) / 100) : STR("Does not count");
        return got < 0 ? DOC_OFF : got >= 8000 ? DOC_GOOD : got >= 5000 ? DOC_PARTLY : DOC_BAD;
    }
    while (i + 1 < sizeof known / sizeof *known && !str_is(answer, known[i].answer))
        i++;
    *ret = str_of(known[i].shown);
    return known[i].tone;
}

static struct str remark(struct arena *a, const struct json *one)
{
    struct str answer = json_text(one, "answer"), label = json_text(one, "label");
    const char *by = json_yes(one, "by_person") ? "A person’s answer" : json_yes(one, "by_rule")
                     ? "Decided by a rule" : "Decided by the language engine";
    const char *more = json_yes(one, "auto_fail") ? ", fails the call if it fails" : "";

    if (str_is(answer, "unsupported"))
        return STR("The words cited for it are not in the transcript, so it does not count.");
    if (str_is(answer, "not_assessed"))
        return STR("Nobody has answered this.");
    return str_fmt(a, "%s%.*s%s%s%s, weight %lld.", label.n ? "Answer “" : "", STR_ARG(label),
                   label.n ? "”. " : "", by, more, (long long)json_int(one, "weight", 0));
}

void report_verdicts(struct doc *d, const struct json *criteria)
{
    struct str section = STR_NONE;

    if (!json_count(criteria))
        return;
    part(d, "Every verdict");
    for (size_t i = 0; i < json_count(criteria); i++) {
        const struct json *one = json_at(criteria, i);
        struct str shown;
        enum doc_tone tone = answer_of(d->a, one, &shown);

        if (!str_eq(section, json_text(one, "section"))) {
            section = json_text(one, "section");
            doc_add(d, (struct doc_block){.kind = DOC_SECTION, .text = section});
        }
        doc_add(d, (struct doc_block){.kind = DOC_VERDICT, .tone = tone, .text = json_text(one, "text"),
                                      .more = shown, .note = json_text(one, "reason"),
                                      .aside = remark(d->a, one)});
        report_quotes(d, one, QUOTES);
    }
}
