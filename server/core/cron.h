/* Schedules in the five fields of cron, and when they are next due. Pure: no clock of its own. */
#ifndef RINGSIGHT_CORE_CRON_H
#define RINGSIGHT_CORE_CRON_H

#include "core/arena.h"
#include "core/err.h"
#include "core/zone.h"

#define CRON_TEXT_MAX 200

/* Bit v stands for the value v; Sunday is 0. */
struct cron {
    uint64_t minutes;
    uint32_t hours, days, months, weekdays;
    /* Days and weekdays: either will do if both are given, else what is given must fit. */
    bool either;
    /* Minute or hour is "*" or "*" with a step: it goes by real time, see cron_next. */
    bool wild;
};

/* "minute hour day month weekday" as in crontab(5): numbers, ranges, lists, steps ("0-30/5", with a
 * range or "*" only), names of months and weekdays, weekday 7 for Sunday; or @hourly, @daily,
 * @midnight, @weekly, @monthly, @yearly, @annually. E_BAD_INPUT names the field and the cure. */
const struct err *cron_parse(struct arena *a, struct str text, struct cron *ret) MUST_USE;

/* The first time due after `after` by the zone's clock; TIME_NONE if never ("0 0 30 2 *"). Where the
 * clock is moved it is as with Debian's cron: what is due at given times runs once, at the end of the
 * gap if its time is skipped, the first time if it is repeated; what has "*" for minute or hour runs
 * whenever the clock shows a time that fits: not in a gap, and in both of two equal hours. */
int64_t cron_next(const struct cron *c, const struct zone *z, int64_t after);

#endif
