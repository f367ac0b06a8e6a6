/* Who asks: session cookie or API key, found by one gate call and kept at most a second, so that a
 * revoked session is dead everywhere within a second. One cache per loop; loop thread only. */
#include "core/settings.h"
#include "http/client.h"
#include "http/cookie.h"
#include "http/inner.h"
#include "http/queries.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES 8192 /* direct mapped by the token's hash: a thousand people at work seldom share a place */
#define FRESH_US TIME_S
#define KEY_PREFIX "rs_"

struct entry {
    int64_t at;
    struct hash token;
    struct arena *a; /* NULL: empty */
    struct identity who;
    struct cidr_list networks; /* a key is taken from these only; empty: from any */
};

struct identity_cache {
    struct entry v[ENTRIES];
};

/* When a session of this place was last changed, for all loops of the process. */
static _Atomic int64_t forgotten[ENTRIES];

struct identity_cache *identity_cache_new(void)
{
    struct identity_cache *c = calloc(1, sizeof *c);

    if (!c)
        abort();
    return c;
}

void identity_cache_free(struct identity_cache *c)
{
    for (size_t i = 0; c && i < ENTRIES; i++)
        arena_free(c->v[i].a);
    free(c);
}

const struct err *identity_token(struct req *rq, enum token_kind *ret_kind, struct hash *ret_hash)
{
    struct str bearer = req_header(rq, "authorization"), value;
    enum cookie_result found;

    *ret_kind = TOKEN_NONE;
    if (bearer.p) {
        if (!str_starts(bearer, STR("Bearer " KEY_PREFIX)) || bearer.n > 200)
            return err_why(rq->a, E_UNAUTHENTICATED, "Send Authorization: Bearer rs_...");
        *ret_hash = crypto_sha256(str_sub(bearer, 7, bearer.n));
        *ret_kind = TOKEN_KEY;
        return NULL;
    }
    found = cookie_get(req_header(rq, "cookie"), http_config.cookie_name, &value);
    if (found == COOKIE_MISSING)
        return NULL;
    if (found != COOKIE_FOUND || value.n < 20)
        return E_UNAUTHENTICATED;
    *ret_hash = crypto_sha256(value);
    *ret_kind = TOKEN_SESSION;
    return NULL;
}

static struct identity copy(struct arena *a, const struct identity *who)
{
    struct identity c = *who;

    c.name = str_dup(a, who->name);
    c.email = str_dup(a, who->email);
    c.role = str_dup(a, who->role);
    c.scope = str_dup(a, who->scope);
    c.sight = str_dup(a, who->sight);
    c.csrf = str_dup(a, who->csrf);
    c.tenant_slug = str_dup(a, who->tenant_slug);
    c.tenant_name = str_dup(a, who->tenant_name);
    c.tenant_zone = str_dup(a, who->tenant_zone);
    c.tenant_state = str_dup(a, who->tenant_state);
    return c;
}

static size_t place_of(const struct hash *token)
{
    return (size_t)(token->b[0] | token->b[1] << 8) % ENTRIES;
}

static struct entry *place(struct identity_cache *c, const struct hash *token)
{
    return &c->v[place_of(token)];
}

void identity_forget(const struct hash *token)
{
    atomic_store(&forgotten[place_of(token)], time_mono());
}

/* An answer that was under way during the change may be kept after it: so for twice the time an
 * entry lives, the place is not used at all. */
static bool changed_lately(const struct hash *token, int64_t now)
{
    int64_t at = atomic_load(&forgotten[place_of(token)]);

    return at && now - at < 2 * FRESH_US;
}

/* A key from elsewhere is as good as none, but its owner is told why. */
static const struct err *let_in(struct req *rq, const struct entry *e)
{
    struct address from;

    if (e->networks.n && !(address_parse(rq->client, &from) && cidr_list_has(&e->networks, from)))
        return err_why(rq->a, E_FORBIDDEN, "This key is not taken from the address %.*s: its networks can be "
                       "changed under API keys.", STR_ARG(rq->client));
    rq->who = copy(rq->a, &e->who);
    return NULL;
}

bool identity_cached(struct identity_cache *c, const struct hash *token, struct req *rq,
                     const struct err **ret_e)
{
    struct entry *e = place(c, token);
    int64_t now = time_mono();

    if (!e->a || now - e->at > FRESH_US || changed_lately(token, now) ||
        memcmp(&e->token, token, sizeof *token) != 0)
        return false;
    *ret_e = let_in(rq, e);
    return true;
}

const struct sql *identity_gate(enum token_kind kind)
{
    return kind == TOKEN_KEY ? SQL_GATE_API_KEY : SQL_GATE_SESSION;
}

static enum principal principal_of(struct str kind)
{
    if (str_is(kind, "key"))
        return API_KEY;
    return str_is(kind, "super") ? SUPER : PERSON;
}

bool identity_lacks_factor(enum principal kind, bool lacks)
{
    return lacks && (kind != SUPER || http_config.settings->super_admin_factor);
}

const struct err *identity_take(struct identity_cache *c, const struct hash *token,
                                enum token_kind kind, const PGresult *r, struct req *rq)
{
    struct gate_session_out row;
    struct entry *e = place(c, token);
    const struct err *err;

    arena_free(e->a);
    e->a = NULL;
    if (!PQntuples(r)) {
        rq->who = (struct identity){.kind = NOBODY};
        return NULL;
    }
    err = bind_row(rq->a, identity_gate(kind), r, 0, &row);
    if (err)
        return err;
    e->a = arena_new();
    e->networks = (struct cidr_list){0};
    if (row.networks.n && cidr_list_parse(e->a, row.networks, &e->networks)) {
        arena_free(e->a);
        e->a = NULL;
        return E_INTERNAL;
    }
    e->at = time_mono();
    e->token = *token;
    e->who = (struct identity){
        .kind = principal_of(row.kind),
        .permissions = permissions_of(row.permissions),
        .account = row.account_id,
        .tenant = row.tenant_id,
        .agent = row.agent_id,
        .name = row.name,
        .email = row.email,
        .role = row.role,
        .scope = row.scope,
        .sight = row.sight,
        .csrf = row.csrf,
        .tenant_slug = row.tenant_slug,
        .tenant_name = row.tenant_name,
        .tenant_zone = row.tenant_zone,
        .tenant_state = row.tenant_state,
        .lacks_factor = identity_lacks_factor(principal_of(row.kind), row.lacks_factor),
        .by_cookie = kind == TOKEN_SESSION,
        .token = *token,
    };
    e->who = copy(e->a, &e->who);
    return let_in(rq, e);
}
