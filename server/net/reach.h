/* Where a host name leads and what the guard says of it, for telling people why something cannot be
 * called. Resolves and connects to nothing; jobs only, for a name server may be slow. */
#ifndef RINGSIGHT_NET_REACH_H
#define RINGSIGHT_NET_REACH_H

#include "net/guard.h"

#define REACH_MAX 8

struct reach {
    struct str host;
    unsigned port;
    bool https;
    size_t n;
    struct {
        struct str address;       /* "203.0.113.7" */
        enum net_verdict verdict; /* NET_REFUSED too for this machine's own addresses */
        bool own;
    } at[REACH_MAX];
};

/* Of "https://host[:port]/..." or "host:port". E_BAD_INPUT if it is neither, E_NOT_FOUND if the name
 * has no address, E_TIMEOUT if no name server answers. */
const struct err *net_reach(struct arena *a, struct str where, const char *use,
                            const struct net_allowances *allowances, struct reach *ret) MUST_USE;

#endif
