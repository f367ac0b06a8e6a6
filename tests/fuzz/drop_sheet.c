/* A sheet beside recordings: somebody's bytes, and a file's name as the last line. */
#include <stdlib.h>

#include "intake/dropfolders/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str bytes = str_n(data, size), key;
    struct sheet s;
    size_t wrong = 0;

    sheet_read(a, bytes, STR("Europe/London"), &s);
    for (size_t i = 0; i < s.n; i++) {
        const struct sheet_row *row = &s.rows[i], *found = sheet_find(&s, row->key);

        if (!found || !str_eq(found->key, row->key) || found->row < row->row)
            abort();
        if (!row->wrong.p && row->facts.started != TIME_NONE && !event_time_fits(row->facts.started))
            abort();
        wrong += row->wrong.p != NULL;
    }
    if (wrong != s.n_wrong || (s.problem.p && s.n))
        abort();
    key = sheet_key(a, bytes);
    (void)sheet_find(&s, key);
    (void)sheet_name(bytes);
    arena_free(a);
    return 0;
}
