/* Every setting of the program, in one table: environment RINGSIGHT_<NAME> wins over
 * config/ringsight.conf (lines `name = value`), which wins over the default. */
#ifndef RINGSIGHT_CORE_SETTINGS_H
#define RINGSIGHT_CORE_SETTINGS_H

#include "core/arena.h"
#include "core/err.h"

struct settings {
    const char *var;
    int64_t port;
    const char *public_url;
    int64_t metrics_port, worker_metrics_port;
    const char *database_url, *jobs_database_url, *platform_database_url, *owner_database_url;
    const char *redis_url;
    const char *keys, *objects, *run;
    const char *store, *s3_endpoint, *s3_bucket, *s3_region, *s3_prefix, *s3_keys;
    bool s3_path_style;
    const char *static_dir, *templates_dir, *migrations_dir;
    const char *media_child, *asr_child;
    const char *trusted_proxies;
    bool proxy_protocol;
    const char *master_key_command, *master_key_previous_command;
    const char *outgoing_addresses, *egress_allow;
    const char *drop_folders, *sftp_inbox;
    const char *cdr_listen;
    int64_t loops, workers, slots, ahead, rings;
    const char *worker_kinds;
    int64_t body_limit, connections_per_address;
    int64_t session_hours;
    bool super_admin_factor;
    int64_t drain_seconds;
    int64_t disk_floor_mb, spool_mb;
    int64_t hook_rate, hook_burst, unknown_rate, unknown_burst;
    int64_t request_rate, request_burst, tenant_rate, tenant_burst, address_rate, address_burst;
    int64_t costly_rate, costly_burst, sign_in_rate, sign_in_burst;
    int64_t sign_in_tries, network_tries, wrong_rate;
    int64_t block_sign_ins, block_hooks, block_hours;
    const char *never_blocked;
    const char *base_domain;
    const char *smtp_url, *smtp_from, *smtp_from_name, *smtp_user, *smtp_password_file, *smtp_password_command,
        *smtp_tls;
    const char *log_level;
};

/* Reads file (may be NULL or missing) and environment. E_BAD_INPUT names the setting and the cure.
 * The result belongs to the arena. */
const struct err *settings_load(struct arena *a, const char *file,
                                struct settings *ret) MUST_USE;
/* The reference: each setting with its value, where it came from, its default and what it does.
 * Secrets (passwords in URLs) are masked. */
struct str settings_print(struct arena *a, const struct settings *s);

#endif
