/* The one cookie we look for. Called by the dispatcher for identity. Pure: no allocation. */
#include "http/cookie.h"

/* cookie-octet of RFC 6265: visible ASCII without the quote, comma, semicolon and backslash. */
static bool value_ok(struct str v)
{
    if (v.n > COOKIE_VALUE_MAX)
        return false;
    for (size_t i = 0; i < v.n; i++) {
        unsigned char c = (unsigned char)v.p[i];
        if (c <= 0x20 || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '\\')
            return false;
    }
    return true;
}

enum cookie_result cookie_get(struct str header, const char *name, struct str *ret_value)
{
    struct str pair, value = STR_NONE;
    unsigned pairs = 0;

    if (!header.p)
        return COOKIE_MISSING;
    if (header.n > COOKIE_HEADER_MAX)
        return COOKIE_BAD;
    while (str_split(&header, ';', &pair)) {
        ptrdiff_t eq = str_find(pair, STR("="), 0);
        if (++pairs > COOKIE_PAIRS_MAX)
            return COOKIE_BAD;
        if (eq < 0 || !str_is(str_trim(str_sub(pair, 0, (size_t)eq)), name))
            continue;
        if (value.p)
            return COOKIE_DOUBLED;
        value = str_trim(str_sub(pair, (size_t)eq + 1, pair.n));
        if (!value_ok(value))
            return COOKIE_BAD;
    }
    if (!value.p)
        return COOKIE_MISSING;
    *ret_value = value;
    return COOKIE_FOUND;
}
