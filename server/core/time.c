/* Clock, RFC 3339, and wall-clock times of named zones (through GLib's GTimeZone, which is
 * thread-safe where tzset is not). */
#include "core/time.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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

/* Days since 1970-01-01 in the proleptic Gregorian calendar, after Howard Hinnant's
 * days_from_civil (public domain description). */
static int64_t days_of(int64_t y, int64_t m, int64_t d)
{
    int64_t era, yoe, doy;

    y -= m <= 2;
    era = (y >= 0 ? y : y - 399) / 400;
    yoe = y - era * 400;
    doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void date_of(int64_t days, int64_t *y, int64_t *m, int64_t *d)
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
    date_of(day, &y, &m, &d);
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

static int64_t month_days(int64_t y, int64_t m)
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
    if (y < 1 || mo < 1 || mo > 12 || d < 1 || d > month_days(y, mo) || h > 23 || mi > 59 || se > 60)
        return false;
    if (*at < s.n && s.p[*at] == '.') {
        size_t first = ++*at;
        for (; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9'; (*at)++, scale /= 10)
            us += scale * (s.p[*at] - '0');
        if (*at == first)
            return false;
    }
    *ret = ((days_of(y, mo, d) * 24 + h) * 60 + mi) * 60 * TIME_S + se * TIME_S + us;
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

static GTimeZone *zone_open(struct str zone)
{
    char name[64];

    if (zone.n >= sizeof name)
        return NULL;
    memcpy(name, zone.n ? zone.p : "UTC", zone.n ? zone.n : 3);
    name[zone.n ? zone.n : 3] = 0;
    /* Names only: GLib would also take offsets and whole TZ rules. */
    if (strcmp(name, "UTC") != 0 && !strchr(name, '/'))
        return NULL;
    return strstr(name, "..") ? NULL : g_time_zone_new_identifier(name);
}

bool time_zone_known(struct str zone)
{
    GTimeZone *z = zone_open(zone);

    if (!z)
        return false;
    g_time_zone_unref(z);
    return true;
}

bool time_parse_local(struct str s, struct str zone, int64_t *ret)
{
    GTimeZone *z;
    gint64 local;
    int64_t t;
    size_t at = 0;
    gint interval;

    if (!civil(s, &at, &t) || at != s.n)
        return false;
    z = zone_open(zone);
    if (!z)
        return false;
    local = t / TIME_S;
    interval = g_time_zone_adjust_time(z, G_TIME_TYPE_DAYLIGHT, &local);
    *ret = local * TIME_S + t % TIME_S - (int64_t)g_time_zone_get_offset(z, interval) * TIME_S;
    g_time_zone_unref(z);
    return true;
}
