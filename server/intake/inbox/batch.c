/* Storing hooks: group commit, and the spool while PostgreSQL is away. Waiting deliveries of all
 * tenants go out as [set_config, insert]* and one Sync, so that a commit is shared; nobody is
 * answered before it, or before the spool has synced its file. Runs on the loops; what comes out
 * of the spool is stored on the drainer's thread. */
#include "core/json.h"
#include "core/metrics.h"
#include "core/time.h"
#include "db/lane.h"
#include "intake/inbox/hooks_int.h"
#include "intake/inbox/queries.h"
#include "jobs/hint.h"
#include "jobs/jobs.h"

#define BATCH_MAX 64
#define BATCH_BYTES (2u << 20)
#define BATCHES_IN_FLIGHT 2
#define WAITING_MAX 4096

struct waiting {
    struct waiting *next;
    struct req *rq;
    struct lane_step step;
    struct spool_item item; /* the same once more, for the spool */
    size_t bytes;
};

struct batch {
    struct desk *desk;
    struct loop *loop;
    struct waiting *items[BATCH_MAX];
    size_t n;
    struct unit unit;
};

static struct inbox_put_in put_of(const struct spooled *d)
{
    return (struct inbox_put_in){.id = d->id, .job = d->job, .integration = d->integration,
                                 .received_at = d->received_at, .method = d->method,
                                 .query = d->query, .source = d->source, .headers = d->headers,
                                 .body = d->body, .unproven = d->unproven};
}

static void tell(const struct spooled *d)
{
    hint_send(&(struct hint){.id = d->job, .tenant = d->tenant, .kind = "inbox.fold",
                             .priority = JOB_LIVE});
}

static void answer(struct req *rq, const struct err *e)
{
    if (!e) {
        metric_add(M_HOOKS, 0, 0, 1);
        e = req_json(rq, 200, STR("{\"status\":\"stored\"}"));
    }
    req_send(rq, e);
}

/* ---- the spool ---- */

static void spool_done(struct spool_item *item, const struct err *e)
{
    answer(item->ctx, e);
}

/* What says that PostgreSQL is away or full, and nothing of the delivery itself. The outcome may be
 * unknown: the ids stay, so that it cannot come twice. */
static bool is_away(const struct err *e)
{
    return e == E_UNAVAILABLE || e == E_BUSY || e == E_TIMEOUT || e == E_DISK_FULL;
}

static void to_spool(struct waiting *w)
{
    w->item.done = spool_done;
    w->item.ctx = w->rq;
    spool_put(&w->item);
}

static void write_row(struct jw *w, struct arena *a, const struct spooled *d)
{
    jw_open(w, '{');
    jw_key(w, "id");
    jw_uuid(w, d->id);
    jw_key(w, "job");
    jw_uuid(w, d->job);
    jw_key(w, "integration");
    jw_uuid(w, d->integration);
    jw_key(w, "received_at");
    jw_time(w, d->received_at);
    jw_key(w, "method");
    jw_text(w, d->method);
    jw_key(w, "query");
    jw_text(w, d->query);
    jw_key(w, "source");
    jw_text(w, d->source);
    jw_key(w, "headers");
    jw_text(w, crypto_base64(a, d->headers));
    jw_key(w, "body");
    jw_text(w, crypto_base64(a, d->body));
    jw_key(w, "unproven");
    jw_bool(w, d->unproven);
    jw_close(w, '}');
}

static struct str rows_of(struct arena *a, const struct spooled *v, size_t n)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++)
        write_row(&w, a, &v[i]);
    jw_close(&w, ']');
    return jw_done(&w);
}

/* Rows of one tenant in one transaction, on the drainer's thread. */
const struct err *hooks_store(struct arena *a, const struct spooled *v, size_t n)
{
    struct db_pool *pool = http_config.pools[DB_APP];
    struct str rows = rows_of(a, v, n);
    struct db *db;
    const struct err *e = rows.p ? db_take(pool, a, 2000, &db) : E_TOO_LARGE;

    if (e)
        return e;
    db_begin(db, v[0].tenant);
    e = q_inbox_put_many(db, (struct inbox_put_many_in){rows}, NULL);
    if (!e)
        e = db_commit(db);
    db_give(pool, db);
    for (size_t i = 0; i < n && !e; i++)
        tell(&v[i]);
    return e;
}

/* ---- group commit ---- */

static void flush(struct desk *d, struct loop *loop);

static void batch_done(struct unit *u, const struct err *e)
{
    struct batch *b = u->ctx;
    struct desk *d = b->desk;
    struct loop *loop = b->loop;

    d->batches--;
    metric_add(M_HOOK_BATCHES, 0, 0, 1);
    for (size_t i = 0; i < b->n; i++) {
        struct waiting *w = b->items[i];
        if (e && is_away(e)) {
            to_spool(w);
            continue;
        }
        if (!e)
            tell(&w->item.d);
        answer(w->rq, e);
    }
    arena_free(u->a);
    flush(d, loop);
}

static struct batch *batch_take(struct desk *d, struct loop *loop)
{
    struct arena *a = arena_new();
    struct batch *b = ARENA_NEW(a, struct batch);
    size_t bytes = 0;

    b->desk = d;
    b->loop = loop;
    b->unit.a = a;
    while (d->first && b->n < BATCH_MAX && (!b->n || bytes + d->first->bytes <= BATCH_BYTES)) {
        struct waiting *item = d->first;
        d->first = item->next;
        d->n--;
        bytes += item->bytes;
        b->items[b->n++] = item;
    }
    if (!d->first)
        d->end = &d->first;
    return b;
}

/* Keeps two commits in flight: while they are on their way the next batch gathers by itself. */
static void flush(struct desk *d, struct loop *loop)
{
    while (d->first && d->batches < BATCHES_IN_FLIGHT) {
        struct batch *b = batch_take(d, loop);
        struct lane_step *steps = ARENA_ARRAY(b->unit.a, b->n, struct lane_step);
        for (size_t i = 0; i < b->n; i++)
            steps[i] = b->items[i]->step;
        b->unit.n_steps = b->n;
        b->unit.steps = steps;
        b->unit.done = batch_done;
        b->unit.resend = true; /* the ids are fixed: a repeat changes nothing */
        b->unit.patience = HOOK_PATIENCE_US;
        b->unit.ctx = b;
        d->batches++;
        lane_submit(loop_lane(loop), &b->unit);
    }
}

void hooks_put(struct desk *d, struct req *rq, const struct spooled *what)
{
    struct waiting *w = ARENA_NEW(rq->a, struct waiting);
    struct inbox_put_in in = put_of(what);
    const struct err *e =
        d->n >= WAITING_MAX ? E_BUSY : bind_struct(rq->a, SQL_INBOX_PUT, &in, &w->step.b);

    if (e) {
        req_send(rq, e);
        return;
    }
    w->rq = rq;
    w->step.set_tenant = true;
    w->step.tenant = what->tenant;
    w->item.d = *what;
    w->bytes = rq->body.n + rq->head.n;
    *d->end = w;
    d->end = &w->next;
    d->n++;
    flush(d, rq->loop);
}
