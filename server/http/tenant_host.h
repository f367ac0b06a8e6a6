/* A host of its own for each tenant below the setting base_domain: "acme.calls.example.com". Off
 * while that is empty. Nothing is ever linked to what the Host header says. */
#ifndef RINGSIGHT_HTTP_TENANT_HOST_H
#define RINGSIGHT_HTTP_TENANT_HOST_H

#include "core/arena.h"
#include "core/err.h"
#include "http/host.h"

struct tenant_hosts {
    bool on;
    struct host base, own; /* own: that of public_url */
};

/* E_BAD_INPUT if base_domain is no host name. */
const struct err *tenant_hosts_init(struct arena *a, const char *base_domain,
                                    const struct public_url *url,
                                    struct tenant_hosts *ret) MUST_USE;
/* False: the host is none of ours, and the request belongs elsewhere (421). *ret_slug is a copy of
 * what stands before the base domain, or empty. */
bool tenant_hosts_take(const struct tenant_hosts *t, struct arena *a, struct str host_header,
                       struct str *ret_slug);

#endif
