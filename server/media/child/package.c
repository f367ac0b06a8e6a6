/* The ZIP archive around a spreadsheet. Called by main.c. What is unpacked is counted by xml.c; here
 * nothing but plain and deflated entries is opened. */
#include "media/child/package.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zip.h>

void package_prepare(void)
{
    setenv("TZ", "UTC0", 1);
    tzset();
}

static void *open_part(void *ctx, const char *name)
{
    zip_int64_t at = zip_name_locate(ctx, name, 0);
    zip_stat_t stat;

    if (at < 0 || zip_stat_index(ctx, (zip_uint64_t)at, 0, &stat) != 0 ||
        !(stat.valid & ZIP_STAT_COMP_METHOD) ||
        (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE))
        return NULL;
    return zip_fopen_index(ctx, (zip_uint64_t)at, 0);
}

static ptrdiff_t read_part(void *part, char *buf, size_t n)
{
    return (ptrdiff_t)zip_fread(part, buf, n);
}

static void close_part(void *part)
{
    zip_fclose(part);
}

enum wire_reason package_read(const uint8_t *p, size_t n, xlsx_put_fn *put, void *ctx)
{
    static const uint8_t ole[] = {0xd0, 0xcf, 0x11, 0xe0}; /* old XLS, and XLSX behind a password */
    struct xlsx_parts parts = {NULL, open_part, read_part, close_part};
    zip_source_t *source;
    enum wire_reason reason;
    zip_t *zip;

    if (n == 0)
        return WIRE_EMPTY;
    if (n >= sizeof ole && memcmp(p, ole, sizeof ole) == 0)
        return WIRE_SHEET_LOCKED;
    source = zip_source_buffer_create(p, n, 0, NULL);
    if (!source)
        return WIRE_NO_MEMORY;
    zip = zip_open_from_source(source, ZIP_RDONLY, NULL);
    if (!zip) {
        zip_source_free(source);
        return WIRE_SHEET_NOT_XLSX;
    }
    parts.ctx = zip;
    reason = xlsx_read(&parts, put, ctx);
    zip_discard(zip);
    return reason;
}
