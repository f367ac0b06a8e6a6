/* Range, If-Range, If-None-Match and Accept-Encoding. Called by the static files and by the glue
 * for stored recordings. Pure: no allocation, no clock. */
#include "http/range.h"

#include <stdio.h>
#include <string.h>

#define ENCODING_HEADER_MAX 1024

/* Digits only; a number beyond int64 counts as its largest value, which lies outside every body. */
static bool digits(struct str s, int64_t *ret)
{
    int64_t v = 0;

    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        if (v > (INT64_MAX - 9) / 10)
            v = (INT64_MAX - 9) / 10;
        else
            v = v * 10 + (s.p[i] - '0');
    }
    *ret = v;
    return true;
}

static struct range part_of(int64_t first, int64_t last, int64_t total)
{
    if (first >= total)
        return (struct range){RANGE_OUTSIDE, 0, 0};
    return (struct range){RANGE_PART, first, last < total - 1 ? last : total - 1};
}

struct range range_parse(struct str header, int64_t total)
{
    static const struct range whole = {RANGE_WHOLE, 0, 0};
    struct str spec = str_trim(header), from, to;
    int64_t first = 0, last = INT64_MAX;
    ptrdiff_t dash;

    if (!header.p || spec.n < 6 || !str_case_eq(str_sub(spec, 0, 6), STR("bytes=")))
        return whole;
    spec = str_trim(str_sub(spec, 6, spec.n));
    dash = str_find(spec, STR("-"), 0);
    if (dash < 0 || str_find(spec, STR(","), 0) >= 0)
        return whole;
    from = str_sub(spec, 0, (size_t)dash);
    to = str_sub(spec, (size_t)dash + 1, spec.n);
    if (from.n == 0) {
        if (!digits(to, &last))
            return whole;
        if (last == 0 || total == 0)
            return (struct range){RANGE_OUTSIDE, 0, 0};
        return part_of(last < total ? total - last : 0, total - 1, total);
    }
    if (!digits(from, &first) || (to.n && !digits(to, &last)) || last < first)
        return whole;
    return part_of(first, last, total);
}

struct str range_content(struct range r, int64_t total, char out[RANGE_TEXT])
{
    int n;

    if (r.kind == RANGE_PART)
        n = snprintf(out, RANGE_TEXT, "bytes %lld-%lld/%lld", (long long)r.first, (long long)r.last,
                     (long long)total);
    else
        n = snprintf(out, RANGE_TEXT, "bytes */%lld", (long long)total);
    return str_n(out, (size_t)n);
}

bool range_still_valid(struct str if_range, struct str etag, struct str last_modified)
{
    struct str v = str_trim(if_range);

    if (!if_range.p)
        return true;
    if (v.n && v.p[0] == '"')
        return etag.n && str_eq(v, etag);
    return v.n && last_modified.n && str_eq(v, last_modified);
}

bool etag_matches(struct str if_none_match, struct str etag)
{
    struct str rest = if_none_match, one;

    if (!if_none_match.p)
        return false;
    if (str_is(str_trim(if_none_match), "*"))
        return true;
    /* Our own tags hold no comma, so that cutting there cannot hide one of them. */
    while (str_split(&rest, ',', &one)) {
        one = str_trim(one);
        if (str_starts(one, STR("W/")))
            one = str_sub(one, 2, one.n);
        if (one.n && str_eq(one, etag))
            return true;
    }
    return false;
}

/* ";q=0", "; q=0.000" and the like mean "not this one"; any other parameter leaves it allowed. */
static bool weight_is_zero(struct str params)
{
    struct str one;

    while (str_split(&params, ';', &one)) {
        one = str_trim(one);
        if (one.n < 3 || (one.p[0] | 0x20) != 'q' || one.p[1] != '=')
            continue;
        for (size_t i = 2; i < one.n; i++)
            if (one.p[i] != '0' && one.p[i] != '.')
                return false;
        return true;
    }
    return false;
}

unsigned accept_encodings(struct str header)
{
    unsigned named = 0, allowed = 0;
    bool others = false;
    struct str one;

    if (!header.p || header.n > ENCODING_HEADER_MAX)
        return 0;
    while (str_split(&header, ',', &one)) {
        ptrdiff_t semi = str_find(one, STR(";"), 0);
        struct str name = str_trim(str_sub(one, 0, semi < 0 ? one.n : (size_t)semi));
        bool zero = semi >= 0 && weight_is_zero(str_sub(one, (size_t)semi + 1, one.n));
        unsigned bit = 0;

        if (str_case_eq(name, STR("gzip")) || str_case_eq(name, STR("x-gzip")))
            bit = ACCEPT_GZIP;
        else if (str_case_eq(name, STR("br")))
            bit = ACCEPT_BR;
        else if (str_is(name, "*"))
            others = !zero;
        named |= bit;
        allowed = zero ? allowed & ~bit : allowed | bit;
    }
    if (others)
        allowed |= (ACCEPT_GZIP | ACCEPT_BR) & ~named;
    return allowed;
}
