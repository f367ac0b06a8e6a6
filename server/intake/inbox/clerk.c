/* See the header. A slot per integration, found by its id; one that has nothing to write makes room
 * for another. What does not fit is not counted: refusals are figures for people, not records. */
#include "intake/inbox/clerk.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "core/log.h"
#include "core/time.h"
#include "http/http.h"
#include "intake/inbox/queries.h"

#define SLOTS 4096
#define TRIES 8
#define EVERY (2 * TIME_S)
#define USE_EVERY (5 * TIME_S) /* a use is written down again after so long */
#define DETAIL 200
#define SOURCE 64

struct count {
    int64_t n, first, last;
    size_t n_source, n_detail;
    char source[SOURCE], detail[DETAIL];
};

struct slot {
    struct uuid tenant, integration;
    struct count refused[REFUSALS];
    int64_t used[USES], written[USES];
};

static const char *const reasons[REFUSALS] = {"signature", "source", "flood", "unproven"};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    pthread_t thread;
    bool running, stop;
    struct slot slots[SLOTS];
} c = {.lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};

/* ---- counting ---- */

static bool use_due(const struct slot *s, int i)
{
    return s->used[i] && (!s->written[i] || s->used[i] - s->written[i] >= USE_EVERY);
}

static bool something_to_write(const struct slot *s)
{
    for (int i = 0; i < REFUSALS; i++)
        if (s->refused[i].n)
            return true;
    for (int i = 0; i < USES; i++)
        if (use_due(s, i))
            return true;
    return false;
}

/* NULL: all that it could be are taken. */
static struct slot *slot_of(struct uuid tenant, struct uuid integration)
{
    size_t at = (size_t)(integration.b[14] << 8 | integration.b[15]);
    struct slot *room = NULL;

    for (size_t i = 0; i < TRIES; i++) {
        struct slot *s = &c.slots[(at + i) % SLOTS];
        if (uuid_eq(s->integration, integration))
            return s;
        if (!room && (uuid_is_zero(s->integration) || !something_to_write(s)))
            room = s;
    }
    if (room)
        *room = (struct slot){.tenant = tenant, .integration = integration};
    return room;
}

static size_t keep(char *out, size_t size, struct str s)
{
    size_t n = s.n < size ? s.n : size;

    while (n && n < s.n && ((uint8_t)s.p[n] & 0xc0) == 0x80) /* not amid a character */
        n--;
    if (n)
        memcpy(out, s.p, n);
    return n;
}

void clerk_refused(struct uuid tenant, struct uuid integration, enum refusal why, struct str source,
                   struct str detail)
{
    int64_t now = time_now();
    struct slot *s;

    pthread_mutex_lock(&c.lock);
    s = slot_of(tenant, integration);
    if (s) {
        struct count *k = &s->refused[why];
        if (!k->n++)
            k->first = now;
        k->last = now;
        k->n_source = keep(k->source, sizeof k->source, source);
        k->n_detail = keep(k->detail, sizeof k->detail, detail);
    }
    pthread_mutex_unlock(&c.lock);
}

void clerk_used(struct uuid tenant, struct uuid integration, enum use what)
{
    struct slot *s;

    pthread_mutex_lock(&c.lock);
    s = slot_of(tenant, integration);
    if (s)
        s->used[what] = time_now();
    pthread_mutex_unlock(&c.lock);
}

/* ---- writing down ---- */

static int64_t used_at(const struct slot *s, int i)
{
    return s->used[i] ? s->used[i] : TIME_NONE;
}

static const struct err *write_refused(struct db *db, const struct slot *s, int i)
{
    const struct count *k = &s->refused[i];

    if (!k->n)
        return NULL;
    return q_hook_refused(db, (struct hook_refused_in){
        s->integration, str_of(reasons[i]), k->n, k->first, k->last,
        str_n(k->source, k->n_source), k->n_detail ? str_n(k->detail, k->n_detail) : STR_NONE}, NULL);
}

static const struct err *write_slot(const struct slot *s)
{
    struct db_pool *pool = http_config.pools[DB_APP];
    struct arena *a = arena_new();
    struct db *db;
    const struct err *e = db_take(pool, a, 2000, &db);

    if (!e) {
        db_begin(db, s->tenant);
        for (int i = 0; i < REFUSALS && !e; i++)
            e = write_refused(db, s, i);
        if (!e)
            e = q_hook_used(db, (struct hook_used_in){
                s->integration, used_at(s, USED_TOKEN), used_at(s, USED_OLD_TOKEN),
                used_at(s, USED_SECRET), used_at(s, USED_OLD_SECRET)}, NULL);
        if (!e)
            e = db_commit(db);
        db_give(pool, db);
    }
    arena_free(a);
    return e;
}

/* What was counted while it was being written stays for the next time. */
static void written(struct slot *now, const struct slot *then)
{
    if (!uuid_eq(now->integration, then->integration))
        return;
    for (int i = 0; i < REFUSALS; i++)
        now->refused[i].n -= then->refused[i].n;
    memcpy(now->written, then->used, sizeof now->written);
}

static const struct err *write_all(void)
{
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot copy;
        const struct err *e;
        bool any;
        pthread_mutex_lock(&c.lock);
        any = something_to_write(&c.slots[i]);
        copy = c.slots[i];
        pthread_mutex_unlock(&c.lock);
        if (!any)
            continue;
        e = write_slot(&copy);
        if (e == E_UNAVAILABLE || e == E_BUSY)
            return e; /* all of them, later */
        if (e)
            LOG(LOG_WARN, "hooks.refusals_not_written", KV_C("code", e->code));
        pthread_mutex_lock(&c.lock);
        written(&c.slots[i], &copy);
        pthread_mutex_unlock(&c.lock);
    }
    return NULL;
}

static bool wait_a_little(void)
{
    int64_t until = time_now() + EVERY;
    struct timespec t = {until / TIME_S, until % TIME_S * 1000};
    bool go;

    pthread_mutex_lock(&c.lock);
    if (!c.stop)
        pthread_cond_timedwait(&c.ended, &c.lock, &t);
    go = !c.stop;
    pthread_mutex_unlock(&c.lock);
    return go;
}

static void *write_loop(void *unused)
{
    (void)unused;
    while (wait_a_little())
        if (write_all())
            LOG(LOG_DEBUG, "hooks.refusals_wait");
    if (write_all())
        LOG(LOG_WARN, "hooks.refusals_lost");
    return NULL;
}

const struct err *clerk_start(struct arena *a)
{
    if (pthread_create(&c.thread, NULL, write_loop, NULL) != 0)
        return err_why(a, E_INTERNAL, "cannot start a thread");
    c.running = true;
    return NULL;
}

void clerk_stop(void)
{
    if (!c.running)
        return;
    pthread_mutex_lock(&c.lock);
    c.stop = true;
    pthread_cond_broadcast(&c.ended);
    pthread_mutex_unlock(&c.lock);
    pthread_join(c.thread, NULL);
    c.running = false;
}
