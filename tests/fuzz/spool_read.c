/* The spool's reader: any bytes are read to their end without harm, each step moves on, and what was
 * written comes back as it was, whatever stands before and behind it. The first byte chooses. */
#include <stdlib.h>
#include <string.h>

#include "intake/spool/spool_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct key key = {{7}};
static const struct uuid segment = {{1, 2, 3}};

static size_t read_all(struct arena *a, struct str rest, struct spooled *ret_last)
{
    size_t good = 0, before = rest.n + 1;
    struct spooled d = {0};
    enum spool_read got;

    while ((got = spool_next(a, &key, segment, &rest, &d)) != SPOOL_END) {
        if (rest.n >= before)
            abort();
        before = rest.n;
        if (got == SPOOL_GOOD) {
            good++;
            *ret_last = d;
        }
    }
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str in = str_n(data, size), record, text;
    struct spooled d = {.id = {{9}}, .received_at = 5, .method = STR("POST"), .query = in,
                        .source = STR(""), .headers = in, .body = in}, last = {0};
    struct buf b = buf_new(a, 1 << 22);

    read_all(a, in, &last);
    record = spool_record(a, &key, segment, &d);
    if (size && data[0] & 1)
        buf_add(&b, in);
    buf_add(&b, record);
    if (size && data[0] & 2)
        buf_add(&b, in);
    text = buf_str(&b);
    if (read_all(a, text, &last) < 1 || !str_eq(last.body, in) || !str_eq(last.headers, in) ||
        !str_eq(last.query, in) || !str_eq(last.source, STR("")) || last.received_at != 5)
        abort();
    arena_free(a);
    return 0;
}
