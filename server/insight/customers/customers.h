/* Customers: what calls tell of them, by fields each tenant chooses, and the record that comes of it.
 * Nothing is merged when a call arrives: a contact's record is derived from the set of its calls when it
 * is read, under what people wrote themselves. */
#ifndef RINGSIGHT_INSIGHT_CUSTOMERS_H
#define RINGSIGHT_INSIGHT_CUSTOMERS_H

#include "http/http.h"

extern const struct feature customers_feature;

/* Reads what a call told of its customer, its intents and what there is to do, by a job behind the open
 * transaction. To be called when an analysis has been stored, whichever engine made it. */
const struct err *customers_follow(struct db *db, struct uuid call, struct uuid transcript) MUST_USE;

#endif
