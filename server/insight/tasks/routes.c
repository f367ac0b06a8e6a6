/* Tasks: listed, made by hand, assigned, put off, done, dropped. */
#include "core/said.h"
#include "core/time.h"
#include "insight/tasks/queries.h"
#include "insight/tasks/store.h"
#include "insight/tasks/tasks.h"
#include "live/live.h"
#include "people/webhooks/webhooks.h"

#define YEARS_MOST 10

struct task_fields {
    struct str title, detail, due, remind, priority;
    struct uuid call, owner;
    bool done;
};

#define FIELDS(needed)                                                                             \
    {"title", FIELD_TEXT, offsetof(struct task_fields, title), needed, .min = 1, .max = 200},      \
    {"detail", FIELD_TEXT, offsetof(struct task_fields, detail), OPTIONAL, .max = 2000},           \
    {"owner", FIELD_UUID, offsetof(struct task_fields, owner), OPTIONAL, .doc = "An agent"},       \
    {"due", FIELD_TEXT, offsetof(struct task_fields, due), OPTIONAL, .max = 10,                    \
     .doc = "A day, such as 2027-03-04; empty: none"},                                             \
    {"remind", FIELD_TEXT, offsetof(struct task_fields, remind), OPTIONAL, .max = 40,              \
     .doc = "A time, such as 2027-03-04T09:00:00Z; empty: none; left out: nine on the day it is due"}, \
    {"priority", FIELD_TEXT, offsetof(struct task_fields, priority), OPTIONAL,                     \
     .choices = "LOW|MEDIUM|HIGH|URGENT"}

static const struct field create_in[] = {
    FIELDS(REQUIRED),
    {"call", FIELD_UUID, offsetof(struct task_fields, call), OPTIONAL,
     .doc = "The call it comes from, whose agent owns it where no owner is given"},
    {0},
};
static const struct field change_in[] = {FIELDS(OPTIONAL), {0}};
static const struct field done_in[] = {
    {"done", FIELD_BOOL, offsetof(struct task_fields, done), REQUIRED},
    {0},
};
static const struct field list_in[] = {
    {"mine", FIELD_BOOL, .doc = "Of the agent that you are"},
    {"agent", FIELD_UUID, .doc = "Of this agent"},
    {"overdue", FIELD_BOOL, .doc = "Due before now, or not yet"},
    {"call", FIELD_UUID, .doc = "From this call"},
    {0},
};
static const struct field done_list_in[] = {
    {"mine", FIELD_BOOL, .doc = "Of the agent that you are"},
    {"agent", FIELD_UUID, .doc = "Of this agent"},
    {0},
};

struct times {
    int64_t day, remind;
};

static const struct err *read_times(struct req *rq, struct times *ret)
{
    const struct task_fields *in = rq->in;
    int64_t today = time_now() / (86400 * TIME_S);

    *ret = (struct times){SQL_NULL, TIME_NONE};
    if (in->due.n && (in->due.n != 10 || !said_day(in->due, today, &ret->day)))
        return req_field(rq, "due", "Give a day, such as 2027-03-04.");
    if (ret->day != SQL_NULL && (ret->day - today > 366 * YEARS_MOST || today - ret->day > 366))
        return req_field(rq, "due", "Give a day within the next %d years.", YEARS_MOST);
    if (in->remind.n && !time_parse(in->remind, &ret->remind))
        return req_field(rq, "remind", "Give a time, such as 2027-03-04T09:00:00Z.");
    if (ret->remind != TIME_NONE && ret->remind / (86400 * TIME_S) - today > 366 * YEARS_MOST)
        return req_field(rq, "remind", "Give a time within the next %d years.", YEARS_MOST);
    return NULL;
}

static const struct err *check_title(struct req *rq)
{
    const struct task_fields *in = rq->in;

    return in->title.p && !str_trim(in->title).n ? req_field(rq, "title", "This is needed.") : NULL;
}

static const struct err *owner_of(struct req *rq, struct uuid *ret)
{
    const struct task_fields *in = rq->in;
    struct task_call_out row = {.agent_id = {{0}}};
    const struct err *e = NULL;

    if (!uuid_is_zero(in->call))
        e = q_task_call(rq->db, (struct task_call_in){in->call, req_scope(rq)}, &row);
    if (e == E_NOT_FOUND)
        return req_field(rq, "call", "There is no such call.");
    *ret = !uuid_is_zero(in->owner) ? in->owner : row.agent_id;
    return e;
}

static const struct err *no_agent(struct req *rq, const struct err *e)
{
    return e == E_NO_PARENT ? req_field(rq, "owner", "There is no such agent.") : e;
}

static const struct err *create(struct req *rq)
{
    const struct task_fields *in = rq->in;
    struct uuid id = uuid_new(), owner;
    struct times t;
    struct task_add_out row;
    const struct err *e = check_title(rq);

    if (!e)
        e = read_times(rq, &t);
    if (!e)
        e = owner_of(rq, &owner);
    if (!e)
        e = no_agent(rq, q_task_add(rq->db, (struct task_add_in){
            .id = id, .call = in->call, .owner = owner, .kind = STR("manual"),
            .title = str_trim(in->title), .detail = in->detail.p ? in->detail : STR(""),
            .priority = in->priority.p ? in->priority : STR("MEDIUM"), .due_said = STR(""),
            .day = t.day, .remind = t.remind, .spans = STR("[]"), .from_call = false}, &row));
    if (!e)
        e = tasks_remind(rq->db, id, row.remind_at);
    if (!e)
        e = webhook_tell(rq->db, WEBHOOK_TASK_CREATED, id);
    if (!e)
        e = live_note(rq->db, "task.changed", id, owner);
    return e ? e : req_created(rq, id);
}

static const struct err *seen(struct req *rq, struct task_get_out *ret)
{
    return q_task_get(rq->db, (struct task_get_in){rq->param_id[0], req_scope(rq), rq->who.account},
                      ret);
}

static const struct err *change(struct req *rq)
{
    const struct task_fields *in = rq->in;
    struct task_get_out row;
    struct task_change_out now;
    struct times t;
    int64_t version;
    const struct err *e = req_if_match(rq, &version);

    if (!e)
        e = check_title(rq);
    if (!e)
        e = read_times(rq, &t);
    if (!e)
        e = seen(rq, &row);
    if (e)
        return e;
    e = no_agent(rq, q_task_change(rq->db, (struct task_change_in){
        rq->param_id[0], version, in->title.p ? str_trim(in->title) : STR_NONE, in->detail,
        in->priority, in->owner, in->due.p != NULL, t.day, in->remind.p != NULL, t.remind}, &now));
    if (e)
        return e == E_NOT_FOUND ? E_STALE : e;
    if (in->due.p || in->remind.p)
        e = tasks_remind(rq->db, rq->param_id[0], now.remind_at);
    if (!e)
        e = live_note(rq->db, "task.changed", rq->param_id[0], now.owner_id);
    if (e)
        return e;
    req_set_header(rq, "etag", str_fmt(rq->a, "\"%lld\"", (long long)version + 1));
    return req_none(rq);
}

/* Who may change calls may end any task; an agent their own. */
static const struct err *end(struct req *rq)
{
    const struct task_fields *in = rq->in;
    struct task_get_out row;
    struct task_done_put_out now;
    const struct err *e = seen(rq, &row);

    if (!e && !(rq->who.permissions & CALLS_WRITE) && !row.mine)
        e = E_FORBIDDEN;
    if (!e)
        e = q_task_done_put(rq->db, (struct task_done_put_in){rq->param_id[0], in->done,
                                                              rq->who.account}, &now);
    if (!e && in->done && row.done_at == TIME_NONE)
        e = webhook_tell(rq->db, WEBHOOK_TASK_DONE, rq->param_id[0]);
    if (!e)
        e = live_note(rq->db, "task.changed", rq->param_id[0], now.owner_id);
    return e ? e : req_none(rq);
}

static const struct err *drop(struct req *rq)
{
    struct task_get_out row;
    struct task_drop_out now;
    const struct err *e = seen(rq, &row);

    if (!e)
        e = q_task_drop(rq->db, (struct task_drop_in){rq->param_id[0]}, &now);
    if (!e)
        e = live_note(rq->db, "task.changed", rq->param_id[0], now.owner_id);
    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/tasks", CALLS_READ, list_in, .sql = SQL_TASKS_LIST,
     .doc = "What to do, the earliest due first; who sees only his own calls sees his own tasks"},
    {GET, "/tasks/done", CALLS_READ, done_list_in, .sql = SQL_TASKS_DONE_LIST,
     .doc = "What is done, the newest first"},
    {POST, "/tasks", CALLS_WRITE, create_in, .run = create, .out = "created", .creates = CREATES,
     .doc = "Add a task"},
    {GET, "/tasks/{task}", CALLS_READ, .sql = SQL_TASK_GET, .doc = "One task"},
    {PATCH, "/tasks/{task}", CALLS_WRITE, change_in, .run = change,
     .doc = "Change, assign or put off a task; needs If-Match"},
    {PUT, "/tasks/{task}/done", CALLS_READ, done_in, .run = end,
     .doc = "Say that a task is done, or is not; agents their own, others who may change calls"},
    {DELETE, "/tasks/{task}", CALLS_WRITE, .run = drop,
     .doc = "Drop a task; the call it comes from does not make it again"},
    {GET, "/calls/{call}/tasks", CALLS_READ, .sql = SQL_CALL_TASKS,
     .doc = "Tasks of the call, open and done"},
    {0},
};

const struct feature tasks_feature = {
    .name = "tasks", .doc = "What to do after calls.", .routes = routes, .jobs = tasks_jobs,
};
