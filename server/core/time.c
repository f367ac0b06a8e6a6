/* Clock, calendar, and times as text. What named zones do is core/zone.h's business. */
#include "core/time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/zone.h"

static int64_t clock_us(clockid_t clock)
{
    struct timespec ts;

    clock_gettime(clock, &ts);
    return (int64_t)ts.tv_sec * TIME_S + ts.tv_nsec / 1000;
}

int64_t time_now(void)
{
    return clock_us(CLOCK_REALTIME);
}

int64_t time_mono(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

/* Both after Howard Hinnant's days_from_civil and civil_from_days (public domain description). */
int64_t time_days(int64_t y, int64_t m, int64_t d)
{
    int64_t era, yoe, doy;

    y -= m <= 2;
    era = (y >= 0 ? y : y - 399) / 400;
    yoe = y - era * 400;
    doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void time_date(int64_t days, int64_t *y, int64_t *m, int64_t *d)
{
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

    *d = doy - (153 * mp + 2) / 5 + 1;
    *m = mp < 10 ? mp + 3 : mp - 9;
    *y = yoe + era * 400 + (*m <= 2);
}

struct str time_iso(int64_t t, char out[32])
{
    int64_t s = t / TIME_S, us = t % TIME_S, y, m, d, day, rest;
    int n;

    if (us < 0) {
        us += TIME_S;
        s--;
    }
    day = s / 86400;
    rest = s % 86400;
    if (rest < 0) {
        rest += 86400;
        day--;
    }
    time_date(day, &y, &m, &d);
    n = snprintf(out, 32, "%04d-%02d-%02dT%02d:%02d:%02d", (int)(y % 10000), (int)m, (int)d,
                 (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
    if (us)
        n += snprintf(out + n, 32 - (size_t)n, ".%06d", (int)us);
    n += snprintf(out + n, 32 - (size_t)n, "Z");
    return str_n(out, (size_t)n);
}

/* Reads exactly n digits at *at. */
static bool digits(struct str s, size_t *at, int n, int64_t *ret)
{
    int64_t v = 0;

    for (int i = 0; i < n; i++, (*at)++) {
        if (*at >= s.n || s.p[*at] < '0' || s.p[*at] > '9')
            return false;
        v = v * 10 + (s.p[*at] - '0');
    }
    *ret = v;
    return true;
}

static bool expect(struct str s, size_t *at, const char *any_of)
{
    if (*at >= s.n || !strchr(any_of, s.p[*at]))
        return false;
    (*at)++;
    return true;
}

int64_t time_month_days(int64_t y, int64_t m)
{
    static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

    return m == 2 && leap ? 29 : days[m - 1];
}

/* "YYYY-MM-DD[T ]HH:MM:SS[.fraction]" from *at on, as if it were UTC. */
static bool civil(struct str s, size_t *at, int64_t *ret)
{
    int64_t y, mo, d, h, mi, se, us = 0, scale = 100000;

    if (!digits(s, at, 4, &y) || !expect(s, at, "-") || !digits(s, at, 2, &mo) ||
        !expect(s, at, "-") || !digits(s, at, 2, &d) || !expect(s, at, "Tt ") ||
        !digits(s, at, 2, &h) || !expect(s, at, ":") || !digits(s, at, 2, &mi) ||
        !expect(s, at, ":") || !digits(s, at, 2, &se))
        return false;
    if (y < 1 || mo < 1 || mo > 12 || d < 1 || d > time_month_days(y, mo) || h > 23 || mi > 59 || se > 60)
        return false;
    if (*at < s.n && s.p[*at] == '.') {
        size_t first = ++*at;
        for (; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9'; (*at)++, scale /= 10)
            us += scale * (s.p[*at] - '0');
        if (*at == first)
            return false;
    }
    *ret = ((time_days(y, mo, d) * 24 + h) * 60 + mi) * 60 * TIME_S + se * TIME_S + us;
    return true;
}

bool time_parse(struct str s, int64_t *ret)
{
    int64_t t, oh, om = 0;
    size_t at = 0;
    bool west;

    if (!civil(s, &at, &t) || at >= s.n)
        return false;
    if (s.p[at] == 'Z' || s.p[at] == 'z') {
        if (at + 1 != s.n)
            return false;
        *ret = t;
        return true;
    }
    west = s.p[at] == '-';
    if (!expect(s, &at, "+-") || !digits(s, &at, 2, &oh))
        return false;
    if (at < s.n) {
        if (s.p[at] == ':')
            at++;
        if (!digits(s, &at, 2, &om))
            return false;
    }
    if (at != s.n || oh > 23 || om > 59)
        return false;
    *ret = t - (west ? -1 : 1) * (oh * 60 + om) * 60 * TIME_S;
    return true;
}

bool time_parse_local(struct str s, struct str zone, int64_t *ret)
{
    const struct zone *z;
    int64_t t;
    size_t at = 0;

    if (!civil(s, &at, &t) || at != s.n)
        return false;
    z = zone_find(zone);
    if (!z)
        return false;
    *ret = zone_instant(z, t, NULL);
    return true;
}

/* 1 to 12 for "Jan" to "Dec", 0 for anything else. */
static int64_t month_of(struct str name)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (size_t i = 0; i < 12; i++)
        if (str_case_eq(name, str_n(names + 3 * i, 3)))
            return (int64_t)i + 1;
    return 0;
}

/* Written anew as the other form, so that one reader judges the figures. */
bool time_parse_mail(struct str s, struct str zone, int64_t *ret)
{
    struct str day, month, year, clock, name;
    char text[40];
    int64_t d;
    int n;

    s = str_trim(s);
    if (str_find(s, STR(","), 0) >= 0) {
        str_split(&s, ',', &day); /* "Tue": what the date says counts */
        s = str_trim(s);
    }
    if (!str_split(&s, ' ', &day) || !str_split(&s, ' ', &month) || !str_split(&s, ' ', &year) ||
        !str_split(&s, ' ', &clock) || !str_to_int(day, &d) || day.n > 2 || d < 1 || year.n != 4 ||
        clock.n != 8)
        return false;
    name = str_trim(s);
    if (str_case_eq(name, STR("GMT")) || str_case_eq(name, STR("UTC")))
        name = STR("Z");
    if (name.n > 6)
        return false;
    n = snprintf(text, sizeof text, "%.*s-%02d-%02dT%.*s%.*s", STR_ARG(year), (int)month_of(month),
                 (int)d, STR_ARG(clock), STR_ARG(name));
    return name.n ? time_parse(str_n(text, (size_t)n), ret)
                  : time_parse_local(str_n(text, (size_t)n), zone, ret);
}
