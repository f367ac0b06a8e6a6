/* Who sends too much: token buckets by key, shared by all threads of a process. Nothing is asked of other
 * processes; what those took may be told later. */
#ifndef RINGSIGHT_CORE_FLOOD_H
#define RINGSIGHT_CORE_FLOOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOOD_SETS 2048 /* of FLOOD_WAYS buckets each; the emptiest makes room for another key */
#define FLOOD_WAYS 4

struct flood_bucket {
    uint64_t key;
    int64_t until; /* the bucket is empty for so long; then it holds tokens again */
    int64_t taken; /* and not told to others yet */
    int64_t seen, seen_at; /* what all processes together had taken, when last told, and when */
};

struct flood {
    struct flood_bucket v[FLOOD_SETS][FLOOD_WAYS];
};

/* Takes one token. `rate` a second (0: no limit), `burst` at once; now in microseconds of a clock
 * that does not go back. False: there is none, and *ret_wait_us says when there will be. */
bool flood_take(struct flood *f, uint64_t key, int64_t rate, int64_t burst, int64_t now,
                int64_t *ret_wait_us);
/* The same where tokens come slower: one in `each` microseconds, 0: no limit. */
bool flood_take_each(struct flood *f, uint64_t key, int64_t each, int64_t burst, int64_t now,
                     int64_t *ret_wait_us);
/* As flood_take without taking it. */
bool flood_has(struct flood *f, uint64_t key, int64_t rate, int64_t burst, int64_t now,
               int64_t *ret_wait_us);

/* ---- what other processes took ---- */

struct flood_count {
    uint64_t key;
    int64_t taken;
};

/* At most `max` buckets of which `least` tokens or more were taken since they were collected last. */
size_t flood_collect(struct flood *f, int64_t least, struct flood_count *ret, size_t max);
/* `all`: what all processes have taken of this key by now, c->taken with it. What is new in it and not
 * ours goes from the bucket, but for what came in meanwhile where that was longer ago; it owes at most what
 * comes in a second beyond its burst. The first number that is heard of a key is where counting begins. */
void flood_others(struct flood *f, const struct flood_count *c, int64_t all, int64_t rate,
                  int64_t burst, int64_t now);

#endif
