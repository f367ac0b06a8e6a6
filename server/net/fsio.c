/* File helpers, see the header. Called by keys and objects. Must never leave a half-written file
 * under its final name. */
#include "net/fsio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/crypto.h"

const struct err *fs_errno(struct arena *a, int errnum, const char *doing)
{
    char text[128] = "";
    const struct err *e = errnum == ENOSPC || errnum == EDQUOT ? E_DISK_FULL
                          : errnum == ENOENT                   ? E_NOT_FOUND
                                                               : E_INTERNAL;

    return err_why(a, e, "%s: %s.", doing, strerror_r(errnum, text, sizeof text));
}

const struct err *fs_folder(struct arena *a, int dir, const char *name, int *ret_fd)
{
    int fd;

    if (mkdirat(dir, name, 0700) != 0 && errno != EEXIST)
        return fs_errno(a, errno, "Making a folder");
    /* The last component only: an operator may well link the path above it. */
    fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fs_errno(a, errno, "Opening a folder");
    *ret_fd = fd;
    return NULL;
}

const struct err *fs_pwrite(struct arena *a, int fd, struct str bytes, off_t offset)
{
    while (bytes.n) {
        ssize_t n = pwrite(fd, bytes.p, bytes.n, offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fs_errno(a, n < 0 ? errno : ENOSPC, "Writing a file");
        bytes = str_sub(bytes, (size_t)n, bytes.n);
        offset += n;
    }
    return NULL;
}

const struct err *fs_pread(struct arena *a, int fd, void *out, size_t n, off_t offset)
{
    char *p = out;

    while (n) {
        ssize_t got = pread(fd, p, n, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fs_errno(a, errno, "Reading a file");
        if (got == 0)
            return err_why(a, E_SEAL, "A stored file is shorter than it says.");
        p += got;
        n -= (size_t)got;
        offset += got;
    }
    return NULL;
}

const struct err *fs_sync(struct arena *a, int fd)
{
    return fsync(fd) == 0 ? NULL : fs_errno(a, errno, "Syncing a file");
}

/* link, not rename: it fails where the name is taken. */
static const struct err *name_it(struct arena *a, int dir, const char *from, const char *to)
{
    if (linkat(dir, from, dir, to, 0) == 0)
        return fs_sync(a, dir);
    if (errno == EEXIST)
        return err_why(a, E_CONFLICT, "%s is there already.", to);
    return fs_errno(a, errno, "Naming a file");
}

static const struct err *rename_it(struct arena *a, int dir, const char *from, const char *to)
{
    return renameat(dir, from, dir, to) == 0 ? fs_sync(a, dir) : fs_errno(a, errno, "Replacing a file");
}

static const struct err *write_as(struct arena *a, int dir, const char *name, struct str bytes,
                                  const struct err *(*place)(struct arena *, int, const char *, const char *))
{
    const char *temp = str_c(a, str_fmt(a, ".tmp-%.*s", STR_ARG(crypto_token(a, 12))));
    const struct err *e;
    int fd = openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return fs_errno(a, errno, "Making a file");
    e = fs_pwrite(a, fd, bytes, 0);
    if (!e)
        e = fs_sync(a, fd);
    if (close(fd) != 0 && !e)
        e = fs_errno(a, errno, "Closing a file");
    if (!e)
        e = place(a, dir, temp, name);
    unlinkat(dir, temp, 0);
    return e;
}

const struct err *fs_file_new(struct arena *a, int dir, const char *name, struct str bytes)
{
    return write_as(a, dir, name, bytes, name_it);
}

const struct err *fs_file_replace(struct arena *a, int dir, const char *name, struct str bytes)
{
    return write_as(a, dir, name, bytes, rename_it);
}

void fs_sweep(int dir)
{
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    struct stat st;

    if (!d) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((entry = readdir(d)) != NULL) {
        if (strncmp(entry->d_name, ".tmp-", 5) == 0 &&
            fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            st.st_mtime < time(NULL) - 60)
            unlinkat(dir, entry->d_name, 0);
    }
    closedir(d);
}
