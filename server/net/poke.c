/* The poke sender and its listeners. Started by web and worker processes. */
#include "net/poke.h"

#include <pthread.h>

#include "core/time.h"
#include "net/redis.h"

static const char *const channels[POKES] = {"ringsight:jobs", "ringsight:live"};

struct listener {
    struct redis_subscriber sub;
    struct str channel;
    void (*fn)(void *arg);
    void *arg;
    pthread_t thread;
};

static struct {
    struct arena *a;
    struct redis_config config;
    bool on, running;
    pthread_t sender;
    pthread_mutex_t lock;
    pthread_cond_t asked;
    bool pending[POKES];
    atomic_bool stop, up;
    struct listener listeners[POKES];
    size_t n_listeners;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .asked = PTHREAD_COND_INITIALIZER};

bool poke_up(void)
{
    return atomic_load(&state.up);
}

void poke(enum poke what)
{
    if (!state.on)
        return;
    pthread_mutex_lock(&state.lock);
    state.pending[what] = true;
    pthread_cond_signal(&state.asked);
    pthread_mutex_unlock(&state.lock);
}

static bool take_pending(bool out[POKES])
{
    bool any = false;

    pthread_mutex_lock(&state.lock);
    while (!any && !atomic_load(&state.stop)) {
        for (int i = 0; i < POKES; i++) {
            out[i] = state.pending[i];
            any = any || out[i];
            state.pending[i] = false;
        }
        if (!any)
            pthread_cond_wait(&state.asked, &state.lock);
    }
    pthread_mutex_unlock(&state.lock);
    return any;
}

static void *send_loop(void *arg)
{
    struct arena *long_lived = arena_new();
    struct redis *r = redis_new(long_lived, &state.config);
    bool todo[POKES];

    (void)arg;
    while (take_pending(todo)) {
        struct arena *a = arena_new();
        for (int i = 0; i < POKES; i++) {
            const struct err *e =
                todo[i] ? redis_publish(r, a, str_of(channels[i]), STR("1")) : NULL;
            if (todo[i])
                atomic_store(&state.up, !e);
        }
        arena_free(a);
    }
    arena_free(long_lived);
    return NULL;
}

const struct err *poke_start(struct arena *a, const char *redis_url)
{
    struct str rest = str_of(redis_url), first;
    const struct err *e;

    if (!*redis_url)
        return NULL;
    state.a = a;
    str_split(&rest, ' ', &first); /* of several any will do: all nodes of a cluster tell all */
    e = redis_config_parse(a, first, &state.config);
    if (e)
        return e;
    state.on = true;
    if (pthread_create(&state.sender, NULL, send_loop, NULL) != 0)
        return err_why(a, E_INTERNAL, "cannot start a thread");
    state.running = true;
    return NULL;
}

static void on_message(void *arg, struct str channel, struct str message)
{
    struct listener *l = arg;

    (void)channel;
    (void)message;
    l->fn(l->arg);
}

static void *listen_loop(void *listener)
{
    redis_subscribe_loop(&((struct listener *)listener)->sub);
    return NULL;
}

const struct err *poke_listen(struct arena *a, enum poke what, void (*fn)(void *arg), void *arg)
{
    struct listener *l = &state.listeners[state.n_listeners];

    if (!state.on || state.n_listeners == POKES)
        return NULL;
    *l = (struct listener){.channel = str_of(channels[what]), .fn = fn, .arg = arg};
    l->sub = (struct redis_subscriber){.config = &state.config, .n_channels = 1,
                                       .channels = &l->channel, .on_message = on_message,
                                       .arg = l, .stop = &state.stop};
    if (pthread_create(&l->thread, NULL, listen_loop, l) != 0)
        return err_why(a, E_INTERNAL, "cannot start a thread");
    state.n_listeners++;
    return NULL;
}

void poke_stop(void)
{
    atomic_store(&state.stop, true);
    pthread_mutex_lock(&state.lock);
    pthread_cond_broadcast(&state.asked);
    pthread_mutex_unlock(&state.lock);
    if (state.running)
        pthread_join(state.sender, NULL);
    for (size_t i = 0; i < state.n_listeners; i++)
        pthread_join(state.listeners[i].thread, NULL);
    state.on = state.running = false;
    state.n_listeners = 0;
}
