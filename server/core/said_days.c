/* Days as people say them. Called where a deadline or a date out of a call becomes one of the calendar. */
#include "core/said_int.h"
#include "core/time.h"

static const char *const WEEKDAYS[] = {"monday", "tuesday", "wednesday", "thursday", "friday",
                                       "saturday", "sunday", NULL};
static const char *const MONTHS[] = {"january", "february", "march", "april", "may", "june", "july",
                                     "august", "september", "october", "november", "december", NULL};
static const char *const SHORT[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
                                    "oct", "nov", "dec", NULL};
static const char *const ORDINALS[] = {
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
    "eighteenth", "nineteenth", "twentieth", NULL};

static int64_t weekday_of(int64_t day) /* 0 Monday; 1970-01-01 was a Thursday */
{
    return ((day + 3) % 7 + 7) % 7;
}

static bool whole(int64_t y, int64_t m, int64_t d, int64_t *ret)
{
    if (y < 1900 || y > 2200 || m < 1 || m > 12 || d < 1 || d > time_month_days(y, m))
        return false;
    *ret = time_days(y, m, d);
    return true;
}

static int month_at(const struct said_words *x, size_t i)
{
    int m = said_which(x, i, MONTHS);

    return m >= 0 ? m + 1 : said_which(x, i, SHORT) + 1;
}

/* A day of the month, "4", "4th", "fourth", "twenty first", "thirty first": words taken, 0 if none. */
static size_t day_at(const struct said_words *x, size_t i, int64_t *ret)
{
    struct str t = said_at(x, i);
    int o = said_which(x, i, ORDINALS), tens = said_is(x, i, "twenty") ? 20 : 30;

    if (t.n > 2 && (str_ends(t, STR("th")) || str_ends(t, STR("st")) || str_ends(t, STR("nd")) ||
                    str_ends(t, STR("rd"))))
        t = str_sub(t, 0, t.n - 2);
    if (t.n <= 2 && str_to_int(t, ret))
        return 1;
    if (o >= 0) {
        *ret = o + 1;
        return 1;
    }
    if (said_is(x, i, "thirtieth")) {
        *ret = 30;
        return 1;
    }
    o = said_which(x, i + 1, ORDINALS);
    if ((said_is(x, i, "twenty") || said_is(x, i, "thirty")) && o >= 0 && o < 9) {
        *ret = tens + o + 1;
        return 2;
    }
    return 0;
}

/* With the year behind it, or the next one that comes. */
static bool of_year(const struct said_words *x, size_t i, int64_t m, int64_t d, int64_t today,
                    int64_t *ret)
{
    int64_t y, unused_m, unused_d;

    if (said_at(x, i).n == 4 && str_to_int(said_at(x, i), &y))
        return whole(y, m, d, ret);
    time_date(today, &y, &unused_m, &unused_d);
    for (int k = 0; k < 5; k++) /* the 29th of February may be four years away */
        if (whole(y + k, m, d, ret) && *ret >= today)
            return true;
    return false;
}

/* "4th of March 2027", "March 4" */
static bool named_at(const struct said_words *x, size_t i, int64_t today, int64_t *ret)
{
    int64_t d;
    size_t n;
    int m = month_at(x, i);

    if (m) {
        n = day_at(x, i + 1 + said_is(x, i + 1, "the"), &d);
        return n && of_year(x, i + 1 + said_is(x, i + 1, "the") + n, m, d, today, ret);
    }
    n = day_at(x, i, &d);
    if (!n)
        return false;
    n += i + said_is(x, i + n, "of");
    m = month_at(x, n);
    return m && of_year(x, n + 1, m, d, today, ret);
}

/* "2026-03-04", "13/4/2026": three numbers with one sign between them; one reading only. */
static bool written_at(struct str t, int64_t *ret)
{
    char sign = 0;
    int64_t v[3] = {0, 0, 0};
    size_t k = 0, digits = 0;

    for (size_t i = 0; i < t.n; i++) {
        char c = t.p[i];

        if (c >= '0' && c <= '9' && digits < 4) {
            v[k] = v[k] * 10 + (c - '0');
            digits++;
        } else if (digits && k < 2 && (c == '-' || c == '/' || c == '.') && (!sign || sign == c)) {
            sign = c;
            digits = 0;
            k++;
        } else {
            return false;
        }
    }
    if (k != 2 || !digits)
        return false;
    if (v[0] > 999)
        return whole(v[0], v[1], v[2], ret);
    if (v[0] <= 12 && v[1] <= 12 && v[0] != v[1])
        return false;
    return v[0] > 12 ? whole(v[2], v[1], v[0], ret) : whole(v[2], v[0], v[1], ret);
}

static int64_t month_later(int64_t today, int64_t months)
{
    int64_t y, m, d, last;

    time_date(today, &y, &m, &d);
    m += months;
    y += (m - 1) / 12;
    m = (m - 1) % 12 + 1;
    last = time_month_days(y, m);
    return time_days(y, m, d < last ? d : last);
}

/* "in two weeks", "within three days", "a month from now" */
static bool span_at(const struct said_words *x, size_t i, int64_t today, int64_t *ret)
{
    int64_t n = 100;
    size_t k = i, words;

    words = said_number_at(x, k, &n);
    if (!words && (said_is(x, k, "a") || said_is(x, k, "an")))
        words = 1;
    if (!words)
        return false;
    k += words;
    n /= 100;
    if (n > 3660)
        return false;
    if (said_is(x, k, "day") || said_is(x, k, "days"))
        *ret = today + n;
    else if (said_is(x, k, "working") && said_is(x, k + 1, "days"))
        *ret = today + n + 2 * ((n + weekday_of(today)) / 5);
    else if (said_is(x, k, "week") || said_is(x, k, "weeks"))
        *ret = today + 7 * n;
    else if (said_is(x, k, "month") || said_is(x, k, "months"))
        *ret = month_later(today, n);
    else if (said_is(x, k, "hour") || said_is(x, k, "hours") || said_is(x, k, "minutes"))
        *ret = said_is(x, k, "minutes") ? today : today + n / 24;
    else
        return false;
    return true;
}

static bool last_of_month(int64_t today, int64_t *ret)
{
    int64_t y, m, d;

    time_date(today, &y, &m, &d);
    *ret = time_days(y, m, time_month_days(y, m));
    return true;
}

/* Words that point at a day: "tomorrow", "next Friday", "end of the week". */
static bool pointed_at(const struct said_words *x, size_t i, int64_t today, int64_t *ret)
{
    int64_t wd = weekday_of(today);
    size_t end;
    int d;

    if (said_is(x, i, "today") || said_is(x, i, "tonight") || said_is(x, i, "immediately")) {
        *ret = today;
        return true;
    }
    if (said_is(x, i, "tomorrow")) {
        *ret = today + 1 + (i >= 2 && said_is(x, i - 1, "after") && said_is(x, i - 2, "day"));
        return true;
    }
    end = i + 1 + said_is(x, i + 1, "of");
    end += said_is(x, end, "the") || said_is(x, end, "this");
    if (said_is(x, i, "end") && said_is(x, end, "day")) {
        *ret = today;
        return true;
    }
    if (said_is(x, i, "end") && said_is(x, end, "week")) {
        *ret = today + (wd <= 4 ? 4 - wd : 11 - wd);
        return true;
    }
    if (said_is(x, i, "end") && said_is(x, end, "month"))
        return last_of_month(today, ret);
    if (said_is(x, i, "next") && said_is(x, i + 1, "week")) {
        *ret = today + 7 - wd;
        return true;
    }
    d = said_which(x, i, WEEKDAYS);
    if (d < 0)
        return false;
    *ret = i && said_is(x, i - 1, "next") ? today + 7 - wd + d : today + ((d - wd + 6) % 7 + 1);
    return true;
}

bool said_day(struct str text, int64_t today, int64_t *ret)
{
    struct said_words x;

    said_split(text, &x);
    for (size_t i = 0; i < x.n; i++)
        if (written_at(said_at(&x, i), ret) || named_at(&x, i, today, ret) ||
            pointed_at(&x, i, today, ret) || span_at(&x, i, today, ret))
            return true;
    return false;
}
