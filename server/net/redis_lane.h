/* One Lua script in Redis for an event loop: commands are pipelined, nothing here ever waits. Redis away
 * or hanging is an ordinary answer, "it did not say", given within a few tenths of a second at most and
 * at once as long as that lasts. One thread; not for what must not be lost. */
#ifndef RINGSIGHT_NET_REDIS_LANE_H
#define RINGSIGHT_NET_REDIS_LANE_H

#include "net/redis.h"

struct redis_ask {
    struct redis_ask *next;
    int64_t at;
    /* v: the integers that the script gave; NULL: Redis did not say. Called once, never by the call that asks. */
    void (*done)(struct redis_ask *ask, const int64_t *v, size_t n);
};

struct redisContext;
struct redis_lane;

/* What the loop provides. watch: call redis_lane_ready when fd can be read (or written, if `write`);
 * unwatch: the fd is about to be closed. */
struct redis_lane_glue {
    void (*watch)(struct redis_lane *l, int fd, bool write);
    void (*unwatch)(struct redis_lane *l);
};

struct redis_lane {
    void *ctx, *watch; /* the loop's */
    /* The lane's own. */
    struct arena *a;
    struct redis_config config;
    const char *script;
    struct redis_lane_glue glue;
    struct redisContext *c;
    enum { REDIS_LANE_OFF = 0, REDIS_LANE_AWAY, REDIS_LANE_GREETING, REDIS_LANE_READY } state;
    char sha[41];
    int greetings;                 /* replies that are to come before it is ready */
    struct redis_ask *first, *last; /* under way, oldest first */
    size_t n;
    int64_t since, retry_at, backoff;
    bool broken;
};

/* Connects at the next tick. A host's name is looked up here, once, and may take its time; one that is
 * not found leaves the lane off. `script` and the arena live as long as the lane. */
void redis_lane_start(struct redis_lane *l, struct arena *a, const struct redis_config *config,
                      const char *script, struct redis_lane_glue glue, void *ctx);
void redis_lane_stop(struct redis_lane *l);

/* words: number of keys, the keys, the arguments. False: Redis is away, nothing was asked. */
bool redis_lane_eval(struct redis_lane *l, struct redis_words words, struct redis_ask *ask);

void redis_lane_ready(struct redis_lane *l); /* its socket can be read or written */
void redis_lane_tick(struct redis_lane *l);  /* every 100 ms or so */
bool redis_lane_up(const struct redis_lane *l);

#endif
