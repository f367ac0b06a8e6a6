/* Asking a model: one request, an answer with more room where it was cut, and a long call in parts
 * whose answers are merged. A constrained answer that was cut cannot be gone on with: it is asked
 * for again with room for all of it, or by halves of the questions; half an answer is never read.
 * Called by jobs. */
#include "engines/model_engine.h"

#define SPARE_TOKENS 64      /* what vendors put around messages */
#define LEAST_TOKENS 200     /* of a call: below that no part makes sense */
#define SHRINK_TIMES 5       /* when a vendor takes less than we think */

int64_t model_tokens_most(struct str text)
{
    int64_t ascii = 0;

    for (size_t i = 0; i < text.n; i++)
        ascii += (unsigned char)text.p[i] < 0x80;
    return (int64_t)text.n - ascii + (ascii + 1) / 2;
}

struct str model_run_model(const struct model_run *run)
{
    struct str all = str_of(run->engine->models), first = STR("");

    if (run->ask.model.n)
        return run->ask.model;
    str_split(&all, '|', &first);
    return first;
}

/* ---- one request ---- */

/* Whether a request without an answer is billed nobody can tell; one whose answer broke off after a
 * good status is; a refused one is not. */
static bool is_billed(const struct model_run *run, const struct err *e)
{
    return !e || e == E_BAD_PAYLOAD || e == E_TIMEOUT || e == E_LOST ||
           (run->ask.status >= 200 && run->ask.status <= 299);
}

static const struct err *settle(struct arena *a, struct model_run *run, const struct err *e,
                                const struct model_reply *r)
{
    struct str why = arena_why(a);
    const struct err *paid = NULL;

    if (run->meter)
        paid = run->meter->after(run->meter->ctx, is_billed(run, e), r->in_tokens, r->out_tokens);
    if (e)
        arena_set_why(a, why);
    return e ? e : paid;
}

/* A request that is reserved, and reserved anew each time that it is sent. */
struct sending {
    struct model_run *run;
    int64_t in_tokens, out_tokens;
    bool open; /* a reservation waits to be settled */
};

static const struct err *reserve(struct sending *s)
{
    const struct model_meter *m = s->run->meter;
    const struct err *e = m ? m->before(m->ctx, s->in_tokens, s->out_tokens) : NULL;

    s->open = !e;
    return e;
}

static const struct err *send_again(void *arg, const struct err *failed)
{
    struct sending *s = arg;
    const struct model_meter *m = s->run->meter;
    const struct err *e = m ? m->after(m->ctx, is_billed(s->run, failed), -1, -1) : NULL;

    s->open = false;
    s->run->requests++;
    return e ? e : reserve(s);
}

static const struct err *request(struct arena *a, struct model_run *run, struct str url,
                                 struct str body, const struct model_ask *ask,
                                 struct model_reply *ret)
{
    struct http_header headers[MODEL_HEADERS];
    struct http_response response = {0};
    struct ask_request rq = {.url = url, .headers = headers, .body = body};
    struct sending s = {run, model_tokens_most(body), ask->max_tokens, false};
    const struct err *e = reserve(&s);

    *ret = (struct model_reply){.in_tokens = -1, .out_tokens = -1};
    rq.n_headers = run->engine->headers(a, run->ask.key, headers);
    if (e)
        return e;
    run->ask.request_ids = STR_NONE;
    run->ask.again = send_again;
    run->ask.again_arg = &s;
    e = ask_send(a, &run->ask, &rq, &response);
    if (!s.open)
        return e; /* it was not sent once more, and is settled */
    run->requests++;
    if (!e)
        e = run->engine->read(a, response.body, ret);
    return settle(a, run, e, ret);
}

static bool is_object(struct arena *a, struct str text)
{
    const struct json *tree;

    return text.n <= MODEL_MAX_ANSWER && !json_parse(a, str_trim(text), &tree) &&
           json_kind(tree) == J_OBJECT;
}

static const struct err *find(struct arena *a, struct model_run *run, const struct hash *piece,
                              struct model_reply *ret, bool *ret_found)
{
    *ret_found = false;
    return run->shelf ? run->shelf->find(run->shelf->ctx, a, piece, ret, ret_found) : NULL;
}

static struct hash piece_of(struct arena *a, const struct model_run *run, struct str url,
                            struct str body)
{
    struct str all = str_fmt(a, "%.*s\n%.*s", STR_ARG(url), STR_ARG(body));

    if (run->repeat.n)
        all = str_fmt(a, "%.*s\n%.*s", STR_ARG(all), STR_ARG(run->repeat));
    return crypto_sha256(all);
}

static const struct err *once_so(struct arena *a, struct model_run *run,
                                 const struct model_ask *ask, struct model_reply *ret)
{
    struct str url = str_fmt(a, "%.*s%s", STR_ARG(ask_base(&run->ask, run->engine->default_url)),
                             run->engine->path);
    struct str body = run->engine->body(a, ask, model_run_model(run));
    struct hash piece = piece_of(a, run, url, body);
    bool found;
    const struct err *e = find(a, run, &piece, ret, &found);

    if (!e && !found) {
        e = request(a, run, url, body, ask, ret);
        if (!e && ret->end == MODEL_DONE && !is_object(a, ret->text))
            e = err_why(a, E_BAD_PAYLOAD, "The model's answer is no JSON object as it was asked for");
        if (!e && ret->end == MODEL_DONE && run->shelf)
            e = run->shelf->keep(run->shelf->ctx, &piece, run->ask.request_ids, ret);
    }
    if (e)
        return e;
    run->from_shelf += found;
    run->in_tokens += ret->in_tokens > 0 ? ret->in_tokens : 0;
    run->out_tokens += ret->out_tokens > 0 ? ret->out_tokens : 0;
    run->model = ret->model.n ? ret->model : model_run_model(run);
    return NULL;
}

/* Models that reason refuse a temperature: they are asked without from then on. */
static const struct err *once(struct arena *a, struct model_run *run, const struct model_ask *ask,
                              struct model_reply *ret)
{
    struct model_ask so = *ask;
    const struct err *e;

    so.plain = run->plain;
    e = once_so(a, run, &so, ret);
    if (e != E_BAD_INPUT || run->plain || str_find(arena_why(a), STR("temperature"), 0) < 0)
        return e;
    run->plain = so.plain = true;
    return once_so(a, run, &so, ret);
}

static void note_too_large(struct model_run *run, const struct model_ask *ask)
{
    int64_t data = model_tokens(ask->user);

    run->too_large = model_tokens(ask->system) + model_tokens(ask->schema) + data + ask->max_tokens +
                     SPARE_TOKENS;
    run->too_large_call = data > run->bare ? data - run->bare : 0;
}

/* With more room each time that the answer is cut. *ret_cut: even with all of it. */
static const struct err *whole(struct arena *a, struct model_run *run, struct model_ask ask,
                               struct str *ret_text, bool *ret_cut)
{
    int64_t most = run->engine->answer_tokens;
    struct model_reply r;
    const struct err *e;

    *ret_cut = false;
    if (run->context_tokens && most > run->context_tokens / 2)
        most = run->context_tokens / 2;
    if (ask.max_tokens > most)
        ask.max_tokens = (int32_t)most;
    for (;;) {
        e = once(a, run, &ask, &r);
        if (e || r.end != MODEL_CUT || ask.max_tokens >= most)
            break;
        ask.max_tokens = (int32_t)(ask.max_tokens * 2 > most ? most : ask.max_tokens * 2);
    }
    if (e == E_TOO_LARGE || (!e && r.end == MODEL_FULL))
        note_too_large(run, &ask);
    if (e)
        return e;
    *ret_text = r.text;
    *ret_cut = r.end == MODEL_CUT;
    if (r.end == MODEL_FULL)
        return err_why(a, E_TOO_LARGE, "The call does not fit into the model's context.");
    if (r.end != MODEL_REFUSED)
        return NULL;
    run->ask.final = true;
    return err_why(a, E_UPSTREAM, "The model refused to answer%s%.*s%s.", r.refusal.n ? ": “" : "",
                   (int)(r.refusal.n > 200 ? 200 : r.refusal.n), r.refusal.n ? r.refusal.p : "",
                   r.refusal.n ? "”" : "");
}

/* Less of the call would not make the answer shorter. */
static const struct err *cut(struct arena *a, struct model_run *run)
{
    run->ask.final = true;
    return err_why(a, E_UPSTREAM,
                   "The model's answer is cut off even with room for %lld tokens: nothing of it was "
                   "used.", (long long)run->engine->answer_tokens);
}

/* ---- room ---- */

static int64_t context_of(const struct model_run *run)
{
    return run->context_tokens ? run->context_tokens : run->engine->context_tokens;
}

/* What is left of the context for the call itself, where `empty` is the ask without it. */
static int64_t room_for_call(const struct model_run *run, const struct model_ask *empty)
{
    int64_t answer = empty->max_tokens;

    if (answer > run->engine->answer_tokens)
        answer = run->engine->answer_tokens;
    if (answer > context_of(run) / 2)
        answer = context_of(run) / 2;
    return context_of(run) - answer - SPARE_TOKENS - model_tokens(empty->system) -
           model_tokens(empty->schema) - model_tokens(empty->user);
}

static const struct err *parts(struct arena *a, struct model_run *run,
                               const struct conversation *c, const struct model_ask *empty,
                               struct model_part **ret, size_t *ret_n)
{
    int64_t room = room_for_call(run, empty);

    run->bare = model_tokens(empty->user);
    if (room < LEAST_TOKENS)
        return err_why(a, E_TOO_LARGE,
                       "The model's context of %lld tokens leaves no room for the call beside the "
                       "questions: give the engine a model with more, or correct its context in "
                       "Settings, Engines.", (long long)context_of(run));
    *ret_n = model_parts(a, c, room, ret);
    return NULL;
}

/* The next `n` answers that fit into one ask, at least two. */
static size_t that_fit(const struct str *answers, size_t n, int64_t room)
{
    int64_t used = 0;
    size_t got = 0;

    while (got < n && (got < 2 || used + model_tokens(answers[got]) <= room))
        used += model_tokens(answers[got++]);
    return got;
}

/* ---- analysis ---- */

static const struct model_wants *wants_of(const struct model_run *run)
{
    return run->wants ? run->wants : &model_wants_default;
}

static const struct err *analyse_text(struct arena *a, struct model_run *run,
                                      struct model_ask ask, struct str *ret)
{
    bool is_cut;
    const struct err *e = whole(a, run, ask, ret, &is_cut);

    return !e && is_cut ? cut(a, run) : e;
}

static const struct err *merge_analyses(struct arena *a, struct model_run *run, struct str *texts,
                                        size_t n, struct str *ret)
{
    struct model_ask empty = model_ask_analysis_merge(a, wants_of(run), NULL, 0);
    const struct err *e = NULL;

    while (!e && n > 1) {
        size_t out = 0, took;

        for (size_t i = 0; !e && i < n; i += took) {
            took = that_fit(&texts[i], n - i, room_for_call(run, &empty));
            if (took == 1)
                texts[out] = texts[i];
            else
                e = analyse_text(a, run,
                                 model_ask_analysis_merge(a, wants_of(run), &texts[i], took),
                                 &texts[out]);
            out++;
        }
        n = out;
    }
    *ret = texts[0];
    return e;
}

static const struct err *analyse(struct arena *a, struct model_run *run,
                                 const struct conversation *c, struct analysis *x)
{
    struct conversation none = {.direction = c->direction};
    struct model_ask empty = model_ask_analysis(a, &none, wants_of(run));
    struct model_part *p;
    struct str *texts, text;
    size_t n;
    const struct err *e = parts(a, run, c, &empty, &p, &n);

    if (e)
        return e;
    run->parts = (int64_t)n;
    texts = ARENA_ARRAY(a, n, struct str);
    for (size_t i = 0; !e && i < n; i++)
        e = analyse_text(a, run, model_ask_analysis_part(a, c, p[i], wants_of(run)), &texts[i]);
    if (!e)
        e = merge_analyses(a, run, texts, n, &text);
    return e ? e : model_read_analysis(a, c, text, x);
}

/* Vendors count tokens otherwise than we do, and servers between us and them limit requests by their
 * bytes: a call that is found too large goes in parts of half that size. */
static bool shrinks(struct model_run *run, const struct err *e, int tried)
{
    if (e != E_TOO_LARGE || tried >= SHRINK_TIMES || !run->too_large)
        return false;
    run->context_tokens = run->too_large - run->too_large_call / 2;
    run->too_large = 0;
    return true;
}

const struct err *model_run_analysis(struct arena *a, struct model_run *run,
                                     const struct conversation *c, struct analysis *x)
{
    const struct err *e;
    int64_t context = run->context_tokens;
    int tried = 0;

    do
        e = analyse(a, run, c, x);
    while (shrinks(run, e, tried++));
    run->context_tokens = context;
    return e;
}

/* ---- verdicts ---- */

struct judging {
    struct arena *a;
    struct model_run *run;
    const struct conversation *c;
};

/* An ask for some of the questions, about a part of the call or about answers on its parts. */
struct matter {
    struct model_part part;
    const struct str *answers; /* each of `n_answers` on all questions; NULL: a part */
    size_t n_answers;
};

static const struct err *judge(const struct judging *j, const struct matter *m,
                               const struct question *q, size_t n, struct verdict *v)
{
    struct model_ask ask = m->answers
                               ? model_ask_verdicts_merge(j->a, q, n, m->answers, m->n_answers)
                               : model_ask_verdicts_part(j->a, j->c, m->part, q, n);
    struct str text;
    bool is_cut;
    const struct err *e = whole(j->a, j->run, ask, &text, &is_cut);

    if (e)
        return e;
    if (!is_cut)
        return model_read_verdicts(j->a, j->c, q, n, text, v);
    if (n == 1)
        return cut(j->a, j->run);
    e = judge(j, m, q, n / 2, v);
    return e ? e : judge(j, m, q + n / 2, n - n / 2, v + n / 2);
}

static const struct err *merge_verdicts(const struct judging *j, const struct question *q, size_t n,
                                        struct str *texts, size_t n_texts, struct verdict *v)
{
    struct model_ask empty = model_ask_verdicts_merge(j->a, q, n, NULL, 0);
    const struct err *e = NULL;

    while (!e && n_texts > 1) {
        size_t out = 0, took;

        for (size_t i = 0; !e && i < n_texts; i += took) {
            took = that_fit(&texts[i], n_texts - i, room_for_call(j->run, &empty));
            if (took > 1) {
                e = judge(j, &(struct matter){.answers = &texts[i], .n_answers = took}, q, n, v);
                texts[out++] = e ? STR_NONE : model_verdicts_json(j->a, j->c, v, n);
            } else {
                texts[out++] = texts[i];
            }
        }
        n_texts = out;
    }
    return e;
}

static const struct err *judge_all(const struct judging *j, const struct question *q, size_t n,
                                   struct verdict *v)
{
    struct conversation none = {.direction = j->c->direction};
    struct model_ask empty = model_ask_verdicts(j->a, &none, q, n);
    struct model_part *p;
    struct str *texts;
    size_t n_parts;
    const struct err *e = parts(j->a, j->run, j->c, &empty, &p, &n_parts);

    if (e)
        return e;
    j->run->parts = (int64_t)n_parts;
    texts = ARENA_ARRAY(j->a, n_parts, struct str);
    for (size_t i = 0; !e && i < n_parts; i++) {
        e = judge(j, &(struct matter){.part = p[i]}, q, n, v);
        texts[i] = e || n_parts == 1 ? STR_NONE : model_verdicts_json(j->a, j->c, v, n);
    }
    return e ? e : merge_verdicts(j, q, n, texts, n_parts, v);
}

const struct err *model_run_verdicts(struct arena *a, struct model_run *run,
                                     const struct conversation *c, const struct question *questions,
                                     size_t n, struct verdict *ret_verdicts)
{
    struct judging j = {a, run, c};
    const struct err *e;
    int64_t context = run->context_tokens;
    int tried = 0;

    do
        e = judge_all(&j, questions, n, ret_verdicts);
    while (shrinks(run, e, tried++));
    run->context_tokens = context;
    return e;
}
