/* The list of addresses as bytes, for the sealed snapshot. Pure; the reader is fuzzed. */
#include "core/pack.h"

#include <string.h>

#include "intake/directory/directory.h"

#define MAGIC "RSH2"
#define PACK_MAX (256u << 20)
#define LEAST 150 /* bytes of an entry, at least: an honest count fits the bytes */

struct str directory_pack(struct arena *a, const struct door *v, size_t n)
{
    struct buf b = buf_new(a, PACK_MAX);

    buf_add(&b, STR(MAGIC));
    pack_int(&b, (int64_t)n);
    for (size_t i = 0; i < n; i++) {
        pack_str(&b, str_n(v[i].token.b, sizeof v[i].token.b));
        pack_uuid(&b, v[i].tenant);
        pack_uuid(&b, v[i].integration);
        pack_str(&b, v[i].slug);
        pack_str(&b, v[i].provider);
        pack_str(&b, v[i].zone);
        pack_str(&b, v[i].settings);
        pack_str(&b, v[i].secrets);
        pack_str(&b, v[i].old_secrets);
        pack_int(&b, v[i].old_ends_at);
        pack_int(&b, v[i].is_old);
        pack_str(&b, v[i].sources);
        pack_int(&b, v[i].unproven_until);
    }
    return b.over ? STR_NONE : buf_str(&b);
}

static void unpack_door(struct unpack *u, struct door *d)
{
    struct str token = unpack_str(u);

    if (token.n == sizeof d->token.b)
        memcpy(d->token.b, token.p, token.n);
    else
        u->bad = true;
    d->tenant = unpack_uuid(u);
    d->integration = unpack_uuid(u);
    d->slug = unpack_str(u);
    d->provider = unpack_str(u);
    d->zone = unpack_str(u);
    d->settings = unpack_str(u);
    d->secrets = unpack_str(u);
    d->old_secrets = unpack_str(u);
    d->old_ends_at = unpack_int(u);
    d->is_old = unpack_int(u) != 0;
    d->sources = unpack_str(u);
    d->unproven_until = unpack_int(u);
}

bool directory_unpack(struct arena *a, struct str packed, struct door **ret_v, size_t *ret_n)
{
    struct unpack u = {packed, false};
    struct door *v;
    int64_t n;

    if (!str_starts(packed, STR(MAGIC)))
        return false;
    u.rest = str_n(packed.p + 4, packed.n - 4);
    n = unpack_int(&u);
    if (n < 0 || (uint64_t)n > packed.n / LEAST)
        return false;
    v = ARENA_ARRAY(a, (size_t)n, struct door);
    for (int64_t i = 0; i < n && !u.bad; i++) {
        unpack_door(&u, &v[i]);
        if (i && memcmp(v[i - 1].token.b, v[i].token.b, sizeof v[i].token.b) >= 0)
            u.bad = true; /* looked up by halves */
    }
    if (u.bad || u.rest.n)
        return false;
    *ret_v = v;
    *ret_n = (size_t)n;
    return true;
}
