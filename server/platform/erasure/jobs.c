/* The steps of an erasure: a batch of rows each; the objects that it listed go by retention's job. */
#include "platform/erasure/erasure.h"
#include "platform/erasure/queries.h"
#include "platform/retention/retention.h"

#define ERASURE_RUN "erasure.run"
#define BATCH 100 /* calls at a time: well under a second */

const struct err *erasure_soon(struct db *db, struct uuid erasure)
{
    struct arena *a = db_arena(db);
    char id[UUID_TEXT];

    uuid_text(erasure, id);
    return job_add_again(db, &(struct job_new){
        .kind = ERASURE_RUN, .args = str_fmt(a, "{\"erasure\":\"%s\"}", id), .object = erasure,
        .dedupe = str_fmt(a, "%s %s", ERASURE_RUN, id)});
}

static const struct err *run_store(struct job *job, void *product)
{
    struct erase_out row = {0};
    struct uuid erasure;
    const struct err *e;

    (void)product;
    if (!uuid_parse(json_text(job->args, "erasure"), &erasure))
        return E_NOT_FOUND;
    e = q_erase(job->db, (struct erase_in){erasure, BATCH}, &row);
    if (!e)
        e = retention_soon(job->db);
    return e || !row.done ? e : erasure_soon(job->db, erasure);
}

const struct job_kind erasure_jobs[] = {
    {ERASURE_RUN, NULL, run_store, .attempts = 12, .timeout_s = 120, .priority = JOB_INTERACTIVE, .cap = 1},
    {0},
};
