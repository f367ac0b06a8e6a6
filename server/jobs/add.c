/* Adding jobs, asking for their end or their return, and their timing. Used by handlers, hooks and
 * other jobs. */
#include <string.h>

#include "core/crypto.h"
#include "jobs/hint.h"
#include "jobs/jobs.h"
#include "jobs/kinds.h"
#include "jobs/queries.h"


static const struct job_kind *kinds[KINDS_MAX];
static size_t n_kinds;

void jobs_register(const struct job_kind *more)
{
    for (; more && more->name && n_kinds < KINDS_MAX; more++)
        kinds[n_kinds++] = more;
}

const struct job_kind *job_kind_find(struct str name)
{
    for (size_t i = 0; i < n_kinds; i++)
        if (str_is(name, kinds[i]->name))
            return kinds[i];
    return NULL;
}

bool job_kind_known(struct str name)
{
    return job_kind_find(name) != NULL;
}

const struct job_kind *job_kind_at(size_t i)
{
    return i < n_kinds ? kinds[i] : NULL;
}

size_t job_kind_number(const struct job_kind *kind)
{
    size_t i = 0;

    while (i < n_kinds && kinds[i] != kind)
        i++;
    return i;
}

/* ---- hints ---- */

static void send(void *hint)
{
    hint_send(hint);
}

const struct err *job_hint(struct db *db, const struct hint_of *of)
{
    struct hint *h = ARENA_NEW(db_arena(db), struct hint);
    const struct job_kind *k = job_kind_find(of->kind);

    if (!k || of->gate.n >= sizeof h->gate ||
        (of->gate.n && memchr(of->gate.p, '|', of->gate.n)))
        return err_why(db_arena(db), E_INTERNAL, "a job that cannot be hinted");
    *h = (struct hint){.id = of->id, .tenant = of->tenant, .kind = k->name,
                       .priority = of->priority, .delay_ms = of->delay_ms};
    if (of->gate.n)
        memcpy(h->gate, of->gate.p, of->gate.n);
    (void)db_after_commit(db, send, h); /* one too many: the sweeper finds it */
    return NULL;
}

/* ---- adding ---- */

static struct str uuids(struct arena *a, const struct uuid *v, size_t n)
{
    struct buf b = buf_new(a, 1 << 20);
    char text[UUID_TEXT];

    for (size_t i = 0; i < n; i++)
        buf_fmt(&b, "%s%s", i ? "," : "{", uuid_text(v[i], text).p);
    buf_fmt(&b, n ? "}" : "{}");
    return buf_str(&b);
}

enum job_priority job_priority_now(enum job_priority usual)
{
    const struct job *from = job_running();

    return from && from->priority >= JOB_BACKFILL ? JOB_BACKFILL : usual;
}

const struct err *job_add_id(struct db *db, const struct job_new *job, struct uuid *ret_id)
{
    const struct job_kind *k = job_kind_find(str_of(job->kind));
    struct str gate = job->gate.p ? job->gate : STR("");
    struct job_add_out row;
    int64_t priority;
    const struct err *e;

    if (!k)
        return err_why(db_arena(db), E_INTERNAL, "no such job kind: %s", job->kind);
    priority = job_priority_now(k->priority);
    *ret_id = uuid_new();
    if (job->n_needs)
        return q_job_add_after(db, (struct job_add_after_in){
            .id = *ret_id, .kind = str_of(k->name), .priority = priority,
            .max_attempts = k->attempts, .args = job->args, .dedupe = job->dedupe,
            .object = job->object, .gate = gate,
            .needs = uuids(db_arena(db), job->needs, job->n_needs)}, NULL);
    e = q_job_add(db, (struct job_add_in){
        .id = uuid_new(), .kind = str_of(k->name), .priority = priority,
        .max_attempts = k->attempts, .args = job->args, .dedupe = job->dedupe,
        .object = job->object, .gate = gate, .delay_s = job->delay_s}, &row);
    if (e)
        return e;
    *ret_id = row.id;
    if (!row.added)
        return NULL;
    return job_hint(db, &(struct hint_of){*ret_id, db_tenant(db), str_of(k->name), gate,
                                                  priority, job->delay_s * (int64_t)1000});
}

const struct err *job_add(struct db *db, const struct job_new *job)
{
    struct uuid id;

    return job_add_id(db, job, &id);
}

const struct err *job_add_service(struct db *db, const struct job_new *job)
{
    const struct job_kind *k = job_kind_find(str_of(job->kind));
    struct uuid id = uuid_new();
    struct job_add_service_out row;
    const struct err *e;

    if (!k)
        return err_why(db_arena(db), E_INTERNAL, "no such job kind: %s", job->kind);
    e = q_job_add_service(db, (struct job_add_service_in){
        .id = id, .kind = str_of(k->name), .priority = k->priority, .max_attempts = k->attempts,
        .args = job->args, .object = job->object}, &row);
    if (!e && !row.added)
        return err_why(db_arena(db), E_INTERNAL, "%s is no job that requests may ask for", job->kind);
    return e ? e : job_hint(db, &(struct hint_of){.id = id, .kind = str_of(k->name), .gate = STR(""),
                                                  .priority = k->priority});
}

const struct err *job_add_again(struct db *db, const struct job_new *job)
{
    struct job_running_of_out *running;
    struct job_new again = *job;
    struct arena *a = db_arena(db);
    char text[UUID_TEXT];
    struct uuid *needs;
    size_t n = 0;
    const struct err *e = q_job_running_of(
        db, (struct job_running_of_in){str_of(job->kind), job->object}, &running, &n);

    if (e)
        return e;
    needs = ARENA_ARRAY(a, n + 1, struct uuid);
    for (size_t i = 0; i < n; i++)
        needs[i] = running[i].id;
    again.needs = needs;
    again.n_needs = n;
    again.dedupe = n ? str_fmt(a, "%.*s:after:%s", STR_ARG(job->dedupe), uuid_text(needs[0], text).p)
                     : str_fmt(a, "%.*s:now", STR_ARG(job->dedupe));
    return job_add(db, &again);
}

/* ---- asking ---- */

const struct err *job_cancel(struct db *db, struct uuid id)
{
    struct job_ask_out row;

    return q_job_ask(db, (struct job_ask_in){id, true, false}, &row);
}

const struct err *job_retry(struct db *db, struct uuid id)
{
    struct job_ask_out row;
    const struct err *e = q_job_ask(db, (struct job_ask_in){id, false, true}, &row);

    if (!e && !str_is(row.state, "dead"))
        return err_why(db_arena(db), E_CONFLICT, "This job has not failed: it is %.*s.",
                       STR_ARG(row.state));
    return e;
}

int64_t job_backoff_ms(const struct job_curve *curve, int64_t attempt)
{
    static const struct job_curve usual = {1, 4, 6 * 3600};
    const struct job_curve *c = curve->first_s ? curve : &usual;
    int64_t ms = c->first_s * INT64_C(1000), most = c->most_s * INT64_C(1000);
    uint16_t r;

    for (int64_t i = 1; i < attempt && ms < most; i++)
        ms *= c->times;
    if (ms > most)
        ms = most;
    crypto_random(&r, sizeof r);
    return ms * 8 / 10 + ms * 4 / 10 * r / 65536;
}
