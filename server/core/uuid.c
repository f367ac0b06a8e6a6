/* UUID version 7, RFC 9562. */
#include "core/uuid.h"

#include <string.h>

#include "core/crypto.h"
#include "core/time.h"

struct uuid uuid_new(void)
{
    uint64_t ms = (uint64_t)(time_now() / TIME_MS);
    struct uuid u;

    crypto_random(u.b, sizeof u.b);
    for (int i = 0; i < 6; i++)
        u.b[i] = (uint8_t)(ms >> (40 - 8 * i));
    u.b[6] = (uint8_t)(0x70 | (u.b[6] & 0x0f));
    u.b[8] = (uint8_t)(0x80 | (u.b[8] & 0x3f));
    return u;
}

bool uuid_is_zero(struct uuid u)
{
    static const struct uuid zero;

    return memcmp(&u, &zero, sizeof u) == 0;
}

bool uuid_eq(struct uuid a, struct uuid b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

struct str uuid_text(struct uuid u, char out[UUID_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    size_t n = 0;

    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[n++] = '-';
        out[n++] = digits[u.b[i] >> 4];
        out[n++] = digits[u.b[i] & 15];
    }
    out[n] = 0;
    return str_n(out, n);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool uuid_parse(struct str s, struct uuid *ret)
{
    struct uuid u;
    size_t at = 0;

    if (s.n != UUID_TEXT - 1)
        return false;
    for (int i = 0; i < 16; i++) {
        int high, low;
        if ((i == 4 || i == 6 || i == 8 || i == 10) && s.p[at++] != '-')
            return false;
        high = hex_digit(s.p[at]);
        low = hex_digit(s.p[at + 1]);
        if (high < 0 || low < 0)
            return false;
        u.b[i] = (uint8_t)(high << 4 | low);
        at += 2;
    }
    *ret = u;
    return true;
}
