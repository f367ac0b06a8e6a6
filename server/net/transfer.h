/* One hop of an outgoing call: a libcurl easy handle from set-up to clean-up. http_out follows the
 * redirects and names the errors; nothing else uses this. */
#ifndef RINGSIGHT_NET_TRANSFER_H
#define RINGSIGHT_NET_TRANSFER_H

#include "net/http_out.h"
#include "net/url.h"

struct http_client {
    const struct net_allowances *allowances;
    const char *ca_file, *user_agent;
};

struct transfer {
    /* In: what to do. */
    struct arena *a;
    const struct http_client *client;
    const struct http_request *rq;
    const struct url *url;
    const char *method;
    bool with_body;   /* send rq->body or rq->source */
    bool same_origin; /* false: no private headers, no TLS exceptions */
    int64_t deadline; /* time_mono */

    /* Out. */
    struct http_response *ret;
    struct str redirect; /* absolute URL of a redirect; STR_NONE if none */

    /* Between the callbacks. */
    struct buf headers, body;
    const struct err *fail; /* raised inside a callback, with its sentence */
    bool cut;               /* enough of a body that nobody needs: not a failure */
    bool http_refused;      /* plain http to an address without an allowance */
    unsigned refused, opened;
    int64_t sent, asked_at;
    struct str seen_key; /* "sha256//…" of the peer, when a pin was checked */
};

/* Runs the hop. NULL as soon as an answer came whole, whatever its status. */
const struct err *transfer_run(struct transfer *t) MUST_USE;

/* Only connects, and shakes hands where the URL is https, under the same guard and TLS settings;
 * nothing is sent. *ret is a libcurl easy handle for curl_easy_send and curl_easy_recv; the caller
 * cleans it up, before the arena goes. */
const struct err *transfer_connect(struct transfer *t, void **ret) MUST_USE;

#endif
