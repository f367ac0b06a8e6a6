/* Agents: the people whose calls are judged, known to phone systems by their extension. An agent
 * need not have an account; one who has sees his own calls. */
#ifndef RINGSIGHT_PEOPLE_AGENTS_H
#define RINGSIGHT_PEOPLE_AGENTS_H

#include "http/http.h"

extern const struct feature agents_feature;

/* What is given for an agent; STR_NONE: not given. */
struct agent_fields {
    struct str name, extension;
    struct str email; /* of the member this agent is; "" is nobody */
};

/* Creates an agent in the transaction's tenant. E_CONFLICT if the extension or the person is
 * taken, E_NO_PARENT if no member has that e-mail; with a sentence. */
const struct err *agent_create(struct db *db, const struct agent_fields *in,
                               struct uuid *ret_id) MUST_USE;
/* Changes what is given. E_STALE if the version is another one, else as above. */
const struct err *agent_change(struct db *db, struct uuid id, int64_t version,
                               const struct agent_fields *in) MUST_USE;

#endif
