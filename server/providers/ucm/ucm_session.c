/* The table of logins, see ucm_session.h. A fixed number of places under one mutex, which is never
 * held while anything is sent. Called by ucm_fetch.c from any worker thread, which shares a
 * cookie with other processes as a sealed row only; none ever reaches a log. */
#include "providers/ucm/ucm_session.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "core/time.h"

#define PLACES 256
#define MAX_COOKIE 200

struct place {
    struct ucm_session_key key;
    bool used, logging_in, refused;
    int64_t until; /* of the cookie or the refusal, time_mono scale */
    size_t n;
    char cookie[MAX_COOKIE];
};

static struct place places[PLACES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static bool same_credentials(const struct place *p, const struct ucm_session_key *key)
{
    return memcmp(p->key.credentials.b, key->credentials.b, CRYPTO_HASH) == 0;
}

static struct place *find(const struct ucm_session_key *key)
{
    for (size_t i = 0; i < PLACES; i++)
        if (places[i].used && uuid_eq(places[i].key.integration, key->integration) &&
            same_credentials(&places[i], key))
            return &places[i];
    return NULL;
}

static void clear(struct place *p)
{
    crypto_wipe(p->cookie, sizeof p->cookie);
    *p = (struct place){0};
}

/* A free place, else the one that runs out first; NULL if all are logging in. */
static struct place *make(const struct ucm_session_key *key)
{
    struct place *best = NULL;

    for (size_t i = 0; i < PLACES; i++) {
        struct place *p = &places[i];
        if (p->logging_in)
            continue;
        if (!p->used) {
            best = p;
            break;
        }
        if (!best || p->until < best->until)
            best = p;
    }
    if (!best)
        return NULL;
    clear(best);
    best->key = *key;
    best->used = true;
    return best;
}

/* One wait of at most a quarter second: the condition variable runs on the wall clock, our
 * deadlines on the monotonic one, and short waits keep a stepped clock harmless. */
static void wait_a_little(void)
{
    struct timespec at;

    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_nsec += 250000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_nsec -= 1000000000;
        at.tv_sec++;
    }
    pthread_cond_timedwait(&changed, &lock, &at);
}

static enum ucm_session_state look(struct arena *a, const struct ucm_session_key *key,
                                   struct str *ret_cookie)
{
    struct place *p = find(key);

    if (!p)
        p = make(key);
    if (!p || p->logging_in)
        return UCM_SESSION_BUSY;
    if (p->until > time_mono()) {
        if (p->refused)
            return UCM_SESSION_REFUSED;
        *ret_cookie = str_dup(a, str_n(p->cookie, p->n));
        return UCM_SESSION_READY;
    }
    p->refused = false;
    p->logging_in = true;
    return UCM_SESSION_LOGIN;
}

enum ucm_session_state ucm_session_get(struct arena *a, const struct ucm_session_key *key,
                                       int64_t deadline, struct str *ret_cookie)
{
    enum ucm_session_state state;

    pthread_mutex_lock(&lock);
    while ((state = look(a, key, ret_cookie)) == UCM_SESSION_BUSY && time_mono() < deadline)
        wait_a_little();
    pthread_mutex_unlock(&lock);
    return state;
}

/* A cookie longer than a place holds is used by its own thread only. */
void ucm_session_put(const struct ucm_session_key *key, struct str cookie)
{
    struct place *p;

    pthread_mutex_lock(&lock);
    p = find(key);
    if (p) {
        bool fits = cookie.n && cookie.n <= MAX_COOKIE;
        p->logging_in = false;
        p->refused = false;
        p->n = fits ? cookie.n : 0;
        p->until = fits ? time_mono() + UCM_COOKIE_S * TIME_S : 0;
        if (fits)
            memcpy(p->cookie, cookie.p, cookie.n);
    }
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void ucm_session_fail(const struct ucm_session_key *key, bool refused)
{
    struct place *p;

    pthread_mutex_lock(&lock);
    p = find(key);
    if (p) {
        p->logging_in = false;
        p->refused = refused;
        p->until = refused ? time_mono() + UCM_REFUSED_S * TIME_S : 0;
    }
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void ucm_session_drop(const struct ucm_session_key *key, struct str cookie)
{
    struct place *p;

    pthread_mutex_lock(&lock);
    p = find(key);
    if (p && !p->logging_in && str_eq(str_n(p->cookie, p->n), cookie))
        clear(p);
    pthread_mutex_unlock(&lock);
}
