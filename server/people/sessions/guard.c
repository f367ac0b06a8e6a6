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

/* by_device: guesses from a device that is known are counted by it instead. */
static const struct err *count(struct req *rq, struct db *db, struct str email, bool by_device, struct guard *g,
                               int64_t *ret_wait_s)
{
    const struct settings *s = http_config.settings;
    struct sign_in_begin_out row;
    const struct err *e;

    g->network = crypto_sha256(str_fmt(rq->a, "network %.*s", STR_ARG(client_network(rq->a, rq->client))));
    g->all = crypto_sha256(str_fmt(rq->a, "all %s", http_config.public_origin));
    e = q_sign_in_begin(db, (struct sign_in_begin_in){
        email, bytes_of(&g->account), bytes_of(&g->network), bytes_of(&g->all),
        by_device && g->has_device ? bytes_of(&g->device) : STR_NONE, s->sign_in_tries, s->network_tries, s->wrong_rate}, &row);
    if (e)
        return e;
    g->device_known = row.device_known;
    *ret_wait_s = row.wait_s;
    return NULL;
}

const struct err *guard_begin(struct req *rq, struct db *db, struct str email, struct guard *ret,
                              int64_t *ret_wait_s)
{
    *ret = (struct guard){.account = crypto_sha256(str_fmt(rq->a, "account %.*s", STR_ARG(email)))};
    find_device(rq, ret);
    return count(rq, db, email, true, ret, ret_wait_s);
}

/* A right password wipes what its device is counted by; so guesses at codes have counts of their own, of a known
 * device and of all others. */
const struct err *guard_begin_code(struct req *rq, struct db *db, struct str email, bool device_known,
                                   struct guard *ret, int64_t *ret_wait_s)
{
    struct guard g = {0};

    find_device(rq, &g);
    g.account = crypto_sha256(
        device_known && g.has_device
            ? str_fmt(rq->a, "code %.*s on %.*s", STR_ARG(email), STR_ARG(crypto_hex(rq->a, bytes_of(&g.device))))
            : str_fmt(rq->a, "code %.*s", STR_ARG(email)));
    *ret = g;
    return count(rq, db, email, false, ret, ret_wait_s);
}

const struct err *guard_refuse(struct req *rq, int64_t wait_s, const char *what)
{
    metric_add(M_HTTP_REFUSED, metric_label(LABEL_REASON, STR("sign_in_guard")), 0, 1);
    req_set_header(rq, "retry-after", str_fmt(rq->a, "%lld", (long long)wait_s));
    if (wait_s >= 120)
        return err_why(rq->a, E_LIMIT, "Too many wrong %s: try again in %lld minutes, or on a device where "
                       "you have signed in before.", what, (long long)(wait_s + 59) / 60);
    return err_why(rq->a, E_LIMIT, "Too many wrong %s: try again in %lld second%s.", what, (long long)wait_s,
                   wait_s == 1 ? "" : "s");
}

static const struct err *take_back(struct db *db, const struct guard *g, struct uuid account, struct str fresh,
                                   struct sign_in_done_out *row)
{
    return q_sign_in_done(db, (struct sign_in_done_in){
        account, bytes_of(&g->account), bytes_of(&g->network), bytes_of(&g->all),
        g->has_device ? bytes_of(&g->device) : STR_NONE, g->device_known, fresh,
        http_config.settings->wrong_rate}, row);
}

const struct err *guard_right(struct db *db, const struct guard *g, struct uuid account)
{
    struct sign_in_done_out row;

    return take_back(db, g, account, STR_NONE, &row);
}

const struct err *guard_done(struct req *rq, struct db *db, struct guard *g, struct uuid account)
{
    struct str fresh = crypto_token(rq->a, TOKEN_BYTES);
    struct hash fresh_hash = crypto_sha256(fresh);
    struct sign_in_done_out row;
    const struct err *e = take_back(db, g, account, bytes_of(&fresh_hash), &row);

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
