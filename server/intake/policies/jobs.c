/* Carrying a policy back over past calls, or counting what that would start: a few hundred calls a
 * step, each step one transaction that adds the next. What it starts runs at low priority. */
#include "intake/policies/decide.h"
#include "intake/policies/policies.h"
#include "intake/policies/queries.h"
#include "intake/recordings/recordings.h"
#include "live/live.h"

#define STEP_CALLS 200

struct sums {
    int64_t calls, wanted, wanted_s;
};

static const struct err *apply_one(struct db *db, int64_t version,
                                   const struct policy_run_calls_out *c,
                                   const struct policy_choice *now)
{
    struct policy_reapply_out row;
    const struct err *e = q_policy_reapply(db, (struct policy_reapply_in){
        c->id, version, now->fetch, now->analyse, now->reason}, &row);

    if (e)
        return e == E_NOT_FOUND ? NULL : e; /* somebody started it meanwhile */
    e = recordings_go_on(db, c->id);
    return e ? e : live_note(db, "call.updated", c->id, row.agent_id);
}

/* A stored call that the policy wants more of than was done with it. */
static const struct err *look_at(struct db *db, const struct policy_run_task_out *task,
                                 const struct policy *p, const struct policy_run_calls_out *c,
                                 struct sums *sums)
{
    struct policy_choice now;

    sums->calls++;
    if (!c->stored)
        return NULL;
    now = policy_decide(db_arena(db), p, &(struct policy_facts){
        .agent = c->agent_id, .extension = c->agent_key, .number = c->number,
        .direction = call_direction_of(c->direction), .seconds = c->seconds < 0 ? -1 : c->seconds,
        .draw = policy_draw(task->integration_id, c->call_key)});
    if (!now.analyse && !(now.fetch && !c->fetch_wanted))
        return NULL;
    sums->wanted++;
    sums->wanted_s += c->seconds > 0 ? c->seconds : 0;
    return str_is(task->mode, "apply") ? apply_one(db, task->version, c, &now) : NULL;
}

static const struct err *step(struct job *job, struct uuid run, const struct policy_run_task_out *t)
{
    struct policy_run_calls_out *calls;
    struct policy_run_step_in end = {.run = run, .after = t->after_at, .after_id = t->after_id};
    struct sums sums = {0};
    struct policy p;
    size_t n = 0;
    const struct err *e = policy_read(job->a, t->body, &p);

    if (!e)
        e = q_policy_run_calls(job->db, (struct policy_run_calls_in){
            t->integration_id, t->after_at, t->after_id, t->created_at, STEP_CALLS}, &calls, &n);
    for (size_t i = 0; i < n && !e; i++) {
        e = look_at(job->db, t, &p, &calls[i], &sums);
        end.after = calls[i].started_at;
        end.after_id = calls[i].id;
    }
    end.calls = sums.calls;
    end.wanted = sums.wanted;
    end.wanted_s = sums.wanted_s;
    end.state = n < STEP_CALLS ? STR("done") : STR("running");
    if (!e)
        e = q_policy_run_step(job->db, end, NULL);
    if (!e && n == STEP_CALLS)
        e = policies_add_step(job->db, t->integration_id, run);
    return e ? e : live_note(job->db, "integration.updated", t->integration_id,
                             (struct uuid){{0}});
}

static const struct err *apply_store(struct job *job, void *product)
{
    struct policy_run_task_out task;
    struct uuid run;
    const struct err *e;

    (void)product;
    if (!uuid_parse(json_text(job->args, "run"), &run))
        return NULL;
    e = q_policy_run_task(job->db, (struct policy_run_task_in){run}, &task);
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    return str_is(task.state, "running") ? step(job, run, &task) : NULL;
}

static const struct err *apply_dead(struct job *job, struct str reason)
{
    struct policy_run_end_out row;
    struct uuid run;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "run"), &run))
        return NULL;
    e = q_policy_run_end(job->db, (struct policy_run_end_in){run, reason}, &row);
    if (e)
        return e == E_NOT_FOUND ? NULL : e; /* stopped meanwhile */
    return live_note(job->db, "integration.updated", row.integration_id, (struct uuid){{0}});
}

const struct job_kind policies_jobs[] = {
    {"policies.apply", NULL, apply_store, apply_dead, .attempts = 6, .timeout_s = 60,
     .priority = JOB_BACKFILL},
    {0},
};
