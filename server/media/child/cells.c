/* Numbers of spreadsheets. Called by xlsx.c and styles.c. Dates are counted in days, from 1900 as if
 * that had been a leap year, or from 1904. */
#include "media/child/cells.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400
#define LAST_DAY 2958465 /* 9999-12-31 */

bool cell_format_is_date(unsigned id)
{
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) ||
           (id >= 50 && id <= 58);
}

/* Words in quotes, escaped signs and colours or conditions in brackets are no part of it; [h] is. */
bool cell_code_is_date(const char *code)
{
    for (const char *p = code; *p && *p != ';'; p++) {
        if (*p == '"' || (*p == '[' && !strchr("hHmMsS", p[1]))) {
            p = strchr(p + 1, *p == '"' ? '"' : ']');
            if (!p)
                return false;
        } else if ((*p == '\\' || *p == '_' || *p == '*') && p[1]) {
            p++;
        } else if (strchr("dmyhsDMYHS", *p)) {
            return true;
        }
    }
    return false;
}

/* The day's date by the proleptic Gregorian calendar, days counted from 0000-03-01. */
static void civil(long days, long *ret_year, long *ret_month, long *ret_day)
{
    long era = days / 146097, of_era = days % 146097;
    long year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    long of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;

    *ret_day = of_year - (153 * month + 2) / 5 + 1;
    *ret_month = month < 10 ? month + 3 : month - 9;
    *ret_year = year + era * 400 + (*ret_month <= 2);
}

static size_t date_text(double v, bool from_1904, char *buf)
{
    long days = (long)floor(v), s = lround((v - floor(v)) * DAY_S), year, month, day;
    bool clock_only = days == 0;
    int n = 0;

    days += s / DAY_S;
    s %= DAY_S;
    if (!clock_only) {
        /* 1904-01-01, and 1899-12-30 (31 before the day that never was), from 0000-03-01. */
        civil(days + (from_1904 ? 695361 : days < 60 ? 693900 : 693899), &year, &month, &day);
        n = snprintf(buf, CELL_NUMBER_TEXT, "%04ld-%02ld-%02ld%s", year, month, day, s ? " " : "");
    }
    if (clock_only || s)
        n += snprintf(buf + n, CELL_NUMBER_TEXT - (size_t)n, "%02ld:%02ld:%02ld", s / 3600,
                      s / 60 % 60, s % 60);
    return (size_t)n;
}

size_t cell_number(const char *written, bool is_date, bool from_1904, char buf[CELL_NUMBER_TEXT])
{
    char *end;
    double v = strtod(written, &end);
    int n;

    if (end != written && !*end && is_date && v >= 0 && v <= LAST_DAY)
        return date_text(v, from_1904, buf);
    if (end != written && !*end && fabs(v) < 1e15 && v == floor(v))
        n = snprintf(buf, CELL_NUMBER_TEXT, "%.0f", v);
    else
        n = snprintf(buf, CELL_NUMBER_TEXT, "%s", written);
    return n < CELL_NUMBER_TEXT ? (size_t)n : CELL_NUMBER_TEXT - 1;
}
