/* The secrets of endpoints, sealed under the tenant's key, and the signatures made with them. Called by routes.c
 * and jobs.c. */
#include "core/crypto.h"
#include "net/services.h"
#include "people/webhooks/inner.h"

#define SECRET_PREFIX "whsec_"
#define HEADER_MAX 2048

void webhook_keys_make(struct arena *a, bool ed25519, struct webhook_keys *ret, struct str *ret_public)
{
    uint8_t bytes[32];

    crypto_random(bytes, sizeof bytes);
    *ret = (struct webhook_keys){
        .secret = str_fmt(a, SECRET_PREFIX "%.*s", STR_ARG(crypto_base64(a, str_n(bytes, sizeof bytes))))};
    *ret_public = STR_NONE;
    if (ed25519) {
        crypto_random(bytes, sizeof bytes);
        ret->seed = str_dup(a, str_n(bytes, sizeof bytes));
        *ret_public = str_fmt(a, "whpk_%.*s", STR_ARG(crypto_base64(a, crypto_ed25519_public(a, ret->seed))));
    }
    crypto_wipe(bytes, sizeof bytes);
}

static struct str about(struct arena *a, struct uuid tenant, struct uuid webhook)
{
    char t[UUID_TEXT], w[UUID_TEXT];

    return str_fmt(a, "%s|webhook_endpoint|sealed|%s", uuid_text(tenant, t).p, uuid_text(webhook, w).p);
}

const struct err *webhook_keys_seal(struct arena *a, struct uuid tenant, struct uuid webhook,
                                    const struct webhook_keys *k, struct str *ret_sealed)
{
    struct jw w = jw_new(a);
    struct key key;
    const struct err *e = keys_load(services()->keys, a, tenant, &key);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "secret");
    jw_text(&w, k->secret);
    jw_key(&w, "seed");
    jw_text(&w, k->seed.p ? crypto_base64(a, k->seed) : STR_NONE);
    jw_close(&w, '}');
    *ret_sealed = crypto_seal(a, &key, about(a, tenant, webhook), jw_done(&w));
    crypto_wipe(&key, sizeof key);
    return NULL;
}

const struct err *webhook_keys_open(struct arena *a, struct uuid tenant, struct uuid webhook, struct str sealed,
                                    struct webhook_keys *ret)
{
    const struct json *tree;
    struct str plain, seed;
    struct key key;
    const struct err *e = keys_load(services()->keys, a, tenant, &key);

    if (e)
        return e;
    e = crypto_open(a, &key, about(a, tenant, webhook), sealed, &plain);
    crypto_wipe(&key, sizeof key);
    if (!e)
        e = json_parse(a, plain, &tree);
    if (e)
        return e;
    *ret = (struct webhook_keys){.secret = json_text(tree, "secret")};
    seed = json_text(tree, "seed");
    if (seed.n && !crypto_unbase64(a, seed, &ret->seed))
        return err_why(a, E_INTERNAL, "An endpoint's signing key does not read.");
    return NULL;
}

static void add(struct buf *b, struct arena *a, const char *scheme, struct str signature)
{
    buf_fmt(b, "%s%s,%.*s", b->n ? " " : "", scheme, STR_ARG(crypto_base64(a, signature)));
}

const struct err *webhook_signature(struct arena *a, const struct webhook_keys *keys, size_t n, struct str id,
                                    int64_t timestamp_s, struct str body, struct str *ret)
{
    struct str text = str_fmt(a, "%.*s.%lld.%.*s", STR_ARG(id), (long long)timestamp_s, STR_ARG(body)), raw;
    struct buf b = buf_new(a, HEADER_MAX);
    struct hash mac;

    for (size_t i = 0; i < n; i++) {
        struct str secret = keys[i].secret;
        if (!str_starts(secret, STR(SECRET_PREFIX)) ||
            !crypto_unbase64(a, str_sub(secret, sizeof SECRET_PREFIX - 1, secret.n), &raw) || !raw.n)
            return err_why(a, E_INTERNAL, "An endpoint's secret does not read.");
        mac = crypto_hmac_sha256(raw, text);
        add(&b, a, "v1", str_n(mac.b, sizeof mac.b));
        if (keys[i].seed.p)
            add(&b, a, "v1a", crypto_ed25519_sign(a, keys[i].seed, text));
    }
    *ret = buf_str(&b);
    return NULL;
}
