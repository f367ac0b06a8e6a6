/* Small file helpers of the key folder and the object store: whole writes, whole reads, files that
 * appear complete or not at all. Descriptors are close-on-exec; no symbolic link is followed in the
 * last component. Used in net only. */
#ifndef RINGSIGHT_NET_FSIO_H
#define RINGSIGHT_NET_FSIO_H

#include <sys/types.h>

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

/* E_DISK_FULL for ENOSPC and EDQUOT, E_NOT_FOUND for ENOENT, else E_INTERNAL; the sentence is
 * "<doing>: <reason>". */
const struct err *fs_errno(struct arena *a, int errnum, const char *doing) MUST_USE;

/* Makes the folder (0700) if missing and opens it. `dir` may be AT_FDCWD. */
const struct err *fs_folder(struct arena *a, int dir, const char *name, int *ret_fd) MUST_USE;

const struct err *fs_pwrite(struct arena *a, int fd, struct str bytes, off_t offset) MUST_USE;
/* Fewer than n bytes there is E_SEAL: our files say how long they are. */
const struct err *fs_pread(struct arena *a, int fd, void *out, size_t n, off_t offset) MUST_USE;
const struct err *fs_sync(struct arena *a, int fd) MUST_USE;

/* A new file with these bytes, mode 0600, synced with its folder. E_CONFLICT if the name is taken:
 * nothing is replaced. */
const struct err *fs_file_new(struct arena *a, int dir, const char *name,
                              struct str bytes) MUST_USE;

/* The same in place of the file of that name, at once for whoever reads. */
const struct err *fs_file_replace(struct arena *a, int dir, const char *name,
                                  struct str bytes) MUST_USE;

/* Removes names in the folder that begin with ".tmp-" and are older than a minute. */
void fs_sweep(int dir);

#endif
