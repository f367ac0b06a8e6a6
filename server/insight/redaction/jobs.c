/* Past calls taken through redaction, some transcripts a step, each step one transaction: a run that counts
 * says what there is, one that redacts rewrites what holds something, seals its words, and has what was
 * made of them made anew. It can be stopped, and goes on where it was after any crash. */
#include "insight/redaction/queries.h"
#include "insight/redaction/scrub.h"
#include "insight/redaction/store.h"
#include "insight/transcripts/transcripts.h"
#include "live/live.h"

#define STEP 20 /* transcripts */

struct step {
    struct job *job;
    struct run_task_out task;
    struct run_step_in told;
    struct redaction_rules rules;
};

const struct err *redaction_add_step(struct db *db, struct uuid run)
{
    struct jw w = jw_new(db_arena(db));

    jw_open(&w, '{');
    jw_key(&w, "run");
    jw_uuid(&w, run);
    jw_close(&w, '}');
    return job_add(db, &(struct job_new){.kind = "redaction.past", .object = run, .args = jw_done(&w)});
}

static const struct err *scrub_scores(struct step *s, struct uuid transcript, const struct redacted *r)
{
    struct run_scores_out *rows;
    size_t n = 0;
    struct arena *a = s->job->a;
    const struct err *e = q_run_scores(s->job->db, (struct run_scores_in){transcript}, &rows, &n);

    for (size_t i = 0; i < n && !e; i++) {
        struct run_score_rewrite_in in = {.id = rows[i].id};

        e = scrub_json(a, &s->rules, r, rows[i].body, &in.body);
        if (!e)
            e = scrub_json(a, &s->rules, r, rows[i].raw, &in.raw);
        if (!e)
            e = scrub_json(a, &s->rules, r, rows[i].asked, &in.asked);
        if (!e)
            e = scrub_text(a, &s->rules, r, rows[i].reason, &in.reason);
        if (!e)
            e = q_run_score_rewrite(s->job->db, in, NULL);
    }
    return e;
}

/* What the phone system itself wrote: no one looks into it for what it holds, it goes as a whole. */
static const struct err *seal_provider(struct step *s, struct uuid recording)
{
    struct run_provider_out row;
    const struct err *e = q_run_provider(s->job->db, (struct run_provider_in){recording}, &row);

    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    return row.text.n ? redaction_seal_provider(s->job->db, s->job->tenant, recording, row.text) : NULL;
}

static const struct err *rewrite(struct step *s, const struct run_batch_out *row, struct transcript *t,
                                 const struct redacted *r, bool no_confidence)
{
    struct db *db = s->job->db;
    const struct err *e;

    t->talk = r->talk;
    transcript_again(s->job->a, t, no_confidence);
    e = q_run_rewrite(db, (struct run_rewrite_in){row->id, s->rules.version, t->turns,
                                                  str_n(t->hash.b, sizeof t->hash.b), t->words}, NULL);
    if (!e)
        e = scrub_scores(s, row->id, r);
    if (!e)
        e = q_run_clear(db, (struct run_clear_in){row->id, row->call_id}, NULL);
    return e || !row->current ? e : transcript_follow(db, "analysis.run", row->call_id, row->id);
}

static const struct err *look_at(struct step *s, const struct run_batch_out *row)
{
    struct transcript t;
    struct redacted r;
    const struct json *notes;
    const struct err *e = transcript_load(s->job->db, row->id, &t);

    s->told.reached = row->id;
    s->told.seen++;
    if (!e)
        e = json_parse(s->job->a, row->notes, &notes);
    if (!e)
        e = redact(s->job->a, &s->rules, &t.talk, json_yes(notes, "times_spread"), &r);
    if (e)
        return e;
    s->told.changed += r.n > 0;
    s->told.places += (int64_t)r.n;
    if (!str_is(s->task.mode, "redact"))
        return NULL;
    e = r.n ? rewrite(s, row, &t, &r, json_yes(notes, "no_confidence"))
            : q_run_passed(s->job->db, (struct run_passed_in){row->id, s->rules.version}, NULL);
    if (!e)
        e = seal_provider(s, row->recording_id);
    return e ? e : redaction_keep(s->job->db, &(struct redaction_keep){
        .tenant = s->job->tenant, .transcript = row->id, .call = row->call_id,
        .recording = row->recording_id, .add = true}, &r);
}

static const struct err *go_on(struct step *s)
{
    struct redaction_lift_out lifted;
    struct run_batch_out *rows;
    struct run_total_out all;
    size_t n = 0;
    const struct err *e = q_redaction_lift(s->job->db, &lifted);

    if (!e)
        e = redaction_rules_read(s->job->db, &s->rules);
    if (!e && !s->rules.active) {
        s->told.over = true; /* switched off meanwhile */
        return NULL;
    }
    if (!e && s->task.total == SQL_NULL) {
        e = q_run_total(s->job->db, (struct run_total_in){s->rules.version}, &all);
        s->told.total = all.total;
    }
    if (!e)
        e = q_run_batch(s->job->db, (struct run_batch_in){s->task.reached_id, s->rules.version, STEP},
                        &rows, &n);
    for (size_t i = 0; i < n && !e; i++)
        e = look_at(s, &rows[i]);
    s->told.over = !n;
    return e || !n ? e : redaction_add_step(s->job->db, s->task.id);
}

static const struct err *past_store(struct job *job, void *product)
{
    struct step s = {.job = job};
    struct uuid id;
    const struct err *e;

    (void)product;
    if (!uuid_parse(json_text(job->args, "run"), &id))
        return NULL;
    e = q_run_task(job->db, (struct run_task_in){id}, &s.task);
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    s.told = (struct run_step_in){.run = id, .reached = s.task.reached_id, .total = s.task.total};
    if (str_is(s.task.state, "running"))
        e = go_on(&s);
    if (!e)
        e = q_run_step(job->db, s.told, NULL);
    return e ? e : live_note(job->db, "redaction.updated", id, (struct uuid){{0}});
}

static const struct err *past_dead(struct job *job, struct str reason)
{
    struct uuid id;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "run"), &id))
        return NULL;
    e = q_run_end(job->db, (struct run_end_in){id, reason}, NULL);
    return e ? e : live_note(job->db, "redaction.updated", id, (struct uuid){{0}});
}

static const struct err *past_revive(struct job *job)
{
    struct uuid id;

    if (!uuid_parse(json_text(job->args, "run"), &id))
        return NULL;
    return q_run_again(job->db, (struct run_again_in){id}, NULL);
}

const struct job_kind redaction_jobs[] = {
    {"redaction.past", NULL, past_store, past_dead, .attempts = 6, .timeout_s = 60,
     .priority = JOB_BACKFILL, .revive = past_revive},
    {0},
};
