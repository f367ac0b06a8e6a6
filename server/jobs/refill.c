/* Filling the ring from PostgreSQL: all of it when it was emptied, and bit by bit what it may lack
 * because a hint was lost. Called by the keeper. */
#include "core/log.h"
#include "jobs/kinds.h"
#include "jobs/refill.h"
#include "jobs/worker_int.h"

#define PAGE 1000
#define TAKE_DB_MS 1000
#define REHINT_AFTER (10 * TIME_S)
#define REHINT_OLD (60 * TIME_S)

/* Which waiting jobs go into which rings. */
struct pages {
    struct rings *rings;
    const bool *open; /* NULL: all */
    int64_t to;       /* due until then */
};

static const struct err *push_page(struct arena *a, const struct pages *p,
                                   const struct job_hints_out *rows, size_t n)
{
    struct hint *v = ARENA_ARRAY(a, n, struct hint);
    const struct err *e = NULL;

    for (int k = 0; k < rings_count(p->rings) && !e; k++) {
        size_t m = 0;
        for (size_t i = 0; i < n && (!p->open || p->open[k]); i++) {
            const struct job_kind *kind = job_kind_find(rows[i].kind);
            if (!kind || ring_of(p->rings, rows[i].tenant_key) != k)
                continue;
            v[m] = (struct hint){.id = rows[i].id, .tenant = rows[i].tenant_key,
                                 .kind = kind->name, .priority = rows[i].priority,
                                 .delay_ms = rows[i].delay_ms};
            for (size_t c = 0; c < rows[i].gate.n && c + 1 < sizeof v[m].gate; c++)
                v[m].gate[c] = rows[i].gate.p[c];
            m++;
        }
        if (m)
            e = ring_push(p->rings, a, k, v, m);
    }
    return e;
}

/* One page of waiting jobs into the ring, from *at on; *at moves behind it. */
struct place {
    int64_t run_at;
    struct uuid id;
};
static const struct err *hint_page(struct arena *why, const struct pages *p, struct place *at,
                                   size_t *ret_n)
{
    struct arena *a = arena_new();
    struct job_hints_out *rows;
    struct db *db;
    const struct err *e = db_take(worker_state.pool, a, TAKE_DB_MS, &db);

    *ret_n = 0;
    if (!e) {
        db_begin(db, (struct uuid){{0}});
        e = q_job_hints(db, (struct job_hints_in){at->run_at, at->id, p->to, PAGE}, &rows, ret_n);
        if (!e)
            e = db_commit(db);
        db_give(worker_state.pool, db);
    }
    if (!e && *ret_n) {
        *at = (struct place){rows[*ret_n - 1].run_at, rows[*ret_n - 1].id};
        e = push_page(a, p, rows, *ret_n);
    }
    if (e)
        arena_set_why(why, str_dup(why, arena_why(a)));
    arena_free(a);
    return e;
}

/* One step of all rings that are ours; E_LOST where one was emptied again or is another's now. */
static const struct err *step_all(struct arena *a, struct rings *rings, bool *open,
                                  enum rebuild step)
{
    const struct err *e = NULL;

    for (int k = 0; k < rings_count(rings) && !e; k++) {
        bool ours = true;
        if (open[k])
            e = ring_rebuild(rings, a, k, step, &ours);
        if (!e && !ours)
            e = E_LOST;
    }
    return e;
}

/* All pages, from the first on. */
static const struct err *fill(struct arena *a, struct rings *rings, bool *open, size_t *ret_all)
{
    struct place at = {0};
    struct pages p = {rings, open, time_now() + 366 * (int64_t)86400 * TIME_S};
    size_t n = PAGE;
    const struct err *e = NULL;

    while (!e && n == PAGE && !worker_stopping()) {
        e = hint_page(a, &p, &at, &n);
        *ret_all += n;
        if (!e)
            e = step_all(a, rings, open, REBUILD_GO);
    }
    return e ? e : step_all(a, rings, open, REBUILD_END);
}

void refill_all(struct arena *a, struct rings *rings)
{
    bool open[64] = {false}, any = false;
    size_t all = 0;
    const struct err *e = NULL;

    for (int k = 0; k < rings_count(rings) && !e; k++) {
        e = ring_rebuild(rings, a, k, REBUILD_BEGIN, &open[k]);
        any = any || open[k];
    }
    if (!any)
        return;
    if (!e)
        e = fill(a, rings, open, &all);
    if (!e) {
        LOG(LOG_INFO, "ring.rebuilt", KV_I("jobs", (int64_t)all));
        return;
    }
    LOG(LOG_WARN, "ring.not_rebuilt", KV_C("code", e->code), KV("reason", arena_why(a)));
    for (int k = 0; k < rings_count(rings); k++)
        if (open[k] && ring_rebuild(rings, a, k, REBUILD_LOST, NULL))
            return; /* away: its own time lets go of it */
}

const struct err *refill_again(struct arena *a, struct rings *rings)
{
    static struct place old;
    static int64_t seen;
    struct place at = {seen ? seen : time_now() - 2 * REHINT_AFTER, (struct uuid){{0}}};
    int64_t now = time_now();
    size_t n = 0;
    struct pages p = {rings, NULL, now - REHINT_AFTER};
    const struct err *e = hint_page(a, &p, &at, &n);

    if (!e)
        seen = n == PAGE ? at.run_at : now - REHINT_AFTER;
    p.to = now - REHINT_OLD;
    if (!e)
        e = hint_page(a, &p, &old, &n);
    if (!e && n < PAGE)
        old = (struct place){0};
    return e == E_UPSTREAM ? E_UNAVAILABLE : e;
}

