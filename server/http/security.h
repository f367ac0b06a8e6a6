/* The security headers of every answer (TRUST.md A11), errors and unknown paths included. The
 * glue adds them in one place, to answers that libh2o makes itself too. */
#ifndef RINGSIGHT_HTTP_SECURITY_H
#define RINGSIGHT_HTTP_SECURITY_H

#include "core/arena.h"
#include "core/str.h"
#include "http/host.h"

struct answer_header {
    const char *name; /* lower case */
    struct str value;
};

enum answer_kind {
    ANSWER_PAGE = 0, /* the dashboard's files: the page policy, caching is theirs to say */
    ANSWER_API,      /* everything else: nothing may run, nothing may be stored */
    ANSWER_MEDIA, /* recordings and downloads: like the API, but privately cacheable if they say */
    ANSWER_KINDS
};

#define SECURITY_MAX 12

struct security {
    struct answer_header headers[ANSWER_KINDS][SECURITY_MAX];
    size_t n[ANSWER_KINDS];
};

/* Builds the sets once, at the start, for the public URL: connect-src needs the socket's origin,
 * HSTS is only for https. Lives in the arena. */
const struct security *security_new(struct arena *a, const struct public_url *url);

#endif
