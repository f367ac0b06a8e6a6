/* Reading deliveries: parse, store the events, fold their calls. A delivery that cannot be read is
 * kept, marked and shown with its reason; it is never lost and never tried in a loop. */
#include "intake/calls/calls.h"
#include "intake/inbox/inbox.h"
#include "intake/inbox/queries.h"
#include "intake/inbox/reading.h"
#include "intake/inbox/replay.h"
#include "intake/trials/trials.h"
#include "jobs/hint.h"
#include "jobs/jobs.h"
#include "net/poll.h"

static const struct err *read_row(struct job *job, struct stored *ret)
{
    struct inbox_get_out row;
    struct uuid id;
    struct db *db;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "delivery"), &id))
        return E_NOT_FOUND;
    e = job_read_begin(job, &db);
    if (e)
        return e;
    e = q_inbox_get(db, (struct inbox_get_in){id}, &row);
    job_read_end(job, db);
    if (e)
        return e;
    *ret = (struct stored){row.id, row.integration_id, row.received_at, row.version, row.method,
                           row.query, row.source, row.headers, row.body, row.provider, row.zone,
                           row.settings, row.secrets, row.unproven};
    return NULL;
}

static enum job_result fold_work(struct job *job, void **ret_product)
{
    struct reading *r = ARENA_NEW(job->a, struct reading);
    struct stored row;
    const struct err *e = read_row(job, &row);

    if (!e)
        e = reading_of(job->a, job->tenant, &row, 0, r);
    if (e)
        return e == E_NOT_FOUND ? JOB_DISCARD : JOB_RETRY;
    *ret_product = r;
    return JOB_DONE;
}

static const struct err *fold_store(struct job *job, void *product)
{
    struct reading *r = product;
    struct uuid *calls = NULL;
    bool asked_for = str_is(r->row.method, POLL_METHOD), trial = false;
    size_t n = 0, asked;
    const struct err *e = NULL;

    if (asked_for && r->provider->poll_renames)
        e = calls_drop_twins(job->db, r->row.integration, r->events.v, &r->events.n);
    asked = r->events.n;
    if (!e && asked_for)
        e = calls_drop_gone(job->db, r->row.integration, r->events.v, &r->events.n);
    if (!e)
        e = calls_take_events(job->db, r->row.integration, r->events.v, r->events.n, r->row.id,
                              &calls, &n);
    if (!e)
        e = reading_put(job->db, r, n);
    if (!e && r->events.n < asked) /* the page tells of a call that was deleted here */
        e = q_inbox_forget(job->db, (struct inbox_forget_in){r->row.id}, NULL);
    if (!e)
        e = trials_took(job->db, &(struct trial_delivery){r->row.integration, r->row.id,
                                                          r->row.headers, calls, n}, &trial);
    if (!e && !asked_for && !trial) /* what we asked for is no sign of life, nor what we sent */
        e = q_delivery_seen(job->db, (struct delivery_seen_in){r->row.integration,
                                                               r->row.received_at}, NULL);
    return e;
}

static void tell_of(void *hint)
{
    hint_send(hint);
}

const struct err *inbox_take(struct db *db, const struct inbox_new *d)
{
    struct hint *h = ARENA_NEW(db_arena(db), struct hint);
    const struct err *e;

    *h = (struct hint){.id = uuid_new(), .tenant = db_tenant(db), .kind = "inbox.fold",
                       .priority = JOB_LIVE};
    e = q_inbox_put(db, (struct inbox_put_in){
        .id = uuid_new(), .job = h->id, .integration = d->integration, .received_at = time_now(),
        .method = d->method, .query = STR(""), .source = d->source, .headers = STR(""),
        .body = d->body}, NULL);
    if (!e)
        (void)db_after_commit(db, tell_of, h); /* one too many: the sweeper finds the job */
    return e;
}

static const struct err *fold_dead(struct job *job, struct str reason)
{
    struct uuid id;

    if (!uuid_parse(json_text(job->args, "delivery"), &id))
        return NULL;
    return inbox_unread(job->db, id, reason);
}

const struct err *inbox_add_fold(struct db *db, struct uuid delivery)
{
    char text[UUID_TEXT];

    return job_add(db, &(struct job_new){
        .kind = "inbox.fold", .object = delivery,
        .args = str_fmt(db_arena(db), "{\"delivery\":\"%s\"}", uuid_text(delivery, text).p)});
}

const struct err *inbox_unread(struct db *db, struct uuid delivery, struct str reason)
{
    return q_delivery_unread(db, (struct delivery_unread_in){delivery, reason}, NULL);
}

const struct job_kind inbox_jobs[] = {
    {"inbox.replay", replay_work, replay_store, replay_dead, .attempts = 6, .timeout_s = 120,
     .priority = JOB_BACKFILL, .revive = replay_revive},
    {"inbox.reread", replay_work, replay_store, replay_dead, .attempts = 6, .timeout_s = 120,
     .priority = JOB_INTERACTIVE, .revive = replay_revive},
    {"inbox.fold", fold_work, fold_store, fold_dead, .attempts = 20, .timeout_s = 60, .priority = JOB_LIVE},
    {0},
};
