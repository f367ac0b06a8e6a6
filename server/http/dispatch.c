/* The dispatcher, one visible list: match, identity, limit, permission, input, then the statement
 * on the loop's fast lane or the handler on a worker thread. The strict checks ran before (glue),
 * reply and log come after (exchange). */
#include <string.h>

#include "core/log.h"
#include "core/settings.h"
#include "http/blocks.h"
#include "http/host.h"
#include "http/inner.h"
#include "http/limits.h"

struct asking {
    struct req *rq;
    struct unit unit;
    struct lane_step step;
    enum token_kind kind;
    struct hash token;
};

static void finish(struct req *rq, const struct err *e)
{
    if (e)
        req_problem(rq, e);
    exchange_send(rq);
}

void req_send(struct req *rq, const struct err *e)
{
    finish(rq, e);
}

/* ---- permission ---- */

static bool changes_something(const struct req *rq)
{
    return rq->method != GET && rq->method != HEAD && rq->method != OPTIONS;
}

/* A browser says where a request comes from; the token proves that our page sent it. */
static const struct err *check_csrf(struct req *rq)
{
    enum origin_verdict v;

    if (!changes_something(rq) || rq->route->async) /* phone systems are no browsers */
        return NULL;
    v = origin_check(str_of(http_config.public_origin), req_header(rq, "sec-fetch-site"),
                     req_header(rq, "origin"));
    if (v == ORIGIN_FOREIGN)
        return err_why(rq->a, E_CSRF, "The request comes from another site.");
    if (rq->route->no_csrf || !rq->who.by_cookie)
        return NULL;
    if (!rq->who.csrf.n || !crypto_eq(rq->who.csrf, req_header(rq, "x-csrf-token")))
        return err_why(rq->a, E_CSRF, "Send the session's token as X-CSRF-Token.");
    return NULL;
}

static const struct err *check_permission(struct req *rq)
{
    enum permission who = rq->route->who;

    if (who == PUBLIC)
        return NULL;
    if (rq->who.kind == NOBODY)
        return E_UNAUTHENTICATED;
    if (rq->route->own_session && (who == SUPER_ADMIN) != (rq->who.kind == SUPER))
        return E_UNAUTHENTICATED;
    if (rq->subdomain.n && rq->who.tenant_slug.n && !str_eq(rq->subdomain, rq->who.tenant_slug))
        return E_NOT_FOUND; /* another tenant's host knows nothing of this one */
    if (who == SUPER_ADMIN && rq->who.kind != SUPER)
        return E_NOT_FOUND; /* nobody else learns of these routes */
    if (who == SUPER_ADMIN)
        return rq->who.lacks_factor && !rq->route->before_factor
                   ? err_why(rq->a, E_FACTOR_WANTED, "Super admins need a second factor here: set one up on your security page.")
                   : NULL;
    if (rq->who.kind == SUPER)
        return err_why(rq->a, E_FORBIDDEN, "Super admins have pages of their own.");
    if (rq->who.lacks_factor && !rq->route->before_factor)
        return err_why(rq->a, E_FACTOR_WANTED, "This tenant asks for a second factor: set one up on your security page.");
    if (who == SIGNED_IN)
        return NULL;
    if (uuid_is_zero(rq->who.tenant))
        return err_why(rq->a, E_FORBIDDEN, "Choose a tenant first.");
    if (str_is(rq->who.tenant_state, "suspended") && changes_something(rq))
        return err_why(rq->a, E_FORBIDDEN, "This tenant is suspended.");
    return rq->who.permissions & (uint32_t)who ? NULL : E_FORBIDDEN;
}

/* ---- running ---- */

static struct uuid tenant_of(const struct req *rq)
{
    return rq->who.tenant;
}

static void sql_done(struct unit *u, const struct err *e)
{
    struct req *rq = u->ctx;

    finish(rq, e ? e : answer_write(rq, u->steps[0].result));
}

static void run_sql(struct req *rq)
{
    struct asking *ask = ARENA_NEW(rq->a, struct asking);
    const struct err *e = answer_bind(rq, &ask->step.b);

    if (e) {
        finish(rq, e);
        return;
    }
    ask->step.set_tenant = true;
    ask->step.tenant = tenant_of(rq);
    ask->unit = (struct unit){.a = rq->a, .n_steps = 1, .steps = &ask->step, .done = sql_done,
                              .resend = !changes_something(rq), .ctx = rq};
    lane_submit(loop_lane(rq->loop), &ask->unit);
}

/* ---- audit ---- */

/* A recording is listened to in many parts; its beginning is what counts. */
static bool from_its_beginning(const struct req *rq)
{
    struct str range = req_header(rq, "range");

    return !range.n || str_starts(range, STR("bytes=0-"));
}

static bool is_audited(const struct req *rq)
{
    if (!http_config.audit || (uuid_is_zero(rq->who.tenant) && rq->who.kind != SUPER) ||
        rq->route->audit == AUDIT_NOT)
        return false;
    return changes_something(rq) || (rq->route->audit == AUDIT_READS && from_its_beginning(rq));
}

static const struct err *run_row(struct req *rq)
{
    struct bound b;
    PGresult *r;
    const struct err *e;

    if (!rq->route->sql)
        return rq->route->run(rq);
    e = answer_bind(rq, &b);
    if (!e)
        e = db_bound(rq->db, &b, &r);
    return e ? e : answer_write(rq, r);
}

static const struct err *run_in_transaction(struct req *rq)
{
    struct db_pool *pool = http_config.pools[rq->route->role];
    bool answered;
    const struct err *e = db_take(pool, rq->a, TAKE_WAIT_MS, &rq->db);

    if (e)
        return e;
    db_begin(rq->db, tenant_of(rq));
    e = idempotency_begin(rq, &answered);
    if (!e && !answered) {
        e = run_row(rq);
        if (!e && is_audited(rq))
            e = http_config.audit(rq);
        if (!e)
            e = idempotency_keep(rq);
        if (!e)
            e = db_commit(rq->db);
    }
    db_give(pool, rq->db);
    rq->db = NULL;
    return e;
}

void dispatch_run(struct req *rq)
{
    const struct err *e;

    log_context(str_of(rq->id), rq->who.tenant_slug);
    e = rq->route->tx == TX_NONE ? rq->route->run(rq) : run_in_transaction(rq);
    log_context(STR_NONE, STR_NONE);
    finish(rq, e);
}

static void run_on_worker(void *rq)
{
    dispatch_run(rq);
}

static const struct err *check_body(struct req *rq)
{
    int64_t max = rq->route->body_max ? rq->route->body_max : http_config.settings->body_limit;

    if ((int64_t)rq->body.n > max)
        return err_why(rq->a, E_TOO_LARGE, "At most %lld bytes.", (long long)max);
    return NULL;
}

/* One's own session stays: it says who one is, and leads to another tenant. */
static const struct err *check_blocked(struct req *rq)
{
    if (rq->route->own_session || rq->who.kind == NOBODY || !blocks_has(rq->who.tenant, rq->client))
        return NULL;
    return err_why(rq->a, E_FORBIDDEN, "This company has blocked the network you come from. An owner or administrator can lift "
                   "the block from another network, on the page Threats.");
}

static void proceed(struct req *rq)
{
    const struct err *e = check_blocked(rq);

    if (!e)
        e = check_permission(rq);

    if (!e)
        e = check_csrf(rq);
    if (!e)
        e = check_body(rq);
    if (!e)
        e = input_read(rq);
    if (e)
        finish(rq, e);
    else if (rq->route->sql && !is_audited(rq))
        run_sql(rq);
    else if (rq->route->async)
        rq->route->async(rq);
    else if (!work_push(rq->route->lane, run_on_worker, rq))
        finish(rq, E_BUSY);
}

static void within_limits(struct req *rq, const struct err *e)
{
    if (e)
        finish(rq, e);
    else
        proceed(rq);
}

static void identity_done(struct unit *u, const struct err *e)
{
    struct asking *ask = u->ctx;
    struct req *rq = ask->rq;

    if (!e)
        e = identity_take(loop_identities(rq->loop), &ask->token, ask->kind, ask->step.result, rq);
    if (e)
        finish(rq, e);
    else
        limits_take(rq, within_limits);
}

/* Asks the gate when nothing fresh is known. */
static void identify(struct req *rq)
{
    struct asking *ask = ARENA_NEW(rq->a, struct asking);
    struct str texts[1];
    const struct err *e;

    ask->rq = rq;
    e = identity_token(rq, &ask->kind, &ask->token);
    if (!e && (ask->kind == TOKEN_NONE ||
               identity_cached(loop_identities(rq->loop), &ask->token, rq, &e))) {
        if (e)
            finish(rq, e);
        else
            limits_take(rq, within_limits);
        return;
    }
    texts[0] = str_n(ask->token.b, sizeof ask->token.b);
    if (!e)
        e = bind_texts(rq->a, identity_gate(ask->kind), texts, &ask->step.b);
    if (e) {
        finish(rq, e);
        return;
    }
    ask->unit = (struct unit){.a = rq->a, .n_steps = 1, .steps = &ask->step,
                              .done = identity_done, .resend = true, .ctx = ask};
    lane_submit(loop_lane(rq->loop), &ask->unit);
}

void dispatch(struct req *rq)
{
    const struct err *e = router_match(rq);

    if (e)
        finish(rq, e);
    else if (rq->route->who == PUBLIC)
        limits_take(rq, within_limits);
    else
        identify(rq);
}
