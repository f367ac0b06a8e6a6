/* Grandstream UCM62xx, UCM63xx, UCM6510 and CloudUCM: call records come by CDR Real-Time Output,
 * recordings are fetched from the UCM's HTTPS API. This header is the folder's own; features.c
 * needs ucm_provider only. */
#ifndef RINGSIGHT_PROVIDERS_UCM_H
#define RINGSIGHT_PROVIDERS_UCM_H

#include "providers/provider.h"

extern const struct provider ucm_provider;

/* What the reading of one delivery needs to know. */
struct ucm_delivery {
    struct arena *a;
    struct str zone;         /* of the phone system's clock, "" is UTC */
    struct event_list *list; /* receives the events */
    size_t records;          /* read so far; names the place in error sentences */
};

/* Reads one record (flat names of the CDR) into an event. `session` is the group's, "" if none:
 * it stands in where the record has no session of its own. As `totals` the record speaks of the
 * whole call. E_BAD_PAYLOAD if it is no call record or its start is no time. */
const struct err *ucm_record(struct ucm_delivery *d, const struct json *cdr, struct str session,
                             bool totals) MUST_USE;

/* The value under key as text: a string or a whole number, else "". The second never cuts: a key
 * too long becomes a hash (event_key). */
struct str ucm_value(struct arena *a, const struct json *cdr, const char *key);
struct str ucm_key(struct arena *a, const struct json *cdr, const char *key);

/* Fetches one recording through POST /api (ucm_fetch.c). */
struct fetch;
const struct err *ucm_fetch(struct arena *a, struct fetch *f) MUST_USE;
/* Asks for a page of records by cdrapi (ucm_fetch.c). */
struct poll;
const struct err *ucm_poll(struct arena *a, struct poll *p) MUST_USE;

#endif
