/* The test of an engine: a short made-up call and one question go to it the way of every call, and
 * whether its answer cites words that are there, how long it took and what it cost is shown. */
#include "core/json.h"
#include "core/time.h"
#include "insight/language/queries.h"
#include "insight/language/store.h"
#include "live/live.h"

#define TEST_S 120

struct tested {
    struct language_line line;
    struct model_run run;
    struct str sentence, answer;
    int64_t took_ms;
    bool ok;
};

static const char *const SAMPLE[] = {"thank you for calling the parcel desk my name is Anna",
                                     "hello my parcel has not arrived",
                                     "i am sorry to hear that i will send it again today"};

static struct conversation sample(struct arena *a)
{
    struct turn *turns = ARENA_ARRAY(a, 3, struct turn);
    struct conversation c = {.direction = STR("inbound"), .n_turns = 3, .turns = turns};
    int32_t at = 0;

    for (size_t i = 0; i < 3; i++) {
        struct str rest = str_of(SAMPLE[i]), one;
        struct turn_word *words = ARENA_ARRAY(a, 20, struct turn_word);
        size_t n = 0;

        turns[i].start_ms = at;
        while (n < 20 && str_split(&rest, ' ', &one)) {
            words[n++] = (struct turn_word){one, at, at + 400, 10000};
            at += 500;
        }
        turns[i].speaker = i % 2 ? SPEAKER_CUSTOMER : SPEAKER_AGENT;
        turns[i].end_ms = at;
        turns[i].n_words = n;
        turns[i].words = words;
    }
    c.duration_ms = at;
    return c;
}

static const struct err *read_line(struct job *job, struct uuid engine, struct language_line *ret)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = language_line_read(db, job->tenant, engine, ret);
    job_read_end(job, db);
    return e;
}

static bool proven(const struct conversation *c, const struct verdict *v)
{
    return v->answer == ANSWER_YES && v->n_spans && v->spans[0].turn < c->n_turns;
}

static void try_it(struct job *job, struct tested *t)
{
    static const struct question QUESTION = {
        .key = STR("name"), .text = STR("Does the agent give a name?"),
        .help = STR("The agent's own name, or that of the company or desk")};
    struct conversation c = sample(job->a);
    struct language_till till;
    struct verdict v = {0};
    int64_t began = time_mono(), number = 0;
    const struct err *e;

    language_till_open(&till, job, &t->line, job->id, (struct uuid){{0}}, &number);
    t->run = language_run_of(&t->line, &till);
    t->run.ask.once = true;
    t->run.ask.deadline = time_mono() + TEST_S * TIME_S;
    e = model_run_verdicts(job->a, &t->run, &c, &QUESTION, 1, &v);
    t->took_ms = (time_mono() - began) / TIME_MS;
    t->ok = !e && proven(&c, &v);
    if (e)
        t->sentence = arena_why(job->a).n ? str_dup(job->a, arena_why(job->a))
                                          : str_fmt(job->a, "%s.", e->title);
    else if (t->ok)
        t->sentence = str_fmt(job->a, "It works (status %d).", t->run.ask.status);
    else
        t->sentence = STR("It answered in the right form, but not what the made-up call shows, or "
                          "without quoting it: try a larger model.");
    t->answer = e ? STR_NONE : v.reason;
}

static enum job_result work(struct job *job, void **ret_product)
{
    struct tested *t = ARENA_NEW(job->a, struct tested);
    struct uuid id;
    const struct err *e;

    *ret_product = t;
    if (!uuid_parse(json_text(job->args, "engine"), &id))
        return JOB_DISCARD;
    e = read_line(job, id, &t->line);
    if (e)
        return e == E_NOT_FOUND ? JOB_DISCARD : JOB_RETRY;
    try_it(job, t);
    return atomic_load(&job->lost) ? JOB_RETRY : JOB_DONE;
}

static struct str some(struct str s)
{
    return s.p ? s : STR("");
}

static const struct err *store(struct job *job, void *product)
{
    const struct tested *t = product;
    struct jw w = jw_new(job->a);
    const struct err *e;

    jw_open(&w, '{');
    jw_key(&w, "at");
    jw_time(&w, time_now());
    jw_key(&w, "ok");
    jw_bool(&w, t->ok);
    jw_key(&w, "sentence");
    jw_text(&w, t->sentence);
    jw_key(&w, "model");
    jw_text(&w, some(t->run.model));
    jw_key(&w, "answer");
    jw_text(&w, t->answer);
    jw_key(&w, "took_ms");
    jw_int(&w, t->took_ms);
    jw_key(&w, "status");
    jw_int(&w, t->run.ask.status);
    jw_key(&w, "in_tokens");
    jw_int(&w, t->run.in_tokens);
    jw_key(&w, "out_tokens");
    jw_int(&w, t->run.out_tokens);
    jw_key(&w, "request_ids");
    jw_text(&w, some(t->run.ask.request_ids));
    jw_close(&w, '}');
    e = q_language_engine_tested(job->db, (struct language_engine_tested_in){
        t->line.id, jw_done(&w), t->ok}, NULL);
    return e ? e : live_note(job->db, "engine.updated", t->line.id, (struct uuid){{0}});
}

const struct job_kind language_jobs[] = {
    {"language.test", work, store, NULL, .attempts = 1, .timeout_s = TEST_S + 60,
     .priority = JOB_INTERACTIVE, .cap = 2},
    {0},
};
