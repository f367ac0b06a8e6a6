/* For tests against the real PostgreSQL on a clock of their own: clock.now() stands before pg_catalog's
 * in the search path of the role, and clock.hand says what time it is. One program includes it once. */
#ifndef RINGSIGHT_TESTS_SQL_CLOCK_H
#define RINGSIGHT_TESTS_SQL_CLOCK_H

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/time.h"

static const char *tested; /* the program's name */
static PGconn *super;
static uint64_t seed = 1;
static int failed;

static void check(bool good, const char *what)
{
    if (good)
        return;
    failed++;
    printf("not ok %s: %s\n", tested, what);
}

static uint64_t chance(uint64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % n;
}

/* Answers the first field; the result lives until the next call. */
static const char *sql(const char *text)
{
    static PGresult *r;

    PQclear(r);
    r = PQexec(super, text);
    if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK) {
        printf("not ok %s: %s\n%s", tested, text, PQresultErrorMessage(r));
        exit(1);
    }
    return PQntuples(r) ? PQgetvalue(r, 0, 0) : "";
}

static void set_clock(int64_t t)
{
    char text[128], iso[32];

    time_iso(t, iso);
    snprintf(text, sizeof text, "update clock.hand set at = '%s'", iso);
    sql(text);
}

#endif
