/* Two live secrets of an integration: changing to new ones while hooks come in. Handlers and answers
 * for routes.c of this folder. */
#ifndef RINGSIGHT_INTAKE_INTEGRATIONS_ROTATE_H
#define RINGSIGHT_INTAKE_INTEGRATIONS_ROTATE_H

#include "intake/integrations/queries.h"
#include "intake/integrations/store.h"

/* POST .../rotate: a new address and new secrets, shown once. E_IN_USE while there are old ones. */
const struct err *rotate(struct req *rq);
extern const struct field rotate_in[];
/* DELETE .../old. E_NOT_FOUND if there is nothing old. */
const struct err *rotate_retire(struct req *rq);

/* Members of one integration's answer: "old" and "refusals". */
void rotate_write_old(struct jw *w, const struct integration_facts_out *f);
void rotate_write_refusals(struct jw *w, const struct integration_refusals_out *v, size_t n);

#define ROTATE_TIME "{\"type\":[\"string\",\"null\"]}"
#define ROTATE_SCHEMA                                                                              \
    "\"sources\":{\"type\":\"string\"},\"token_used_at\":" ROTATE_TIME ",\"secret_used_at\":" ROTATE_TIME \
    ",\"old\":{\"type\":[\"object\",\"null\"],\"required\":[\"tail\",\"since\",\"ends_at\",\"used_at\"," \
    "\"secret\",\"secret_used_at\"],\"properties\":{\"tail\":{\"type\":[\"string\",\"null\"]},\"since\":"  \
    ROTATE_TIME ",\"ends_at\":{\"type\":\"string\"},\"used_at\":" ROTATE_TIME ",\"secret\":{\"type\":"     \
    "\"boolean\"},\"secret_used_at\":" ROTATE_TIME "}},\"refusals\":{\"type\":\"array\",\"items\":{\"type\":" \
    "\"object\",\"required\":[\"reason\",\"count\",\"first_at\",\"last_at\",\"last_source\",\"last_detail\"]," \
    "\"properties\":{\"reason\":{\"enum\":[\"signature\",\"source\",\"flood\",\"unproven\"]},\"count\":{\"type\":"      \
    "\"integer\"},\"first_at\":{\"type\":\"string\"},\"last_at\":{\"type\":\"string\"},\"last_source\":"    \
    "{\"type\":\"string\"},\"last_detail\":{\"type\":[\"string\",\"null\"]}}}}"

#endif
