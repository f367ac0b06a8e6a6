/* Calls that no phone system told of: logged by a person, and recordings added to them later. Of this
 * folder and of uploads. */
#ifndef RINGSIGHT_INTAKE_CALLS_BY_HAND_H
#define RINGSIGHT_INTAKE_CALLS_BY_HAND_H

#include "http/http.h"

extern const struct field by_hand_fields[];
const struct err *by_hand_add(struct req *rq) MUST_USE;

extern const struct field note_fields[];
const struct err *note_add(struct req *rq) MUST_USE;

#endif
