/* Host names as clients write them, the address the service is known under, and whether a request
 * comes from our own pages. All pure. */
#ifndef RINGSIGHT_HTTP_HOST_H
#define RINGSIGHT_HTTP_HOST_H

#include "core/arena.h"
#include "core/str.h"

#define HOST_MAX 253

struct host {
    char name[HOST_MAX + 3]; /* lower case, no trailing dot, ends in NUL; IPv6 in brackets */
    size_t n;
    int port; /* 0: none given */
};

/* Reads "Name.Example.", "name:8080", "192.0.2.1", "[2001:db8::1]:443". False if the text is not
 * one of these: empty, blanks, user info, empty labels, port outside 1..65535. */
bool host_parse(struct str text, struct host *ret);
struct str host_name(const struct host *h);
bool host_eq(const struct host *a, const struct host *b); /* names only */

/* RINGSIGHT_PUBLIC_URL: scheme, host, perhaps a port, no path but "/". */
struct public_url {
    bool https;
    struct host host;           /* port filled in: 80 or 443 by default */
    char origin[HOST_MAX + 20]; /* "https://host" or "https://host:port", as browsers write it */
};

bool public_url_parse(struct str text, struct public_url *ret);
/* "__Host-ringsight_session" under https, "ringsight_session" under http, where browsers refuse
 * the prefix. Decided by the public URL, never by the peer. */
const char *session_cookie_name(const struct public_url *url);

enum origin_verdict {
    ORIGIN_UNKNOWN = 0, /* neither header: not a browser, or an old one; the CSRF token decides */
    ORIGIN_OURS,
    ORIGIN_FOREIGN
};

/* For requests that change something: Sec-Fetch-Site and Origin (STR_NONE where missing) against
 * our own origin, "https://host[:port]" without a default port. Both must agree where both are
 * there; "same-site" and "null" are foreign. */
enum origin_verdict origin_check(struct str own, struct str sec_fetch_site, struct str origin);

#endif
