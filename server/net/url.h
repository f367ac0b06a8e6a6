/* URLs that we are about to call, read by libcurl's own parser so that the check and the call can
 * never disagree about what the host is. Used by http_out only. */
#ifndef RINGSIGHT_NET_URL_H
#define RINGSIGHT_NET_URL_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

struct url {
    void *curlu;     /* the parsed handle that goes into the call; freed with the arena */
    struct str text; /* normalised */
    struct str host; /* lower case, IDN as punycode, no brackets, no closing dot */
    unsigned port;
    bool https;
};

/* E_BAD_INPUT with the reason: malformed, neither https nor (if http_too) http, user or password
 * inside, control characters, blanks or backslashes, a zone id, too long, or a host that `hosts`
 * (NULL: any; see http_request) does not name. Knows nothing of addresses. */
const struct err *url_parse(struct arena *a, struct str text, bool http_too,
                            const char *const *hosts, struct url *ret) MUST_USE;

/* Same scheme, host and port. */
bool url_same_origin(const struct url *x, const struct url *y);

/* True if the host fits the list (NULL: any host does). */
bool url_host_named(struct str host, const char *const *hosts);

#endif
