/* What the Redis files share: one way to connect. */
#ifndef RINGSIGHT_NET_REDIS_INT_H
#define RINGSIGHT_NET_REDIS_INT_H

#include "net/redis.h"

struct redisContext;

/* Connects, signs in and selects the database. NULL, or why not. */
const char *redis_connect(const struct redis_config *config, struct redisContext **ret);

#endif
