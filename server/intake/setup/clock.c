/* The verdict on clock and zone (clock.h). Called by the route that an integration's page asks. */
#include "intake/setup/clock.h"

#include <stdlib.h>
#include <string.h>

#include "core/zone.h"

#define LEAST 3        /* records for a verdict */
#define SPREAD_S 300   /* how far those that agree lie from the middle one */
#define QUARTER_S 900
#define EARLY_S 120    /* a record this much before its own time has a wrong time in it */

static int by_value(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

    return (a > b) - (a < b);
}

/* Offsets that one zone alone has, among those where people telephone much. */
static const struct {
    int minutes;
    const char *zone;
} lone[] = {{330, "Asia/Kolkata"}, {345, "Asia/Kathmandu"}, {270, "Asia/Kabul"},
            {390, "Asia/Yangon"},  {210, "Asia/Tehran"},    {-210, "America/St_Johns"}};

static int64_t offset_s(struct str zone, int64_t now)
{
    const struct zone *z = zone_find(zone);

    return z ? (zone_wall(z, now) - now) / TIME_S : 0;
}

static void find_zone(struct str home, int64_t offset, int64_t now, struct clock_verdict *v)
{
    v->zone = STR_NONE;
    for (size_t i = 0; i < sizeof lone / sizeof *lone; i++)
        if (lone[i].minutes * 60 == offset && offset_s(str_of(lone[i].zone), now) == offset) {
            v->zone = str_of(lone[i].zone);
            v->sure = true;
        }
    if (home.n && offset_s(home, now) == offset) {
        v->zone = home;
        v->sure = true;
    } else if (!v->zone.n && offset == 0) {
        v->zone = STR("UTC");
    }
}

static struct str span(struct arena *a, int64_t s)
{
    int64_t h = s / 3600, m = (s % 3600) / 60;

    if (h && m)
        return str_fmt(a, "%lld h %lld min", (long long)h, (long long)m);
    return h ? str_fmt(a, "%lld h", (long long)h) : str_fmt(a, "%lld min", (long long)m);
}

static struct str offset_text(struct arena *a, int64_t s)
{
    int64_t m = (s < 0 ? -s : s) / 60;

    return str_fmt(a, "UTC%c%02lld:%02lld", s < 0 ? '-' : '+', (long long)(m / 60),
                   (long long)(m % 60));
}

static void tell(struct arena *a, struct str zone, int64_t now, struct clock_verdict *v)
{
    int64_t away = v->shift_s < 0 ? -v->shift_s : v->shift_s;
    const char *side = v->shift_s < 0 ? "before" : "after";

    if (v->state == CLOCK_ZONE)
        v->text = str_fmt(a, "Records arrive %.*s %s their own time: the zone should probably be %.*s.",
                          STR_ARG(span(a, away)), side,
                          STR_ARG(v->zone.n ? v->zone
                                            : offset_text(a, offset_s(zone, now) - v->shift_s)));
    else if (v->state == CLOCK_WRONG)
        v->text = str_fmt(a, "Records arrive %.*s %s their own time, which no time zone explains: look at "
                             "the clock of the phone system.", STR_ARG(span(a, away)), side);
    else if (v->state == CLOCK_FINE)
        v->text = STR("The times in the records fit their arrival.");
    else
        v->text = STR("There are too few records yet to compare their times with their arrival.");
}

static enum clock_state judge(const int64_t *v, size_t n, struct str zone, int64_t now,
                              int64_t *ret_shift)
{
    int64_t middle, shift, offset;
    size_t agree = 0;

    *ret_shift = 0;
    if (n < LEAST)
        return CLOCK_UNKNOWN;
    middle = v[n / 2];
    for (size_t i = 0; i < n; i++)
        agree += v[i] >= middle - SPREAD_S && v[i] <= middle + SPREAD_S;
    if (agree * 5 < n * 4)
        return CLOCK_UNKNOWN;
    shift = (middle + (middle < 0 ? -QUARTER_S / 2 : QUARTER_S / 2)) / QUARTER_S * QUARTER_S;
    offset = offset_s(zone, now) - shift;
    if ((shift <= -2 * QUARTER_S || shift >= 2 * QUARTER_S) && middle - shift > -EARLY_S &&
        middle - shift < SPREAD_S && offset >= -12 * 3600 && offset <= 14 * 3600) {
        *ret_shift = shift;
        return CLOCK_ZONE;
    }
    if (middle < -EARLY_S) {
        *ret_shift = middle;
        return CLOCK_WRONG;
    }
    return middle < 2 * QUARTER_S ? CLOCK_FINE : CLOCK_UNKNOWN;
}

void clock_judge(struct arena *a, const int64_t *late_s, size_t n, struct str zone, struct str home,
                 int64_t now, struct clock_verdict *ret)
{
    int64_t *v = ARENA_ARRAY(a, n, int64_t);

    if (n) {
        memcpy(v, late_s, n * sizeof *v);
        qsort(v, n, sizeof *v, by_value);
    }
    *ret = (struct clock_verdict){.zone = STR_NONE};
    ret->state = judge(v, n, zone, now, &ret->shift_s);
    if (ret->state == CLOCK_ZONE)
        find_zone(home, offset_s(zone, now) - ret->shift_s, now, ret);
    tell(a, zone, now, ret);
}
