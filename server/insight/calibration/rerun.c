/* Judging the same call several times and seeing what moves. Called by the job, by `ringsight admin
 * rerun` and by tests, with whatever engine they bring. Stores no score. */
#include "core/json.h"
#include "insight/calibration/inner.h"
#include "insight/calibration/rerun_int.h"
#include "insight/language/language.h"
#include "insight/transcripts/transcripts.h"

/* Smallest and largest of what one call was given. */
struct range {
    bool any, changed;
    int32_t least, most;
    struct str label;
};

static void widen(struct range *r, int32_t bp, struct str label)
{
    if (!r->any) {
        *r = (struct range){true, false, bp, bp, label};
        return;
    }
    r->changed |= bp != r->least || bp != r->most || !str_eq(label, r->label);
    r->least = bp < r->least ? bp : r->least;
    r->most = bp > r->most ? bp : r->most;
}

static struct str label_of(const struct mark *m)
{
    if (m->unsupported)
        return STR("unsupported");
    return m->claim.answer == ANSWER_VALUE ? m->claim.value : str_of(answer_name(m->claim.answer));
}

static void open_report(struct arena *a, const struct card *card, struct rerun_report *io)
{
    if (io->questions)
        return;
    io->n_questions = card->n_questions;
    io->questions = ARENA_ARRAY(a, card->n_questions, struct rerun_question);
    for (size_t i = 0; i < card->n_questions; i++) {
        io->questions[i].key = card->questions[i].key;
        io->questions[i].text = card->questions[i].text;
    }
}

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static void close_call(const struct range *questions, const struct range *score,
                       struct rerun_report *io)
{
    bool unstable = score->changed;

    io->calls++;
    io->spread_bp = larger(io->spread_bp, score->most - score->least);
    for (size_t i = 0; i < io->n_questions; i++) {
        io->questions[i].unstable += questions[i].changed;
        io->questions[i].spread_bp =
            larger(io->questions[i].spread_bp, questions[i].most - questions[i].least);
        unstable |= questions[i].changed;
    }
    io->unstable += unstable;
}

/* The run-th time. */
static const struct err *judge(struct arena *a, const struct rerun_by *by, int64_t run,
                               const struct card *card, const struct conversation *talk,
                               struct rerun_report *io, struct str *ret_raw)
{
    struct language_work *w = by->work;
    const struct err *e;

    if (by->engine) {
        io->engine = str_of(by->engine->name);
        return score_ask(a, by->engine, card, talk, ret_raw);
    }
    w->repeat = str_fmt(a, "%.*s/%lld", STR_ARG(by->name), (long long)run);
    e = score_ask_work(w, card, talk, ret_raw);
    if (!io->engine.p || w->line) /* rules may have decided all of this one */
        io->engine = w->line ? w->line->name : w->engine;
    return e;
}

const struct err *rerun_call(struct arena *a, const struct rerun_by *by, struct str card,
                             const struct conversation *talk, int64_t times,
                             struct rerun_report *io)
{
    struct card *parsed = ARENA_NEW(a, struct card);
    struct range score = {0}, *questions;
    struct str raw, body;
    struct score s;
    const struct err *e = card_parse(a, card, parsed);

    if (e)
        return e;
    open_report(a, parsed, io);
    questions = ARENA_ARRAY(a, io->n_questions, struct range);
    for (int64_t i = 0; !e && i < times; i++) {
        e = judge(a, by, i, parsed, talk, io, &raw);
        if (!e)
            e = score_derive(a, card, talk, raw, &s, &body);
        for (size_t k = 0; !e && k < s.n_marks; k++)
            widen(&questions[k], s.marks[k].counts ? s.marks[k].points_bp : 0,
                  label_of(&s.marks[k]));
        if (!e)
            widen(&score, s.score_bp < 0 ? 0 : s.score_bp, str_of(score_state_name(s.state)));
    }
    if (!e)
        close_call(questions, &score, io);
    return e;
}

const struct err *rerun_load(struct db *db, const struct rerun_ask *ask, struct rerun **ret)
{
    struct rerun *r = ARENA_NEW(db_arena(db), struct rerun);
    struct rerun_calls_out *rows;
    struct agree_card_out card;
    size_t n = 0;
    const struct err *e = q_agree_card(db, (struct agree_card_in){ask->scorecard}, &card);

    if (!e)
        e = q_rerun_calls(db, (struct rerun_calls_in){ask->scorecard, ask->call, ask->scope,
                                                      ask->calls}, &rows, &n);
    if (!e && !n)
        return err_why(db_arena(db), E_NOT_FOUND,
                       "The machine has judged no such call by this version.");
    if (e)
        return e;
    *r = (struct rerun){card.body, ask->times, 0,
                        ARENA_ARRAY(db_arena(db), n, struct transcript), rows};
    for (; !e && r->n < n; r->n += !e)
        e = transcript_load(db, rows[r->n].transcript_id, &r->talks[r->n]);
    *ret = r;
    return e;
}

const struct err *rerun_run(struct arena *a, const struct rerun_by *by, struct rerun *r,
                            struct rerun_report *ret)
{
    const struct err *e = NULL;

    *ret = (struct rerun_report){0};
    for (size_t i = 0; !e && i < r->n; i++) {
        if (by->work) {
            by->work->call = r->calls[i].call_id;
            by->work->transcript = r->calls[i].transcript_id;
        }
        e = rerun_call(a, by, r->card, &r->talks[i].talk, r->times, ret);
    }
    return e;
}

struct str rerun_json(struct arena *a, const struct rerun_report *r)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "engine");
    jw_text(&w, r->engine);
    jw_key(&w, "calls");
    jw_int(&w, r->calls);
    jw_key(&w, "unstable");
    jw_int(&w, r->unstable);
    jw_key(&w, "spread_bp");
    jw_int(&w, r->spread_bp);
    jw_key(&w, "questions");
    jw_open(&w, '[');
    for (size_t i = 0; i < r->n_questions; i++) {
        jw_open(&w, '{');
        jw_key(&w, "key");
        jw_text(&w, r->questions[i].key);
        jw_key(&w, "text");
        jw_text(&w, r->questions[i].text);
        jw_key(&w, "unstable");
        jw_int(&w, r->questions[i].unstable);
        jw_key(&w, "spread_bp");
        jw_int(&w, r->questions[i].spread_bp);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    jw_close(&w, '}');
    return jw_done(&w);
}

const struct err *rerun_card(struct db *db, struct uuid call, struct uuid *ret)
{
    struct rerun_card_out row;
    const struct err *e = q_rerun_card(db, (struct rerun_card_in){call}, &row);

    if (e == E_NOT_FOUND)
        return err_why(db_arena(db), e, "The machine has judged no such call.");
    if (!e)
        *ret = row.scorecard_id;
    return e;
}

const struct err *rerun_queue(struct db *db, const struct rerun_ask *ask, struct uuid account, struct uuid *ret_id)
{
    char text[UUID_TEXT];
    const struct err *e;

    *ret_id = uuid_new();
    e = q_rerun_add(db, (struct rerun_add_in){*ret_id, ask->scorecard, ask->call, ask->times, ask->calls, account,
                                                ask->currency.n ? ask->most_micro : SQL_NULL, ask->currency}, NULL);
    return e ? e : job_add(db, &(struct job_new){
        .kind = "scores.rerun", .object = ask->call,
        .args = str_fmt(db_arena(db), "{\"rerun\":\"%s\"}", uuid_text(*ret_id, text).p)});
}

const struct err *rerun_go_on(struct db *db, struct uuid scorecard, struct uuid id, int64_t most_micro)
{
    struct rerun_bound_out row;
    char text[UUID_TEXT];
    const struct err *e = q_rerun_bound(db, (struct rerun_bound_in){scorecard, id}, &row);

    if (!e && !str_is(row.state, "stopped"))
        return err_why(db_arena(db), E_CONFLICT, "It is not stopped.");
    if (!e && most_micro <= row.most_micro)
        return E_BAD_INPUT;
    if (!e)
        e = q_rerun_go_on(db, (struct rerun_go_on_in){id, most_micro}, NULL);
    return e ? e : job_add(db, &(struct job_new){
        .kind = "scores.rerun", .object = row.call_id,
        .args = str_fmt(db_arena(db), "{\"rerun\":\"%s\"}", uuid_text(id, text).p)});
}

const struct err *rerun_look(struct db *db, struct uuid id, struct rerun_end *ret)
{
    struct rerun_look_out row;
    const struct err *e = q_rerun_look(db, (struct rerun_look_in){id}, &row);

    if (!e)
        *ret = (struct rerun_end){row.state, row.reason, row.body};
    return e;
}
