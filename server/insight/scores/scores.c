/* Asking for verdicts and deriving scores from them. Called by the scoring job, by replay and by
 * the bench. No database, no clock. */
#include "insight/scores/scores.h"

#include "core/json.h"
#include "engines/builtin/builtin.h"

/* Lets the engine answer what no rule decides. */
static const struct err *ask_model(struct arena *a, const struct language_engine *engine,
                                   const struct conversation *c, const struct question *questions,
                                   size_t n, struct verdict *io_verdicts)
{
    struct question *open = ARENA_ARRAY(a, n, struct question);
    struct verdict *answers = ARENA_ARRAY(a, n, struct verdict);
    size_t n_open = 0, taken = 0;
    const struct err *e;

    for (size_t i = 0; i < n; i++)
        if (!questions[i].rule.p)
            open[n_open++] = questions[i];
    if (!n_open)
        return NULL;
    e = engine->judge(a, c, open, n_open, answers);
    for (size_t i = 0; !e && i < n; i++)
        if (!questions[i].rule.p)
            io_verdicts[i] = answers[taken++];
    return e;
}

const struct err *score_ask(struct arena *a, const struct language_engine *engine,
                            const struct card *card, const struct conversation *c,
                            struct str *ret_raw)
{
    struct question *questions = card_questions(a, card);
    struct verdict *verdicts = ARENA_ARRAY(a, card->n_questions, struct verdict);
    size_t n = card->n_questions;
    const struct err *e = builtin_engine.judge(a, c, questions, n, verdicts);

    if (!e && engine != &builtin_engine)
        e = ask_model(a, engine, c, questions, n, verdicts);
    if (!e)
        *ret_raw = claims_json(a, claims_of(a, c, verdicts, n), n);
    return e;
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

const struct err *score_derive(struct arena *a, struct str card, const struct conversation *c,
                               struct str raw, struct score *ret_score, struct str *ret_body)
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
    s = score_compute(a, parsed, c, claims, n, SCORE_GATE_BP);
    e = body_of(a, parsed, c, &s, ret_body);
    if (!e)
        *ret_score = s;
    return e;
}
