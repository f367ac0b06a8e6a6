/* See the header. Used by the spool of hooks and the snapshot of their addresses; pure. */
#include "core/pack.h"

#include <string.h>

#define NONE UINT64_MAX

static void put(struct buf *b, uint64_t v)
{
    char bytes[8];

    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (char)(v >> (8 * i) & 0xff);
    buf_add(b, str_n(bytes, sizeof bytes));
}

void pack_int(struct buf *b, int64_t v)
{
    put(b, (uint64_t)v);
}

void pack_uuid(struct buf *b, struct uuid u)
{
    buf_add(b, str_n(u.b, sizeof u.b));
}

void pack_str(struct buf *b, struct str s)
{
    put(b, s.p ? s.n : NONE);
    if (s.p)
        buf_add(b, s);
}

static struct str take(struct unpack *u, uint64_t n)
{
    struct str part;

    if (u->bad || n > u->rest.n) {
        u->bad = true;
        return STR("");
    }
    part = str_n(u->rest.p, (size_t)n);
    u->rest = str_n(u->rest.p + n, u->rest.n - (size_t)n);
    return part;
}

static uint64_t get(struct unpack *u)
{
    struct str s = take(u, 8);
    uint64_t v = 0;

    for (size_t i = 0; i < s.n; i++)
        v |= (uint64_t)(uint8_t)s.p[i] << (8 * i);
    return v;
}

int64_t unpack_int(struct unpack *u)
{
    return (int64_t)get(u);
}

struct uuid unpack_uuid(struct unpack *u)
{
    struct uuid id = {{0}};
    struct str s = take(u, sizeof id.b);

    if (s.n)
        memcpy(id.b, s.p, s.n);
    return id;
}

struct str unpack_str(struct unpack *u)
{
    uint64_t n = get(u);

    return n == NONE ? STR_NONE : take(u, n);
}
