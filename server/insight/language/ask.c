/* Asking a tenant's engines in their order. One that is merely busy is waited for; one that fails hands
 * over to the next; behind the last stands the built-in engine, after a while of trying again where
 * trying helps. Why an engine was passed over is written down with the result. */
#include "core/log.h"
#include "core/time.h"
#include "engines/builtin/builtin.h"
#include "insight/language/store.h"

#define PATIENCE_S 900 /* for engines that fail, before the built-in engine takes the call */
#define BREAKER 5      /* failures in a row, as language_engine_failed has it */
#define BUSY_S 30      /* where a busy engine names no time */

/* What is asked, of whichever engine. */
struct language_ask {
    const struct conversation *c;
    const struct question *questions; /* NULL: the analysis */
    size_t n;
    struct verdict *verdicts;
    struct analysis *x;
};

/* How far trying came. */
struct trying {
    struct jw passed; /* [{"engine","reason"}] */
    size_t n_passed;
    bool again;       /* one of them may do better soon */
    int64_t wait_s;   /* until the first of those that are passed over may be asked; 0: none */
    struct str why;
};

static void pass_over(struct trying *t, const struct language_line *line, struct str why)
{
    jw_open(&t->passed, '{');
    jw_key(&t->passed, "engine");
    jw_text(&t->passed, line->name);
    jw_key(&t->passed, "reason");
    jw_text(&t->passed, why);
    jw_close(&t->passed, '}');
    t->n_passed++;
    t->why = why;
    LOG(LOG_INFO, "language.passed_over", KV("engine", line->name), KV("reason", why));
}

static struct str why_of(struct arena *a, const struct err *e)
{
    return arena_why(a).n ? str_dup(a, arena_why(a)) : str_fmt(a, "%s.", e->title);
}

static const struct err *put(struct language_work *w, const struct language_ask *q,
                             struct model_run *run)
{
    struct arena *a = w->job->a;
    struct analysis x;
    const struct err *e;

    if (q->questions)
        return model_run_verdicts(a, run, q->c, q->questions, q->n, q->verdicts);
    x = *q->x; /* an answer that does not read must not leave half of itself behind */
    e = model_run_analysis(a, run, q->c, &x);
    if (!e)
        *q->x = x;
    return e;
}

static void put_text(struct jw *w, const char *key, struct str s)
{
    jw_key(w, key);
    jw_text(w, s);
}

static void put_int(struct jw *w, const char *key, int64_t i)
{
    jw_key(w, key);
    jw_int(w, i);
}

static void put_run(struct jw *w, const struct language_line *line, const struct model_run *run,
                    const struct language_till *till)
{
    struct str pieces = buf_str(&till->pieces), one;

    jw_key(w, "engine_id");
    jw_uuid(w, line->id);
    put_text(w, "engine", line->name);
    put_text(w, "kind", str_of(line->engine->name));
    put_text(w, "model", run->model);
    put_text(w, "prompt", STR(MODEL_PROMPT_VERSION));
    jw_key(w, "params");
    jw_raw(w, run->plain ? STR("{}") : line->engine->params);
    put_int(w, "in_tokens", run->in_tokens);
    put_int(w, "out_tokens", run->out_tokens);
    put_int(w, "parts", run->parts);
    jw_key(w, "answers");
    jw_open(w, '[');
    while (till->pieces.n && str_split(&pieces, ',', &one))
        jw_text(w, one);
    jw_close(w, ']');
}

static void told(struct language_work *w, struct trying *t, const struct model_run *run,
                 const struct language_till *till)
{
    struct arena *a = w->job->a;
    struct jw out = jw_new(a);

    w->asked = STR_NONE;
    w->engine = str_of(w->line ? w->line->engine->name : builtin_engine.name);
    w->engine_version = w->line ? str_fmt(a, "%s %.*s", w->line->engine->version, STR_ARG(run->model))
                                : str_of(builtin_engine.version);
    jw_close(&t->passed, ']');
    if (!w->line && !t->n_passed)
        return;
    jw_open(&out, '{');
    if (w->line)
        put_run(&out, w->line, run, till);
    jw_key(&out, "passed");
    jw_raw(&out, jw_done(&t->passed));
    jw_close(&out, '}');
    w->asked = jw_done(&out);
}

/* Whether the job runs under the gate of this engine. */
static bool has_gate_of(const struct job *job, const struct language_line *line)
{
    char id[UUID_TEXT];

    return str_eq(job->gate, str_fmt(job->a, "%s:%s", line->engine->name,
                                     uuid_text(line->id, id).p));
}

static const struct err *busy(struct language_work *w, const struct language_line *line,
                              int64_t wait_s, struct str why)
{
    w->snooze_s = wait_s > 0 ? wait_s : BUSY_S;
    if (has_gate_of(w->job, line))
        job_gate_told(w->job, false, w->snooze_s, why);
    return language_failed(w->job, line, w->snooze_s);
}

/* What a failure means: *ret_stop where the job must not go on to the next engine. */
static const struct err *failed(struct language_work *w, struct trying *t,
                                struct language_line *line, const struct speech_ask *ask,
                                const struct err *e, bool *ret_stop)
{
    struct str why = why_of(w->job->a, e);
    const struct err *noted = NULL;

    *ret_stop = e == E_LOST || e == E_UNAVAILABLE || e == E_BUSY || e == E_UPSTREAM_BUSY || e == E_BOUND;
    if (e == E_UPSTREAM_BUSY)
        noted = busy(w, line, ask->retry_after_s, why);
    if (*ret_stop) {
        arena_set_why(w->job->a, why);
        return noted ? noted : e;
    }
    if (ask->stop) {
        noted = language_attention(w->job, line, why);
        line->state = STR("attention"); /* for what this job asks further */
        line->state_reason = why;
    }
    if (!ask->stop && !ask->final && (e == E_UPSTREAM || e == E_TIMEOUT)) {
        noted = language_failed(w->job, line, 0);
        t->again = true;
    }
    pass_over(t, line, why);
    *ret_stop = noted != NULL;
    return noted;
}

/* True if the line is not to be asked now. */
static bool is_closed(struct language_work *w, struct trying *t, const struct language_line *line)
{
    int64_t left = line->closed_until == TIME_NONE
                       ? 0
                       : (line->closed_until - time_now() + TIME_S - 1) / TIME_S;

    if (!str_is(line->state, "active")) {
        pass_over(t, line, line->state_reason.n ? line->state_reason : STR("It needs an admin."));
        return true;
    }
    if (left <= 0)
        return false;
    t->wait_s = !t->wait_s || left < t->wait_s ? left : t->wait_s;
    pass_over(t, line,
              line->failures >= BREAKER
                  ? str_fmt(w->job->a, "It failed %lld times in a row and is passed over for a while.",
                            (long long)line->failures)
                  : STR("It asked not to be asked for a while."));
    return true;
}

/* Nobody else answered: whether to wait for them still. */
static const struct err *last_resort(struct language_work *w, const struct trying *t)
{
    const struct job *job = w->job;
    bool young = (time_now() - job->created_at) / TIME_S < PATIENCE_S;

    if (!young || (!t->again && !t->wait_s) || (t->again && job->attempt + 1 >= job->max_attempts))
        return NULL;
    arena_set_why(job->a, t->why);
    if (t->again)
        return E_UPSTREAM;
    w->snooze_s = t->wait_s > PATIENCE_S ? PATIENCE_S : t->wait_s;
    return E_UPSTREAM_BUSY;
}

static const struct err *ask_line(struct language_work *w, struct trying *t,
                                  struct language_line *line, const struct language_ask *q,
                                  bool *ret_over)
{
    struct language_till *till = ARENA_NEW(w->job->a, struct language_till);
    struct model_run run;
    const struct err *e;

    language_till_open(till, w->job, line, w->call, w->transcript, &w->requests);
    till->bound = w->bound;
    run = language_run_of(line, till);
    run.repeat = w->repeat;
    run.wants = w->wants;
    e = put(w, q, &run);
    if (e)
        return failed(w, t, line, &run.ask, e, ret_over);
    *ret_over = true;
    if (has_gate_of(w->job, line))
        job_gate_told(w->job, true, 0, STR_NONE);
    w->line = line;
    told(w, t, &run, till);
    return language_answered(w->job, line);
}

/* *ret_answered: an engine of others did it. */
static const struct err *ask_all(struct language_work *w, const struct language_ask *q,
                                 bool *ret_answered)
{
    struct trying t = {.passed = jw_new(w->job->a)};
    const struct err *e = NULL;
    bool over = false;

    *ret_answered = false;
    w->line = NULL;
    jw_open(&t.passed, '[');
    for (size_t i = 0; !over && i < w->plan.n; i++)
        if (!is_closed(w, &t, &w->plan.lines[i]))
            e = ask_line(w, &t, &w->plan.lines[i], q, &over);
    if (over || e) {
        *ret_answered = !e;
        return e;
    }
    e = last_resort(w, &t);
    if (!e && w->only_asked && w->plan.n)
        return err_why(w->job->a, E_UPSTREAM, "%.*s", STR_ARG(t.why));
    if (!e)
        told(w, &t, NULL, NULL);
    return e;
}

static bool silent(const struct conversation *c)
{
    for (size_t i = 0; i < c->n_turns; i++)
        if (c->turns[i].n_words)
            return false;
    return true;
}

void language_begin(struct language_work *w)
{
    w->line = NULL;
    w->asked = STR_NONE;
    w->engine = str_of(builtin_engine.name);
    w->engine_version = str_of(builtin_engine.version);
}

const struct err *language_analyse(struct language_work *w, const struct conversation *c,
                                   struct analysis *ret)
{
    struct language_ask q = {.c = c, .x = ret};
    bool answered;
    const struct err *e = builtin_engine.analyse(w->job->a, c, ret);

    language_begin(w);
    if (e || silent(c)) /* nobody is paid for silence */
        return e;
    return ask_all(w, &q, &answered);
}

const struct err *language_judge(struct language_work *w, const struct conversation *c,
                                 const struct question *questions, size_t n,
                                 struct verdict *ret_verdicts)
{
    struct language_ask q = {.c = c, .questions = questions, .n = n, .verdicts = ret_verdicts};
    bool answered = false;
    const struct err *e = NULL;

    language_begin(w);
    if (!silent(c))
        e = ask_all(w, &q, &answered);
    if (e || answered)
        return e;
    return builtin_engine.judge(w->job->a, c, questions, n, ret_verdicts);
}
