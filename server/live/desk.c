/* What the socket server and the reader share, under one lock: seats, questions, answers,
 * the tenants with open sockets. Must not touch sockets or the database. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "live/inner.h"

#define ASKS_MAX 2048u

static struct {
    pthread_mutex_t lock;
    pthread_cond_t work;
    bool ready, stop, poked;
    void (*wake)(void);
    struct sitter seats[SEATS_MAX];
    unsigned seats_used, first_free;
    struct ask asks[ASKS_MAX];
    size_t asks_from, asks_n;
    struct answer *answers, **answers_end;
    struct live_tenant *tenants;
} shared = {.lock = PTHREAD_MUTEX_INITIALIZER};

void desk_open(void (*wake)(void))
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&shared.work, &attr);
    pthread_condattr_destroy(&attr);
    shared.answers_end = &shared.answers;
    shared.wake = wake;
    shared.ready = true;
}

void desk_close(void)
{
    pthread_mutex_lock(&shared.lock);
    shared.stop = true;
    pthread_cond_signal(&shared.work);
    pthread_mutex_unlock(&shared.lock);
}

/* ---- For the server's thread ---- */

bool seat_take(struct seat *ret)
{
    bool ok = true;

    pthread_mutex_lock(&shared.lock);
    if (shared.first_free) {
        ret->slot = shared.first_free - 1;
        shared.first_free = shared.seats[ret->slot].next_free;
    } else if (shared.seats_used < SEATS_MAX) {
        ret->slot = shared.seats_used++;
    } else {
        ok = false;
    }
    if (ok)
        ret->generation = shared.seats[ret->slot].generation;
    pthread_mutex_unlock(&shared.lock);
    return ok;
}

bool seat_valid(struct seat seat)
{
    bool valid;

    pthread_mutex_lock(&shared.lock);
    valid = shared.seats[seat.slot].generation == seat.generation;
    pthread_mutex_unlock(&shared.lock);
    return valid;
}

void seat_leave(struct seat seat)
{
    struct sitter *s = &shared.seats[seat.slot];

    pthread_mutex_lock(&shared.lock);
    if (s->admitted)
        s->tenant->sockets--;
    *s = (struct sitter){.generation = s->generation + 1, .next_free = shared.first_free};
    shared.first_free = seat.slot + 1;
    pthread_mutex_unlock(&shared.lock);
}

bool desk_ask(const struct ask *ask)
{
    bool room;

    pthread_mutex_lock(&shared.lock);
    room = shared.asks_n < ASKS_MAX;
    if (room)
        shared.asks[(shared.asks_from + shared.asks_n++) % ASKS_MAX] = *ask;
    pthread_cond_signal(&shared.work);
    pthread_mutex_unlock(&shared.lock);
    return room;
}

struct answer *desk_answers(void)
{
    struct answer *first;

    pthread_mutex_lock(&shared.lock);
    first = shared.answers;
    shared.answers = NULL;
    shared.answers_end = &shared.answers;
    pthread_mutex_unlock(&shared.lock);
    return first;
}

void tenant_drop(struct live_tenant *tenant)
{
    pthread_mutex_lock(&shared.lock);
    tenant->holds--;
    pthread_mutex_unlock(&shared.lock);
}

void desk_poked(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&shared.lock);
    shared.poked = true;
    if (shared.ready)
        pthread_cond_signal(&shared.work);
    pthread_mutex_unlock(&shared.lock);
}

/* ---- For the reader's thread ---- */

enum desk_work desk_wait(int64_t poll_at, int64_t poke_at)
{
    enum desk_work work = DESK_ASKED;

    pthread_mutex_lock(&shared.lock);
    while (!shared.stop && !shared.asks_n && work != DESK_POLL) {
        int64_t until = shared.poked ? poke_at : poll_at;
        struct timespec at = {until / TIME_S, until % TIME_S * 1000};
        if (time_mono() >= until)
            work = DESK_POLL;
        else
            pthread_cond_timedwait(&shared.work, &shared.lock, &at);
    }
    if (shared.stop)
        work = DESK_STOP;
    if (work == DESK_POLL)
        shared.poked = false;
    pthread_mutex_unlock(&shared.lock);
    return work;
}

size_t desk_asks(struct ask *out, size_t max)
{
    size_t n = 0;

    pthread_mutex_lock(&shared.lock);
    for (; n < max && shared.asks_n; n++) {
        out[n] = shared.asks[shared.asks_from];
        shared.asks_from = (shared.asks_from + 1) % ASKS_MAX;
        shared.asks_n--;
    }
    pthread_mutex_unlock(&shared.lock);
    return n;
}

bool desk_admit(struct seat seat, struct live_tenant *t, const struct sitter *who)
{
    struct sitter *s = &shared.seats[seat.slot];
    bool full;

    pthread_mutex_lock(&shared.lock);
    full = t->sockets >= TENANT_SOCKETS_MAX;
    if (!full && s->generation == seat.generation) {
        *s = *who;
        s->generation = seat.generation;
        s->admitted = true;
        s->tenant = t;
        t->sockets++;
    }
    pthread_mutex_unlock(&shared.lock);
    return !full;
}

size_t desk_sitters(unsigned *slot, struct standing *out, size_t max)
{
    size_t n = 0;

    pthread_mutex_lock(&shared.lock);
    for (; *slot < shared.seats_used && n < max; (*slot)++) {
        const struct sitter *s = &shared.seats[*slot];
        if (s->admitted)
            out[n++] = (struct standing){{*slot, s->generation}, *s, s->tenant->id, false};
    }
    pthread_mutex_unlock(&shared.lock);
    return n;
}

struct answer *answer_new(enum answer_kind kind)
{
    struct arena *a = arena_new();
    struct answer *ans = ARENA_NEW(a, struct answer);

    ans->a = a;
    ans->kind = kind;
    return ans;
}

void desk_answer(struct answer *ans)
{
    pthread_mutex_lock(&shared.lock);
    if (ans->kind == ANSWER_NEWS)
        ans->tenant->holds++;
    *shared.answers_end = ans;
    shared.answers_end = &ans->next;
    pthread_mutex_unlock(&shared.lock);
    shared.wake();
}

struct live_tenant *desk_tenants(void)
{
    return shared.tenants; /* only the reader changes the list */
}

struct live_tenant *desk_tenant(struct uuid id)
{
    struct live_tenant *t = shared.tenants;

    while (t && !uuid_eq(t->id, id))
        t = t->next;
    return t;
}

struct live_tenant *desk_add_tenant(struct uuid id)
{
    struct arena *a = arena_new();
    struct live_tenant *t = ARENA_NEW(a, struct live_tenant);

    t->a = a;
    t->id = id;
    t->next = shared.tenants;
    shared.tenants = t;
    return t;
}

void desk_forget_tenants(void)
{
    pthread_mutex_lock(&shared.lock);
    for (struct live_tenant **at = &shared.tenants; *at;) {
        struct live_tenant *t = *at;
        if (t->sockets || t->holds) {
            at = &t->next;
            continue;
        }
        *at = t->next;
        arena_free(t->a);
    }
    pthread_mutex_unlock(&shared.lock);
}
