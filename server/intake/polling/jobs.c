/* One page of a run is one job: `work` asks the phone system, `store` keeps the page as a delivery,
 * moves the run on and adds the job of the next page, all in one transaction. So a worker that dies
 * costs one page asked for twice and nothing else. A wrong password ends the run at once. */
#include <stdlib.h>
#include <string.h>

#include "intake/calls/calls.h"
#include "intake/integrations/integrations.h"
#include "intake/polling/polling.h"
#include "intake/polling/queries.h"
#include "jobs/schedule.h"
#include "live/live.h"
#include "net/poll.h"
#include "net/services.h"

#define PAGE_S 120          /* time for one page */
#define WINDOW_S 86400      /* a run is walked day by day: pages by offset stay few and steady */
#define PAGES_MAX 20000     /* of one run */
#define BUSY_S 30           /* until a busy phone system is asked again that did not say when */
#define BUSY_MAX_S (24 * 3600)

struct polling {
    struct poll_task_out task;
    struct poll page;
    bool failed, refused; /* refused: the credentials are at fault */
    struct str reason;
    const struct provider *provider;
    struct event_list events; /* of the page, by key, for the run's count */
};

static const struct err *read_task(struct job *job, struct poll_task_out *ret)
{
    struct uuid id;
    struct db *db;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "run"), &id))
        return E_NOT_FOUND;
    e = job_read_begin(job, &db);
    if (e)
        return e;
    e = q_poll_task(db, (struct poll_task_in){id}, ret);
    job_read_end(job, db);
    return e;
}

static struct str why_of(struct job *job, const struct err *e)
{
    return arena_why(job->a).n ? str_dup(job->a, arena_why(job->a)) : str_of(e->title);
}

static enum job_result fail(struct polling *r, struct str reason)
{
    r->failed = true;
    r->reason = reason;
    return JOB_DONE;
}

/* Whether the events from i on that are of one call tell of it, and not of its recording alone, as a
 * page of recordings does: such a call was counted on the page of calls. *ret_end: the next call. */
static bool is_call(const struct event_list *list, size_t i, size_t *ret_end)
{
    bool told = false;
    size_t k = i;

    for (; k < list->n && str_eq(list->v[k].call_key, list->v[i].call_key); k++)
        told = told || list->v[k].from.n || list->v[k].to.n || list->v[k].n_recordings == 0;
    *ret_end = k;
    return told;
}

/* Of events sorted by key: how many calls, and how long their recordings. A call that lies on two
 * pages is counted on both: the count is for judging cost, so a few too many do no harm. */
static int64_t measure(const struct event_list *list, int64_t *ret_recorded_s)
{
    int64_t calls = 0;

    *ret_recorded_s = 0;
    for (size_t i = 0, end; i < list->n; i = end)
        calls += is_call(list, i, &end);
    for (size_t i = 0; i < list->n; i++) {
        const struct call_event *ev = &list->v[i];
        for (size_t k = 0; k < ev->n_recordings; k++) {
            int64_t s = ev->recordings[k].seconds;
            if (s < 0 && ev->n_recordings == 1)
                s = ev->talk >= 0 ? ev->talk : ev->duration;
            *ret_recorded_s += s > 0 ? s : 0;
        }
    }
    return calls;
}

static struct str keys_of(struct arena *a, const struct event_list *list)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0, end; i < list->n; i = end)
        if (is_call(list, i, &end))
            jw_text(&w, list->v[i].call_key);
    jw_close(&w, ']');
    return jw_done(&w);
}

static int by_key(const void *x, const void *y)
{
    const struct call_event *a = x, *b = y;
    size_t n = a->call_key.n < b->call_key.n ? a->call_key.n : b->call_key.n;
    int order = memcmp(a->call_key.p, b->call_key.p, n);

    return order ? order : (a->call_key.n > b->call_key.n) - (a->call_key.n < b->call_key.n);
}

/* A page that cannot be read is kept and shown as unparsed like any delivery; here it counts for
 * nothing. */
static void look_into(struct job *job, struct polling *r)
{
    struct hook h = {.method = STR(POLL_METHOD), .query = r->page.query, .headers = STR(""),
                     .body = r->page.body, .settings = r->page.net.settings, .now = time_now()};

    if (!r->page.body.p || r->provider->parse(job->a, &h, &r->events))
        r->events.n = 0;
    if (r->events.n)
        qsort(r->events.v, r->events.n, sizeof *r->events.v, by_key);
}

/* Which faults are the phone system's as a whole: its other jobs had better wait too. */
static void tell_gate(struct job *job, const struct err *e, int64_t after_s)
{
    if (e == E_UPSTREAM_BUSY && after_s > 0)
        job_gate_told(job, false, after_s, why_of(job, e));
    else if (e == E_UPSTREAM || e == E_TIMEOUT)
        job_gate_told(job, false, 0, why_of(job, e));
    else if (!e)
        job_gate_told(job, true, 0, STR_NONE);
}

static const struct err *ask(struct job *job, struct polling *r)
{
    const struct poll_task_out *t = &r->task;
    const struct provider *p = r->provider;
    int64_t end = t->window_at + WINDOW_S * TIME_S;
    const struct err *e;

    r->page = (struct poll){
        .net = {.http = services()->http, .use = p->slug, .tenant = job->tenant,
                .integration = t->integration_id, .settings_version = t->version,
                .call_started = TIME_NONE, .deadline = time_mono() + PAGE_S * TIME_S,
                .max_bytes = JSON_MAX_SIZE, .retry_after_s = -1},
        .from = t->window_at, .to = end < t->to_at ? end : t->to_at, .cursor = t->cursor};
    r->page.net.tokens = integration_tokens(job->a, job->pool, job->tenant, t->integration_id,
                                            t->version);
    e = integration_settings(job->a, job->tenant, t->integration_id, t->settings, t->secrets,
                             t->zone, &r->page.net.settings);
    if (!e)
        e = p->poll(job->a, &r->page);
    tell_gate(job, e, r->page.net.retry_after_s);
    return e;
}

static enum job_result not_asked(struct job *job, struct polling *r, const struct err *e)
{
    struct str why = why_of(job, e);
    bool old = time_now() - job->created_at > BUSY_MAX_S * TIME_S;
    int64_t wait = r->page.net.retry_after_s;

    if ((e == E_UPSTREAM_BUSY || e == E_NOT_READY) && !old) {
        job->snooze_s = wait < 1 ? BUSY_S : wait > 3600 ? 3600 : wait;
        return JOB_SNOOZE;
    }
    if (e == E_UNAVAILABLE)
        return JOB_SNOOZE;
    if (e == E_UPSTREAM_AUTH || e == E_ADDRESS_REFUSED || e == E_BAD_INPUT || e == E_TOO_LARGE)
        return fail(r, why);
    arena_set_why(job->a, why);
    return JOB_RETRY;
}

static enum job_result poll_work(struct job *job, void **ret_product)
{
    struct polling *r = ARENA_NEW(job->a, struct polling);
    const struct err *e = read_task(job, &r->task);
    const struct provider *p;

    *ret_product = r;
    if (e)
        return e == E_NOT_FOUND ? JOB_DISCARD : e == E_UNAVAILABLE ? JOB_SNOOZE : JOB_RETRY;
    if (!str_is(r->task.state, "running"))
        return JOB_DISCARD;
    p = r->provider = provider_find(r->task.provider);
    if (!p || !p->poll || str_is(r->task.integration_state, "deleted"))
        return fail(r, STR("The phone system was disconnected."));
    if (str_is(r->task.integration_state, "attention"))
        return fail(r, r->task.integration_reason.n ? r->task.integration_reason
                                                    : STR("The phone system needs attention."));
    if (r->task.pages >= PAGES_MAX)
        return fail(r, STR("There were too many pages: ask for a shorter span."));
    e = ask(job, r);
    r->refused = e == E_UPSTREAM_AUTH;
    if (e)
        return not_asked(job, r, e);
    look_into(job, r);
    return JOB_DONE;
}

static const struct err *end_run(struct db *db, struct uuid run, struct str reason)
{
    struct poll_run_end_out row;
    const struct err *e = q_poll_run_end(db, (struct poll_run_end_in){run, STR("failed"), reason},
                                         &row);

    if (e)
        return e == E_NOT_FOUND ? NULL : e; /* stopped meanwhile */
    return live_note(db, "integration.updated", row.integration_id, (struct uuid){{0}});
}

static const struct err *keep_page(struct job *job, const struct polling *r)
{
    struct uuid id = uuid_new();
    char text[UUID_TEXT];
    const struct err *e = q_poll_page_put(job->db, (struct poll_page_put_in){
        .run = r->task.id, .id = id, .integration = r->task.integration_id,
        .received_at = time_now(), .query = r->page.query, .headers = STR(""),
        .body = r->page.body}, NULL);

    if (e)
        return e;
    return job_add(job->db, &(struct job_new){
        .kind = "inbox.fold",
        .args = str_fmt(job->a, "{\"delivery\":\"%s\"}", uuid_text(id, text).p)});
}

/* The run's next page, day or end. */
static const struct err *step(struct job *job, struct polling *r)
{
    bool more = r->page.next.p != NULL, over = !more && r->page.to >= r->task.to_at;
    struct poll_run_step_out row;
    int64_t recorded_s, calls = measure(&r->events, &recorded_s), unused;
    const struct err *e = NULL;

    if (r->provider->poll_renames)
        e = calls_drop_twins(job->db, r->task.integration_id, r->events.v, &r->events.n);
    if (!e)
        e = calls_drop_gone(job->db, r->task.integration_id, r->events.v, &r->events.n);
    if (e)
        return e;
    e = q_poll_run_step(job->db, (struct poll_run_step_in){
        .run = r->task.id, .integration = r->task.integration_id,
        .window_at = more ? r->task.window_at : r->page.to,
        .cursor = more ? r->page.next : STR(""), .state = over ? STR("done") : STR("running"),
        .calls = calls, .fresh = measure(&r->events, &unused),
        .keys = keys_of(job->a, &r->events), .recorded_s = recorded_s}, &row);

    if (e)
        return e == E_NOT_FOUND ? NULL : e; /* stopped meanwhile */
    if (over)
        return live_note(job->db, "integration.updated", r->task.integration_id,
                         (struct uuid){{0}});
    return polling_add_page(job->db, r->task.provider, r->task.integration_id, r->task.id);
}

static const struct err *poll_store(struct job *job, void *product)
{
    struct polling *r = product;
    const struct err *e = NULL;

    if (r->refused)
        e = integration_attention(job->db, r->task.integration_id, r->task.version, r->reason);
    if (!e && r->failed)
        return end_run(job->db, r->task.id, r->reason);
    if (!e && r->page.body.p && !str_is(r->task.mode, "count"))
        e = keep_page(job, r);
    return e ? e : step(job, r);
}

static const struct err *poll_dead(struct job *job, struct str reason)
{
    struct uuid run;

    if (!uuid_parse(json_text(job->args, "run"), &run))
        return NULL;
    return end_run(job->db, run, reason);
}

/* By the clock. Where the phone system cannot be asked (no credentials, settings to be mended, a run
 * under way) tonight is left out: the next look begins where the last one ended. */
static const struct err *nightly_store(struct job *job, void *product)
{
    struct uuid integration;
    const struct err *e;

    (void)product;
    if (!uuid_parse(json_text(job->args, "integration"), &integration))
        return NULL;
    e = polling_nightly(job->db, integration);
    if (e == E_NOT_FOUND) /* disconnected: no more nights */
        return schedule_drop(job->db, str_fmt(job->a, "integrations.nightly:%.*s",
                                              STR_ARG(json_text(job->args, "integration"))));
    return e == E_IN_USE ? NULL : e;
}

const struct job_kind polling_jobs[] = {
    {"integrations.nightly", NULL, nightly_store, NULL, .attempts = 3, .timeout_s = 30,
     .priority = JOB_BACKFILL},
    {"integrations.poll", poll_work, poll_store, poll_dead, .attempts = 6,
     .timeout_s = PAGE_S + 30, .priority = JOB_BACKFILL, .curve = {15, 3, 3600}},
    {0},
};
