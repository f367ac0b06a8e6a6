/* Walks the dashboard's folder once, at the start. Called by static_files.c. Follows no symbolic
 * link below the folder and opens nothing but plain files and folders. */
#include "http/static_read.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/static_files.h"

static const struct err *walk(struct arena *a, int folder, struct str prefix, unsigned depth,
                              struct static_list *list);

static const struct err *read_file(struct arena *a, int fd, struct str path,
                                   struct static_list *list)
{
    struct static_file *file = &list->v[list->n];
    struct stat st;
    size_t n = 0;
    char *p;

    if (list->n == STATIC_MAX_FILES)
        return err_why(a, E_TOO_LARGE, "more than %d files in the dashboard's folder",
                       STATIC_MAX_FILES);
    if (fstat(fd, &st) != 0 || st.st_size < 0)
        return err_why(a, E_INTERNAL, "%.*s: %s", STR_ARG(path), strerror(errno));
    if ((size_t)st.st_size > STATIC_MAX_BYTES - list->bytes)
        return err_why(a, E_TOO_LARGE, "the dashboard's folder holds more than %u MB",
                       STATIC_MAX_BYTES >> 20);
    p = arena_alloc(a, (size_t)st.st_size + 1);
    while (n < (size_t)st.st_size) {
        ssize_t got = read(fd, p + n, (size_t)st.st_size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return err_why(a, E_INTERNAL, "%.*s cannot be read", STR_ARG(path));
        n += (size_t)got;
    }
    *file = (struct static_file){path, str_n(p, n)};
    list->n++;
    list->bytes += n;
    return NULL;
}

static const struct err *visit(struct arena *a, int folder, const char *name, struct str path,
                               unsigned depth, struct static_list *list)
{
    /* O_NONBLOCK: a pipe in the folder must not hold up the start. */
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    const struct err *e = NULL;
    struct stat st;

    if (fd < 0)
        return errno == ELOOP || errno == ENXIO
                   ? NULL
                   : err_why(a, E_INTERNAL, "%.*s: %s", STR_ARG(path), strerror(errno));
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        return walk(a, fd, path, depth + 1, list); /* closes fd */
    if (S_ISREG(st.st_mode))
        e = read_file(a, fd, path, list);
    close(fd);
    return e;
}

/* Takes over `folder`. */
static const struct err *walk(struct arena *a, int folder, struct str prefix, unsigned depth,
                              struct static_list *list)
{
    DIR *dir = fdopendir(folder);
    const struct err *e = NULL;
    struct dirent *item;

    if (!dir) {
        close(folder);
        return err_why(a, E_INTERNAL, "%.*s/ cannot be listed", STR_ARG(prefix));
    }
    if (depth > STATIC_MAX_DEPTH)
        e = err_why(a, E_TOO_LARGE, "%.*s/ lies too deep", STR_ARG(prefix));
    while (!e && (item = readdir(dir))) {
        if (item->d_name[0] == '.')
            continue;
        e = visit(a, dirfd(dir), item->d_name, str_fmt(a, "%.*s/%s", STR_ARG(prefix), item->d_name),
                  depth, list);
    }
    closedir(dir);
    return e;
}

const struct err *static_read(struct arena *a, const char *folder, struct static_list *ret_list)
{
    int fd = folder && *folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

    memset(ret_list, 0, sizeof(*ret_list));
    if (fd < 0)
        return !folder || !*folder || errno == ENOENT || errno == ENOTDIR
                   ? NULL
                   : err_why(a, E_INTERNAL, "%s: %s", folder, strerror(errno));
    ret_list->v = ARENA_ARRAY(a, STATIC_MAX_FILES, struct static_file);
    return walk(a, fd, STR(""), 0, ret_list);
}
