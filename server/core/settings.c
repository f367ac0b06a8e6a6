/* The settings table. Read once at start; `ringsight check` prints it. */
#include "core/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum kind { TEXT, NUMBER, SWITCH, SECRET_URL };

static const struct setting {
    const char *name;
    enum kind kind;
    size_t offset;
    const char *otherwise;
    int64_t min, max;
    const char *doc;
} table[] = {
#define T(field, otherwise, doc) {#field, TEXT, offsetof(struct settings, field), otherwise, 0, 0, doc}
#define N(field, otherwise, min, max, doc)                                                         \
    {#field, NUMBER, offsetof(struct settings, field), otherwise, min, max, doc}
#define U(field, otherwise, doc)                                                                   \
    {#field, SECRET_URL, offsetof(struct settings, field), otherwise, 0, 0, doc}
    T(var, "var", "Folder for everything that changes while running."),
    N(port, "8080", 1, 65535, "Public HTTP port."),
    T(public_url, "", "Address that people and phone systems use, e.g. https://calls.example.com. "
      "It decides links and the cookie's name. Empty: http://127.0.0.1:<port>."),
    N(metrics_port, "9464", 0, 65535, "Loopback port of /metrics; 0 switches it off."),
    N(worker_metrics_port, "9465", 0, 65535, "Loopback port of a worker's /metrics and /readyz; 0: none."),
    U(database_url, "", "PostgreSQL as ringsight_app."),
    U(jobs_database_url, "", "PostgreSQL as ringsight_jobs, for workers."),
    U(platform_database_url, "", "PostgreSQL as ringsight_platform, for super admins' pages."),
    U(owner_database_url, "", "PostgreSQL as ringsight_migrator; only `migrate` and `admin` use it."),
    U(redis_url, "", "unix:/path or redis://:password@host:port; several, parted by blanks, share the "
      "rings; a node of a cluster tells of the others. Empty or away: slower, nothing lost."),
    T(keys, "", "Folder of the master key and the tenants' wrapped keys. Empty: <var>/keys."),
    T(master_key_command, "", "Command that prints the master key, 32 bytes as base64, instead of the file master.key of "
      "the folder `keys`: for a key service or a TPM."),
    T(master_key_previous_command, "", "While that key is being changed: prints the one before. `ringsight admin "
      "rotate-master` wraps all by the new one."),
    T(objects, "", "Folder of sealed recordings. Empty: <var>/objects."),
    T(store, "local", "Where new recordings go: local (the folder `objects`) or s3 (the bucket). Those "
      "in the other place stay readable; `ringsight admin move-objects` moves them."),
    T(s3_bucket, "", "Bucket of an S3-compatible store, for sealed recordings. Empty: none."),
    T(s3_region, "us-east-1", "Region that the bucket lies in; stores without regions take any name."),
    T(s3_endpoint, "", "Address of the store, e.g. https://minio.example.com:9000. In a private network "
      "it needs egress_allow = s3=<network>:<port>. Empty: Amazon's in s3_region."),
    {"s3_path_style", SWITCH, offsetof(struct settings, s3_path_style), "off", 0, 0,
     "The bucket stands in the path, not in front of the host; most stores of one's own want on."},
    T(s3_prefix, "", "In front of each object's name, e.g. ringsight/. Empty: nothing."),
    T(s3_keys, "", "File with the lines access_key_id = … and secret_access_key = …, for our eyes only."),
    T(run, "", "Folder of unix sockets; their paths end at 107 bytes. Empty: <var>/run."),
    T(static_dir, "static/dist", "The built dashboard."),
    T(templates_dir, "templates", "Scorecards, guides, mails."),
    T(migrations_dir, "migrations", "Numbered SQL files."),
    T(media_child, "", "Path of ringsight-media. Empty: beside this program."),
    T(asr_child, "", "Path of ringsight-asr. Empty: beside this program."),
    T(trusted_proxies, "", "Networks whose X-Forwarded-For is believed, e.g. 10.0.0.0/8, ::1/128."),
    {"proxy_protocol", SWITCH, offsetof(struct settings, proxy_protocol), "off", 0, 0,
     "Expect a PROXY line (HAProxy's send-proxy) on each connection."},
    T(outgoing_addresses, "", "Addresses that this server calls from, parted by commas, for the firewalls of "
      "phone systems: 203.0.113.7, 2001:db8::7. Shown on the integrations' pages."),
    T(drop_folders, "", "Folders of this machine that tenants' drop folders may lie in, by tenant: "
      "acme=/srv/recordings/acme, beta=/mnt/pbx. Empty: none."),
    T(sftp_inbox, "", "Folder of the inboxes that deploy/admin sftp-inbox makes; a tenant's drop folders may "
      "lie in its own below it. Empty: none."),
    T(egress_allow, "", "Private networks we may call, by use: ucm=10.0.0.0/8, ucm=127.0.0.1/32:8089; "
      "engine=10.0.0.5/32:9000 for a whisper server, webhook=10.0.0.6/32:8000 for a system that tenants "
      "may have told what happens. Empty: none."),
    T(cdr_listen, "", "Address and ports where `ringsight cdr` takes CDR lines of 3CX, e.g. "
      "0.0.0.0:5015-5099; integrations choose among them. Empty: off."),
    N(loops, "0", 0, 64, "Event loops; 0 is one per core."),
    N(workers, "8", 2, 64, "Threads for requests that block."),
    N(slots, "0", 0, 64, "Jobs at a time in one worker process; 0 is two per core."),
    T(worker_kinds, "", "Job kinds that this worker takes, e.g. \"transcripts.run analysis.*\". Empty: all."),
    N(ahead, "50", 0, 60, "Short jobs that a worker claims ahead of its slots, many in one commit; 0: none."),
    N(rings, "1", 1, 64, "Rings that tenants' jobs are spread over in Redis; the same for all processes."),
    N(body_limit, "1048576", 1024, 8388608, "Largest request body in bytes (upload parts: 8 MB)."),
    N(connections_per_address, "256", 1, 100000, "Open connections taken from one address."),
    N(session_hours, "12", 1, 720, "A sign-in ends after so many hours."),
    {"super_admin_factor", SWITCH, offsetof(struct settings, super_admin_factor), "on", 0, 0,
     "Ask a second factor of every super admin: who has none may do nothing but set one up, and nobody removes the last."},
    N(drain_seconds, "10", 1, 300, "On stop, how long requests may take to finish."),
    N(disk_floor_mb, "500", 0, 1000000, "No recording is stored when less room is left."),
    N(spool_mb, "1024", 0, 1000000, "Hooks kept on disk under <var>/spool while PostgreSQL is away, at "
      "most; beyond it they are refused. 0: none are kept."),
    N(hook_rate, "100", 0, 1000000, "Hooks a second taken from one hook address; 0: any number."),
    N(hook_burst, "500", 1, 1000000, "Hooks taken at once from one hook address before hook_rate counts."),
    N(unknown_rate, "5", 0, 1000000, "Hooks a second to addresses that do not exist, from one sender; 0: any number."),
    N(unknown_burst, "50", 1, 1000000, "The same at once before unknown_rate counts."),
    N(request_rate, "100", 0, 1000000, "Requests a second to the API from one person or API key; 0: any number."),
    N(request_burst, "3000", 1, 1000000, "The same at once before request_rate counts."),
    N(tenant_rate, "1000", 0, 1000000, "Requests a second to the API from all of a tenant; 0: any number."),
    N(tenant_burst, "20000", 1, 1000000, "The same at once before tenant_rate counts."),
    N(address_rate, "50", 0, 1000000, "Requests a second from one address by nobody who is signed in; 0: any number."),
    N(address_burst, "2000", 1, 1000000, "The same at once before address_rate counts."),
    N(costly_rate, "120", 0, 1000000, "Requests a minute that cost much (transcribing again, trying, back-fills, "
      "archives) from one person or API key, five times as many from a tenant; 0: any number."),
    N(costly_burst, "120", 1, 100000, "The same at once before costly_rate counts."),
    N(sign_in_rate, "120", 0, 1000000, "Sign-ins a minute from one address, right or wrong; 0: any number."),
    N(sign_in_burst, "300", 1, 1000000, "The same at once before sign_in_rate counts."),
    N(sign_in_tries, "10", 0, 1000, "Wrong passwords for one account, from devices it has not signed in on, before each "
      "makes the next wait longer (2 s to 15 minutes); as many on each device that it has. 0: any number."),
    N(network_tries, "30", 0, 10000, "Wrong passwords an hour from one network before each makes the next wait longer "
      "(2 s to a minute). 0: any number."),
    N(wrong_rate, "30", 0, 100000, "Wrong passwords a minute over all accounts and networks, twice as many at once; "
      "known devices are not counted. 0: any number."),
    N(block_sign_ins, "20", 0, 100000, "Failed sign-ins to accounts of a tenant within an hour after which it lets their network in no "
      "more, unless its people or phone systems were seen there. 0: none is blocked for it."),
    N(block_hooks, "200", 0, 1000000, "Hooks with a wrong signature or password within two hours after which a tenant lets their network in "
      "no more, unless a hook of it was ever taken from there. 0: none is blocked for it."),
    N(block_hours, "24", 1, 8760, "How long such a block holds."),
    T(never_blocked, "", "Addresses and networks that the service never blocks by itself, e.g. 10.0.0.0/8, 192.0.2.7."),
    T(base_domain, "", "Domain below which each tenant has a host of its own, e.g. calls.example.com for "
      "acme.calls.example.com; other hosts are refused then. Empty: off."),
    T(smtp_url, "", "Mail server for invitations and forgotten passwords: smtp://host:587 or smtps://host. "
      "Empty: no mail is sent, and links are handed over by hand."),
    T(smtp_from, "", "Address that mails come from, e.g. calls@example.com; needed with smtp_url."),
    T(smtp_from_name, "Ringsight", "Name beside smtp_from."),
    T(smtp_user, "", "User at the mail server. Empty: it asks for none."),
    T(smtp_password_file, "", "File with that user's password, for our eyes only."),
    T(smtp_password_command, "", "Or a command that prints it, run once at start."),
    T(smtp_tls, "", "required: smtp:// must turn to TLS by STARTTLS; off: it need not. "
      "Empty: required, save on loopback."),
    T(log_level, "info", "debug, info, warn or error."),
};
#define N_SETTINGS (sizeof table / sizeof *table)

static const char *from_file(struct arena *a, struct str file, const char *name)
{
    struct str line, key;

    while (str_split(&file, '\n', &line)) {
        struct str rest = str_trim(line);
        if (!rest.n || rest.p[0] == '#' || !str_split(&rest, '=', &key) || !rest.p)
            continue;
        if (str_case_eq(str_trim(key), str_of(name)))
            return str_c(a, str_trim(rest));
    }
    return NULL;
}

static const char *from_environment(struct arena *a, const char *name)
{
    struct str var = str_dup(a, str_fmt(a, "RINGSIGHT_%s", name));
    char *p = (char *)(uintptr_t)var.p; /* ours: copied above */

    for (size_t i = 0; i < var.n; i++)
        if (p[i] >= 'a' && p[i] <= 'z')
            p[i] = (char)(p[i] - 32);
    if (strcmp(p, "RINGSIGHT_STATIC_DIR") == 0 && !getenv(p))
        return getenv("RINGSIGHT_STATIC");
    if (strcmp(p, "RINGSIGHT_TEMPLATES_DIR") == 0 && !getenv(p))
        return getenv("RINGSIGHT_TEMPLATES");
    return getenv(p);
}

static const struct err *set(struct arena *a, const struct setting *t, const char *value,
                             struct settings *s)
{
    void *p = (char *)s + t->offset;
    int64_t n;

    switch (t->kind) {
    case NUMBER:
        if (!str_to_int(str_of(value), &n) || n < t->min || n > t->max)
            return err_why(a, E_BAD_INPUT, "Setting %s is \"%s\": give a number from %lld to %lld.",
                           t->name, value, (long long)t->min, (long long)t->max);
        *(int64_t *)p = n;
        return NULL;
    case SWITCH:
        if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
            return err_why(a, E_BAD_INPUT, "Setting %s is \"%s\": say on or off.", t->name, value);
        *(bool *)p = strcmp(value, "on") == 0;
        return NULL;
    default:
        *(const char **)p = str_c(a, str_of(value));
        return NULL;
    }
}

static struct str read_file(struct arena *a, const char *path)
{
    FILE *f = path ? fopen(path, "re") : NULL;
    struct buf b = buf_new(a, 1 << 20);
    char part[4096];
    size_t n;

    if (!f)
        return STR("");
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        buf_add(&b, str_n(part, n));
    fclose(f);
    return buf_str(&b);
}

static const char *below(struct arena *a, const struct settings *s, const char *value,
                         const char *name)
{
    return *value ? value : str_fmt(a, "%s/%s", s->var, name).p;
}

static const char *beside(struct arena *a, const char *value, const char *name)
{
    char self[4096];
    const char *slash;

    if (*value)
        return value;
    if (!realpath("/proc/self/exe", self))
        return name;
    slash = strrchr(self, '/');
    return str_fmt(a, "%.*s/%s", (int)(slash - self), self, name).p;
}

const struct err *settings_load(struct arena *a, const char *file, struct settings *ret)
{
    struct str text = read_file(a, file);

    memset(ret, 0, sizeof *ret);
    /* A missing file is none; one that is there but shut would leave every default in force unnoticed. */
    if (file && access(file, R_OK) != 0 && errno == EACCES)
        return err_why(a, E_BAD_INPUT, "The settings in %s may not be read by this user: give it leave "
                       "(chgrp ringsight, chmod 640).", file);
    for (size_t i = 0; i < N_SETTINGS; i++) {
        const char *value = from_environment(a, table[i].name);
        const struct err *e;
        if (!value)
            value = from_file(a, text, table[i].name);
        e = set(a, &table[i], value ? value : table[i].otherwise, ret);
        if (e)
            return e;
    }
    ret->keys = below(a, ret, ret->keys, "keys");
    ret->run = below(a, ret, ret->run, "run");
    ret->objects = below(a, ret, ret->objects, "objects");
    ret->media_child = beside(a, ret->media_child, "ringsight-media");
    ret->asr_child = beside(a, ret->asr_child, "ringsight-asr");
    if (!*ret->public_url)
        ret->public_url = str_fmt(a, "http://127.0.0.1:%lld", (long long)ret->port).p;
    return NULL;
}

/* "scheme://user:secret@host" without the secret; "?password=" forms are hidden whole. */
static struct str masked(struct arena *a, struct str url)
{
    ptrdiff_t at = str_find(url, STR("@"), 0), scheme = str_find(url, STR("://"), 0);
    ptrdiff_t colon;

    if (str_find(url, STR("password="), 0) >= 0)
        return STR("(set)");
    if (at < 0 || scheme < 0)
        return url;
    colon = str_find(url, STR(":"), (size_t)scheme + 3);
    if (colon < 0 || colon > at)
        return url;
    return str_fmt(a, "%.*s:***%.*s", (int)colon, url.p, (int)(url.n - (size_t)at), url.p + at);
}

struct str settings_print(struct arena *a, const struct settings *s)
{
    struct buf b = buf_new(a, 1 << 20);

    for (size_t i = 0; i < N_SETTINGS; i++) {
        const struct setting *t = &table[i];
        const void *p = (const char *)s + t->offset;
        buf_fmt(&b, "%s = ", t->name);
        if (t->kind == NUMBER)
            buf_fmt(&b, "%lld", (long long)*(const int64_t *)p);
        else if (t->kind == SWITCH)
            buf_fmt(&b, "%s", *(const bool *)p ? "on" : "off");
        else
            buf_add(&b, masked(a, str_of(*(const char *const *)p)));
        buf_fmt(&b, "\n    %s Default: %s.\n", t->doc, *t->otherwise ? t->otherwise : "empty");
    }
    return buf_str(&b);
}
