/* Token buckets, each kept as the one moment at which it is full again. Called for every request and hook,
 * before anything is verified. */
#include "core/flood.h"

#include <pthread.h>

#define LOCKS 64
#define LATELY 2000000 /* microseconds: between two tellings of who is busy */

static pthread_mutex_t locks[LOCKS] = {[0 ... LOCKS - 1] = PTHREAD_MUTEX_INITIALIZER};

static struct flood_bucket *bucket_of(struct flood_bucket *set, uint64_t key)
{
    struct flood_bucket *emptiest = &set[0];

    for (int i = 0; i < FLOOD_WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].until < emptiest->until)
            emptiest = &set[i];
    }
    *emptiest = (struct flood_bucket){.key = key};
    return emptiest;
}

static int64_t each_of(int64_t rate)
{
    return !rate ? 0 : 1000000 / rate > 0 ? 1000000 / rate : 1;
}

static bool look(struct flood *f, uint64_t key, int64_t each, int64_t burst, int64_t now, bool take,
                 int64_t *ret_wait_us)
{
    size_t set = (size_t)(key % FLOOD_SETS);
    struct flood_bucket *b;
    int64_t from;
    bool there;

    if (!each)
        return true;
    pthread_mutex_lock(&locks[set % LOCKS]);
    b = bucket_of(f->v[set], key);
    from = b->until > now ? b->until : now;
    there = from - now <= (burst - 1) * each;
    if (there && take) {
        b->until = from + each;
        b->taken++;
    }
    if (!there)
        *ret_wait_us = from - now - (burst - 1) * each;
    pthread_mutex_unlock(&locks[set % LOCKS]);
    return there;
}

bool flood_take(struct flood *f, uint64_t key, int64_t rate, int64_t burst, int64_t now,
                int64_t *ret_wait_us)
{
    return look(f, key, each_of(rate), burst, now, true, ret_wait_us);
}

bool flood_take_each(struct flood *f, uint64_t key, int64_t each, int64_t burst, int64_t now,
                     int64_t *ret_wait_us)
{
    return look(f, key, each, burst, now, true, ret_wait_us);
}

bool flood_has(struct flood *f, uint64_t key, int64_t rate, int64_t burst, int64_t now,
               int64_t *ret_wait_us)
{
    return look(f, key, each_of(rate), burst, now, false, ret_wait_us);
}

size_t flood_collect(struct flood *f, int64_t least, struct flood_count *ret, size_t max)
{
    size_t n = 0;

    for (size_t set = 0; set < FLOOD_SETS && n < max; set++) {
        pthread_mutex_lock(&locks[set % LOCKS]);
        for (int i = 0; i < FLOOD_WAYS && n < max; i++) {
            struct flood_bucket *b = &f->v[set][i];
            if (!b->key || b->taken < least)
                continue;
            ret[n++] = (struct flood_count){b->key, b->taken};
            b->taken = 0;
        }
        pthread_mutex_unlock(&locks[set % LOCKS]);
    }
    return n;
}

void flood_others(struct flood *f, const struct flood_count *c, int64_t all, int64_t rate,
                  int64_t burst, int64_t now)
{
    size_t set = (size_t)(c->key % FLOOD_SETS);
    int64_t each = rate > 0 ? each_of(rate) : 1;

    pthread_mutex_lock(&locks[set % LOCKS]);
    for (int i = 0; i < FLOOD_WAYS; i++) {
        struct flood_bucket *b = &f->v[set][i];
        int64_t others = all - b->seen - c->taken, most = now + (burst + rate) * each, from;
        if (b->key != c->key)
            continue;
        from = b->until > now ? b->until : now;
        if (b->seen && now - b->seen_at > LATELY)
            others -= (now - b->seen_at - LATELY) / each;
        if (b->seen && others > 0) {
            if (others > burst + rate)
                others = burst + rate;
            from += others * each;
            b->until = from < most ? from : most;
        }
        b->seen = all;
        b->seen_at = now;
    }
    pthread_mutex_unlock(&locks[set % LOCKS]);
}
