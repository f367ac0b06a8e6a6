/* Making pairs. Called by routes.c. Asks nobody but the service's key. */
#include "net/services.h"
#include "people/tokens/inner.h"

static struct str named(struct arena *a, const char *prefix, struct str secret)
{
    return str_fmt(a, "%s%.*s", prefix, STR_ARG(secret));
}

static void hash_both(struct token_pair *p)
{
    p->access_hash = crypto_sha256(p->access);
    p->refresh_hash = crypto_sha256(p->refresh);
}

void token_first(struct arena *a, struct token_pair *ret)
{
    ret->access = named(a, "rs_at_", crypto_token(a, 32));
    ret->refresh = named(a, "rs_rt_", crypto_token(a, 32));
    hash_both(ret);
}

void token_next(struct arena *a, struct uuid family, int64_t generation, struct str refresh, struct token_pair *ret)
{
    struct key k = keys_service(services()->keys, STR("api tokens"));
    char text[UUID_TEXT];
    struct str about = str_fmt(a, "%s|%lld|%.*s", uuid_text(family, text).p, (long long)generation, STR_ARG(refresh));
    struct str key = str_n(k.b, sizeof k.b);
    struct hash access = crypto_hmac_sha256(key, str_fmt(a, "access|%.*s", STR_ARG(about)));
    struct hash next = crypto_hmac_sha256(key, str_fmt(a, "refresh|%.*s", STR_ARG(about)));

    crypto_wipe(&k, sizeof k);
    ret->access = named(a, "rs_at_", crypto_base64url(a, str_n(access.b, sizeof access.b)));
    ret->refresh = named(a, "rs_rt_", crypto_base64url(a, str_n(next.b, sizeof next.b)));
    hash_both(ret);
}
