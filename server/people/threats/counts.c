/* Counting without asking anybody: fixed tables, found by a hash; a thread empties them. A flood from many networks
 * fills the table, and what does not fit is not counted: these are figures for people. */
#include <pthread.h>
#include <string.h>

#include "core/log.h"
#include "core/time.h"
#include "people/threats/inner.h"
#include "people/threats/queries.h"
#include "people/threats/threats.h"

#define SLOTS 2048
#define TRIES 8
#define AGAIN (3600 * TIME_S) /* a known sender is written down again after so long */
#define AT_ONCE 500           /* rows of one tenant in one statement */

struct refused {
    struct uuid tenant, integration;
    const char *reason;
    struct address network;
    int64_t n;
};

struct sender {
    struct uuid tenant;
    struct address network;
    int64_t seen, written;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct refused refusals[SLOTS];
static struct sender senders[SLOTS];

struct str threats_cidr_text(struct arena *a, struct cidr c)
{
    bool v4 = c.bits >= 96 && c.net.b[10] == 0xff && c.net.b[11] == 0xff;
    char text[ADDRESS_TEXT];

    for (unsigned i = c.bits; i < 128; i++)
        c.net.b[i / 8] &= (uint8_t)~(0x80u >> i % 8);
    return str_fmt(a, "%s/%u", address_text(c.net, text).p, v4 ? c.bits - 96 : c.bits);
}

/* The /24 or /48 that is counted by. */
static bool network_of(struct str client, struct address *ret)
{
    static const uint8_t v4[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    if (!address_parse(client, ret))
        return false;
    if (memcmp(ret->b, v4, sizeof v4) == 0)
        ret->b[15] = 0;
    else
        memset(ret->b + 6, 0, 10);
    return true;
}

static struct str text_of(struct arena *a, struct address network)
{
    bool v4 = network.b[10] == 0xff && network.b[11] == 0xff && network.b[0] == 0;

    return threats_cidr_text(a, (struct cidr){network, v4 ? 120 : 48});
}

static size_t place(struct uuid of, const char *reason, struct address network)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < sizeof of.b; i++)
        h = (h ^ of.b[i]) * 16777619u;
    for (size_t i = 0; i < sizeof network.b; i++)
        h = (h ^ network.b[i]) * 16777619u;
    return (h ^ (uint8_t)reason[0]) % SLOTS;
}

void threats_hook_refused(struct uuid tenant, struct uuid integration, const char *reason, struct str client)
{
    struct address network = {{0}};
    size_t at;

    if (!network_of(client, &network))
        return;
    at = place(integration, reason, network);
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < TRIES; i++) {
        struct refused *r = &refusals[(at + i) % SLOTS];
        if (!r->n)
            *r = (struct refused){tenant, integration, reason, network, 0};
        if (uuid_eq(r->integration, integration) && r->reason[0] == reason[0] &&
            memcmp(&r->network, &network, sizeof network) == 0) {
            r->n++;
            break;
        }
    }
    pthread_mutex_unlock(&lock);
}

static bool is_due(const struct sender *s)
{
    return s->seen && (!s->written || s->seen - s->written >= AGAIN);
}

void threats_hook_taken(struct uuid tenant, struct str client)
{
    struct address network = {{0}};
    struct sender *room = NULL;
    size_t at;

    if (!network_of(client, &network))
        return;
    at = place(tenant, "", network);
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < TRIES; i++) {
        struct sender *s = &senders[(at + i) % SLOTS];
        if (uuid_eq(s->tenant, tenant) && memcmp(&s->network, &network, sizeof network) == 0) {
            s->seen = time_now();
            room = NULL;
            break;
        }
        if (!room && !is_due(s)) /* it makes room: its next hook tells of it again */
            room = s;
    }
    if (room)
        *room = (struct sender){tenant, network, time_now(), 0};
    pthread_mutex_unlock(&lock);
}

/* ---- writing down ---- */

struct batch {
    struct arena *a;
    struct uuid tenant;
    size_t n_refused, n_senders;
    struct refused refused[AT_ONCE];
    struct sender senders[AT_ONCE];
};

/* Takes what one tenant has; false: nobody has anything. Senders stay until they are written. */
static bool take(struct batch *b)
{
    bool any = false;

    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < SLOTS; i++) {
        struct sender *s = &senders[i];
        struct refused *r = &refusals[i];
        if (is_due(s) && b->n_senders < AT_ONCE && (!any || uuid_eq(b->tenant, s->tenant))) {
            any = true;
            b->tenant = s->tenant;
            b->senders[b->n_senders++] = *s;
        }
        if (r->n && b->n_refused < AT_ONCE && (!any || uuid_eq(b->tenant, r->tenant))) {
            any = true;
            b->tenant = r->tenant;
            b->refused[b->n_refused++] = *r;
            r->n = 0;
        }
    }
    pthread_mutex_unlock(&lock);
    return any;
}

static void keep_written(const struct batch *b)
{
    pthread_mutex_lock(&lock);
    for (size_t k = 0; k < b->n_senders; k++)
        for (size_t i = 0, at = place(b->tenant, "", b->senders[k].network); i < TRIES; i++) {
            struct sender *s = &senders[(at + i) % SLOTS];
            if (uuid_eq(s->tenant, b->tenant) && memcmp(&s->network, &b->senders[k].network, sizeof s->network) == 0)
                s->written = b->senders[k].seen;
        }
    pthread_mutex_unlock(&lock);
}

static struct str senders_json(const struct batch *b)
{
    struct jw w = jw_new(b->a);

    jw_open(&w, '[');
    for (size_t i = 0; i < b->n_senders; i++)
        jw_text(&w, text_of(b->a, b->senders[i].network));
    jw_close(&w, ']');
    return jw_done(&w);
}

static struct str refused_json(const struct batch *b)
{
    struct jw w = jw_new(b->a);

    jw_open(&w, '[');
    for (size_t i = 0; i < b->n_refused; i++) {
        jw_open(&w, '{');
        jw_key(&w, "integration");
        jw_uuid(&w, b->refused[i].integration);
        jw_key(&w, "reason");
        jw_text(&w, str_of(b->refused[i].reason));
        jw_key(&w, "network");
        jw_text(&w, text_of(b->a, b->refused[i].network));
        jw_key(&w, "n");
        jw_int(&w, b->refused[i].n);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return jw_done(&w);
}

static const struct err *write_batch(const struct batch *b)
{
    struct db_pool *pool = http_config.pools[DB_APP];
    struct db *db;
    const struct err *e = db_take(pool, b->a, 2000, &db);

    if (e)
        return e;
    db_begin(db, b->tenant);
    if (b->n_senders)
        e = q_threat_senders_add(db, (struct threat_senders_add_in){senders_json(b)}, NULL);
    if (!e && b->n_refused)
        e = q_threat_hooks_add(db, (struct threat_hooks_add_in){refused_json(b)}, NULL);
    if (!e)
        e = db_commit(db);
    db_give(pool, db);
    return e;
}

const struct err *threats_write(void)
{
    const struct err *e = NULL;
    bool any = true;

    while (any && !e) {
        struct arena *a = arena_new();
        struct batch *b = ARENA_NEW(a, struct batch);
        b->a = a;
        any = take(b);
        if (any)
            e = write_batch(b);
        if (any && !e)
            keep_written(b);
        arena_free(a);
    }
    return e;
}
