/* Chains what was written since; tells what the settings allow. */
#include <stdatomic.h>
#include <unistd.h>

#include "net/guard.h"
#include "net/services.h"
#include "people/audit/inner.h"
#include "people/audit/queries.h"

#define AT_ONCE 1000

static const struct err *chain(struct job *job, void *product)
{
    struct audit_chain_out row;
    const struct err *e = q_audit_chain(job->db, &row);

    (void)product;
    if (e || row.linked < AT_ONCE)
        return e;
    return job_add(job->db, &(struct job_new){.kind = AUDIT_CHAIN, .args = STR("{}"), .dedupe = STR(AUDIT_CHAIN)});
}

/* The private networks that this process may call, once in its life: an entry if they are others than the
 * last one named. Workers of unlike settings are told of once each, not every minute. */
static const struct err *networks(struct job *job)
{
    static atomic_bool told;
    struct audit_networks_out row;
    char host[256] = "";
    const struct err *e;

    if (atomic_load(&told))
        return NULL;
    (void)gethostname(host, sizeof host - 1);
    e = q_audit_networks(job->db, (struct audit_networks_in){
        uuid_new(), str_of(host), net_allowances_print(job->a, services()->allowances)}, &row);
    if (!e)
        atomic_store(&told, true);
    return e;
}

/* Wrong passwords since: into the logs of whom they concern. */
static const struct err *failures(struct job *job, void *product)
{
    struct audit_failures_out row;
    const struct err *e = networks(job);

    (void)product;
    return e ? e : q_audit_failures(job->db, &row);
}

const struct job_kind audit_jobs[] = {
    {"audit.failures", NULL, failures, .attempts = 3, .timeout_s = 60, .priority = JOB_INTERACTIVE,
     .cron = "* * * * *"},
    {AUDIT_CHAIN, NULL, chain, .attempts = 20, .timeout_s = 60, .priority = JOB_INTERACTIVE},
    {0},
};
