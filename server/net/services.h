/* What every process opens once at start and features use: keys, object store, outgoing HTTP. */
#ifndef RINGSIGHT_NET_SERVICES_H
#define RINGSIGHT_NET_SERVICES_H

#include "net/http_out.h"
#include "net/keys.h"
#include "net/objects.h"

struct settings;

struct services {
    struct keys *keys;
    struct objects *objects;
    struct http_client *http;
    const struct net_allowances *allowances;
    const char *templates_dir;
    const char *drop_folders, *sftp_inbox; /* as the settings say them */
};

/* E_* with a sentence. Lives in the arena. Before there are threads. */
const struct err *services_open(struct arena *a, const struct settings *s) MUST_USE;
const struct services *services(void);

#endif
