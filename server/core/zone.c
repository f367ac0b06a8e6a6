/* Time zones through ICU's C interface; only this file knows ICU. An ICU calendar belongs to one
 * thread at a time, so each zone has its own behind a lock; zones are opened on first need and
 * kept, as many as the tz database has names at most. */
#include "core/zone.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucal.h>

#include "core/time.h"

#define NAME_MAX_BYTES 64
#define BUCKETS 64

struct zone {
    struct zone *next;
    pthread_mutex_t lock;
    UCalendar *calendar;
    char name[NAME_MAX_BYTES];
};

static struct zone *buckets[BUCKETS];
static pthread_mutex_t buckets_lock = PTHREAD_MUTEX_INITIALIZER;

/* Names of places as other programs know them too. ICU has some of its own ("SystemV/…",
 * "Etc/Unknown") and old short ones that mean different things to different people ("IST"). */
static bool fit(const char *name)
{
    return strcmp(name, "UTC") == 0 ||
           (strchr(name, '/') && strncmp(name, "SystemV/", 8) != 0 && strcmp(name, "Etc/Unknown") != 0);
}

static UCalendar *calendar_open(const char *name)
{
    UChar id[NAME_MAX_BYTES], canonical[NAME_MAX_BYTES * 2];
    UErrorCode status = U_ZERO_ERROR;
    UBool is_system = false;
    UCalendar *c;

    for (size_t i = 0; i <= strlen(name); i++)
        id[i] = (UChar)name[i]; /* ASCII */
    ucal_getCanonicalTimeZoneID(id, -1, canonical, NAME_MAX_BYTES * 2, &is_system, &status);
    if (U_FAILURE(status) || !is_system)
        return NULL;
    c = ucal_open(id, -1, "", UCAL_GREGORIAN, &status);
    if (U_SUCCESS(status))
        return c;
    ucal_close(c);
    return NULL;
}

static struct zone *zone_open(const char *name)
{
    UCalendar *c = calendar_open(name);
    struct zone *z = c ? calloc(1, sizeof *z) : NULL;

    if (!z) {
        ucal_close(c);
        return NULL;
    }
    pthread_mutex_init(&z->lock, NULL);
    z->calendar = c;
    memcpy(z->name, name, strlen(name) + 1);
    return z;
}

const struct zone *zone_find(struct str name)
{
    char text[NAME_MAX_BYTES] = "UTC";
    struct zone *z, **bucket;
    unsigned hash = 0;

    if (name.n >= sizeof text || (name.n && memchr(name.p, 0, name.n)))
        return NULL;
    if (name.n) {
        memcpy(text, name.p, name.n);
        text[name.n] = 0;
    }
    for (const char *p = text; *p; p++) {
        if ((unsigned char)*p > 126)
            return NULL;
        hash = hash * 31 + (unsigned char)*p;
    }
    if (!fit(text))
        return NULL;
    bucket = &buckets[hash % BUCKETS];
    pthread_mutex_lock(&buckets_lock);
    for (z = *bucket; z && strcmp(z->name, text) != 0; z = z->next)
        ;
    if (!z && (z = zone_open(text))) {
        z->next = *bucket;
        *bucket = z;
    }
    pthread_mutex_unlock(&buckets_lock);
    return z;
}

bool zone_known(struct str name)
{
    return zone_find(name) != NULL;
}

/* ICU's points in time are milliseconds. */
static UDate to_ms(int64_t t)
{
    return (UDate)(t / TIME_MS - (t % TIME_MS < 0));
}

static UCalendar *calendar_take(const struct zone *z)
{
    /* Only the lock and what it guards change: to the caller a zone is a constant. */
    pthread_mutex_lock(&((struct zone *)(uintptr_t)z)->lock);
    return z->calendar;
}

static void calendar_give(const struct zone *z)
{
    pthread_mutex_unlock(&((struct zone *)(uintptr_t)z)->lock);
}

/* The failures ICU tells of are those of misuse; then the zone counts as UTC. */
int64_t zone_wall(const struct zone *z, int64_t t)
{
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *c = calendar_take(z);
    int64_t ms;

    ucal_setMillis(c, to_ms(t), &status);
    ms = ucal_get(c, UCAL_ZONE_OFFSET, &status) + ucal_get(c, UCAL_DST_OFFSET, &status);
    calendar_give(z);
    return U_FAILURE(status) ? t : t + ms * TIME_MS;
}

static int64_t change(const struct zone *z, int64_t t, UTimeZoneTransitionType type, int64_t none)
{
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *c = calendar_take(z);
    UDate at = 0;
    bool found;

    ucal_setMillis(c, to_ms(t), &status);
    found = ucal_getTimeZoneTransitionDate(c, type, &at, &status);
    calendar_give(z);
    return found && U_SUCCESS(status) ? (int64_t)at * TIME_MS : none;
}

int64_t zone_change_after(const struct zone *z, int64_t t)
{
    return change(z, t, UCAL_TZ_TRANSITION_NEXT, INT64_MAX);
}

int64_t zone_change_before(const struct zone *z, int64_t t)
{
    return change(z, t, UCAL_TZ_TRANSITION_PREVIOUS_INCLUSIVE, INT64_MIN);
}

int64_t zone_instant(const struct zone *z, int64_t wall, enum zone_hour *ret_hour)
{
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *c = calendar_take(z);
    int32_t raw[2] = {0}, dst[2] = {0};
    int64_t first, last;

    ucal_setMillis(c, to_ms(wall), &status);
    ucal_getTimeZoneOffsetFromLocal(c, UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER, &raw[0], &dst[0],
                                    &status);
    ucal_getTimeZoneOffsetFromLocal(c, UCAL_TZ_LOCAL_LATTER, UCAL_TZ_LOCAL_LATTER, &raw[1], &dst[1],
                                    &status);
    calendar_give(z);
    if (U_FAILURE(status))
        raw[0] = dst[0] = raw[1] = dst[1] = 0;
    first = wall - (raw[0] + dst[0]) * TIME_MS;
    last = wall - (raw[1] + dst[1]) * TIME_MS;
    if (ret_hour)
        *ret_hour = first < last ? ZONE_REPEATED : first > last ? ZONE_SKIPPED : ZONE_PLAIN;
    return first;
}
