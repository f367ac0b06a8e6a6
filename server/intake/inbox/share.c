/* See the header. An address is known to the others by a hash of its token's hash; what they all took
 * of it stands in one number of Redis that is gone a minute after the last of it. */
#include "intake/inbox/share.h"

#include <pthread.h>
#include <time.h>

#include "core/log.h"
#include "core/time.h"
#include "net/redis.h"

#define EVERY TIME_S
#define AT_ONCE 256 /* addresses a second; what is left waits for the next */
#define FORGOTTEN_S "60"

static struct {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    pthread_t thread;
    bool running, stop;
    const struct settings *settings;
    struct flood *flood;
    struct redis_config config;
} sh = {.lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};

static struct redis_words words_of(struct arena *a, struct str x, struct str y, struct str z)
{
    struct str *v = ARENA_ARRAY(a, 3, struct str);

    v[0] = x;
    v[1] = y;
    v[2] = z;
    return (struct redis_words){3, v};
}

/* What is not told because Redis is away is told to nobody: it was taken here all the same. */
static const struct err *exchange(struct redis *r, struct arena *a)
{
    struct flood_count *v = ARENA_ARRAY(a, AT_ONCE, struct flood_count);
    const struct settings *s = sh.settings;
    size_t n = flood_collect(sh.flood, s->hook_rate / 20 + 1, v, AT_ONCE);
    struct redis_words *commands = ARENA_ARRAY(a, 2 * n, struct redis_words);
    struct redis_reply *replies = ARENA_ARRAY(a, 2 * n, struct redis_reply);
    const struct err *e;

    for (size_t i = 0; i < n; i++) {
        struct str key = str_fmt(a, "rs:hookflood:%016llx", (unsigned long long)v[i].key);
        commands[2 * i] = words_of(a, STR("INCRBY"), key, str_fmt(a, "%lld", (long long)v[i].taken));
        commands[2 * i + 1] = words_of(a, STR("EXPIRE"), key, STR(FORGOTTEN_S));
    }
    e = n ? redis_pipeline(r, a, 2 * n, commands, replies) : NULL;
    for (size_t i = 0; !e && i < n; i++)
        if (replies[2 * i].kind == REDIS_INT)
            flood_others(sh.flood, &v[i], replies[2 * i].i, s->hook_rate, s->hook_burst, time_mono());
    return e;
}

static bool wait_a_second(void)
{
    int64_t until = time_now() + EVERY;
    struct timespec t = {until / TIME_S, until % TIME_S * 1000};
    bool go;

    pthread_mutex_lock(&sh.lock);
    if (!sh.stop)
        pthread_cond_timedwait(&sh.ended, &sh.lock, &t);
    go = !sh.stop;
    pthread_mutex_unlock(&sh.lock);
    return go;
}

static void *exchange_loop(void *unused)
{
    struct arena *own = arena_new();
    struct redis *r = redis_new(own, &sh.config);
    bool alone = false;

    (void)unused;
    while (wait_a_second()) {
        struct arena *a = arena_new();
        bool failed = exchange(r, a) != NULL;
        if (failed && !alone)
            LOG(LOG_WARN, "hooks.floods_counted_alone");
        alone = failed;
        arena_free(a);
    }
    arena_free(own);
    return NULL;
}

const struct err *share_start(struct arena *a, const struct settings *s, struct flood *f)
{
    const struct err *e;

    if (!*s->redis_url || !s->hook_rate)
        return NULL;
    e = redis_config_parse(a, str_of(s->redis_url), &sh.config);
    if (e)
        return e;
    sh.settings = s;
    sh.flood = f;
    if (pthread_create(&sh.thread, NULL, exchange_loop, NULL) != 0)
        return err_why(a, E_INTERNAL, "cannot start a thread");
    sh.running = true;
    return NULL;
}

void share_stop(void)
{
    if (!sh.running)
        return;
    pthread_mutex_lock(&sh.lock);
    sh.stop = true;
    pthread_cond_broadcast(&sh.ended);
    pthread_mutex_unlock(&sh.lock);
    pthread_join(sh.thread, NULL);
    sh.running = false;
}
