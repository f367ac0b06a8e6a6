/* What a customer's number tells: its one form beside the one that was sent, and which calls of two
 * phone systems are one (Exotel in front of a UCM). */
#ifndef RINGSIGHT_INTAKE_NUMBERS_H
#define RINGSIGHT_INTAKE_NUMBERS_H

#include "http/http.h"

extern const struct feature numbers_feature;

struct numbers {
    struct str region; /* where numbers without a country are read, "" unknown */
    bool many_systems; /* the tenant has more than one, so a call may come twice */
};

/* Of the open transaction's tenant. */
const struct err *numbers_of_tenant(struct db *db, struct numbers *ret) MUST_USE;

struct number_forms {
    struct str e164; /* "" if it has none */
    struct str tail; /* its last seven digits, "" for fewer */
};
struct number_forms number_forms(struct arena *a, struct str sent, struct str region);

/* Has it looked, after the open transaction, whether another phone system told of this ended call
 * too. */
const struct err *numbers_look(struct db *db, struct uuid call) MUST_USE;

/* A recording of the call came or failed: where two phone systems told of the call, has it looked, after
 * the open transaction, whether the one that counts can be heard by the other's. */
const struct err *numbers_recording(struct db *db, struct uuid call) MUST_USE;

#endif
