/* Zip files, by libarchive. Nothing of a file but its name, bytes and date goes in. */
#include "insight/reports/pack.h"

#include <archive.h>
#include <archive_entry.h>

#include "core/time.h"

struct pack {
    struct arena *a;
    struct archive *zip;
    struct buf out;
};

static la_ssize_t write_out(struct archive *zip, void *ctx, const void *p, size_t n)
{
    struct buf *b = ctx;

    (void)zip;
    buf_add(b, str_n(p, n));
    return b->over ? -1 : (la_ssize_t)n;
}

static void drop(void *zip)
{
    archive_write_free(zip);
}

static const struct err *failed(struct pack *p)
{
    if (p->out.over)
        return err_why(p->a, E_TOO_LARGE, "The archive would be larger than 64 MB: choose fewer calls.");
    return err_why(p->a, E_INTERNAL, "The archive cannot be written.");
}

const struct err *pack_new(struct arena *a, struct pack **ret)
{
    struct pack *p = ARENA_NEW(a, struct pack);

    *p = (struct pack){a, archive_write_new(), buf_new(a, PACK_MAX)};
    if (!p->zip)
        return failed(p);
    arena_defer(a, drop, p->zip);
    if (archive_write_set_format_zip(p->zip) != ARCHIVE_OK ||
        archive_write_set_bytes_per_block(p->zip, 0) != ARCHIVE_OK ||
        archive_write_open(p->zip, &p->out, NULL, write_out, NULL) != ARCHIVE_OK)
        return failed(p);
    *ret = p;
    return NULL;
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
    return ok ? NULL : failed(p);
}

const struct err *pack_done(struct pack *p, struct str *ret_bytes)
{
    if (archive_write_close(p->zip) != ARCHIVE_OK)
        return failed(p);
    *ret_bytes = buf_str(&p->out);
    return NULL;
}
