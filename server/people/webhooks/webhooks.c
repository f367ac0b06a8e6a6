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

/* All of one statement, so that they take one place among what follows the commit. */
struct webhook_hints {
    struct uuid tenant;
    enum job_priority priority;
    size_t n;
    struct {
        struct uuid job;
        struct str gate;
    } v[];
};

struct webhook_hints *webhook_hints_new(struct db *db, size_t n, enum job_priority priority)
{
    struct webhook_hints *h = arena_alloc(db_arena(db), sizeof *h + n * sizeof h->v[0]);

    *h = (struct webhook_hints){.tenant = db_tenant(db), .priority = priority};
    return h;
}

void webhook_hints_add(struct webhook_hints *h, struct uuid job, struct str gate)
{
    h->v[h->n].job = job;
    h->v[h->n++].gate = gate;
}

static void tell_ring(void *arg)
{
    const struct webhook_hints *all = arg;

    for (size_t i = 0; i < all->n; i++) {
        struct str gate = all->v[i].gate;
        struct hint h = {.id = all->v[i].job, .tenant = all->tenant, .kind = WEBHOOK_SEND, .priority = all->priority};
        if (gate.n < sizeof h.gate)
            memcpy(h.gate, gate.p, gate.n);
        hint_send(&h);
    }
}

void webhook_hints_send(struct db *db, struct webhook_hints *h)
{
    if (h->n)
        (void)db_after_commit(db, tell_ring, h); /* one too many: the sweeper finds the jobs */
}

const struct err *webhook_tell(struct db *db, const char *type, struct uuid object)
{
    enum job_priority urgency = job_priority_now(JOB_INTERACTIVE);
    struct webhook_tell_out *rows;
    struct webhook_hints *hints;
    size_t n = 0;
    const struct err *e = q_webhook_tell(db, (struct webhook_tell_in){
        str_of(type), object, services()->public_url, WEBHOOK_TRIES, (int64_t)urgency}, &rows, &n);

    if (e || !n)
        return e;
    hints = webhook_hints_new(db, n, urgency);
    for (size_t i = 0; i < n; i++)
        webhook_hints_add(hints, rows[i].job_id, rows[i].job_gate);
    webhook_hints_send(db, hints);
    return NULL;
}

const struct err *webhook_url_check(struct arena *a, struct str url)
{
    const struct err *e = http_url_guard(services()->http, a, url, WEBHOOK_USE);

    return e == E_ADDRESS_REFUSED ? err_why(a, E_BAD_INPUT, "%.*s", STR_ARG(arena_why(a))) : e;
}
