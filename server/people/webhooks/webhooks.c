/* Telling endpoints what happened, and what may be an endpoint. Called by features in the transaction of a cause.
 * Knows no HTTP. */
#include "people/webhooks/webhooks.h"

#include <string.h>

#include "jobs/hint.h"
#include "net/services.h"
#include "people/webhooks/inner.h"
#include "people/webhooks/queries.h"

const struct webhook_event_kind webhook_events[] = {
    {WEBHOOK_CALL_RECEIVED, "A call was told of for the first time"},
    {WEBHOOK_CALL_UPDATED, "A call has ended, or its facts changed after that"},
    {WEBHOOK_RECORDING_READY, "A recording can be played"},
    {WEBHOOK_TRANSCRIPT_READY, "A call has a new transcript"},
    {WEBHOOK_CALL_SCORED, "A call has a new score, or none that counts any more"},
    {WEBHOOK_REVIEW_COMPLETED, "A person has scored a call"},
    {WEBHOOK_TASK_CREATED, "A task was made, of a call or by hand"},
    {WEBHOOK_TASK_DONE, "A task is done"},
    {0},
};

static void tell_ring(void *hint)
{
    hint_send(hint);
}

void webhook_hint(struct db *db, struct uuid job, struct str gate)
{
    struct hint *h = ARENA_NEW(db_arena(db), struct hint);

    *h = (struct hint){.id = job, .tenant = db_tenant(db), .kind = WEBHOOK_SEND,
                       .priority = job_priority_now(JOB_INTERACTIVE)};
    if (gate.n < sizeof h->gate)
        memcpy(h->gate, gate.p, gate.n);
    (void)db_after_commit(db, tell_ring, h); /* one too many: the sweeper finds the job */
}

const struct err *webhook_tell(struct db *db, const char *type, struct uuid object)
{
    struct webhook_tell_out *rows;
    size_t n = 0;
    const struct err *e = q_webhook_tell(db, (struct webhook_tell_in){
        str_of(type), object, services()->public_url, WEBHOOK_TRIES, job_priority_now(JOB_INTERACTIVE)}, &rows, &n);

    for (size_t i = 0; !e && i < n; i++)
        webhook_hint(db, rows[i].job_id, rows[i].job_gate);
    return e;
}

const struct err *webhook_url_check(struct arena *a, struct str url)
{
    const struct err *e = http_url_guard(services()->http, a, url, WEBHOOK_USE);

    return e == E_ADDRESS_REFUSED ? err_why(a, E_BAD_INPUT, "%.*s", STR_ARG(arena_why(a))) : e;
}
