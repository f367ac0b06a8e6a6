/* How many requests are taken, by the class of the route: of a person or API key, of a tenant, of an address.
 * Each process counts for itself first; what passes is asked of Redis, where all processes count, and Redis
 * away or hanging leaves it at that. On the loop. */
#ifndef RINGSIGHT_HTTP_LIMITS_H
#define RINGSIGHT_HTTP_LIMITS_H

#include "http/http.h"

/* Calls go(rq, NULL), or go(rq, E_LIMIT) with the headers that say how long to wait; at once or as soon as
 * Redis has said. */
void limits_take(struct req *rq, void (*go)(struct req *rq, const struct err *e));

struct limits;
/* One per loop, made and ended by its thread; answers under way are given by limits_stop. */
struct limits *limits_new(struct loop *loop);
void limits_tick(struct limits *l);
void limits_stop(struct limits *l);

#endif
