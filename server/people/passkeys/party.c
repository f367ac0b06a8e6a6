/* The domain that passkeys are bound to and the origins that our pages have: from the settings alone, never from what a
 * request says of itself. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "http/host.h"
#include "people/passkeys/webauthn.h"

/* A browser takes an address for no domain (WebAuthn section 5.1.3, step 7), and has passkeys on secure pages only. */
static const char *hindrance(const struct public_url *url)
{
    struct in_addr v4;
    bool local = strcmp(url->host.name, "localhost") == 0 || str_ends(host_name(&url->host), STR(".localhost"));

    if (url->host.name[0] == '[' || inet_pton(AF_INET, url->host.name, &v4) == 1)
        return "Passkeys need a domain name, and this service is reached under an IP address: whoever runs it sets "
               "RINGSIGHT_PUBLIC_URL to a name.";
    if (!url->https && !local)
        return "Passkeys need https: whoever runs this service puts TLS before it and sets RINGSIGHT_PUBLIC_URL to the "
               "https address.";
    return NULL;
}

static bool within(struct str name, struct str base)
{
    return str_eq(name, base) ||
           (name.n > base.n + 1 && str_ends(name, base) && name.p[name.n - base.n - 1] == '.');
}

struct party party_of(struct arena *a, struct str public_url, struct str base_domain)
{
    struct party p = {.why = "The setting RINGSIGHT_PUBLIC_URL is no address."};
    struct public_url url;
    struct host base;
    ptrdiff_t colon;

    if (!public_url_parse(public_url, &url))
        return p;
    p.why = hindrance(&url);
    p.origin = str_dup(a, str_of(url.origin));
    p.rp_id = str_dup(a, host_name(&url.host));
    p.scheme = url.https ? STR("https://") : STR("http://");
    colon = str_find(p.origin, STR(":"), p.scheme.n);
    if (colon > 0)
        p.port = str_sub(p.origin, (size_t)colon, p.origin.n - (size_t)colon);
    /* A page elsewhere may not use passkeys of the base domain: there tenants' own hosts have none. */
    if (base_domain.n && host_parse(base_domain, &base) && within(p.rp_id, host_name(&base)))
        p.base = p.rp_id = str_dup(a, host_name(&base));
    return p;
}

bool party_origin(const struct party *p, struct str origin, struct str *ret_slug)
{
    struct str tail, host;

    *ret_slug = STR("");
    if (str_eq(origin, p->origin))
        return true;
    if (!p->base.n || !str_starts(origin, p->scheme) || !str_ends(origin, p->port))
        return false;
    host = str_sub(origin, p->scheme.n, origin.n - p->scheme.n);
    if (host.n < p->port.n + p->base.n)
        return false;
    host.n -= p->port.n;
    if (str_eq(host, p->base))
        return true;
    if (!within(host, p->base))
        return false;
    tail = str_sub(host, 0, host.n - p->base.n - 1);
    if (memchr(tail.p, '.', tail.n))
        return false;
    *ret_slug = tail;
    return true;
}
