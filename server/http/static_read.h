/* Reads a folder tree into memory; the only part of the static files that knows the file system. */
#ifndef RINGSIGHT_HTTP_STATIC_READ_H
#define RINGSIGHT_HTTP_STATIC_READ_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

struct static_file {
    struct str path; /* from the folder, with a leading slash */
    struct str bytes;
};

struct static_list {
    struct static_file *v;
    size_t n, bytes;
};

/* Everything readable below `folder`, within the limits of static_files.h. A folder that is not
 * there is an empty list. E_TOO_LARGE or E_INTERNAL with the reason in the arena. */
const struct err *static_read(struct arena *a, const char *folder,
                              struct static_list *ret_list) MUST_USE;

#endif
