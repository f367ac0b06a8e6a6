/* The watch: every minute it looks, tenant by tenant, for recordings, calls and deliveries on
 * their way that no living job works on. Each gets a job if it never had one for that stage, else it
 * ends with a reason, and people may try again. There are none unless somebody took jobs away. Its
 * transactions are one a tenant and may be repeated, so it may be killed at any line. */
#include "core/log.h"
#include "core/metrics.h"
#include "insight/stages/queries.h"
#include "insight/stages/stages.h"
#include "insight/transcripts/transcripts.h"
#include "intake/inbox/inbox.h"
#include "intake/recordings/recordings.h"

#define TAKE_MS 10000
#define AN_HOUR 60 /* rounds */
#define AT_ONCE 200
#define LATELY (8 * 24 * 3600 * TIME_S) /* what is older is looked at once an hour */
#define DELIVERIES (3600 * TIME_S)
#define HISTORY (30 * 24 * 3600 * TIME_S)
#define ENDED "It stopped: its last job ended without a result. Try it again."

struct watch {
    struct job *job;
    struct arena *a;
    struct db *db;
    int64_t from, found;
};

static const struct err *had(struct watch *w, struct uuid object, const char *kind, bool *ret)
{
    struct stage_had_out row;
    const struct err *e = q_stage_had(
        w->db, (struct stage_had_in){object, str_of(kind), str_of(stage_other_kind(kind)),
                                     time_now() - HISTORY}, &row);

    if (!e)
        *ret = row.had;
    return e;
}

static const struct err *mend_recording(struct watch *w, const struct watch_recordings_out *r)
{
    bool fetch = str_is(r->state, "waiting"), before = false;
    const struct err *e = had(w, r->call, fetch ? "recordings.fetch" : "recordings.inspect",
                              &before);

    if (e)
        return e;
    if (before)
        return recordings_end(w->db, r->recording, "failed", STR(ENDED));
    return fetch ? recordings_add_fetch(w->db, r->call, r->recording, 0)
                 : recordings_add_inspect(w->db, r->call, r->recording);
}

static const struct err *recordings(struct watch *w)
{
    struct watch_recordings_out *rows, *still;
    struct stage_facts_out f;
    size_t n, m;
    const struct err *e = q_watch_recordings(
        w->db, (struct watch_recordings_in){.from = w->from, .limit = AT_ONCE}, &rows, &n);

    for (size_t i = 0; i < n && !e; i++) {
        /* Under the call's lock once more: what was being stored then is stored now. */
        e = q_stage_facts(w->db, (struct stage_facts_in){.call = rows[i].call}, &f);
        if (!e)
            e = q_watch_recordings(w->db, (struct watch_recordings_in){w->from, rows[i].call,
                                                                       AT_ONCE}, &still, &m);
        for (size_t k = 0; k < m && !e; k++) {
            if (!uuid_eq(still[k].recording, rows[i].recording))
                continue;
            w->found++;
            e = mend_recording(w, &still[k]);
        }
    }
    return e;
}

static const struct err *mend_call(struct watch *w, struct uuid call,
                                   const struct stage_facts_out *f)
{
    enum stage next = stage_next(f, false);
    bool before = false;
    const struct err *e;

    if (next == STAGE_NONE || next == STAGE_RECORDING)
        return transcript_failed(w->db, call, STR("There is no recording that can be used."), true);
    e = had(w, call, stage_kind(next), &before);
    if (e)
        return e;
    return before ? transcript_failed(w->db, call, STR(ENDED), true)
                  : stage_start(w->db, call, f, next);
}

static const struct err *calls(struct watch *w)
{
    struct watch_calls_out *rows, *still;
    struct stage_facts_out f;
    size_t n, m;
    const struct err *e = q_watch_calls(
        w->db, (struct watch_calls_in){.from = w->from, .limit = AT_ONCE}, &rows, &n);

    for (size_t i = 0; i < n && !e; i++) {
        e = q_stage_facts(w->db, (struct stage_facts_in){.call = rows[i].call}, &f);
        if (!e)
            e = q_watch_calls(w->db, (struct watch_calls_in){w->from, rows[i].call, 1}, &still, &m);
        if (e || !m)
            continue;
        w->found++;
        e = mend_call(w, rows[i].call, &f);
    }
    return e;
}

static const struct err *deliveries(struct watch *w)
{
    struct watch_deliveries_out *rows;
    size_t n;
    bool before = false;
    const struct err *e = q_watch_deliveries(
        w->db, (struct watch_deliveries_in){time_now() - DELIVERIES, AT_ONCE}, &rows, &n);

    for (size_t i = 0; i < n && !e; i++) {
        w->found++;
        e = had(w, rows[i].delivery, "inbox.fold", &before);
        if (!e)
            e = before ? inbox_unread(w->db, rows[i].delivery, STR(ENDED))
                       : inbox_add_fold(w->db, rows[i].delivery);
    }
    return e;
}

static const struct err *of_tenant(struct watch *w, struct uuid tenant)
{
    int64_t found = w->found;
    char text[UUID_TEXT];
    const struct err *e = db_take(w->job->pool, w->a, TAKE_MS, &w->db);

    if (e)
        return e;
    db_begin(w->db, tenant);
    e = recordings(w);
    if (!e)
        e = calls(w);
    if (!e)
        e = deliveries(w);
    if (!e)
        e = db_commit(w->db);
    db_give(w->job->pool, w->db);
    if (w->found > found)
        LOG(LOG_WARN, "stages.without_job", KV("tenant", uuid_text(tenant, text)),
            KV_I("rows", w->found - found));
    return e;
}

static const struct err *tenants(struct job *job, struct watch_tenants_out **ret, size_t *ret_n)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    *ret_n = 0;
    if (e)
        return e;
    e = q_watch_tenants(db, ret, ret_n);
    job_read_end(job, db);
    return e;
}

enum job_result stages_watch(struct job *job, void **ret_product)
{
    static _Atomic unsigned rounds; /* the first, and one an hour, looks at everything */
    bool all = rounds++ % AN_HOUR == 0;
    struct watch w = {.job = job, .from = all ? 0 : time_now() - LATELY};
    struct watch_tenants_out *rows;
    size_t n;
    const struct err *e = tenants(job, &rows, &n), *one;

    *ret_product = NULL;
    for (size_t i = 0; i < n && !atomic_load(&job->lost); i++) {
        w.a = arena_new();
        one = of_tenant(&w, rows[i].tenant_id);
        if (one && arena_why(w.a).n)
            arena_set_why(job->a, str_dup(job->a, arena_why(w.a)));
        e = one ? one : e; /* the other tenants have their turn all the same */
        arena_free(w.a);
    }
    metric_set(M_STAGES_STILL, 0, 0, w.found);
    return e ? JOB_RETRY : JOB_DONE;
}
