/* The process's open services; opened by main's roles, read by everyone. */
#include "net/services.h"

#include <string.h>

#include "core/log.h"
#include "core/settings.h"
#include "net/s3.h"
#include "net/secret.h"

static struct services open_services;

const struct services *services(void)
{
    return &open_services;
}

/* A trial of a hook's address calls our own public address. Where the operator made that a bare IPv4
 * address or localhost, saying so allowed it. */
static struct str allowed(struct arena *a, const struct settings *s)
{
    struct str url = str_of(s->public_url), host, port;
    bool https = str_starts(url, STR("https://"));
    const char *between = *s->egress_allow ? ", " : "";
    size_t digits = 0;

    url = str_sub(url, https ? 8 : 7, url.n);
    if (!str_split(&url, '/', &port) || !str_split(&port, ':', &host))
        return str_of(s->egress_allow);
    if (str_is(host, "localhost"))
        host = STR("127.0.0.1");
    while (digits < host.n && (host.p[digits] == '.' || (host.p[digits] >= '0' && host.p[digits] <= '9')))
        digits++;
    if (!host.n || digits != host.n)
        return str_of(s->egress_allow);
    return str_fmt(a, "%s%shooks=%.*s/32:%.*s", s->egress_allow, between, STR_ARG(host),
                   STR_ARG(port.n ? port : https ? STR("443") : STR("80")));
}

static const struct err *open_http(struct arena *a, const struct settings *s)
{
    struct http_client_config http = {0};
    const struct err *e = net_allowances_parse(a, allowed(a, s),
                                               &open_services.allowances);

    if (e)
        return e;
    if (net_allowances_print(a, open_services.allowances).n) /* never in silence */
        LOG(LOG_WARN, "egress.allowed",
            KV("networks", net_allowances_print(a, open_services.allowances)));
    http.allowances = open_services.allowances;
    open_services.http = http_client_new(a, &http);
    return NULL;
}

/* The bucket of the settings; *ret stays as it is where there is none. */
static const struct err *open_bucket(struct arena *a, const struct settings *s,
                                     const struct s3 **ret)
{
    struct s3 *b = ARENA_NEW(a, struct s3);
    struct str prefix = str_of(s->s3_prefix);
    const struct err *e;

    if (!*s->s3_bucket)
        return NULL;
    *b = (struct s3){.http = open_services.http, .use = "s3", .region = str_of(s->s3_region),
                     .bucket = str_of(s->s3_bucket), .prefix = prefix,
                     .path_style = s->s3_path_style};
    if (prefix.n && !str_ends(prefix, STR("/")))
        b->prefix = str_fmt(a, "%.*s/", STR_ARG(prefix));
    b->endpoint = *s->s3_endpoint ? str_of(s->s3_endpoint)
                                  : str_fmt(a, "https://s3.%s.amazonaws.com", s->s3_region);
    e = s3_read_keys(a, s->s3_keys, &b->id, &b->secret);
    if (!e)
        e = s3_check(b, a);
    if (!e)
        *ret = b;
    return e;
}

static const struct err *open_objects(struct arena *a, const struct settings *s)
{
    struct objects_config objects = {.folder = s->objects, .keys = open_services.keys,
                                     .floor_bytes = (uint64_t)s->disk_floor_mb << 20,
                                     .new_to_s3 = strcmp(s->store, "s3") == 0};
    const struct err *e = open_bucket(a, s, &objects.s3);

    if (!e && !objects.new_to_s3 && strcmp(s->store, "local") != 0)
        e = err_why(a, E_BAD_INPUT, "Setting store is \"%s\": say local or s3.", s->store);
    if (!e && objects.new_to_s3 && !objects.s3)
        e = err_why(a, E_BAD_INPUT, "Setting store is s3: say which bucket with s3_bucket, s3_region "
                                    "and s3_keys.");
    if (e)
        return e;
    if (!objects.floor_bytes)
        objects.floor_bytes = 1;
    return objects_init(a, &objects, &open_services.objects);
}

static const struct err *open_keys(struct arena *a, const struct settings *s)
{
    struct keys_config keys = {.folder = s->keys};
    const struct err *e = NULL;

    if (*s->master_key_command)
        e = secret_read(a, "master_key", "", s->master_key_command, &keys.master);
    if (!e && *s->master_key_command && *s->master_key_previous_command)
        e = secret_read(a, "master_key_previous", "", s->master_key_previous_command, &keys.previous);
    return e ? e : keys_open(a, &keys, &open_services.keys);
}

const struct err *services_open(struct arena *a, const struct settings *s)
{
    const struct err *e = open_keys(a, s);

    if (!e)
        e = open_http(a, s);
    if (!e)
        e = open_objects(a, s);
    if (!e)
        e = smtp_open(a, s, &open_services.smtp);
    open_services.public_url = str_of(s->public_url);
    while (str_ends(open_services.public_url, STR("/")))
        open_services.public_url.n--;
    open_services.templates_dir = s->templates_dir;
    open_services.drop_folders = s->drop_folders;
    open_services.block_sign_ins = s->block_sign_ins;
    open_services.block_hooks = s->block_hooks;
    open_services.block_hours = s->block_hours;
    open_services.never_blocked = s->never_blocked;
    open_services.sftp_inbox = s->sftp_inbox;
    return e;
}
