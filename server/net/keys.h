/* The key folder, outside the database and its backups: the master key and one data key per
 * tenant, wrapped by it. Destroying a tenant's key makes all that was sealed under it unreadable,
 * in old backups too.
 *   <folder>/master.key          32 bytes, mode 0600; not where a command tells the master key
 *   <folder>/master.previous     the one before, while it is being changed
 *   <folder>/service.key         the root of the service's own keys, wrapped like a tenant's
 *   <folder>/tenants/<uuid>.key  "RSK1", then core/crypto's seal of the 32 bytes, bound to the
 *                                tenant by its associated data "tenant-key|<uuid>"
 * Shared by all threads of a process; several processes may use one folder. */
#ifndef RINGSIGHT_NET_KEYS_H
#define RINGSIGHT_NET_KEYS_H

#include "core/arena.h"
#include "core/crypto.h"
#include "core/err.h"
#include "core/uuid.h"

struct keys;

struct keys_config {
    const char *folder;
    struct str master, previous; /* as a command told them, base64 of 32 bytes; STR_NONE: from the folder */
};

/* Opens the folder, making it (0700) and the master key on the first start. A missing master key
 * beside wrapped tenant keys is never made anew. E_SEAL or E_INTERNAL with a sentence: master key
 * missing, damaged, not ours or readable by others. Lives in the arena. */
const struct err *keys_open(struct arena *a, const struct keys_config *config, struct keys **ret) MUST_USE;
const struct err *keys_init(struct arena *a, const char *folder, struct keys **ret) MUST_USE;

struct keys_rotated {
    uint64_t wrapped, were; /* wrapped anew; wrapped by the new master key already */
};
/* A new master key: made in its file, or where a command tells it, already told. Wraps every key anew, then forgets
 * the old one. Other processes go on meanwhile. Killed, it is run again. E_SEAL names a key that does not open. */
const struct err *keys_rotate(struct keys *k, struct arena *a, struct keys_rotated *ret) MUST_USE;

/* A new data key. E_CONFLICT if the tenant has one; E_DISK_FULL, E_INTERNAL. */
const struct err *keys_create(struct keys *k, struct arena *a, struct uuid tenant) MUST_USE;

/* The tenant's data key. E_GONE if there is none (destroyed or never made), E_SEAL if the file
 * does not open under the master key. A small cache holds opened keys; each load looks whether the
 * file is still the same, so a destroyed key is gone at once in every process. */
const struct err *keys_load(struct keys *k, struct arena *a, struct uuid tenant,
                            struct key *ret) MUST_USE;

/* Overwrites and removes the tenant's key. NULL too if there was none. */
const struct err *keys_destroy(struct keys *k, struct arena *a, struct uuid tenant) MUST_USE;

/* Secrets of the service itself (spool, hook snapshot, mails of no tenant, seeds of second factors): a key for one purpose, derived
 * from the service's root key, which stays when the master key is changed. */
struct key keys_service(const struct keys *k, struct str purpose);

#endif
