/* Scorecards: what a tenant asks of its calls. Versions are never changed once published; a score
 * pins the one it was made by. */
#ifndef RINGSIGHT_INSIGHT_SCORECARDS_H
#define RINGSIGHT_INSIGHT_SCORECARDS_H

#include "db/db.h"

struct feature;
extern const struct feature scorecards_feature;

struct scorecard {
    struct uuid id;
    struct str name, body; /* JSON as card.h reads it */
    int64_t version;
};

/* The newest published scorecard of the open transaction's tenant. E_NOT_FOUND if there is none. */
const struct err *scorecard_newest(struct db *db, struct scorecard *ret) MUST_USE;

/* Publishes <templates_dir>/scorecards/<name>.json, each as version 1, for the open transaction's
 * tenant; those it has already (by name) stay as they are. E_BAD_INPUT names file and field of a
 * card or rule that does not read; E_INTERNAL if folder or file cannot be read. */
const struct err *scorecards_seed(struct db *db, const char *templates_dir) MUST_USE;

#endif
