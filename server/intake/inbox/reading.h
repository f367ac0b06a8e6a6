/* What the jobs of this folder share: a stored delivery, and what its provider makes of it. */
#ifndef RINGSIGHT_INTAKE_INBOX_READING_H
#define RINGSIGHT_INTAKE_INBOX_READING_H

#include "core/uuid.h"
#include "providers/provider.h"

/* A delivery as stored, with the integration as it is now. */
struct stored {
    struct uuid id, integration;
    int64_t received_at, version; /* version: of the integration's settings */
    struct str method, query, source, headers, body;
    struct str provider, zone, settings, secrets;
    bool unproven; /* taken though it proved nothing */
};

struct reading {
    struct stored row;
    const struct provider *provider;
    int parser; /* the version it was read with */
    struct event_list events;
    bool unparsed;
    struct str reason;   /* STR_NONE: there is nothing to say */
    const char *verdict; /* "proved": a signature or password that the settings demand; "address":
                            only the secret in the address; "asked": we fetched it ourselves;
                            "unproven": it had to prove itself and did not, in a time of watching */
};

/* Reads a delivery with today's settings and that version of the parser, 0 is today's. E_NOT_FOUND: its
 * provider or that version is gone. What cannot be parsed is no error: `unparsed` and the reason say it. */
const struct err *reading_of(struct arena *a, struct uuid tenant, const struct stored *row,
                             int64_t parser, struct reading *ret) MUST_USE;

/* Writes down what became of the delivery; `calls`: how many it tells of. */
struct db;
const struct err *reading_put(struct db *db, const struct reading *r, size_t calls) MUST_USE;

#endif
