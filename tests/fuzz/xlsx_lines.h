/* What every target of spreadsheets checks of the lines that come out. */
#ifndef RINGSIGHT_TESTS_FUZZ_XLSX_LINES_H
#define RINGSIGHT_TESTS_FUZZ_XLSX_LINES_H

#include <stdlib.h>

#include "media/wire.h"

struct fuzz_lines {
    size_t bytes, lines, tabs;
};

static void fuzz_put(void *ctx, const char *p, size_t n)
{
    struct fuzz_lines *l = ctx;

    if (!n || n > WIRE_MAX_OUT)
        abort();
    l->bytes += n;
    for (size_t i = 0; i < n; i++) {
        l->lines += p[i] == '\n';
        l->tabs = p[i] == '\n' ? 0 : l->tabs + (p[i] == '\t');
        if (l->tabs >= WIRE_SHEET_MAX_COLUMNS || l->lines > WIRE_SHEET_MAX_ROWS)
            abort();
    }
    if (l->bytes > WIRE_SHEET_MAX_OUT)
        abort();
}

#endif
