/* The local folder as a home of sealed files: every step is an openat beneath the folder that
 * follows no link. Called through struct objects_backend only; knows nothing of sealing. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/time.h"
#include "net/fsio.h"
#include "net/objects_int.h"

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

struct local {
    int dir;
};

struct handle {
    int fd;
};

void *objects_local_new(struct arena *a, int dir)
{
    struct local *l = ARENA_NEW(a, struct local);

    l->dir = dir;
    return l;
}

/* One step down; made and made durable where asked. -1 with errno. */
static int step(int dir, const char *name, bool make)
{
    int fd = openat(dir, name, DIR_FLAGS);

    if (fd >= 0 || errno != ENOENT || !make)
        return fd;
    if (mkdirat(dir, name, 0700) != 0 && errno != EEXIST)
        return -1;
    if (fsync(dir) != 0)
        return -1;
    return openat(dir, name, DIR_FLAGS);
}

/* Where a key's file lies: its open folder, and its name there. */
struct place {
    int dir;
    const char *name;
};

static const struct err *find_place(const struct local *l, struct arena *a, const char *key,
                                    bool make, struct place *ret)
{
    struct str rest = str_of(key), part;
    int dir = dup(l->dir), next;

    while (dir >= 0 && str_split(&rest, '/', &part)) {
        if (!rest.p) {
            *ret = (struct place){dir, part.p};
            return NULL;
        }
        next = step(dir, str_c(a, part), make);
        if (next < 0)
            break;
        close(dir);
        dir = next;
    }
    next = errno;
    if (dir >= 0)
        close(dir);
    return next == ENOENT ? err_why(a, E_NOT_FOUND, "No such object.")
                          : fs_errno(a, next, "Opening the object store");
}

static const struct err *publish(void *self, struct arena *a, int spool_dir, const char *spool_name,
                                 const char *key)
{
    const struct err *e;
    struct place at;

    e = find_place(self, a, key, true, &at);
    if (e)
        return e;
    if (renameat(spool_dir, spool_name, at.dir, at.name) != 0)
        e = fs_errno(a, errno, "Naming an object");
    else
        e = fs_sync(a, at.dir);
    /* Not durable is not there: the caller takes an error for "nothing was stored". */
    if (e)
        unlinkat(at.dir, at.name, 0);
    close(at.dir);
    return e;
}

static const struct err *local_open(void *self, struct arena *a, const char *key, void **ret_handle,
                                    uint64_t *ret_size)
{
    struct handle *h;
    struct place at;
    const struct err *e;
    struct stat st;
    int fd;

    e = find_place(self, a, key, false, &at);
    if (e)
        return e;
    fd = openat(at.dir, at.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        e = errno == ENOENT ? err_why(a, E_NOT_FOUND, "No such object.")
                            : fs_errno(a, errno, "Opening an object");
    close(at.dir);
    if (e)
        return e;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return err_why(a, E_INTERNAL, "An object in the store is not a file.");
    }
    h = ARENA_NEW(a, struct handle);
    h->fd = fd;
    *ret_handle = h;
    *ret_size = (uint64_t)st.st_size;
    return NULL;
}

static const struct err *local_read(void *handle, struct arena *a, uint64_t offset, size_t n,
                                    void *out)
{
    const struct handle *h = handle;

    return fs_pread(a, h->fd, out, n, (off_t)offset);
}

static void local_close(void *handle)
{
    const struct handle *h = handle;

    close(h->fd);
}

static const struct err *local_remove(void *self, struct arena *a, const char *key)
{
    const struct err *e;
    struct place at;

    e = find_place(self, a, key, false, &at);
    if (e)
        return e;
    if (unlinkat(at.dir, at.name, 0) == 0)
        e = fs_sync(a, at.dir);
    else if (errno == ENOENT)
        e = err_why(a, E_NOT_FOUND, "No such object.");
    else
        e = fs_errno(a, errno, "Removing an object");
    close(at.dir);
    return e;
}

static const struct err *local_list(void *self, struct arena *a, const char *folder,
                                    int64_t before, void (*each)(void *ctx, struct str name),
                                    void *ctx)
{
    struct place at;
    const char *self_name = str_fmt(a, "%s%s.", folder, *folder ? "/" : "").p;
    const struct err *e = find_place(self, a, self_name, false, &at);
    const struct dirent *entry;
    int fd;
    DIR *d;

    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    fd = openat(at.dir, ".", DIR_FLAGS); /* with a place of its own in the list of names */
    close(at.dir);
    d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        e = fs_errno(a, errno, "Listing the object store");
        if (fd >= 0)
            close(fd);
        return e;
    }
    while ((entry = readdir(d)) != NULL) {
        struct stat st;
        if (entry->d_name[0] == '.' ||
            fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue; /* gone meanwhile */
        if (S_ISDIR(st.st_mode) || (S_ISREG(st.st_mode) && st.st_mtime * TIME_S < before))
            each(ctx, str_of(entry->d_name));
    }
    closedir(d);
    return NULL;
}

const struct objects_backend objects_local[1] = {{
    .name = "local",
    .publish = publish,
    .open = local_open,
    .read = local_read,
    .close = local_close,
    .remove = local_remove,
    .list = local_list,
}};
