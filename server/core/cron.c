/* Reading cron's five fields and finding the next time they mean. Used by the schedule of jobs. */
#include "core/cron.h"

#include "core/time.h"

#define MINUTE (60 * TIME_S)
#define DAY (24 * 60 * MINUTE)
/* 29 February on a Sunday can be 40 years away. */
#define HORIZON_DAYS (50 * 366)
/* Years 1 to 9999 or so; beyond them nothing is due. */
#define TIME_MAX (INT64_C(250000000000) * TIME_S)
#define TIME_MIN (INT64_C(-60000000000) * TIME_S)

/* ---- reading ---- */

struct field {
    const char *name;
    int64_t min, max;
    const char *words; /* three letters each; the first means min */
};

enum { F_MINUTE = 0, F_HOUR, F_DAY, F_MONTH, F_WEEKDAY, N_FIELDS };

static const struct field fields[N_FIELDS] = {
    {"minute", 0, 59, ""},
    {"hour", 0, 23, ""},
    {"day", 1, 31, ""},
    {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
    {"weekday", 0, 7, "sunmontuewedthufrisat"},
};

static const struct {
    const char *name, *means;
} nicknames[] = {
    {"@hourly", "0 * * * *"}, {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"}, {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
};

static const struct err *value(struct arena *a, const struct field *f, struct str s, int64_t *ret)
{
    struct str words = str_of(f->words);

    if (str_to_int(s, ret)) {
        if (*ret >= f->min && *ret <= f->max)
            return NULL;
        return err_why(a, E_BAD_INPUT, "The %s in a schedule is %lld to %lld, not %.*s.", f->name,
                       (long long)f->min, (long long)f->max, STR_ARG(s));
    }
    for (size_t i = 0; s.n == 3 && i + 3 <= words.n; i += 3)
        if (str_case_eq(s, str_sub(words, i, 3))) {
            *ret = f->min + (int64_t)i / 3;
            return NULL;
        }
    return err_why(a, E_BAD_INPUT,
                   "The %s in a schedule cannot be \"%.*s\": give numbers from %lld to %lld, like "
                   "%lld, %lld-%lld or */2.", f->name, STR_ARG(str_sub(s, 0, 40)),
                   (long long)f->min, (long long)f->max, (long long)f->min + 1,
                   (long long)f->min + 1, (long long)f->min + 5);
}

/* One part of a list: *, n, n-n, each but the second with /step. */
static const struct err *part(struct arena *a, const struct field *f, struct str s, uint64_t *bits)
{
    ptrdiff_t slash = str_find(s, STR("/"), 0), dash;
    struct str range = slash < 0 ? s : str_sub(s, 0, (size_t)slash);
    int64_t from = f->min, to = f->max, step = 1;
    const struct err *e = NULL;

    dash = str_find(range, STR("-"), 1);
    if (dash > 0) {
        e = value(a, f, str_sub(range, 0, (size_t)dash), &from);
        if (!e)
            e = value(a, f, str_sub(range, (size_t)dash + 1, range.n), &to);
    } else if (!str_is(range, "*")) {
        e = value(a, f, range, &from);
        to = from;
        if (!e && slash >= 0)
            return err_why(a, E_BAD_INPUT, "The %s in a schedule has a step without a range: write "
                           "%lld-%lld/…, or */….", f->name, (long long)from, (long long)f->max);
    }
    if (e)
        return e;
    if (from > to)
        return err_why(a, E_BAD_INPUT, "The %s in a schedule has a range that ends before it begins: "
                       "\"%.*s\".", f->name, STR_ARG(str_sub(range, 0, 40)));
    if (slash >= 0 && (!str_to_int(str_sub(s, (size_t)slash + 1, s.n), &step) || step < 1 ||
                       step > f->max))
        return err_why(a, E_BAD_INPUT, "The %s in a schedule has a step that is no number from 1 to "
                       "%lld.", f->name, (long long)f->max);
    for (int64_t v = from; v <= to; v += step)
        *bits |= UINT64_C(1) << v;
    return NULL;
}

static const struct err *list(struct arena *a, const struct field *f, struct str s, uint64_t *ret)
{
    struct str one;
    const struct err *e = NULL;

    *ret = 0;
    while (!e && str_split(&s, ',', &one))
        e = part(a, f, one, ret);
    return e;
}

static const struct err *split(struct arena *a, struct str text, struct str *parts)
{
    size_t n = 0;

    for (size_t i = 0; i < text.n;) {
        size_t from = i;
        while (i < text.n && text.p[i] != ' ' && text.p[i] != '\t')
            i++;
        if (i > from && n < N_FIELDS)
            parts[n] = str_sub(text, from, i - from);
        n += i > from;
        i += i < text.n;
    }
    if (n == N_FIELDS)
        return NULL;
    return err_why(a, E_BAD_INPUT, "A schedule has five fields (minute, hour, day, month, weekday), "
                   "like \"0 7 * * 1-5\", or is @hourly, @daily, @weekly or @monthly; this has %zu.",
                   n);
}

const struct err *cron_parse(struct arena *a, struct str text, struct cron *ret)
{
    struct str parts[N_FIELDS];
    uint64_t bits[N_FIELDS];
    const struct err *e;

    if (text.n > CRON_TEXT_MAX)
        return err_why(a, E_BAD_INPUT, "A schedule has at most %d characters.", CRON_TEXT_MAX);
    text = str_trim(text);
    for (size_t i = 0; i < sizeof nicknames / sizeof *nicknames; i++)
        if (str_case_eq(text, str_of(nicknames[i].name)))
            text = str_of(nicknames[i].means);
    e = split(a, text, parts);
    for (int i = 0; i < N_FIELDS && !e; i++)
        e = list(a, &fields[i], parts[i], &bits[i]);
    if (e)
        return e;
    *ret = (struct cron){
        .minutes = bits[F_MINUTE], .hours = (uint32_t)bits[F_HOUR], .days = (uint32_t)bits[F_DAY],
        .months = (uint32_t)bits[F_MONTH],
        .weekdays = (uint32_t)((bits[F_WEEKDAY] | bits[F_WEEKDAY] >> 7) & 0x7f),
        .either = parts[F_DAY].p[0] != '*' && parts[F_WEEKDAY].p[0] != '*',
        .wild = parts[F_MINUTE].p[0] == '*' || parts[F_HOUR].p[0] == '*'};
    return NULL;
}

/* ---- next ---- */

static int64_t floor_to(int64_t t, int64_t unit)
{
    int64_t rest = t % unit;

    return t - (rest < 0 ? rest + unit : rest);
}

static bool has(uint64_t bits, int64_t v)
{
    return bits >> v & 1;
}

static bool day_fits(const struct cron *c, int64_t days, int64_t d)
{
    bool day = has(c->days, d), weekday = has(c->weekdays, ((days + 4) % 7 + 7) % 7);

    return c->either ? day || weekday : day && weekday;
}

/* The first fitting minute of a day from minute `from` on; -1 if there is none. */
static int64_t minute_of(const struct cron *c, int64_t from)
{
    for (int64_t h = from / 60; h < 24; h++) {
        if (!has(c->hours, h))
            continue;
        for (int64_t m = h == from / 60 ? from % 60 : 0; m < 60; m++)
            if (has(c->minutes, m))
                return h * 60 + m;
    }
    return -1;
}

/* The first fitting minute at or after a whole minute, zones aside. */
static int64_t next_wall(const struct cron *c, int64_t wall)
{
    int64_t days = floor_to(wall, DAY) / DAY, from = (wall - days * DAY) / MINUTE, y, m, d;
    int64_t last = days + HORIZON_DAYS;

    for (; days < last; days++, from = 0) {
        int64_t minute;
        time_date(days, &y, &m, &d);
        if (!has(c->months, m)) {
            days += time_month_days(y, m) - d;
            continue;
        }
        minute = day_fits(c, days, d) ? minute_of(c, from) : -1;
        if (minute >= 0)
            return days * DAY + minute * MINUTE;
    }
    return TIME_NONE;
}

/* Between two changes of the zone its clock runs evenly: each stretch is searched by itself. */
static int64_t next_real(const struct cron *c, const struct zone *z, int64_t after)
{
    int64_t wall = zone_wall(z, after), ahead = wall - after, end = zone_change_after(z, after);
    int64_t next = next_wall(c, floor_to(wall, MINUTE) + MINUTE);

    while (next != TIME_NONE && end > after && end < TIME_MAX && next - ahead >= end) {
        after = end;
        wall = zone_wall(z, end);
        ahead = wall - end;
        next = next_wall(c, floor_to(wall + MINUTE - 1, MINUTE));
        end = zone_change_after(z, end);
    }
    return next == TIME_NONE || next > TIME_MAX ? TIME_NONE : next - ahead;
}

/* Each time on the wall has its one moment, and a later time never has an earlier moment. */
static int64_t moment(const struct zone *z, int64_t wall)
{
    enum zone_hour hour;
    int64_t t = zone_instant(z, wall, &hour);

    return hour == ZONE_SKIPPED ? zone_change_before(z, t) : t;
}

static int64_t next_once(const struct cron *c, const struct zone *z, int64_t after)
{
    int64_t wall = floor_to(zone_wall(z, after), MINUTE), t;

    do {
        wall = next_wall(c, wall + MINUTE);
        if (wall == TIME_NONE)
            return TIME_NONE;
        t = moment(z, wall);
    } while (t <= after);
    return t;
}

int64_t cron_next(const struct cron *c, const struct zone *z, int64_t after)
{
    if (after < TIME_MIN || after > TIME_MAX)
        return TIME_NONE;
    return c->wild ? next_real(c, z, after) : next_once(c, z, after);
}
