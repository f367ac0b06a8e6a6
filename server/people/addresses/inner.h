/* What the files of addresses/ share. */
#ifndef RINGSIGHT_PEOPLE_ADDRESSES_INNER_H
#define RINGSIGHT_PEOPLE_ADDRESSES_INNER_H

#include "http/http.h"

#define ADDRESSES_ASK "addresses.ask"         /* {"change": id} */
#define ADDRESSES_CHANGED "addresses.changed" /* {"change": id} */

extern const struct job_kind address_jobs[];

/* ---- links.c: what the links of the mails lead to ---- */
extern const struct field address_token_in[];
const struct err *address_look(struct req *rq);
const struct err *address_confirm(struct req *rq);
const struct err *address_stop(struct req *rq);

#endif
