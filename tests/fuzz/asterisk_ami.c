/* AMI framing: the first byte says in which steps the rest arrives; cut anyhow it gives the same
 * messages, all within the text, and what is stored of them reads back as they were. */
#include <stdlib.h>

#include "core/arena.h"
#include "providers/asterisk/ami.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_stored(struct arena *a, const struct ami_message *m)
{
    struct ami_message *back = ARENA_NEW(a, struct ami_message);
    struct buf b = buf_new(a, 1u << 20);
    struct str rest;
    int64_t at;

    ami_store(&b, m, 1785750000 * TIME_S, STR("1785750000.1"));
    rest = buf_str(&b);
    if (!ami_next(&rest, false, back) || rest.n || !time_parse(ami_get(back, "X-Received"), &at))
        abort();
    if (m->n + 2 <= AMI_MAX_FIELDS && back->n != m->n + 2)
        abort();
    for (size_t i = 0; i < m->n && i + 2 < AMI_MAX_FIELDS; i++)
        if (!str_eq(m->f[i].key, back->f[i + 2].key) || !str_eq(m->f[i].value, back->f[i + 2].value))
            abort();
}

static size_t messages(struct arena *a, struct str all, size_t step)
{
    struct ami_message *m = ARENA_NEW(a, struct ami_message);
    size_t have = 0, n = 0;
    struct str rest = str_sub(all, 0, 0);

    rest.p = all.p;
    while (have < all.n) {
        size_t more = all.n - have < step ? all.n - have : step;
        have += more;
        rest.n += more;
        while (ami_next(&rest, false, m)) {
            if (m->raw.p < all.p || m->raw.p + m->raw.n > all.p + all.n || !m->raw.n)
                abort();
            check_stored(a, m);
            n++;
        }
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str all;

    if (size > 1 && size < 20000) {
        all = str_n(data + 1, size - 1);
        if (messages(a, all, all.n) != messages(a, all, (size_t)data[0] + 1))
            abort();
    }
    arena_free(a);
    return 0;
}
