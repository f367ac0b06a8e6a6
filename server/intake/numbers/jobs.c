/* Looking for a call's other half, and reading the numbers of stored calls anew. */
#include "intake/numbers/inner.h"
#include "intake/numbers/queries.h"
#include "jobs/jobs.h"

#define PAGE 500

static const struct err *link_store(struct job *job, void *product)
{
    struct uuid call;

    (void)product;
    if (!uuid_parse(json_text(job->args, "call"), &call))
        return NULL;
    return link_call(job->db, call);
}

static const struct err *put_forms(struct db *db, const struct numbers_page_out *rows, size_t n,
                                   struct str region)
{
    struct arena *a = db_arena(db);
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++) {
        struct number_forms f = number_forms(a, rows[i].customer_number, region);
        jw_open(&w, '{');
        jw_key(&w, "id");
        jw_uuid(&w, rows[i].id);
        jw_key(&w, "e164");
        jw_text(&w, f.e164);
        jw_key(&w, "tail");
        jw_text(&w, f.tail);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return q_numbers_put(db, (struct numbers_put_in){jw_done(&w)}, NULL);
}

/* A page of stored calls, and the job of the next one. */
static const struct err *again_store(struct job *job, void *product)
{
    struct numbers_page_out *rows;
    struct numbers of;
    struct uuid after = {{0}};
    size_t n;
    const struct err *e;

    (void)product;
    if (!uuid_parse(json_text(job->args, "after"), &after))
        after = (struct uuid){{0}};
    e = numbers_of_tenant(job->db, &of);
    if (!e)
        e = q_numbers_page(job->db, (struct numbers_page_in){after, PAGE}, &rows, &n);
    if (e || !n)
        return e;
    e = put_forms(job->db, rows, n, of.region);
    return e || n < PAGE ? e : numbers_again(job->db, rows[n - 1].id);
}

const struct job_kind numbers_jobs[] = {
    {"numbers.link", NULL, link_store, NULL, .attempts = 5, .timeout_s = 30,
     .priority = JOB_NORMAL},
    {"numbers.again", NULL, again_store, NULL, .attempts = 5, .timeout_s = 60,
     .priority = JOB_BACKFILL},
    {0},
};
