/* The first sheet of an XLSX file (ECMA-376) as lines of tab-separated cells. Pure. */
#ifndef RINGSIGHT_MEDIA_CHILD_XLSX_H
#define RINGSIGHT_MEDIA_CHILD_XLSX_H

#include <stddef.h>

#include "media/wire.h"

/* The XML parts that the file consists of. */
struct xlsx_parts {
    void *ctx;
    void *(*open)(void *ctx, const char *name);            /* NULL: there is none */
    ptrdiff_t (*read)(void *part, char *buf, size_t n);    /* 0 at the end, negative: damaged */
    void (*close)(void *part);
};

/* Gets the lines, at most WIRE_MAX_OUT bytes at a time. */
typedef void xlsx_put_fn(void *ctx, const char *p, size_t n);

/* Blank rows before the first are left out and those between kept, so that a line's number is its row's.
 * Dates are written as 2026-07-03 09:15:00, without the time at midnight, and times of day alone. Of a
 * formula its last result is taken. Within cells tabs and line ends become blanks; a cell that begins
 * with a quote is quoted as in CSV. */
enum wire_reason xlsx_read(const struct xlsx_parts *parts, xlsx_put_fn *put, void *ctx);

#endif
