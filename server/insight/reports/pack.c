/* Zip files, by libarchive. Nothing of a file but its name, bytes and date goes in. */
#include "insight/reports/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/time.h"

struct pack {
    struct arena *a;
    struct archive *zip;
    int fd;
    int64_t written;
    bool over;
    struct hash hash; /* of the entries so far, one upon the other */
};

static la_ssize_t write_out(struct archive *zip, void *ctx, const void *bytes, size_t n)
{
    struct pack *p = ctx;
    ssize_t done;

    (void)zip;
    p->over = p->written + (int64_t)n > PACK_MAX;
    if (p->over)
        return -1;
    do
        done = write(p->fd, bytes, n);
    while (done < 0 && errno == EINTR);
    if (done > 0)
        p->written += done;
    return done;
}

static void drop(void *pack)
{
    struct pack *p = pack;

    if (p->zip)
        archive_write_free(p->zip);
    if (p->fd >= 0)
        close(p->fd);
}

static const struct err *failed(struct pack *p)
{
    if (p->over)
        return err_why(p->a, E_TOO_LARGE, "The archive would be larger than %d MB: choose fewer calls.",
                       (int)(PACK_MAX >> 20));
    return err_why(p->a, E_INTERNAL, "The archive cannot be written: is the disk full?");
}

/* /var/tmp lies on a disk where /tmp may be memory. */
static int nameless(void)
{
    char path[] = "/var/tmp/ringsight-pack-XXXXXX", other[] = "/tmp/ringsight-pack-XXXXXX";
    int fd = mkostemp(path, O_CLOEXEC);

    if (fd >= 0) {
        unlink(path);
        return fd;
    }
    fd = mkostemp(other, O_CLOEXEC);
    if (fd >= 0)
        unlink(other);
    return fd;
}

const struct err *pack_new(struct arena *a, struct pack **ret)
{
    struct pack *p = ARENA_NEW(a, struct pack);

    *p = (struct pack){.a = a, .zip = archive_write_new(), .fd = nameless()};
    arena_defer(a, drop, p);
    if (!p->zip || p->fd < 0 || archive_write_set_format_zip(p->zip) != ARCHIVE_OK ||
        archive_write_set_bytes_per_block(p->zip, 0) != ARCHIVE_OK ||
        archive_write_open(p->zip, p, NULL, write_out, NULL) != ARCHIVE_OK)
        return failed(p);
    *ret = p;
    return NULL;
}

/* What is hashed of an entry is as long whatever its size. */
static void note(struct pack *p, struct str name, struct str bytes)
{
    struct hash one = crypto_sha256(bytes), two = crypto_sha256(name);
    char all[3 * CRYPTO_HASH];

    for (size_t i = 0; i < CRYPTO_HASH; i++) {
        all[i] = (char)p->hash.b[i];
        all[CRYPTO_HASH + i] = (char)one.b[i];
        all[2 * CRYPTO_HASH + i] = (char)two.b[i];
    }
    p->hash = crypto_sha256(str_n(all, sizeof all));
}

const struct err *pack_add(struct pack *p, struct str name, struct str bytes, int64_t at)
{
    struct archive_entry *e = archive_entry_new();
    bool ok;

    if (!e)
        return failed(p);
    archive_entry_set_pathname(e, str_c(p->a, name));
    archive_entry_set_size(e, (la_int64_t)bytes.n);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_mtime(e, (time_t)(at / TIME_S), 0);
    ok = archive_write_header(p->zip, e) == ARCHIVE_OK &&
         archive_write_data(p->zip, bytes.p, bytes.n) == (la_ssize_t)bytes.n &&
         archive_write_finish_entry(p->zip) == ARCHIVE_OK;
    archive_entry_free(e);
    note(p, name, bytes);
    return ok ? NULL : failed(p);
}

const struct err *pack_done(struct pack *p, int64_t *ret_bytes, struct hash *ret_hash)
{
    if (archive_write_close(p->zip) != ARCHIVE_OK)
        return failed(p);
    *ret_bytes = p->written;
    *ret_hash = p->hash;
    return NULL;
}

const struct err *pack_read(struct pack *p, int64_t at, char *out, size_t n, size_t *ret_n)
{
    ssize_t got;

    do
        got = pread(p->fd, out, n, (off_t)at);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return failed(p);
    *ret_n = (size_t)got;
    return NULL;
}
