/* libFuzzer target: the XML of a spreadsheet without the archive around it, whose checksums would hide
 * it. A line "==" parts one from the next: workbook, relations, texts, styles, sheet. */
#include <stdbool.h>
#include <string.h>

#include "media/child/xlsx.h"
#include "xlsx_lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define PARTS 5

struct part {
    const char *p;
    size_t n;
    bool used;
};

static void *open_part(void *ctx, const char *name)
{
    static const char *const names[PARTS - 1] = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels",
                                                 "xl/sharedStrings.xml", "xl/styles.xml"};
    struct part *parts = ctx;
    size_t i = 0;

    while (i < PARTS - 1 && strcmp(name, names[i]) != 0)
        i++;
    if (parts[i].used || !parts[i].p)
        return NULL;
    parts[i].used = true;
    return &parts[i];
}

static ptrdiff_t read_part(void *part, char *buf, size_t n)
{
    struct part *p = part;

    n = n < 100 ? n : 100; /* odd steps, so that borders fall anywhere */
    n = n < p->n ? n : p->n;
    if (n)
        memcpy(buf, p->p, n);
    p->p += n;
    p->n -= n;
    return (ptrdiff_t)n;
}

static void close_part(void *part)
{
    (void)part;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct part parts[PARTS] = {{0}};
    struct xlsx_parts from = {parts, open_part, read_part, close_part};
    struct fuzz_lines l = {0};
    const char *p = (const char *)data, *end = p + n, *border;

    for (size_t i = 0; i < PARTS && p; i++) {
        border = i < PARTS - 1 ? memmem(p, (size_t)(end - p), "\n==\n", 4) : NULL;
        parts[i].p = p;
        parts[i].n = (size_t)((border ? border : end) - p);
        p = border ? border + 4 : NULL;
    }
    if (xlsx_read(&from, fuzz_put, &l) >= WIRE_REASONS)
        abort();
    return 0;
}
