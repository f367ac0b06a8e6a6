/* Intents: why customers call, in the words of each tenant. Those of the built-in engine come with the
 * product; a tenant renames and retires them and adds its own, found by phrases. */
#ifndef RINGSIGHT_INSIGHT_INTENTS_H
#define RINGSIGHT_INSIGHT_INTENTS_H

#include "core/json.h"
#include "http/http.h"
#include "insight/trackers/trackers.h"

extern const struct feature intents_feature;

struct intent {
    struct str code, name;
    struct str phrases; /* JSON */
    const struct tracker *tracker; /* NULL: no phrases of the tenant's */
    bool builtin, retired;
    int64_t version; /* 0: as it comes with the product */
};

/* Built-in ones first, in the engine's order, then the tenant's own by code. */
struct intent_set {
    size_t n;
    struct intent *v;
};

/* Of the open transaction's tenant, in the connection's arena. */
const struct err *intents_load(struct db *db, struct intent_set *ret) MUST_USE;

/* The primary and the secondary intent of a call; STR_NONE where there is none. What an engine other
 * than the built-in one said stands while it is an intent in use. Else votes decide: those of the
 * built-in word lists, and of the tenant's phrases three for each time a customer says one and two for
 * each time another does. The secondary needs a third of the primary's votes. `analysis`: as stored.
 * Pure. */
void intents_decide(struct arena *a, const struct intent_set *set, const struct conversation *c,
                    const struct json *analysis, struct str *ret_primary, struct str *ret_second);

/* Writes them at the call while this is its current transcript. */
const struct err *intents_put(struct db *db, struct uuid call, struct uuid transcript,
                              struct str primary, struct str second) MUST_USE;

#endif
