/* The dispatcher: whenever a slot is idle it asks the ring whose turn it is and claims those jobs in
 * PostgreSQL. Without Redis, PostgreSQL gives the turns itself, in the same order. One thread. */
#include <time.h>

#include "core/log.h"
#include "jobs/kinds.h"
#include "jobs/ring.h"
#include "jobs/worker_int.h"

#define LOOK_MS 1000      /* with the ring: pokes and its own next_ms are quicker */
#define LOOK_ALONE_MS 200 /* without: nobody pokes */
#define TAKE_DB_MS 1000
#define REST_MS 50 /* nobody is asked again sooner */
#define AHEAD_US (25 * TIME_MS) /* so long a claimed job may wait for a slot */

static struct rings *rings;
static int64_t look_ms; /* until the next look without a poke */
static int first_ring;

/* ---- room ---- */

static size_t running_of(const struct job_kind *k)
{
    struct held held[HELD_MAX];
    size_t n = 0, n_held = worker_holds(held);

    for (size_t i = 0; i < n_held; i++)
        n += held[i].job->kind == k && held[i].place != DONE;
    return n;
}

/* Slots that will be free within AHEAD_US, as far as one can tell. */
static int64_t free_soon(void)
{
    struct worker *w = &worker_state;
    int64_t n = (int64_t)w->idle, now = time_mono();

    for (size_t i = 0; i < w->n_slots; i++)
        n += w->slots[i].job && now - w->slots[i].since < AHEAD_US &&
             w->took[job_kind_number(w->slots[i].job->kind)] < AHEAD_US;
    return n;
}

/* How many jobs of a kind those slots work off in AHEAD_US. Kinds that take longer than that, or have a
 * cap, or were not seen yet, are claimed for idle slots only. */
static int64_t ahead_of(size_t kind, const struct job_kind *k, int64_t slots)
{
    int64_t took = worker_state.took[kind];

    return k->cap || !took || took > AHEAD_US ? 0 : AHEAD_US * slots / took;
}

/* What to ask for. */
struct wish {
    struct room *rooms; /* kinds that may start, and how many of each */
    size_t n_rooms;
    int64_t wanted;
};

/* For slots that wait. */
static struct wish for_slots(struct arena *a)
{
    struct worker *w = &worker_state;
    struct wish wish = {ARENA_ARRAY(a, KINDS_MAX, struct room), 0, 0};
    const struct job_kind *k;

    pthread_mutex_lock(&w->lock);
    if (!w->drain && w->idle > w->n_ahead)
        wish.wanted = (int64_t)(w->idle - w->n_ahead);
    for (size_t i = 0; wish.wanted && (k = job_kind_at(i)); i++) {
        int64_t room = k->cap ? k->cap - (int64_t)running_of(k) : SLOTS_MAX;
        if (w->takes[i] && room > 0)
            wish.rooms[wish.n_rooms++] = (struct room){k->name, room};
    }
    pthread_mutex_unlock(&w->lock);
    return wish;
}

/* Under the lock: few enough are ahead, and a place for a whole batch. */
static bool ahead_is_low(void)
{
    struct worker *w = &worker_state;

    return !w->drain && w->settings->ahead && w->n_ahead * 2 <= (size_t)w->settings->ahead;
}

/* Ahead of them: only what takes no time. */
static struct wish for_later(struct arena *a)
{
    struct worker *w = &worker_state;
    struct wish wish = {ARENA_ARRAY(a, KINDS_MAX, struct room), 0, 0};
    const struct job_kind *k;
    int64_t soon;

    pthread_mutex_lock(&w->lock);
    if (ahead_is_low())
        wish.wanted = w->settings->ahead - (int64_t)w->n_ahead;
    soon = free_soon();
    for (size_t i = 0; wish.wanted && (k = job_kind_at(i)); i++) {
        int64_t room = w->takes[i] ? ahead_of(i, k, soon) - (int64_t)w->n_ahead : 0;
        if (room > 0)
            wish.rooms[wish.n_rooms++] = (struct room){k->name, room};
    }
    pthread_mutex_unlock(&w->lock);
    return wish;
}

static void put(const struct job_claim_out *row, bool capped)
{
    struct job *job = worker_job(row);

    if (!job)
        return;
    job->capped = capped;
    worker_give(job);
}

/* ---- without Redis ---- */

static void list_rooms(struct arena *a, const struct wish *wish, struct job_take_in *ret)
{
    const struct room *v = wish->rooms;
    struct buf kinds = buf_new(a, 1 << 16), rooms = buf_new(a, 1 << 16);

    for (size_t i = 0; i < wish->n_rooms; i++) {
        buf_fmt(&kinds, "%s%s", i ? "," : "{", v[i].kind);
        buf_fmt(&rooms, "%s%lld", i ? "," : "{", (long long)v[i].n);
    }
    buf_char(&kinds, '}');
    buf_char(&rooms, '}');
    ret->kinds = buf_str(&kinds);
    ret->rooms = buf_str(&rooms);
}

static size_t turns_of_postgres(struct arena *a, const struct wish *wish)
{
    struct worker *w = &worker_state;
    struct job_take_out *rows = NULL;
    struct job_take_in in = {.worker = str_of(w->name), .lease_s = JOB_LEASE_S,
                             .limit = wish->wanted};
    size_t n = 0, claimed = 0;
    struct db *db;
    const struct err *e = db_take(w->pool, a, TAKE_DB_MS, &db);

    if (e)
        return 0;
    list_rooms(a, wish, &in);
    db_begin(db, (struct uuid){{0}});
    db_last(db);
    e = q_job_take(db, in, &rows, &n);
    if (!e)
        e = db_commit(db);
    db_give(w->pool, db);
    for (size_t i = 0; !e && i < n; i++) {
        if (!str_is(rows[i].verdict, "claimed"))
            continue;
        put(&(struct job_claim_out){
            .id = rows[i].id, .tenant_id = rows[i].tenant_id, .kind = rows[i].kind,
            .gate = rows[i].gate, .priority = rows[i].priority, .args = rows[i].args,
            .attempt = rows[i].attempt, .max_attempts = rows[i].max_attempts,
            .token = rows[i].token, .created_at = rows[i].created_at}, false);
        claimed++;
    }
    return claimed;
}

/* ---- with it ---- */

static struct str ids_of(struct arena *a, const struct turn *t)
{
    struct buf b = buf_new(a, 1 << 16);
    char text[UUID_TEXT];

    for (size_t i = 0; i < t->n; i++)
        buf_fmt(&b, "%s%s", i ? "," : "{", uuid_text(t->v[i].id, text).p);
    buf_char(&b, '}');
    return buf_str(&b);
}

static struct verdict verdict_of(const struct taken *taken, const struct job_claim_out *row)
{
    if (!row)
        return (struct verdict){taken, SETTLED_GONE, 0};
    if (str_is(row->verdict, "claimed"))
        return (struct verdict){taken, SETTLED_RUN, 0};
    if (str_is(row->verdict, "cancelled")) /* the keeper ends it */
        return (struct verdict){taken, SETTLED_GONE, 0};
    return (struct verdict){taken, str_is(row->verdict, "early") ? SETTLED_LATER : SETTLED_SLEEP,
                            row->wait_ms < REST_MS ? REST_MS : row->wait_ms};
}

/* What the ring proposed, claimed; what may not run goes back into it with the reason's time. */
static size_t claim(struct arena *a, int ring, const struct turn *t, bool *ret_refused)
{
    struct worker *w = &worker_state;
    struct verdict *v = ARENA_ARRAY(a, t->n, struct verdict);
    struct job_claim_out *rows = NULL;
    size_t n = 0, claimed = 0;
    struct db *db;
    const struct err *e = db_take(w->pool, a, TAKE_DB_MS, &db);

    if (e)
        return 0; /* they come back into the ring by themselves */
    db_begin(db, (struct uuid){{0}});
    db_last(db);
    e = q_job_claim(db, (struct job_claim_in){ids_of(a, t), str_of(w->name), JOB_LEASE_S}, &rows,
                    &n);
    if (!e)
        e = db_commit(db);
    db_give(w->pool, db);
    if (e)
        return 0;
    for (size_t i = 0; i < t->n; i++) {
        struct job_claim_out *row = NULL;
        for (size_t k = 0; k < n && !row; k++)
            row = uuid_eq(rows[k].id, t->v[i].id) ? &rows[k] : NULL;
        v[i] = verdict_of(&t->v[i], row);
        *ret_refused = *ret_refused || v[i].what != SETTLED_RUN;
        if (v[i].what != SETTLED_RUN)
            continue;
        put(row, t->v[i].capped);
        claimed++;
    }
    e = ring_settle(rings, a, ring, v, t->n);
    if (e)
        LOG(LOG_DEBUG, "ring.not_settled", KV_C("code", e->code));
    return claimed;
}

static void note(bool redis, bool rebuild)
{
    struct worker *w = &worker_state;

    pthread_mutex_lock(&w->lock);
    if (redis != w->redis)
        LOG(redis ? LOG_INFO : LOG_WARN, redis ? "ring.back" : "ring.away");
    w->rebuild = w->rebuild || rebuild || (redis && !w->redis);
    w->redis = redis;
    pthread_mutex_unlock(&w->lock);
}

/* The next ring has so much less room for these kinds. */
static void use_up(struct wish *wish, const struct turn *t)
{
    for (size_t i = 0; i < t->n; i++)
        for (size_t k = 0; k < wish->n_rooms; k++)
            wish->rooms[k].n -= str_is(t->v[i].kind, wish->rooms[k].kind);
}

/* Asks ring after ring, beginning with another one each time. E_*: PostgreSQL is to give turns. */
static const struct err *turns_of_ring(struct arena *a, struct wish *wish, size_t *ret_n,
                                       bool *ret_refused)
{
    bool rebuild = false;
    const struct err *e = NULL;

    for (int i = 0; i < rings_count(rings) && wish->wanted > 0 && !e; i++) {
        struct take take = {(first_ring + i) % rings_count(rings), wish->wanted, wish->rooms,
                            wish->n_rooms};
        struct turn t;
        e = ring_take(rings, a, &take, &t);
        if (e)
            break;
        rebuild = rebuild || t.rebuild;
        if (t.next_ms < look_ms)
            look_ms = t.next_ms;
        if (t.n) {
            size_t n = claim(a, take.ring, &t, ret_refused);
            *ret_n += n;
            wish->wanted -= (int64_t)n;
            use_up(wish, &t);
        }
    }
    first_ring = (first_ring + 1) % rings_count(rings);
    note(!e, rebuild);
    return e ? e : rebuild ? E_NOT_READY : NULL;
}

/* How many were claimed. */
static size_t fulfil(struct arena *a, struct wish *wish, bool *ret_refused)
{
    size_t n = 0;

    if (wish->wanted <= 0 || !wish->n_rooms)
        return 0;
    if (rings && !turns_of_ring(a, wish, &n, ret_refused))
        return n;
    look_ms = LOOK_ALONE_MS;
    return n ? n : turns_of_postgres(a, wish);
}

/* True if there may be more at once: something was claimed, or what the ring proposed may not run or
 * is gone, and others stand behind it. */
static bool look(void)
{
    struct arena *a = arena_new();
    struct wish wish = for_slots(a);
    int64_t wanted = wish.wanted;
    bool refused = false;
    size_t n;

    look_ms = LOOK_MS;
    n = fulfil(a, &wish, &refused);
    if ((int64_t)n == wanted) { /* no slot is left without one, and there may be more */
        wish = for_later(a);
        n += fulfil(a, &wish, &refused);
    }
    arena_free(a);
    return n || refused;
}

static struct timespec in_ms(int64_t ms)
{
    int64_t until = time_mono() + ms * TIME_MS;

    return (struct timespec){until / TIME_S, until % TIME_S * 1000};
}

static bool has_room(void)
{
    return worker_state.idle > worker_state.n_ahead || ahead_is_low();
}

/* Sleeps until poked with a slot idle or few jobs ahead, or for look_ms. */
static bool wait_for_room(void)
{
    struct worker *w = &worker_state;
    struct timespec until = in_ms(look_ms < 5 ? 5 : look_ms);
    bool room;

    pthread_mutex_lock(&w->lock);
    while ((!w->poked || !has_room()) && !worker_stopping())
        if (pthread_cond_timedwait(&w->wake, &w->lock, &until) != 0)
            break;
    w->poked = false;
    room = has_room();
    pthread_mutex_unlock(&w->lock);
    return room && !worker_stopping();
}

void dispatch_loop(struct arena *a)
{
    const struct settings *s = worker_state.settings;

    if (*s->redis_url && rings_open(a, s->redis_url, (int)s->rings, &rings))
        rings = NULL; /* hints_start refused it already */
    worker_state.redis = rings != NULL;
    look_ms = 0;
    while (!worker_stopping())
        if (wait_for_room() && look())
            worker_wake(NULL); /* there may be more */
}
