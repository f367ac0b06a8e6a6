/* Folders of this machine. Every step is taken beneath the folder that the operator named for the
 * tenant, by a kernel that follows no link there (openat2): no name, and nobody who may write into the
 * folder, leads out of it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "intake/dropfolders/source.h"
#include "net/services.h"

#define PART (256u << 10)

struct local {
    int root;
};

static int open_beneath(int root, struct arena *a, struct str name, int flags, mode_t mode)
{
    struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC), .mode = mode,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
                                      RESOLVE_NO_MAGICLINKS};
    const char *path = name.n ? str_c(a, name) : ".";

    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

static const struct err *said(struct arena *a, const char *what)
{
    char text[128] = "";
    const struct err *e = errno == ENOENT || errno == ENOTDIR ? E_NOT_FOUND
                          : errno == EACCES || errno == EPERM || errno == EXDEV || errno == ELOOP ||
                                  errno == EROFS
                              ? E_FORBIDDEN
                              : E_UPSTREAM;

    return err_why(a, e, "%s: %s.", what, strerror_r(errno, text, sizeof text));
}

static const struct err *list(void *self, struct arena *a, struct str folder, drop_each *each,
                              void *ctx)
{
    const struct local *l = self;
    int fd = open_beneath(l->root, a, folder, O_RDONLY | O_DIRECTORY, 0);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    if (!d) {
        const struct err *e = said(a, "The folder cannot be read");
        if (fd >= 0)
            close(fd);
        return e;
    }
    while ((entry = readdir(d)) != NULL) {
        struct drop_entry out = {.name = str_of(entry->d_name)};
        struct stat st;
        if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue; /* gone meanwhile */
        if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
            continue;
        out.folder = S_ISDIR(st.st_mode);
        out.size = (uint64_t)st.st_size;
        out.modified = st.st_mtim.tv_sec * TIME_S;
        out.stamp = str_fmt(a, "%lld.%09ld", (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
        each(ctx, &out);
    }
    closedir(d);
    return NULL;
}

static const struct err *read_all(int fd, struct arena *a, size_t max_bytes, http_sink *sink,
                                  void *arg)
{
    char *part = arena_alloc(a, PART);
    size_t all = 0;
    ssize_t n;
    const struct err *e = NULL;

    while (!e && (n = read(fd, part, PART)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return said(a, "The file cannot be read");
        all += (size_t)n;
        if (all > max_bytes)
            return err_why(a, E_TOO_LARGE, "The file is larger than %zu bytes.", max_bytes);
        e = sink(arg, str_n(part, (size_t)n));
    }
    return e;
}

static const struct err *read_file(void *self, struct arena *a, struct str name, size_t max_bytes,
                                   http_sink *sink, void *arg, int64_t *ret_modified)
{
    const struct local *l = self;
    int fd = open_beneath(l->root, a, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    struct stat st;
    const struct err *e;

    if (fd < 0)
        return said(a, "The file cannot be opened");
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return err_why(a, E_NOT_FOUND, "It is no file.");
    }
    *ret_modified = st.st_mtim.tv_sec * TIME_S;
    e = read_all(fd, a, max_bytes, sink, arg);
    close(fd);
    return e;
}

/* The folder of a name, made where it is missing; *ret_last is the name in it. -1 with errno. */
static int folder_of(const struct local *l, struct arena *a, struct str name, bool make,
                     struct str *ret_last)
{
    int dir = open_beneath(l->root, a, STR_NONE, O_RDONLY | O_DIRECTORY, 0), next;
    struct str rest = name, part;

    while (dir >= 0 && str_split(&rest, '/', &part)) {
        if (!rest.p) {
            *ret_last = part;
            return dir;
        }
        if (make && mkdirat(dir, str_c(a, part), 0770) != 0 && errno != EEXIST) {
            close(dir);
            return -1;
        }
        next = open_beneath(dir, a, part, O_RDONLY | O_DIRECTORY, 0);
        close(dir);
        dir = next;
    }
    return dir;
}

static const struct err *move(void *self, struct arena *a, struct str from, struct str to)
{
    const struct local *l = self;
    struct str from_name, to_name;
    int from_dir = folder_of(l, a, from, false, &from_name), to_dir;
    const struct err *e = NULL;

    if (from_dir < 0)
        return said(a, "The file cannot be moved");
    to_dir = folder_of(l, a, to, true, &to_name);
    if (to_dir < 0 ||
        renameat2(from_dir, str_c(a, from_name), to_dir, str_c(a, to_name), RENAME_NOREPLACE) != 0)
        e = errno == EEXIST ? E_CONFLICT : said(a, "The file cannot be moved");
    if (to_dir >= 0)
        close(to_dir);
    close(from_dir);
    return e;
}

static const struct err *note(void *self, struct arena *a, struct str name, struct str text)
{
    const struct local *l = self;
    int fd = open_beneath(l->root, a, name, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, 0660);
    bool ok;

    if (fd < 0)
        return said(a, "A note cannot be written");
    ok = write(fd, text.p, text.n) == (ssize_t)text.n;
    close(fd);
    return ok ? NULL : said(a, "A note cannot be written");
}

static const struct drop_kind local_kind = {
    .list = list, .read = read_file, .move = move, .note = note};

/* ---- whose folders ---- */

static bool below(struct str root, struct str path, struct str *ret_below)
{
    while (root.n > 1 && root.p[root.n - 1] == '/')
        root.n--;
    if (!root.n || root.p[0] != '/' || !str_starts(path, root) ||
        (path.n > root.n && path.p[root.n] != '/'))
        return false;
    *ret_below = str_sub(path, root.n, path.n);
    while (ret_below->n && ret_below->p[0] == '/')
        *ret_below = str_sub(*ret_below, 1, ret_below->n);
    return true;
}

const struct err *drop_local_root(struct arena *a, struct str slug, struct str path,
                                  struct str *ret_root, struct str *ret_below)
{
    struct str rest = str_of(services()->drop_folders), entry, who;
    struct str inbox = str_of(services()->sftp_inbox);

    while (str_split(&rest, ',', &entry)) {
        entry = str_trim(entry);
        if (!str_split(&entry, '=', &who) || !entry.p || !str_eq(str_trim(who), slug))
            continue;
        *ret_root = str_trim(entry);
        if (below(*ret_root, path, ret_below))
            return NULL;
    }
    *ret_root = str_fmt(a, "%.*s/%.*s", STR_ARG(inbox), STR_ARG(slug));
    if (inbox.n && below(*ret_root, path, ret_below))
        return NULL;
    return err_why(a, E_FORBIDDEN, "This folder is not one that the operator of the service lets %.*s use "
                                   "(setting drop_folders).", STR_ARG(slug));
}

static void local_end(void *object)
{
    const struct local *l = object;

    if (l->root >= 0)
        close(l->root);
}

const struct err *drop_local_open(struct arena *a, struct str slug, const struct json *settings,
                                  struct drop_source *ret)
{
    struct local *l = ARENA_NEW(a, struct local);
    struct str root, rest;
    const struct err *e = drop_local_root(a, slug, json_text(settings, "path"), &root, &rest);
    int top;

    if (e)
        return e;
    top = open(str_c(a, root), O_PATH | O_DIRECTORY | O_CLOEXEC);
    l->root = top < 0 ? -1 : open_beneath(top, a, rest, O_RDONLY | O_DIRECTORY, 0);
    if (l->root < 0)
        e = said(a, "The folder cannot be opened");
    if (top >= 0)
        close(top);
    if (e)
        return e;
    arena_defer(a, local_end, l);
    *ret = (struct drop_source){&local_kind, l};
    return NULL;
}
