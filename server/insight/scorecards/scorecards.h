/* Scorecards: what a tenant asks of its calls. A card is drafted, published and archived version by
 * version; a published version never changes, and a score pins the one it was made by. */
#ifndef RINGSIGHT_INSIGHT_SCORECARDS_H
#define RINGSIGHT_INSIGHT_SCORECARDS_H

#include "db/db.h"

struct feature;
extern const struct feature scorecards_feature;

/* A published card that takes a call, and why. */
struct scorecard {
    struct uuid id, card; /* of the version, of the card */
    struct str name, body; /* JSON as card.h reads it */
    int64_t version;
    struct str mode; /* "decide": its score counts; "suggest": only once a person has agreed */
    struct str rule; /* JSON of the rule that took the call */
    int64_t quota;   /* at most so many of an agent, 0: as many as come */
    const char *per; /* "week", "month" */
};

/* The cards that take this call of the open transaction's tenant, the oldest first; *ret_n may be
 * 0. E_NOT_FOUND if call or transcript is gone. */
const struct err *scorecards_for_call(struct db *db, struct uuid call, struct uuid transcript,
                                      struct scorecard **ret, size_t *ret_n) MUST_USE;

/* Whether the card's quota has room for the call. Holds the quota until the transaction ends, so
 * that calls scored side by side do not both take the last place. */
const struct err *scorecard_has_room(struct db *db, const struct scorecard *card, struct uuid call,
                                     bool *ret_room) MUST_USE;

/* Publishes the card that a new tenant starts with, <templates_dir>/scorecards/service.json, for
 * every call of the open transaction's tenant, unless it has one of that name. E_BAD_INPUT names
 * file and field of a card or rule that does not read; E_INTERNAL if the file cannot be read. */
const struct err *scorecards_seed(struct db *db, const char *templates_dir) MUST_USE;

#endif
