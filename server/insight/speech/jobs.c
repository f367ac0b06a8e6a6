/* The test of an engine: a short spoken sample that ships with the product goes through it, and what
 * it heard, how long it took and what it answered is shown beside its settings. */
#include <stdio.h>

#include "core/json.h"
#include "core/time.h"
#include "insight/speech/queries.h"
#include "insight/speech/store.h"
#include "insight/transcripts/transcripts.h"
#include "live/live.h"
#include "net/services.h"

#define TEST_S 120
#define SAMPLE_MAX (4u << 20)

struct tested {
    struct speech_line line;
    struct speech_ask ask;
    struct str words, sentence;
    int64_t took_ms;
    bool ok;
};

static const struct err *read_line(struct job *job, struct uuid engine, struct speech_line *ret)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = speech_line_read(db, job->tenant, engine, ret);
    job_read_end(job, db);
    return e;
}

static const struct err *sample(struct arena *a, struct str *ret)
{
    struct str path = str_fmt(a, "%s/samples/hello.wav", services()->templates_dir);
    FILE *f = fopen(path.p, "re");
    struct buf b = buf_new(a, SAMPLE_MAX);
    char part[8192];
    size_t n;

    if (!f)
        return err_why(a, E_INTERNAL, "The sample %s is missing: install the templates folder.",
                       path.p);
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        buf_add(&b, str_n(part, n));
    fclose(f);
    *ret = buf_str(&b);
    return NULL;
}

static bool cancelled(void *job)
{
    return atomic_load(&((struct job *)job)->lost);
}

static struct str said(struct arena *a, const struct conversation *c)
{
    struct buf b = buf_new(a, 2000);

    for (size_t i = 0; i < c->n_turns; i++)
        for (size_t k = 0; k < c->turns[i].n_words; k++)
            buf_fmt(&b, "%s%.*s", b.n ? " " : "", STR_ARG(c->turns[i].words[k].text));
    return b.n ? buf_str(&b) : STR("");
}

static struct str answered(struct arena *a, const struct tested *t, const struct err *e)
{
    struct str why = arena_why(a);

    if (e)
        return why.n ? str_dup(a, why) : str_fmt(a, "%s.", e->title);
    if (!t->words.n)
        return STR("It answered, but heard no words in the sample. Check the model and the language.");
    if (!t->line.engine->ask)
        return STR("It works.");
    return t->ask.status ? str_fmt(a, "It works (status %d).", t->ask.status) : STR("It works.");
}

static const struct err *try_it(struct job *job, struct tested *t)
{
    struct hearing how = {.engine = t->line.engine, .ask = &t->ask, .direction = STR("inbound"),
                          .left = SPEAKER_AGENT};
    struct transcript heard;
    struct sound sound;
    struct str wav;
    int64_t began;
    const struct err *e = sample(job->a, &wav);

    if (!e)
        e = sound_decode(job->a, media_bytes(job->a, wav), &sound);
    if (e)
        return e;
    t->ask = speech_ask_of(&t->line);
    t->ask.once = true;
    t->ask.deadline = time_mono() + TEST_S * TIME_S;
    t->ask.cancelled = cancelled;
    t->ask.cancelled_arg = job;
    began = time_mono();
    e = transcribe_sound(job->a, &sound, &how, NULL, NULL, &heard);
    t->took_ms = (time_mono() - began) / TIME_MS;
    if (!e)
        t->words = said(job->a, &heard.talk);
    return e;
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
    if (e == E_NOT_FOUND)
        return JOB_DISCARD;
    if (!e)
        e = try_it(job, t);
    if (e == E_LOST)
        return JOB_RETRY;
    t->sentence = e == E_NOT_READY
                      ? STR("There is nothing to test: it takes the text that comes with a recording.")
                      : answered(job->a, t, e);
    t->ok = !e && t->words.n > 0;
    return JOB_DONE;
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
    jw_key(&w, "words");
    jw_text(&w, t->words.p ? t->words : STR(""));
    jw_key(&w, "took_ms");
    jw_int(&w, t->took_ms);
    jw_key(&w, "status");
    jw_int(&w, t->ask.status);
    jw_key(&w, "request_ids");
    jw_text(&w, t->ask.request_ids.p ? t->ask.request_ids : STR(""));
    jw_close(&w, '}');
    e = q_speech_engine_tested(job->db, (struct speech_engine_tested_in){
        t->line.id, jw_done(&w), t->ok}, NULL);
    return e ? e : live_note(job->db, "engine.updated", t->line.id, (struct uuid){{0}});
}

const struct job_kind speech_jobs[] = {
    {"speech.test", work, store, NULL, .attempts = 1, .timeout_s = TEST_S + 60,
     .priority = JOB_INTERACTIVE, .cap = 2},
    {0},
};
