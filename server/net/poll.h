/* What a provider's `poll` gets to ask a phone system for its calls, one page at a time (see
 * providers/provider.h). The page is kept byte for byte and read later by the provider's own
 * parse, so a poll interprets nothing but what it needs to find the next page. */
#ifndef RINGSIGHT_NET_POLL_H
#define RINGSIGHT_NET_POLL_H

#include "net/fetch.h"

/* The method that parse sees in struct hook for a polled page. No sender can choose it: hooks come
 * by GET and POST only. */
#define POLL_METHOD "POLL"

struct poll {
    /* Filled in by the job. */
    struct fetch net;  /* the way out, for fetch_http: recording and sink are not used; max_bytes
                          is the limit of a page */
    int64_t from, to;  /* calls that began in [from, to), core/time.h's scale */
    struct str cursor; /* "" asks for the first page, then what `next` was */

    /* Filled in by the provider; net.retry_after_s too. */
    struct str body;  /* the page as received; STR_NONE: nothing to keep, say a repeated page */
    struct str query; /* names the page for parse, like "page=log"; at most 200 bytes */
    struct str next;  /* STR_NONE: that was the last page of the window. At most 500 bytes */
};

#endif
