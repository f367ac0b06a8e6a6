/* Tasks of calls: made once whatever is analysed again, and reminders at their time. Knows no HTTP. */
#include "insight/tasks/tasks.h"

#include "insight/tasks/plan.h"
#include "insight/tasks/queries.h"
#include "insight/tasks/store.h"
#include "jobs/jobs.h"
#include "live/live.h"
#include "people/webhooks/webhooks.h"

const struct err *tasks_remind(struct db *db, struct uuid task, int64_t at)
{
    struct jw w = jw_new(db_arena(db));
    int64_t wait = (at - time_now()) / TIME_S;

    if (at == TIME_NONE)
        return NULL;
    jw_open(&w, '{');
    jw_key(&w, "task");
    jw_uuid(&w, task);
    jw_key(&w, "at");
    jw_time(&w, at);
    jw_close(&w, '}');
    return job_add(db, &(struct job_new){.kind = "tasks.remind", .args = jw_done(&w), .object = task,
                                         .delay_s = wait > 0 ? (int)wait + 1 : 0});
}

static const struct err *make(struct db *db, struct uuid call, struct uuid agent,
                              const struct planned *p)
{
    struct uuid id = uuid_new();
    struct task_add_out row;
    const struct err *e = q_task_add(db, (struct task_add_in){
        .id = id, .call = call, .owner = agent, .kind = str_of(p->kind), .title = p->title,
        .detail = p->detail, .priority = p->priority, .due_said = p->due_said, .day = p->due_day,
        .remind = TIME_NONE, .spans = p->spans, .from_call = true}, &row);

    if (!e)
        e = tasks_remind(db, id, row.remind_at);
    if (!e)
        e = webhook_tell(db, WEBHOOK_TASK_CREATED, id);
    return e ? e : live_note(db, "task.changed", id, agent);
}

static const struct err *follow(struct db *db, const struct tasks_of_call_out *row,
                                const struct planned *p)
{
    struct task_follow_out out;
    const struct err *e = q_task_follow(db, (struct task_follow_in){
        row->id, p->title, p->detail, p->priority, p->due_said, p->due_day, p->spans}, &out);

    if (e == E_NOT_FOUND)
        return NULL; /* a person's now, or nothing changed */
    return e ? e : tasks_remind(db, row->id, out.remind_at);
}

/* `here`: the row is of this call; another recording's times tell nothing. */
static const struct planned *match(struct arena *a, const struct tasks_of_call_out *row, bool here,
                                   const struct planned *p, size_t n, bool *taken)
{
    const struct json *spans;
    int64_t start = -1, end = -1;

    if (here && !json_parse(a, row->spans, &spans))
        plan_times(spans, &start, &end);
    for (size_t i = 0; i < n; i++)
        if (!taken[i] && plan_same(row->title, start, end, &p[i])) {
            taken[i] = true;
            return &p[i];
        }
    return NULL;
}

const struct err *tasks_take(struct db *db, struct uuid call, struct uuid agent,
                             const struct json *analysis, int64_t today)
{
    struct arena *a = db_arena(db);
    struct tasks_of_call_out *rows;
    size_t n = 0, n_rows = 0;
    struct planned *p = plan_tasks(a, analysis, today, &n);
    bool *taken = ARENA_ARRAY(a, n, bool);
    const struct err *e = q_tasks_of_call(db, (struct tasks_of_call_in){call}, &rows, &n_rows);

    for (size_t i = 0; !e && i < n_rows; i++) {
        bool here = uuid_eq(rows[i].call_id, call);
        const struct planned *same = match(a, &rows[i], here, p, n, taken);

        if (here)
            e = same ? follow(db, &rows[i], same)
                     : q_task_withdraw(db, (struct task_withdraw_in){rows[i].id}, NULL);
    }
    for (size_t i = 0; !e && i < n; i++)
        if (!taken[i])
            e = make(db, call, agent, &p[i]);
    return e;
}

/* ---- reminders ---- */

static const struct err *remind(struct job *job, void *product)
{
    struct task_remind_out row;
    struct uuid task;
    int64_t at;
    const struct err *e;

    (void)product;
    if (!uuid_parse(json_text(job->args, "task"), &task) ||
        !time_parse(json_text(job->args, "at"), &at))
        return NULL;
    e = q_task_remind(job->db, (struct task_remind_in){task, at}, &row);
    if (e == E_NOT_FOUND)
        return NULL; /* done, dropped, or its reminder was moved */
    return e ? e : live_note(job->db, "task.due", task, row.owner_id);
}

const struct job_kind tasks_jobs[] = {
    {"tasks.remind", NULL, remind, NULL, .attempts = 8, .timeout_s = 30, .priority = JOB_INTERACTIVE},
    {0},
};
