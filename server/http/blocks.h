/* Networks that are let in no more, in this process's memory: asked for each request, at no cost while there are none.
 * Filled anew each second by people/threats. Any thread. */
#ifndef RINGSIGHT_HTTP_BLOCKS_H
#define RINGSIGHT_HTTP_BLOCKS_H

#include "core/uuid.h"
#include "http/client.h"

struct block {
    struct uuid tenant;
    struct cidr net;
    int64_t until; /* microseconds, as time_now */
};

#define BLOCKS_MAX 20000

/* Replaces the whole list; v is copied. */
void blocks_replace(const struct block *v, size_t n);
/* Whether a tenant lets this address in no more. An address that is none ("" of a unix socket) is never blocked. */
bool blocks_has(struct uuid tenant, struct str client);
/* Whether any tenant does: what is said to one who is not known yet must not tell which. */
bool blocks_any(struct str client);

#endif
