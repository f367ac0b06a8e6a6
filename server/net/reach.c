/* Looks names up for trials. The verdict on a call is made anew on the real address of its socket
 * (transfer.c): what is told here is for people. */
#include "net/reach.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include "net/url.h"

static const struct err *parts(struct arena *a, struct str where, struct reach *r)
{
    struct url url;
    const struct err *e = NULL;
    bool whole = str_find(where, STR("://"), 0) >= 0;

    if (!whole)
        where = str_fmt(a, "https://%.*s", STR_ARG(where));
    e = url_parse(a, where, true, NULL, &url);
    if (e)
        return e;
    r->host = url.host;
    r->port = url.port;
    r->https = whole && url.https;
    return NULL;
}

static void add(struct arena *a, const struct addrinfo *i, const char *use,
                const struct net_allowances *allowances, struct reach *r)
{
    char text[INET6_ADDRSTRLEN];
    const void *at = i->ai_family == AF_INET
                         ? (const void *)&((const struct sockaddr_in *)(const void *)i->ai_addr)->sin_addr
                         : (const void *)&((const struct sockaddr_in6 *)(const void *)i->ai_addr)->sin6_addr;
    enum net_verdict verdict =
        net_address_allowed(i->ai_addr, i->ai_addrlen, str_of(use), allowances);

    if (!inet_ntop(i->ai_family, at, text, sizeof text))
        return;
    r->at[r->n].address = str_dup(a, str_of(text));
    r->at[r->n].own = verdict == NET_PUBLIC && net_address_is_own(i->ai_addr);
    r->at[r->n].verdict = r->at[r->n].own ? NET_REFUSED : verdict;
    r->n++;
}

const struct err *net_reach(struct arena *a, struct str where, const char *use,
                            const struct net_allowances *allowances, struct reach *ret)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found = NULL;
    const struct err *e;
    int failed;

    *ret = (struct reach){0};
    e = parts(a, where, ret);
    if (e)
        return e;
    failed = getaddrinfo(str_c(a, ret->host), str_fmt(a, "%u", ret->port).p, &hints, &found);
    if (failed == EAI_AGAIN)
        return err_why(a, E_TIMEOUT, "No name server answered for %.*s.", STR_ARG(ret->host));
    if (failed)
        return err_why(a, E_NOT_FOUND, "The name %.*s is not known: it has no address.",
                       STR_ARG(ret->host));
    for (const struct addrinfo *i = found; i && ret->n < REACH_MAX; i = i->ai_next)
        if (i->ai_family == AF_INET || i->ai_family == AF_INET6)
            add(a, i, use, allowances, ret);
    freeaddrinfo(found);
    return ret->n ? NULL
                  : err_why(a, E_NOT_FOUND, "The name %.*s has no address.", STR_ARG(ret->host));
}
