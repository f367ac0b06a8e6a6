/* Asking for verdicts and deriving scores from them. Called by the scoring job, by replay and by
 * the bench. No database, no clock, but where a job asks
 * a tenant's engines. */
#include "insight/scores/scores.h"

#include "core/json.h"
#include "engines/model.h"
#include "insight/language/language.h"
#include "insight/scores/ask.h"
#include "jobs/jobs.h"

static const struct err *ask(struct arena *a, const struct card_judge *judge,
                             const struct card *card, const struct conversation *c,
                             struct str *ret_raw)
{
    struct verdict *verdicts;
    size_t n;
    const struct err *e = ask_card(a, judge, card, c, &verdicts, &n);

    if (!e)
        *ret_raw = claims_json(a, claims_of(a, c, verdicts, n), n);
    return e;
}

static const struct err *by_engine(void *ctx, struct arena *a, const struct conversation *c,
                                   const struct question *questions, size_t n, struct verdict *ret)
{
    const struct language_engine *const *engine = ctx;

    return (*engine)->judge(a, c, questions, n, ret);
}

const struct err *score_ask(struct arena *a, const struct language_engine *engine,
                            const struct card *card, const struct conversation *c,
                            struct str *ret_raw)
{
    return ask(a, &(struct card_judge){&engine, by_engine}, card, c, ret_raw);
}

static const struct err *by_work(void *ctx, struct arena *a, const struct conversation *c,
                                 const struct question *questions, size_t n, struct verdict *ret)
{
    (void)a;
    return language_judge(ctx, c, questions, n, ret);
}

const struct err *score_ask_work(struct language_work *w, const struct card *card,
                                 const struct conversation *c, struct str *ret_raw)
{
    language_begin(w);
    return ask(w->job->a, &(struct card_judge){w, by_work}, card, c, ret_raw);
}

/* An answer has its key, a word, a sentence why and a quotation or two. */
#define ANSWER_TOKENS 150

static const struct err *by_counting(void *ctx, struct arena *a, const struct conversation *c,
                                     const struct question *questions, size_t n, struct verdict *ret)
{
    struct score_size *s = ctx;
    struct model_ask ask = model_ask_verdicts(a, c, questions, n);

    s->questions += (int64_t)n;
    s->in_tokens += model_tokens(ask.system) + model_tokens(ask.user) + model_tokens(ask.schema);
    s->out_tokens += (int64_t)n * ANSWER_TOKENS;
    s->most_in = (model_tokens_most(ask.system) + model_tokens_most(ask.user) + model_tokens_most(ask.schema)) * 5 / 4 + 300;
    s->most_out = ask.max_tokens;
    for (size_t i = 0; i < n; i++)
        ret[i] = (struct verdict){.reason = STR("")};
    return NULL;
}

const struct err *score_size(struct arena *a, const struct card *card, const struct conversation *c,
                             struct score_size *ret)
{
    struct verdict *verdicts;
    size_t n;

    *ret = (struct score_size){0};
    return ask_card(a, &(struct card_judge){ret, by_counting}, card, c, &verdicts, &n);
}

static const struct err *body_of(struct arena *a, const struct card *card,
                                 const struct conversation *c, const struct score *s,
                                 struct str *ret)
{
    struct jw w = jw_new(a);
    const struct json *tree;
    const struct err *e;

    jw_open(&w, '{');
    jw_key(&w, "criteria");
    jw_raw(&w, score_criteria_json(a, card, c, s));
    jw_key(&w, "sections");
    jw_raw(&w, score_sections_json(a, s));
    jw_close(&w, '}');
    e = json_parse(a, jw_done(&w), &tree);
    if (!e)
        *ret = json_canonical(a, tree);
    return e;
}

/* The gate holds machines back: a person has listened. */
static bool by_person(const struct claim *claims, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (claims[i].by_person)
            return true;
    return false;
}

const struct err *score_derive(struct arena *a, struct str card, const struct conversation *c,
                               struct str raw, struct score *ret_score, struct str *ret_body)
{
    return score_derive_at(a, card, c, raw, SCORE_GATE_BP, ret_score, ret_body);
}

const struct err *score_derive_at(struct arena *a, struct str card, const struct conversation *c,
                                  struct str raw, int32_t gate_bp, struct score *ret_score,
                                  struct str *ret_body)
{
    struct card *parsed = ARENA_NEW(a, struct card); /* the score points into it */
    struct claim *claims;
    struct score s;
    size_t n;
    const struct err *e = card_parse(a, card, parsed);

    if (!e)
        e = claims_parse(a, raw, &claims, &n);
    if (e)
        return e;
    s = score_compute(a, parsed, c, claims, n, by_person(claims, n) ? 0 : gate_bp);
    e = body_of(a, parsed, c, &s, ret_body);
    if (!e)
        *ret_score = s;
    return e;
}
