/* Host names, the public URL and the same-origin test. Called by the strict head check, the
 * dispatcher and the live gate. Pure: no allocation, no clock, no look-up. */
#include "http/host.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static bool port_parse(struct str s, int *ret)
{
    int port = 0;

    if (s.n == 0 || s.n > 5)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        port = port * 10 + (s.p[i] - '0');
    }
    if (port < 1 || port > 65535)
        return false;
    *ret = port;
    return true;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool name_parse(struct str s, struct host *out)
{
    size_t label = 0;

    if (s.n && s.p[s.n - 1] == '.')
        s.n--;
    if (s.n == 0 || s.n > HOST_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = lower(s.p[i]);
        if (c == '.' ? label == 0 : !is_name_char(c))
            return false;
        label = c == '.' ? 0 : label + 1;
        if (label > 63)
            return false;
        out->name[i] = c;
    }
    out->n = s.n;
    return label > 0;
}

/* `s` is what stands between the brackets. Written back in the system's canonical form, so that
 * one address has one text. */
static bool ip6_parse(struct str s, struct host *out)
{
    char text[INET6_ADDRSTRLEN], again[INET6_ADDRSTRLEN];
    struct in6_addr addr;

    if (s.n == 0 || s.n >= sizeof(text))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    if (strlen(text) != s.n || inet_pton(AF_INET6, text, &addr) != 1)
        return false;
    if (!inet_ntop(AF_INET6, &addr, again, sizeof(again)))
        return false;
    out->n = (size_t)snprintf(out->name, sizeof(out->name), "[%s]", again);
    return true;
}

bool host_parse(struct str text, struct host *ret)
{
    struct host h;
    struct str rest;

    memset(&h, 0, sizeof(h));
    if (text.n == 0)
        return false;
    if (text.p[0] == '[') {
        const char *end = memchr(text.p, ']', text.n);
        if (!end || !ip6_parse((struct str){text.p + 1, (size_t)(end - text.p) - 1}, &h))
            return false;
        rest = (struct str){end + 1, text.n - (size_t)(end - text.p) - 1};
    } else {
        const char *colon = memchr(text.p, ':', text.n);
        size_t n = colon ? (size_t)(colon - text.p) : text.n;
        if (!name_parse((struct str){text.p, n}, &h))
            return false;
        rest = (struct str){text.p + n, text.n - n};
    }
    if (rest.n && (rest.p[0] != ':' || !port_parse((struct str){rest.p + 1, rest.n - 1}, &h.port)))
        return false;
    *ret = h;
    return true;
}

struct str host_name(const struct host *h)
{
    return (struct str){h->name, h->n};
}

bool host_eq(const struct host *a, const struct host *b)
{
    return a->n == b->n && !memcmp(a->name, b->name, a->n);
}

static bool strip(struct str *s, const char *prefix)
{
    size_t n = strlen(prefix);

    if (s->n < n || memcmp(s->p, prefix, n) != 0)
        return false;
    *s = (struct str){s->p + n, s->n - n};
    return true;
}

bool public_url_parse(struct str text, struct public_url *ret)
{
    struct public_url u;
    int standard;

    memset(&u, 0, sizeof(u));
    u.https = strip(&text, "https://");
    if (!u.https && !strip(&text, "http://"))
        return false;
    if (text.n && text.p[text.n - 1] == '/')
        text.n--;
    if (!host_parse(text, &u.host))
        return false;
    standard = u.https ? 443 : 80;
    if (u.host.port == 0)
        u.host.port = standard;
    if (u.host.port == standard)
        snprintf(u.origin, sizeof(u.origin), "%s://%s", u.https ? "https" : "http", u.host.name);
    else
        snprintf(u.origin, sizeof(u.origin), "%s://%s:%d", u.https ? "https" : "http", u.host.name,
                 u.host.port);
    *ret = u;
    return true;
}

const char *session_cookie_name(const struct public_url *url)
{
    return url->https ? "__Host-ringsight_session" : "ringsight_session";
}

static bool same(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || !memcmp(a.p, b.p, a.n));
}

enum origin_verdict origin_check(struct str own, struct str sec_fetch_site, struct str origin)
{
    if (!sec_fetch_site.p && !origin.p)
        return ORIGIN_UNKNOWN;
    if (sec_fetch_site.p && !same(sec_fetch_site, STR("same-origin")))
        return ORIGIN_FOREIGN;
    if (origin.p && !same(origin, own))
        return ORIGIN_FOREIGN;
    return ORIGIN_OURS;
}
