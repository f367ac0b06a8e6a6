/* Adding jobs and their timing. Used by handlers, hooks and other jobs. */
#include <string.h>

#include "core/crypto.h"
#include "jobs/jobs.h"
#include "jobs/kinds.h"
#include "jobs/queries.h"

#define KINDS_MAX 128

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

const struct job_kind *job_kind_at(size_t i)
{
    return i < n_kinds ? kinds[i] : NULL;
}

const struct err *job_add(struct db *db, const char *kind, struct str args, struct str dedupe,
                          int delay_s)
{
    const struct job_kind *k = job_kind_find(str_of(kind));

    if (!k)
        return err_why(db_arena(db), E_INTERNAL, "no such job kind: %s", kind);
    return q_job_add(db, (struct job_add_in){
        .id = uuid_new(), .kind = str_of(kind), .priority = k->priority,
        .max_attempts = k->attempts, .args = args, .dedupe = dedupe, .delay_s = delay_s}, NULL);
}

int64_t job_backoff_ms(int64_t attempt)
{
    int64_t ms = 1000, most = 6 * 3600 * 1000;
    uint16_t r;

    for (int64_t i = 1; i < attempt && ms < most; i++)
        ms *= 4;
    if (ms > most)
        ms = most;
    crypto_random(&r, sizeof r);
    return ms * 8 / 10 + ms * 4 / 10 * r / 65536;
}
