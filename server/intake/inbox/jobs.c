/* Reading deliveries: parse, store the events, fold their calls. A delivery that cannot be read is
 * kept, marked and shown with its reason; it is never lost and never tried in a loop. */
#include "intake/calls/calls.h"
#include "intake/inbox/inbox.h"
#include "intake/inbox/queries.h"
#include "intake/integrations/integrations.h"
#include "jobs/jobs.h"

struct reading {
    struct inbox_get_out row;
    const struct provider *provider;
    struct event_list events;
    bool unparsed;
    struct str reason;
};

static const struct err *read_row(struct job *job, struct reading *r)
{
    struct uuid id;
    struct db *db;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "delivery"), &id))
        return E_NOT_FOUND;
    e = job_read_begin(job, &db);
    if (e)
        return e;
    e = q_inbox_get(db, (struct inbox_get_in){id}, &r->row);
    job_read_end(job, db);
    return e;
}

static void parse(struct job *job, struct reading *r, const struct json *settings)
{
    struct hook h = {.method = r->row.method, .query = r->row.query, .headers = r->row.headers,
                     .body = r->row.body, .settings = settings, .now = r->row.received_at};
    const struct err *e = r->provider->parse(job->a, &h, &r->events);

    r->unparsed = e != NULL;
    if (e) {
        r->reason = arena_why(job->a).n ? str_dup(job->a, arena_why(job->a)) : str_of(e->title);
        r->events.n = 0;
    } else if (!r->events.n) {
        r->reason = STR("There was no call in it.");
    }
}

static enum job_result fold_work(struct job *job, void **ret_product)
{
    struct reading *r = ARENA_NEW(job->a, struct reading);
    const struct json *settings;
    const struct err *e = read_row(job, r);

    if (e == E_NOT_FOUND)
        return JOB_DISCARD;
    if (!e)
        e = integration_settings(job->a, job->tenant, r->row.integration_id, r->row.settings,
                                 r->row.secrets, r->row.zone, &settings);
    if (e)
        return JOB_RETRY;
    r->provider = provider_find(r->row.provider);
    if (!r->provider)
        return JOB_DISCARD;
    parse(job, r, settings);
    *ret_product = r;
    return JOB_DONE;
}

static const struct err *fold_store(struct job *job, void *product)
{
    struct reading *r = product;
    struct uuid *calls;
    size_t n = 0;
    const struct err *e = calls_take_events(job->db, r->row.integration_id, r->events.v,
                                            r->events.n, r->row.id, &calls, &n);

    if (!e)
        e = q_delivery_put(job->db, (struct delivery_put_in){
            r->row.id, r->row.integration_id,
            str_of(r->unparsed ? "unparsed" : n ? "parsed" : "ignored"), r->reason,
            r->provider->parser_version, (int64_t)n}, NULL);
    if (!e)
        e = q_delivery_seen(job->db, (struct delivery_seen_in){r->row.integration_id,
                                                               r->row.received_at}, NULL);
    return e;
}

const struct job_kind inbox_jobs[] = {
    {"inbox.fold", fold_work, fold_store, .attempts = 20, .timeout_s = 60, .priority = JOB_LIVE},
    {0},
};
