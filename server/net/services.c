/* The process's open services; opened by main's roles, read by everyone. */
#include "net/services.h"

#include "core/log.h"
#include "core/settings.h"

static struct services open_services;

const struct services *services(void)
{
    return &open_services;
}

const struct err *services_open(struct arena *a, const struct settings *s)
{
    struct objects_config objects = {.folder = s->objects,
                                     .floor_bytes = (uint64_t)s->disk_floor_mb << 20};
    struct http_client_config http = {0};
    const struct err *e = keys_init(a, s->keys, &open_services.keys);

    if (e)
        return e;
    objects.keys = open_services.keys;
    if (!objects.floor_bytes)
        objects.floor_bytes = 1;
    e = objects_init(a, &objects, &open_services.objects);
    if (!e)
        e = net_allowances_parse(a, str_of(s->egress_allow), &open_services.allowances);
    if (e)
        return e;
    if (net_allowances_print(a, open_services.allowances).n) /* never in silence */
        LOG(LOG_WARN, "egress.allowed",
            KV("networks", net_allowances_print(a, open_services.allowances)));
    http.allowances = open_services.allowances;
    open_services.http = http_client_new(a, &http);
    open_services.templates_dir = s->templates_dir;
    return NULL;
}
