/* Chains what was written since. */
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

/* Wrong passwords since: into the logs of whom they concern. */
static const struct err *failures(struct job *job, void *product)
{
    struct audit_failures_out row;

    (void)product;
    return q_audit_failures(job->db, &row);
}

const struct job_kind audit_jobs[] = {
    {"audit.failures", NULL, failures, .attempts = 3, .timeout_s = 60, .priority = JOB_INTERACTIVE,
     .cron = "* * * * *"},
    {AUDIT_CHAIN, NULL, chain, .attempts = 20, .timeout_s = 60, .priority = JOB_INTERACTIVE},
    {0},
};
