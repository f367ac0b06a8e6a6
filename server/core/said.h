/* Numbers, amounts and days as people say them, English: "two hundred and fifty thousand pounds",
 * "next Friday", "the fourth of March", "ann dot lee at example dot com". Pure; knows no clock: who
 * asks says which day it was. Nothing is guessed: what has two readings has none here. */
#ifndef RINGSIGHT_CORE_SAID_H
#define RINGSIGHT_CORE_SAID_H

#include "core/arena.h"
#include "core/str.h"

/* The first number in a text, in hundredths; at most 10^13. False if there is none. */
bool said_number(struct str text, int64_t *ret_hundredths);

/* The same with what it is counted in: "GBP", "USD", "EUR", "INR", or "" where it is not said. */
bool said_money(struct str text, int64_t *ret_hundredths, const char **ret_currency);

/* The first day in a text, in days since 1970 (time_days), seen from `today`. A date without a year
 * is the next one that comes. False if there is none, if it has two readings ("3/4/2026"), or if it
 * is no day of the calendar. */
bool said_day(struct str text, int64_t today, int64_t *ret_day);

/* Whether a text says yes or no first. False if it says neither. */
bool said_yes(struct str text, bool *ret_yes);

/* The first mail address in a text, in lower case, spelled ("at", "dot") or written. STR_NONE. */
struct str said_mail(struct arena *a, struct str text);

/* The digits of a text, also those in words ("oh", "double four"), a leading "plus" as "+". */
struct str said_digits(struct arena *a, struct str text);

/* "2026-03-04" */
struct str said_date_text(struct arena *a, int64_t day);

/* "1250" or "1250.50" */
struct str said_number_text(struct arena *a, int64_t hundredths);

#endif
