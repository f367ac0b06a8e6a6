/* One delivery as a sealed record, and back. Pure: no files, no clock. Called by the writer and the
 * drainer; the reader is fuzzed. A record that was cut off by a crash is told from one that was
 * damaged: only the last may be short. */
#include "intake/spool/spool_int.h"

#include <string.h>

#include "core/pack.h"

#define MAGIC "RSP1"
#define MAGIC_N 4u
#define HEAD_N (MAGIC_N + 4u)
#define SUM_N 8u
#define VERSION 2 /* 1 had no `unproven`; read until none can be left on a disk */

static struct str about(struct arena *a, struct uuid segment)
{
    char id[UUID_TEXT];

    return str_fmt(a, "spool|%s", uuid_text(segment, id).p);
}

static void put_length(char out[4], size_t n)
{
    for (unsigned i = 0; i < 4; i++)
        out[i] = (char)(n >> (8 * i) & 0xff);
}

static size_t get_length(const char *p)
{
    size_t n = 0;

    for (unsigned i = 0; i < 4; i++)
        n |= (size_t)(uint8_t)p[i] << (8 * i);
    return n;
}

struct str spool_record(struct arena *a, const struct key *k, struct uuid segment,
                        const struct spooled *d)
{
    struct buf plain = buf_new(a, SPOOL_RECORD_MAX), out = buf_new(a, SPOOL_RECORD_MAX + 64);
    struct str sealed;
    char length[4];
    struct hash sum;

    pack_int(&plain, VERSION);
    pack_uuid(&plain, d->tenant);
    pack_uuid(&plain, d->integration);
    pack_uuid(&plain, d->id);
    pack_uuid(&plain, d->job);
    pack_int(&plain, d->received_at);
    pack_str(&plain, d->method);
    pack_str(&plain, d->query);
    pack_str(&plain, d->source);
    pack_str(&plain, d->headers);
    pack_str(&plain, d->body);
    pack_int(&plain, d->unproven);
    if (plain.over)
        return STR_NONE;
    sealed = crypto_seal(a, k, about(a, segment), buf_str(&plain));
    put_length(length, sealed.n);
    buf_add(&out, STR(MAGIC));
    buf_add(&out, str_n(length, sizeof length));
    buf_add(&out, sealed);
    sum = crypto_sha256(buf_str(&out));
    buf_add(&out, str_n(sum.b, SUM_N));
    return buf_str(&out);
}

static bool unpack_delivery(struct str plain, struct spooled *ret)
{
    struct unpack u = {plain, false};
    int64_t version = unpack_int(&u);

    ret->tenant = unpack_uuid(&u);
    ret->integration = unpack_uuid(&u);
    ret->id = unpack_uuid(&u);
    ret->job = unpack_uuid(&u);
    ret->received_at = unpack_int(&u);
    ret->method = unpack_str(&u);
    ret->query = unpack_str(&u);
    ret->source = unpack_str(&u);
    ret->headers = unpack_str(&u);
    ret->body = unpack_str(&u);
    ret->unproven = version > 1 && unpack_int(&u) != 0;
    return version >= 1 && version <= VERSION && !u.bad && !u.rest.n;
}

/* Where a record begins at or behind `from`, or the end. */
static size_t next_magic(struct str s, size_t from)
{
    ptrdiff_t at = str_find(s, STR(MAGIC), from);

    return at < 0 ? s.n : (size_t)at;
}

static struct str behind(struct str s, size_t n)
{
    return str_n(s.p + n, s.n - n);
}

static bool sum_fits(struct str record, size_t n)
{
    struct hash sum = crypto_sha256(str_n(record.p, n));

    return memcmp(sum.b, record.p + n, SUM_N) == 0;
}

/* False: no record begins here. *ret_n: its length without the checksum. */
static bool begins(struct str s, size_t *ret_n)
{
    size_t n = s.n >= HEAD_N ? get_length(s.p + MAGIC_N) : 0;

    if (s.n < HEAD_N || memcmp(s.p, MAGIC, MAGIC_N) != 0 || !n || n > SPOOL_RECORD_MAX)
        return false;
    *ret_n = HEAD_N + n;
    return true;
}

/* Nothing whole follows: the tail of a write that a crash cut off. */
static bool nothing_whole(struct str s)
{
    size_t n;

    for (size_t at = next_magic(s, 0); at < s.n; at = next_magic(s, at + 1)) {
        struct str here = behind(s, at);
        if (begins(here, &n) && n + SUM_N <= here.n && sum_fits(here, n))
            return false;
    }
    return true;
}

/* Room that the file system gave and the crash left unwritten. */
static bool only_zeros(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i])
            return false;
    return true;
}

enum spool_read spool_next(struct arena *a, const struct key *k, struct uuid segment,
                           struct str *rest, struct spooled *ret)
{
    struct str s = *rest, plain;
    size_t n = 0;
    bool right, whole;

    if (!s.n)
        return SPOOL_END;
    right = begins(s, &n);
    whole = right && n + SUM_N <= s.n;
    if (whole && sum_fits(s, n)) {
        *rest = behind(s, n + SUM_N);
        if (crypto_open(a, k, about(a, segment), str_n(s.p + HEAD_N, n - HEAD_N), &plain))
            return SPOOL_DAMAGED;
        return unpack_delivery(plain, ret) ? SPOOL_GOOD : SPOOL_DAMAGED;
    }
    if (only_zeros(s) || (!whole && (right || s.n < HEAD_N) && nothing_whole(behind(s, 1)))) {
        *rest = behind(s, s.n);
        return SPOOL_TORN;
    }
    *rest = behind(s, next_magic(s, 1));
    return SPOOL_DAMAGED;
}
