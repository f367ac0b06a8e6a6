/* From what a reviewer sends to claims that can be stored. Called by the routes. Pure. */
#include "insight/reviews/reviews.h"

static const struct err *fault(struct arena *a, struct review_faults *f, struct str key,
                               const char *why)
{
    if (f->n < REVIEW_MAX_FAULTS) {
        f->v[f->n].field = str_fmt(a, "answers.%.*s", STR_ARG(key));
        f->v[f->n++].why = str_of(why);
    }
    return E_BAD_INPUT;
}

/* An index that no transcript reaches for what is none. */
static size_t index_of(const struct json *o, const char *key)
{
    int64_t i = json_int(o, key, -1);

    return i < 0 || i > INT32_MAX ? INT32_MAX : (size_t)i;
}

static struct claim read_answer(struct arena *a, const struct conversation *c,
                                const struct json *o)
{
    static const enum answer ALL[] = {ANSWER_YES, ANSWER_PARTLY, ANSWER_NO, ANSWER_NA, ANSWER_VALUE};
    const struct json *spans = json_get(o, "spans");
    struct str comment = json_text(o, "comment"), answer = json_text(o, "answer");
    struct claim x = {.key = json_text(o, "key"), .by_person = true,
                      .reason = comment.p ? comment : STR(""),
                      .n_spans = json_kind(spans) == J_LIST ? json_count(spans) : 0};

    for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++)
        if (str_is(answer, answer_name(ALL[i])))
            x.answer = ALL[i];
    if (x.answer == ANSWER_VALUE)
        x.value = json_text(o, "value");
    x.spans = ARENA_ARRAY(a, x.n_spans, struct cited);
    for (size_t i = 0; i < x.n_spans; i++) {
        const struct json *s = json_at(spans, i);

        x.spans[i].span =
            (struct span){index_of(s, "turn"), index_of(s, "first"), index_of(s, "last")};
        x.spans[i].words = evidence_words(a, c, x.spans[i].span);
    }
    return x;
}

static bool asked(const struct card *card, struct str key)
{
    for (size_t i = 0; i < card->n_questions; i++)
        if (str_eq(card->questions[i].key, key))
            return true;
    return false;
}

static const struct err *check(struct arena *a, const struct score *s, struct review_faults *f)
{
    const struct err *e = NULL;

    for (size_t i = 0; i < s->n_marks; i++) {
        const struct mark *m = &s->marks[i];

        if (m->off)
            continue;
        if (m->unsupported)
            e = fault(a, f, m->question->key, "The cited words are not in the transcript.");
        else if (m->claim.answer == ANSWER_NOT_ASSESSED)
            e = fault(a, f, m->question->key, "Answer this question.");
        else if (m->question->comment && !str_trim(m->claim.reason).n)
            e = fault(a, f, m->question->key, "Say why: this question needs a comment.");
        else if (m->claim.reason.n > 2000)
            e = fault(a, f, m->question->key, "At most 2,000 bytes.");
    }
    return e;
}

/* Of a call with too little speech the arithmetic takes no answer at all. */
static bool heard(const struct score *s)
{
    for (size_t i = 0; i < s->n_marks; i++)
        if (s->marks[i].claim.by_person)
            return true;
    return false;
}

const struct err *review_claims(struct arena *a, struct str card, const struct conversation *c,
                                const struct json *answers, struct str *ret_raw,
                                struct review_faults *io_faults)
{
    struct card *parsed = ARENA_NEW(a, struct card);
    struct claim *claims;
    struct score s;
    size_t n = json_count(answers);
    const struct err *e = card_parse(a, card, parsed);

    if (e)
        return e;
    if (json_kind(answers) != J_LIST || n > 100)
        return fault(a, io_faults, STR("all"), "Give a list of answers.");
    claims = ARENA_ARRAY(a, n, struct claim);
    for (size_t i = 0; i < n; i++) {
        claims[i] = read_answer(a, c, json_at(answers, i));
        if (!asked(parsed, claims[i].key))
            e = fault(a, io_faults, claims[i].key, "There is no such question.");
        if (claims[i].n_spans > 20)
            e = fault(a, io_faults, claims[i].key, "At most 20 citations.");
    }
    if (e)
        return e;
    s = score_compute(a, parsed, c, claims, n, 0);
    if (n && !heard(&s))
        return fault(a, io_faults, STR("all"), "There is too little speech in this call to score.");
    e = check(a, &s, io_faults);
    if (!e)
        *ret_raw = claims_json(a, claims, n);
    return e;
}
