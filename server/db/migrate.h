/* Migrations: numbered files NNNN_name.sql forward, NNNN_name.down.sql back, each in one
 * transaction as ringsight_owner with a lock limit of one second, tried again when it is busy. */
#ifndef RINGSIGHT_DB_MIGRATE_H
#define RINGSIGHT_DB_MIGRATE_H

#include "core/arena.h"
#include "core/err.h"

/* The schema number this binary needs. */
#define MIGRATE_NEEDED 66

/* Brings the database to schema number `to` (-1: the newest file), forward or back. Prints what it
 * does as log lines. E_UNAVAILABLE, E_INTERNAL with the file and PostgreSQL's words. */
const struct err *migrate(struct arena *a, const char *owner_url, const char *folder,
                          int64_t to) MUST_USE;

#endif
