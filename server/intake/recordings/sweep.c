/* Objects that no row names: a process was killed between file and row. Each night a job of the
 * service deletes those older than a day. It must not touch younger ones, for their row may be on
 * its way, nor go on where most would go, for then the database is the wrong one. */
#include "core/log.h"
#include "intake/recordings/queries.h"
#include "intake/recordings/recordings.h"
#include "net/services.h"

#define TAKE_MS 10000
#define GRACE (24 * 3600 * TIME_S)
#define FEW 100 /* so many may go whatever their share */

struct keys {
    struct arena *a;
    struct buf list; /* an array literal */
    size_t n;
};

static void add_key(void *keys, struct str key)
{
    struct keys *k = keys;

    buf_fmt(&k->list, "%s%.*s", k->n++ ? "," : "{", STR_ARG(key));
}

static const struct err *unnamed_of(struct job *job, struct arena *a, struct uuid tenant,
                                    const struct keys *keys, struct objects_unnamed_out **ret,
                                    size_t *ret_n)
{
    struct objects_tenant_out row;
    struct db *db;
    const struct err *e = db_take(job->pool, a, TAKE_MS, &db);

    *ret_n = 0;
    if (e)
        return e;
    db_begin(db, tenant);
    e = q_objects_tenant(db, &row);
    if (!e && row.known)
        e = q_objects_unnamed(db, (struct objects_unnamed_in){buf_str(&keys->list)}, ret, ret_n);
    db_give(job->pool, db);
    return e;
}

static const struct err *sweep_tenant(struct job *job, struct arena *a, struct uuid tenant)
{
    struct keys keys = {.a = a, .list = buf_new(a, SIZE_MAX)};
    struct objects_unnamed_out *gone;
    char text[UUID_TEXT];
    size_t n;
    const struct err *e = objects_each(services()->objects, a, tenant, time_now() - GRACE, add_key,
                                       &keys);

    if (e || !keys.n)
        return e;
    buf_char(&keys.list, '}');
    e = unnamed_of(job, a, tenant, &keys, &gone, &n);
    if (e || !n)
        return e;
    if (n > FEW && n > keys.n / 2) {
        LOG(LOG_ERROR, "objects.too_many_unnamed", KV("tenant", uuid_text(tenant, text)),
            KV_I("unnamed", n), KV_I("objects", keys.n));
        return NULL;
    }
    for (size_t i = 0; i < n && !e; i++)
        e = objects_delete(services()->objects, a, tenant, gone[i].key);
    if (!e)
        LOG(LOG_INFO, "objects.swept", KV("tenant", uuid_text(tenant, text)), KV_I("objects", n));
    return e;
}

struct round {
    struct job *job;
    const struct err *e;
};

static void each_tenant(void *round, struct uuid tenant)
{
    struct round *r = round;
    struct arena *a;
    const struct err *e;

    if (atomic_load(&r->job->lost))
        return;
    a = arena_new();
    e = sweep_tenant(r->job, a, tenant);
    if (e && arena_why(a).n)
        arena_set_why(r->job->a, str_dup(r->job->a, arena_why(a)));
    if (e)
        r->e = e; /* the other tenants have their turn all the same */
    arena_free(a);
}

enum job_result recordings_sweep(struct job *job, void **ret_product)
{
    struct round r = {.job = job};
    const struct err *e = objects_tenants(services()->objects, job->a, each_tenant, &r);

    *ret_product = NULL;
    return e || r.e ? JOB_RETRY : JOB_DONE;
}
