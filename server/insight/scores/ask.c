/* Puts a card's questions to whoever decides them: rules (a rule for each level where the answer is
 * one of several), or the language engine. Called by scores.c. Trusts no answer: arith.c checks. */
#include "insight/scores/ask.h"

#include "engines/builtin/builtin.h"

/* One call of an engine. */
struct asked {
    size_t n;
    struct question *q;
    struct verdict *v;
};

static struct asked asked_new(struct arena *a, size_t most)
{
    return (struct asked){0, ARENA_ARRAY(a, most, struct question),
                          ARENA_ARRAY(a, most, struct verdict)};
}

static size_t rules_of(const struct card *card)
{
    size_t n = 0;

    for (size_t i = 0; i < card->n_questions; i++)
        n += 1 + card->questions[i].n_levels;
    return n;
}

/* The first level whose rule holds; else the last. */
static struct verdict of_levels(const struct card_question *q, const struct verdict *v)
{
    struct verdict out = {.key = q->key, .answer = ANSWER_VALUE, .by_rule = true};
    size_t n = q->n_levels - 1, na = 0;

    for (size_t i = 0; i < n; i++) {
        if (v[i].answer == ANSWER_YES) {
            out = v[i];
            out.key = q->key;
            out.answer = ANSWER_VALUE;
            out.value = q->levels[i].value;
            return out;
        }
        if (v[i].answer == ANSWER_NOT_ASSESSED) {
            out = v[i];
            out.key = q->key;
            return out;
        }
        na += v[i].answer == ANSWER_NA;
    }
    if (na == n) {
        out = v[0];
        out.key = q->key;
        return out;
    }
    out.value = q->levels[n].value;
    out.reason = STR("None of the other answers fits (rule)");
    return out;
}

static struct verdict of_number(struct arena *a, const struct verdict *v)
{
    struct verdict out = *v;

    if (v->answer == ANSWER_NA || v->answer == ANSWER_NOT_ASSESSED)
        return out;
    out.answer = ANSWER_VALUE;
    out.value = str_fmt(a, "%lld", (long long)v->measured);
    return out;
}

static struct verdict of_rule(struct arena *a, const struct card_question *q,
                              const struct verdict *v)
{
    if (q->n_levels)
        return of_levels(q, v);
    return q->type == CARD_NUMBER ? of_number(a, v) : *v;
}

static void put_rules(const struct card_question *q, const struct question *plain,
                      struct asked *io)
{
    if (!q->n_levels)
        io->q[io->n++] = *plain;
    for (size_t k = 0; q->n_levels && k < q->n_levels - 1; k++)
        io->q[io->n++] = (struct question){
            .key = q->key, .text = q->text, .rule = q->levels[k].rule};
}

const struct err *ask_card(struct arena *a, const struct card_judge *judge,
                           const struct card *card, const struct conversation *c,
                           struct verdict **ret_verdicts, size_t *ret_n)
{
    struct question *plain = card_questions(a, card);
    struct asked rules = asked_new(a, rules_of(card)), model = asked_new(a, card->n_questions);
    struct verdict *out = ARENA_ARRAY(a, card->n_questions, struct verdict);
    size_t n = 0, rule = 0, open = 0;
    const struct err *e = NULL;

    for (size_t i = 0; i < card->n_questions; i++) {
        if (card->questions[i].by == CARD_BY_RULE)
            put_rules(&card->questions[i], &plain[i], &rules);
        else if (card->questions[i].by == CARD_BY_MODEL)
            model.q[model.n++] = plain[i];
    }
    if (rules.n)
        e = builtin_engine.judge(a, c, rules.q, rules.n, rules.v);
    if (!e && model.n)
        e = judge->judge(judge->ctx, a, c, model.q, model.n, model.v);
    for (size_t i = 0; !e && i < card->n_questions; i++) {
        const struct card_question *q = &card->questions[i];

        if (q->by == CARD_BY_RULE) {
            out[n++] = of_rule(a, q, &rules.v[rule]);
            rule += q->n_levels ? q->n_levels - 1 : 1;
        } else if (q->by == CARD_BY_MODEL) {
            out[n++] = model.v[open++];
        }
    }
    *ret_verdicts = out;
    *ret_n = n;
    return e;
}
