/* Tasks out of an analysis. Called by tasks.c. */
#include "insight/tasks/plan.h"

#include "core/said.h"

#define TITLE_MAX 200
#define DETAIL_MAX 2000

static struct str cut(struct str s, size_t max)
{
    s = str_trim(s);
    if (s.n <= max)
        return s;
    s.n = max;
    while (s.n && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
        s.n--;
    return s;
}

void plan_times(const struct json *spans, int64_t *ret_start_ms, int64_t *ret_end_ms)
{
    const struct json *first = json_count(spans) ? json_at(spans, 0) : NULL;

    *ret_start_ms = json_int(first, "start_ms", -1);
    *ret_end_ms = json_int(first, "end_ms", -1);
}

bool plan_same(struct str title, int64_t start_ms, int64_t end_ms, const struct planned *p)
{
    if (str_case_eq(title, p->title))
        return true;
    return start_ms >= 0 && p->start_ms >= 0 && start_ms < p->end_ms && p->start_ms < end_ms;
}

static struct planned planned_of(struct arena *a, const struct json *v, bool follow_up, int64_t today)
{
    struct str level = json_text(v, "level"), title = json_text(v, follow_up ? "detail" : "name");
    struct planned p = {.kind = follow_up ? "follow_up" : "action", .due_day = INT64_MIN};

    p.title = cut(title, TITLE_MAX);
    p.detail = cut(follow_up || !json_text(v, "detail").p ? STR("") : json_text(v, "detail"),
                   DETAIL_MAX);
    p.priority = level.n ? level : STR("MEDIUM");
    p.due_said = json_text(v, "due").p ? cut(json_text(v, "due"), TITLE_MAX) : STR("");
    p.spans = json_canonical(a, json_get(v, "spans"));
    plan_times(json_get(v, "spans"), &p.start_ms, &p.end_ms);
    if (!said_day(p.due_said, today, &p.due_day))
        p.due_day = INT64_MIN;
    return p;
}

static void add(struct planned *v, size_t *n, struct planned p)
{
    if (!p.title.n || *n == TASKS_MAX)
        return;
    for (size_t i = 0; i < *n; i++)
        if (plan_same(v[i].title, v[i].start_ms, v[i].end_ms, &p))
            return;
    v[(*n)++] = p;
}

struct planned *plan_tasks(struct arena *a, const struct json *analysis, int64_t today, size_t *ret_n)
{
    struct planned *v = ARENA_ARRAY(a, TASKS_MAX, struct planned);
    const struct json *actions = json_get(analysis, "actions");
    const struct json *follow_up = json_get(analysis, "follow_up");

    *ret_n = 0;
    for (size_t i = 0; i < json_count(actions); i++)
        if (!str_is(json_text(json_at(actions, i), "owner"), "CUSTOMER"))
            add(v, ret_n, planned_of(a, json_at(actions, i), false, today));
    if (json_kind(follow_up) == J_OBJECT)
        add(v, ret_n, planned_of(a, follow_up, true, today));
    return v;
}
