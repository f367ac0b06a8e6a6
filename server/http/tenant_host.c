/* See the header. Called by the glue for each request; pure. */
#include "http/tenant_host.h"

#include <string.h>

const struct err *tenant_hosts_init(struct arena *a, const char *base_domain,
                                    const struct public_url *url, struct tenant_hosts *ret)
{
    *ret = (struct tenant_hosts){.on = *base_domain != 0, .own = url->host};
    if (ret->on && (!host_parse(str_of(base_domain), &ret->base) || ret->base.port ||
                    ret->base.name[0] == '['))
        return err_why(a, E_BAD_INPUT,
                       "Setting base_domain is \"%s\": give a host name like calls.example.com.",
                       base_domain);
    return NULL;
}

bool tenant_hosts_take(const struct tenant_hosts *t, struct arena *a, struct str host_header,
                       struct str *ret_slug)
{
    struct host h;
    struct str name, base = host_name(&t->base);
    size_t slug;

    *ret_slug = STR("");
    if (!t->on)
        return true;
    if (!host_parse(host_header, &h))
        return false;
    if (host_eq(&h, &t->base) || host_eq(&h, &t->own))
        return true;
    name = host_name(&h);
    if (name.n < base.n + 2 || !str_ends(name, base) || name.p[name.n - base.n - 1] != '.')
        return false;
    slug = name.n - base.n - 1;
    if (memchr(name.p, '.', slug))
        return false;
    *ret_slug = str_dup(a, str_sub(name, 0, slug));
    return true;
}
