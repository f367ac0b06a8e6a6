/* See the header. The counting is gate.sign_in_begin and gate.sign_in_done. */
#include "people/sessions/guard.h"

#include "core/metrics.h"
#include "core/settings.h"
#include "http/client.h"
#include "http/cookie.h"
#include "people/sessions/queries.h"

#define DEVICE_DAYS 180
#define TOKEN_BYTES 32

static const char *device_cookie(void)
{
    return http_config.https ? "__Host-ringsight_device" : "ringsight_device";
}

static struct str bytes_of(const struct hash *h)
{
    return str_n(h->b, sizeof h->b);
}

static void find_device(const struct req *rq, struct guard *g)
{
    struct str value;

    if (cookie_get(req_header(rq, "cookie"), device_cookie(), &value) != COOKIE_FOUND || value.n < TOKEN_BYTES)
        return;
    g->token = value;
    g->device = crypto_sha256(value);
    g->has_device = true;
}

const struct err *guard_begin(struct req *rq, struct db *db, struct str email, struct guard *ret,
                              int64_t *ret_wait_s)
{
    const struct settings *s = http_config.settings;
    struct sign_in_begin_out row;
    struct guard g = {0};
    const struct err *e;

    g.account = crypto_sha256(str_fmt(rq->a, "account %.*s", STR_ARG(email)));
    g.network = crypto_sha256(str_fmt(rq->a, "network %.*s", STR_ARG(client_network(rq->a, rq->client))));
    g.all = crypto_sha256(str_fmt(rq->a, "all %s", http_config.public_origin));
    find_device(rq, &g);
    e = q_sign_in_begin(db, (struct sign_in_begin_in){
        email, bytes_of(&g.account), bytes_of(&g.network), bytes_of(&g.all),
        g.has_device ? bytes_of(&g.device) : STR_NONE, s->sign_in_tries, s->network_tries, s->wrong_rate}, &row);
    if (e)
        return e;
    g.device_known = row.device_known;
    *ret = g;
    *ret_wait_s = row.wait_s;
    return NULL;
}

const struct err *guard_refuse(struct req *rq, int64_t wait_s)
{
    metric_add(M_HTTP_REFUSED, metric_label(LABEL_REASON, STR("sign_in_guard")), 0, 1);
    req_set_header(rq, "retry-after", str_fmt(rq->a, "%lld", (long long)wait_s));
    if (wait_s >= 120)
        return err_why(rq->a, E_LIMIT, "Too many wrong passwords: try again in %lld minutes, or on a device where "
                       "you have signed in before.", (long long)(wait_s + 59) / 60);
    return err_why(rq->a, E_LIMIT, "Too many wrong passwords: try again in %lld second%s.", (long long)wait_s,
                   wait_s == 1 ? "" : "s");
}

const struct err *guard_done(struct req *rq, struct db *db, struct guard *g, struct uuid account)
{
    struct str fresh = crypto_token(rq->a, TOKEN_BYTES);
    struct hash fresh_hash = crypto_sha256(fresh);
    struct sign_in_done_out row;
    const struct err *e = q_sign_in_done(db, (struct sign_in_done_in){
        account, bytes_of(&g->account), bytes_of(&g->network), bytes_of(&g->all),
        g->has_device ? bytes_of(&g->device) : STR_NONE, g->device_known, bytes_of(&fresh_hash),
        http_config.settings->wrong_rate}, &row);

    if (!e && !row.ours)
        g->token = fresh;
    return e;
}

void guard_cookie(struct req *rq, const struct guard *g)
{
    req_set_header(rq, "set-cookie",
                   str_fmt(rq->a, "%s=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%d%s", device_cookie(),
                           STR_ARG(g->token), DEVICE_DAYS * 86400, http_config.https ? "; Secure" : ""));
}
