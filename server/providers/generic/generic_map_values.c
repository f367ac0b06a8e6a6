/* Times and figures as other systems write them. Used by generic_map.c; pure, bears any bytes. */
#include "providers/generic/generic_map.h"

/* ---- times ---- */

struct clock {
    int64_t y, mo, d, h, mi, s, us;
    bool twelve, pm, zoned;
    struct str offset;
};

static bool digits(struct str *rest, size_t least, size_t most, int64_t *ret)
{
    size_t n = 0;

    *ret = 0;
    while (n < most && n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9')
        *ret = *ret * 10 + (rest->p[n++] - '0');
    *rest = str_sub(*rest, n, rest->n);
    return n >= least;
}

static bool month_name(struct str *rest, int64_t *ret)
{
    static const char *const names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};

    for (int64_t i = 0; i < 12; i++)
        if (str_case_eq(str_sub(*rest, 0, 3), str_of(names[i]))) {
            *rest = str_sub(*rest, 3, rest->n);
            *ret = i + 1;
            return true;
        }
    return false;
}

static bool fraction(struct str *rest, int64_t *ret)
{
    size_t n = 0;
    int64_t us = 0;

    for (; n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9'; n++)
        us = n < 6 ? us * 10 + (rest->p[n] - '0') : us;
    *rest = str_sub(*rest, n, rest->n);
    for (size_t k = n; k < 6; k++)
        us *= 10;
    *ret = us;
    return n > 0;
}

static bool half(struct str *rest, struct clock *c)
{
    struct str word = str_sub(*rest, 0, 2);

    c->pm = str_case_eq(word, STR("pm"));
    *rest = str_sub(*rest, 2, rest->n);
    return c->pm || str_case_eq(word, STR("am"));
}

/* "Z", "+05:30" or "+0530" to the end of what can be an offset. */
static bool offset(struct str *rest, struct clock *c)
{
    size_t n = 0;

    c->zoned = true;
    if (str_starts(*rest, STR("Z")))
        n = 1;
    else if (rest->n && (rest->p[0] == '+' || rest->p[0] == '-'))
        for (n = 1; n < rest->n && ((rest->p[n] >= '0' && rest->p[n] <= '9') || rest->p[n] == ':');)
            n++;
    c->offset = str_sub(*rest, 0, n);
    *rest = str_sub(*rest, n, rest->n);
    return n > 0;
}

enum token { T_Y4, T_Y2, T_MON, T_MM, T_M, T_DD, T_D, T_HH, T_H, T_H12, T_H12S, T_MIN, T_SEC, T_US,
             T_HALF, T_ZONE, T_NONE };

/* Longest first. */
static const struct {
    const char *text;
    enum token token;
} tokens[] = {{"YYYY", T_Y4}, {"MMM", T_MON}, {"SSS", T_US}, {"YY", T_Y2}, {"MM", T_MM},
              {"DD", T_DD},   {"HH", T_HH},   {"hh", T_H12}, {"mm", T_MIN}, {"ss", T_SEC},
              {"M", T_M},     {"D", T_D},     {"H", T_H},    {"h", T_H12S}, {"A", T_HALF},
              {"Z", T_ZONE}};

static enum token next_token(struct str *format)
{
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        struct str t = str_of(tokens[i].text);
        if (str_starts(*format, t)) {
            *format = str_sub(*format, t.n, format->n);
            return tokens[i].token;
        }
    }
    return T_NONE;
}

static bool take(enum token t, struct str *rest, struct clock *c)
{
    switch (t) {
    case T_Y4:
        return digits(rest, 4, 4, &c->y);
    case T_Y2:
        return digits(rest, 2, 2, &c->y) && (c->y += 2000);
    case T_MON:
        return month_name(rest, &c->mo);
    case T_MM:
        return digits(rest, 2, 2, &c->mo);
    case T_M:
        return digits(rest, 1, 2, &c->mo);
    case T_DD:
        return digits(rest, 2, 2, &c->d);
    case T_D:
        return digits(rest, 1, 2, &c->d);
    case T_HH:
        return digits(rest, 2, 2, &c->h);
    case T_H:
        return digits(rest, 1, 2, &c->h);
    case T_H12:
        c->twelve = true;
        return digits(rest, 2, 2, &c->h);
    case T_H12S:
        c->twelve = true;
        return digits(rest, 1, 2, &c->h);
    case T_MIN:
        return digits(rest, 2, 2, &c->mi);
    case T_SEC:
        return digits(rest, 2, 2, &c->s);
    case T_US:
        return fraction(rest, &c->us);
    case T_HALF:
        return half(rest, c);
    case T_ZONE:
        return offset(rest, c);
    case T_NONE:
        break;
    }
    return false;
}

static bool by_pattern(struct arena *a, struct str rest, struct str format, struct str zone,
                       int64_t *ret)
{
    struct clock c = {.y = 0};
    struct str text;

    while (format.n) {
        enum token t = next_token(&format);
        if (t != T_NONE) {
            if (!take(t, &rest, &c))
                return false;
        } else if (!rest.n || rest.p[0] != format.p[0]) {
            return false;
        } else {
            rest = str_sub(rest, 1, rest.n);
            format = str_sub(format, 1, format.n);
        }
    }
    if (rest.n || (c.twelve && (c.h < 1 || c.h > 12)))
        return false;
    if (c.twelve)
        c.h = c.h % 12 + (c.pm ? 12 : 0);
    text = str_fmt(a, "%04lld-%02lld-%02lldT%02lld:%02lld:%02lld", (long long)c.y, (long long)c.mo,
                   (long long)c.d, (long long)c.h, (long long)c.mi, (long long)c.s);
    if (!c.zoned) {
        if (!time_parse_local(text, zone, ret))
            return false;
        *ret += c.us;
        return true;
    }
    if (c.offset.n == 5) /* +0530 */
        c.offset = str_fmt(a, "%.*s:%.*s", 3, c.offset.p, 2, c.offset.p + 3);
    if (!time_parse(str_fmt(a, "%.*s%.*s", STR_ARG(text), STR_ARG(c.offset)), ret))
        return false;
    *ret += c.us;
    return true;
}

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static bool unix_time(struct str s, int64_t unit, int64_t *ret)
{
    struct str whole, rest = s;
    int64_t n, us = 0;

    if (!str_split(&rest, '.', &whole) || !all_digits(whole) || !str_to_int(whole, &n) ||
        n > INT64_MAX / unit)
        return false;
    if (rest.n && unit == TIME_S && (!fraction(&rest, &us) || rest.n))
        return false;
    *ret = n * unit + us;
    return true;
}

static bool automatic(struct arena *a, struct str s, struct str zone, int64_t *ret)
{
    if (time_parse(s, ret))
        return true;
    if (all_digits(s) && s.n >= 12)
        return unix_time(s, TIME_MS, ret);
    if (all_digits(s) || (s.n > 11 && s.p[10] == '.' && all_digits(str_sub(s, 0, 10))))
        return s.n >= 9 && unix_time(s, TIME_S, ret);
    if (s.n > 10 && s.p[10] == 'T')
        return by_pattern(a, s, STR("YYYY-MM-DDTHH:mm:ss"), zone, ret) ||
               by_pattern(a, s, STR("YYYY-MM-DDTHH:mm:ss.SSS"), zone, ret);
    return by_pattern(a, s, STR("YYYY-MM-DD HH:mm:ss"), zone, ret) ||
           by_pattern(a, s, STR("YYYY-MM-DD HH:mm:ss.SSS"), zone, ret);
}

bool map_time(struct arena *a, struct str text, struct str format, struct str zone, int64_t *ret)
{
    text = str_trim(text);
    if (text.n > 60)
        return false;
    if (!format.n || str_is(format, "auto"))
        return automatic(a, text, zone, ret);
    if (str_is(format, "unix"))
        return unix_time(text, TIME_S, ret);
    if (str_is(format, "unix_ms"))
        return unix_time(text, TIME_MS, ret);
    return by_pattern(a, text, format, zone, ret);
}

/* Year, month, day and hour must be in it, and each but once. */
bool map_time_format_ok(struct str format)
{
    unsigned seen = 0, date, hour;

    if (!format.n || str_is(format, "auto") || str_is(format, "unix") || str_is(format, "unix_ms"))
        return true;
    if (format.n > 60)
        return false;
    while (format.n) {
        enum token t = next_token(&format);
        if (t == T_NONE) {
            format = str_sub(format, 1, format.n);
            continue;
        }
        if (seen & 1u << t)
            return false;
        seen |= 1u << t;
    }
    date = (seen & (1u << T_Y4 | 1u << T_Y2)) && (seen & (1u << T_MON | 1u << T_MM | 1u << T_M)) &&
           (seen & (1u << T_DD | 1u << T_D));
    hour = (seen & (1u << T_HH | 1u << T_H)) ||
           ((seen & (1u << T_H12 | 1u << T_H12S)) && (seen & 1u << T_HALF));
    return date && hour && (seen & 1u << T_MIN);
}

/* ---- figures ---- */

static bool number(struct str s, int64_t *ret)
{
    struct str whole, rest = s;

    if (!str_split(&rest, '.', &whole) || (rest.p && rest.n && !all_digits(rest)))
        return false;
    return all_digits(whole) && whole.n <= 12 && str_to_int(whole, ret);
}

/* hh:mm:ss or mm:ss. */
static bool clock_span(struct str s, int64_t *ret)
{
    int64_t total = 0, n;
    struct str part;
    size_t parts = 0;

    while (str_split(&s, ':', &part)) {
        if (!number(str_trim(part), &n) || ++parts > 3 || (parts > 1 && n > 59))
            return false;
        total = total * 60 + n;
    }
    *ret = total;
    return parts >= 2;
}

bool map_seconds(struct str text, struct str unit, int64_t *ret)
{
    int64_t n;

    text = str_trim(text);
    if ((!unit.n || str_is(unit, "auto")) && str_find(text, STR(":"), 0) >= 0)
        return clock_span(text, ret);
    if (!number(text, &n))
        return false;
    *ret = str_is(unit, "ms") ? n / 1000 : str_is(unit, "min") ? n * 60 : n;
    return true;
}
