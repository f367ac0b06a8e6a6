/* Changing the master key while everything runs: the old one is kept beside the new one until every key is
 * wrapped by the new one. May be killed at any instruction and started again. */
#include "net/keys_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "net/fsio.h"

/* A new master key in its file, the one so far as master.previous; one that was begun before is gone on with. */
static const struct err *begin(struct keys *k, struct arena *a)
{
    const struct err *e = keys_masters(k, a);
    struct key fresh;

    if (e)
        return e;
    if (k->has_previous && memcmp(&k->previous, &k->master, sizeof k->master) != 0)
        return NULL;
    if (!k->has_previous)
        e = fs_file_new(a, k->folder, KEYS_PREVIOUS, str_n(k->master.b, sizeof k->master.b));
    if (e)
        return e;
    crypto_random(fresh.b, sizeof fresh.b);
    e = fs_file_replace(a, k->folder, KEYS_MASTER, str_n(fresh.b, sizeof fresh.b));
    crypto_wipe(&fresh, sizeof fresh);
    return e ? e : keys_masters(k, a);
}

/* One file, unless the new master key opens it already. */
static const struct err *wrap_anew(struct keys *k, struct arena *a, int dir, const char *name, struct str about,
                                   struct keys_rotated *n)
{
    struct key_file f = {.n = KEYS_WRAPPED};
    struct key key;
    const struct err *e = keys_read(a, dir, name, &f);

    if (e)
        return e;
    if (keys_opens(a, &k->master, about, str_n(f.bytes, f.n), &key)) {
        n->were++;
    } else if (!keys_opens(a, &k->previous, about, str_n(f.bytes, f.n), &key)) {
        return err_why(a, E_SEAL, "The key file %s opens neither by the new master key nor by the one before: restore it "
                       "from a backup, or remove it if its tenant is gone. Nothing is lost; run this again then.", name);
    } else {
        e = fs_file_replace(a, dir, name, keys_wrap(a, &k->master, about, &key));
        n->wrapped += !e;
    }
    crypto_wipe(&key, sizeof key);
    return e;
}

static const struct err *wrap_all(struct keys *k, struct keys_rotated *n, struct arena *why)
{
    int fd = openat(k->tenants, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    const struct err *e = NULL;
    struct uuid tenant;

    if (!d) {
        if (fd >= 0)
            close(fd);
        return fs_errno(why, errno, "Reading the tenants' keys");
    }
    while (!e && (entry = readdir(d)) != NULL) {
        struct str name = str_of(entry->d_name);
        struct arena *a;

        if (!str_ends(name, STR(".key")) || !uuid_parse(str_sub(name, 0, name.n - 4), &tenant))
            continue;
        a = arena_new();
        e = wrap_anew(k, a, k->tenants, entry->d_name, keys_about(a, tenant), n);
        if (e)
            arena_set_why(why, str_dup(why, arena_why(a)));
        arena_free(a);
    }
    closedir(d);
    return e;
}

/* Where the disk writes in place this leaves nothing of it. */
static const struct err *end(struct keys *k, struct arena *a)
{
    int fd = openat(k->folder, KEYS_PREVIOUS, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    char noise[CRYPTO_KEY];
    const struct err *e = NULL;

    if (fd < 0)
        return errno == ENOENT ? NULL : fs_errno(a, errno, "Removing the old master key");
    crypto_random(noise, sizeof noise);
    e = fs_pwrite(a, fd, str_n(noise, sizeof noise), 0);
    if (!e)
        e = fs_sync(a, fd);
    close(fd);
    if (unlinkat(k->folder, KEYS_PREVIOUS, 0) != 0)
        return fs_errno(a, errno, "Removing the old master key");
    return e ? e : fs_sync(a, k->folder);
}

const struct err *keys_rotate(struct keys *k, struct arena *a, struct keys_rotated *ret)
{
    int held;
    const struct err *e = keys_hold(k, a, true, &held);

    *ret = (struct keys_rotated){0};
    if (e)
        return e;
    if (k->by_file)
        e = begin(k, a);
    else if (!k->has_previous)
        e = err_why(a, E_BAD_INPUT, "Give the old master key by master_key_previous_command and the new one by "
                    "master_key_command, restart, run this, then leave the old one out.");
    if (!e)
        e = wrap_anew(k, a, k->folder, KEYS_SERVICE, KEYS_SERVICE_ABOUT, ret);
    if (!e)
        e = wrap_all(k, ret, a);
    if (!e && k->by_file)
        e = end(k, a);
    if (!e && k->by_file)
        e = keys_masters(k, a);
    close(held);
    return e;
}
