/* Customers: what calls tell of them, by fields each tenant chooses, and the record that comes of it.
 * Nothing is merged when a call arrives: a contact's record is derived from the set of its calls when it
 * is read, under what people wrote themselves. */
#ifndef RINGSIGHT_INSIGHT_CUSTOMERS_H
#define RINGSIGHT_INSIGHT_CUSTOMERS_H

#include "engines/model.h"
#include "http/http.h"

extern const struct feature customers_feature;

/* Reads what a call told of its customer, its intents and what there is to do, by a job behind the open
 * transaction. To be called when an analysis has been stored, whichever engine made it. */
const struct err *customers_follow(struct db *db, struct uuid call, struct uuid transcript) MUST_USE;

/* What a model is to look for, of the open transaction's tenant: the fields that no words of the
 * tenant's own find, and the intents in use. Lives in the connection's arena. */
const struct err *customers_wants(struct db *db, struct model_wants *ret) MUST_USE;

#endif
