/* What every process opens once at start and features use: keys, object store, outgoing HTTP, mail. */
#ifndef RINGSIGHT_NET_SERVICES_H
#define RINGSIGHT_NET_SERVICES_H

#include "net/http_out.h"
#include "net/keys.h"
#include "net/objects.h"
#include "net/smtp.h"

struct settings;

struct services {
    struct keys *keys;
    struct objects *objects;
    struct http_client *http;
    const struct net_allowances *allowances;
    const struct smtp *smtp; /* NULL: no mail is sent */
    const char *templates_dir;
    struct str public_url; /* without '/' at its end: what links begin with */
    const char *drop_folders, *sftp_inbox; /* as the settings say them */
    int64_t block_sign_ins, block_hooks, block_hours;
    const char *never_blocked;
};

/* E_* with a sentence. Lives in the arena. Before there are threads. */
const struct err *services_open(struct arena *a, const struct settings *s) MUST_USE;
const struct services *services(void);

#endif
