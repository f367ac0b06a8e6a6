/* The access token of an integration as a sealed row, shared by all processes (net/fetch.h says
 * why). Called from jobs' work through struct fetch_tokens. A lease in the row lets one login at a
 * time happen; nobody holds a connection while it does. Tokens never reach a log. */
#include "core/crypto.h"
#include "core/log.h"
#include "intake/integrations/integrations.h"
#include "intake/integrations/queries.h"
#include "net/fetch.h"
#include "net/services.h"

#define TAKE_MS 10000

struct holder {
    struct fetch_tokens tokens;
    struct db_pool *pool;
    struct uuid tenant, integration, lease;
    int64_t version;
};

static struct str about(struct arena *a, const struct holder *h)
{
    char t[UUID_TEXT], i[UUID_TEXT];

    return str_fmt(a, "%s|provider_token|token|%s", uuid_text(h->tenant, t).p,
                   uuid_text(h->integration, i).p);
}

static const struct err *begin(struct holder *h, struct arena *a, struct db **ret_db)
{
    const struct err *e = db_take(h->pool, a, TAKE_MS, ret_db);

    if (!e)
        db_begin(*ret_db, h->tenant);
    return e;
}

static const struct err *end(struct holder *h, struct db *db, const struct err *e)
{
    if (!e)
        e = db_commit(db);
    db_give(h->pool, db);
    return e;
}

static const struct err *open_token(struct holder *h, struct arena *a, struct str sealed,
                                    struct str *ret)
{
    struct key k;
    const struct err *e = keys_load(services()->keys, a, h->tenant, &k);

    if (!e)
        e = crypto_open(a, &k, about(a, h), sealed, ret);
    crypto_wipe(&k, sizeof k);
    return e;
}

/* The kept token if it is any use; *ret_seen is what stands in the row. */
static const struct err *look(struct holder *h, struct arena *a, struct db *db, struct str stale,
                              struct str *ret_token, struct str *ret_seen)
{
    struct token_get_out row;
    struct str token;
    const struct err *e = q_token_get(db, (struct token_get_in){h->integration}, &row);

    *ret_token = STR_NONE;
    *ret_seen = STR_NONE;
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    *ret_seen = row.token;
    if (!row.token.p || !row.fresh || row.settings_version != h->version)
        return NULL;
    e = open_token(h, a, row.token, &token);
    if (!e && !(stale.p && str_eq(token, stale)))
        *ret_token = token;
    return e;
}

static const struct err *take(void *ctx, struct arena *a, struct str stale, struct str *ret_token)
{
    struct holder *h = ctx;
    struct str seen;
    int64_t mine = 1;
    struct db *db;
    const struct err *e = begin(h, a, &db);

    if (e)
        return e;
    e = look(h, a, db, stale, ret_token, &seen);
    if (!e && !ret_token->p) {
        h->lease = uuid_new();
        e = q_token_lease(db, (struct token_lease_in){h->integration, h->version, seen, h->lease,
                                                      FETCH_TOKEN_LEASE_S}, &mine);
    }
    e = end(h, db, e);
    if (!e && !mine)
        return err_why(a, E_UPSTREAM_BUSY, "Another login at this phone system is under way.");
    return e;
}

static const struct err *keep(struct holder *h, struct arena *a, struct str sealed,
                              int64_t expires_at)
{
    struct db *db;
    const struct err *e = begin(h, a, &db);

    if (e)
        return e;
    e = q_token_put(db, (struct token_put_in){h->integration, h->lease, sealed, expires_at}, NULL);
    return end(h, db, e);
}

static const struct err *put(void *ctx, struct arena *a, struct str token, int64_t expires_at)
{
    struct holder *h = ctx;
    struct str sealed = STR_NONE;
    struct key k;
    const struct err *e = keys_load(services()->keys, a, h->tenant, &k);

    if (!e)
        sealed = crypto_seal(a, &k, about(a, h), token);
    crypto_wipe(&k, sizeof k);
    return e ? e : keep(h, a, sealed, expires_at);
}

/* A lease that cannot be given back runs out by itself. */
static void drop(void *ctx, struct arena *a)
{
    const struct err *e = keep(ctx, a, STR_NONE, TIME_NONE);

    if (e)
        LOG(LOG_WARN, "integration.lease_left", KV_C("code", e->code));
}

struct fetch_tokens *integration_tokens(struct arena *a, struct db_pool *pool, struct uuid tenant,
                                        struct uuid integration, int64_t version)
{
    struct holder *h = ARENA_NEW(a, struct holder);

    *h = (struct holder){.tokens = {.ctx = h, .take = take, .put = put, .drop = drop},
                         .pool = pool, .tenant = tenant, .integration = integration,
                         .version = version};
    return &h->tokens;
}
