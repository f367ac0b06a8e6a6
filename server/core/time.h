/* Points in time are int64 microseconds since 1970 UTC; TIME_NONE stands for "no value". */
#ifndef RINGSIGHT_CORE_TIME_H
#define RINGSIGHT_CORE_TIME_H

#include <stdint.h>

#include "core/str.h"

#define TIME_NONE INT64_MIN
#define TIME_S INT64_C(1000000)
#define TIME_MS INT64_C(1000)

int64_t time_now(void);
/* Monotonic, for measuring. */
int64_t time_mono(void);
/* "2026-11-21T09:30:00.123456Z" (fraction left out when zero); 32 bytes are enough. */
struct str time_iso(int64_t t, char out[32]);
/* RFC 3339 with zone, also PostgreSQL's "2026-11-21 09:30:00.12+00". False if malformed. */
bool time_parse(struct str s, int64_t *ret);
/* "YYYY-MM-DD HH:MM:SS" (or with T) read as wall-clock time of the named zone ("Europe/London";
 * "" is UTC). A time that the clocks skip is taken as if they had not; one they repeat is the
 * first. False if malformed or the zone is unknown. */
bool time_parse_local(struct str s, struct str zone, int64_t *ret);
/* The date of mail headers (RFC 5322 3.3): "Tue, 03 Aug 2026 09:15:00 +0000"; the day's name may be
 * missing, the zone may be GMT, UTC, Z or an offset. Without a zone it is wall-clock time of the
 * named one, as above. False if malformed. */
bool time_parse_mail(struct str s, struct str zone, int64_t *ret);

/* Days since 1970-01-01 in the proleptic Gregorian calendar, and back. Months and days from 1. */
int64_t time_days(int64_t y, int64_t m, int64_t d);
void time_date(int64_t days, int64_t *y, int64_t *m, int64_t *d);
int64_t time_month_days(int64_t y, int64_t m);

#endif
