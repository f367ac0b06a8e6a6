/* The steps of a tenant's deletions. First the objects that earlier steps have listed go from the store,
 * outside any transaction; then one batch of rows goes, with the list of its objects. Killed anywhere, the
 * next step finds the list again: removing an object twice is no error. */
#include "net/services.h"
#include "platform/retention/queries.h"
#include "platform/retention/retention.h"

#define BATCH 100 /* calls at a time: well under a second */

const struct err *retention_soon(struct db *db)
{
    return job_add_again(db, &(struct job_new){.kind = RETENTION_RUN, .args = STR("{}"), .object = db_tenant(db),
                                               .dedupe = STR(RETENTION_RUN)});
}

static const struct err *waiting(struct job *job, struct files_waiting_out **ret, size_t *ret_n)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = q_files_waiting(db, ret, ret_n);
    job_read_end(job, db);
    return e;
}

static enum job_result run_work(struct job *job, void **ret_product)
{
    struct buf ids = buf_new(job->a, SIZE_MAX);
    struct files_waiting_out *rows;
    struct str *done;
    char text[UUID_TEXT];
    size_t n = 0;

    if (waiting(job, &rows, &n))
        return JOB_RETRY;
    buf_char(&ids, '{');
    for (size_t i = 0; i < n && !job->lost; i++) {
        if (objects_delete(services()->objects, job->a, job->tenant, rows[i].object_key))
            return JOB_RETRY;
        buf_fmt(&ids, "%s%.*s", i ? "," : "", STR_ARG(uuid_text(rows[i].id, text)));
    }
    buf_char(&ids, '}');
    done = ARENA_NEW(job->a, struct str);
    *done = buf_str(&ids);
    *ret_product = done;
    return JOB_DONE;
}

static const struct err *run_store(struct job *job, void *product)
{
    struct retain_out row;
    int64_t gone = 0;
    const struct err *e = q_files_gone(job->db, (struct files_gone_in){*(struct str *)product}, &gone);

    if (!e)
        e = q_retain(job->db, (struct retain_in){BATCH}, &row);
    if (e || !row.files)
        return e;
    return retention_soon(job->db);
}

const struct job_kind retention_jobs[] = {
    {RETENTION_RUN, run_work, run_store, .attempts = 12, .timeout_s = 120, .priority = JOB_BACKFILL, .cap = 1},
    {0},
};
