/* Speaking to ring.lua. Called by the worker's threads and the hint sender, each with a set of
 * connections of its own. Knows nothing of PostgreSQL. */
#include "jobs/ring.h"

#include <stdio.h>

#include "jobs/ring_lua.h"
#include "net/redis.h"

#define HOLD_MS "5000" /* a hint that was taken and not settled comes back after so long */

static const struct redis_script script = {ring_lua};

struct connection {
    struct redis *redis;
    struct redis_config config;
    char prefix[16];
};

struct rings {
    struct arena *a;
    int n;
    char word[UUID_TEXT]; /* tells this process from others */
    struct connection *v;
};

const struct err *rings_open(struct arena *a, const char *urls, int n, struct rings **ret)
{
    struct rings *r = ARENA_NEW(a, struct rings);
    struct redis_config configs[64];
    struct str rest = str_of(urls), one;
    size_t n_configs = 0;

    while (str_split(&rest, ' ', &one)) {
        const struct err *e;
        if (!one.n || n_configs == 64)
            continue;
        e = redis_config_parse(a, one, &configs[n_configs++]);
        if (e)
            return e;
    }
    if (!n_configs)
        return err_why(a, E_BAD_INPUT, "there is no address of Redis");
    *r = (struct rings){.a = a, .n = n, .v = ARENA_ARRAY(a, (size_t)n, struct connection)};
    uuid_text(uuid_new(), r->word);
    for (int i = 0; i < n; i++) {
        struct connection *c = &r->v[i];
        c->config = configs[(size_t)i % n_configs];
        c->redis = redis_new(a, &c->config);
        snprintf(c->prefix, sizeof c->prefix, "{r%d}:", i);
    }
    *ret = r;
    return NULL;
}

int rings_count(const struct rings *r)
{
    return r->n;
}

int ring_of(const struct rings *r, struct uuid tenant)
{
    /* The last bytes of a UUIDv7 are random. */
    uint32_t h = (uint32_t)tenant.b[12] << 24 | (uint32_t)tenant.b[13] << 16 |
                 (uint32_t)tenant.b[14] << 8 | tenant.b[15];

    return (int)(h % (uint32_t)r->n);
}

/* A cluster's node that does not have the ring says who has. */
static bool follow(struct rings *r, struct connection *c, struct str said)
{
    if (!redis_config_follow(r->a, said, &c->config))
        return false;
    c->redis = redis_new(r->a, &c->config);
    return true;
}

/* Calls the script: words[0..1] are filled in here, the verb and the rest by the caller. */
static const struct err *call(struct rings *r, struct arena *a, int ring, struct redis_words words,
                              struct redis_reply *ret)
{
    struct connection *c = &r->v[ring];
    struct str *w = (struct str *)(uintptr_t)words.words;
    struct redis_reply reply = {.kind = REDIS_NIL};
    const struct err *e;

    w[0] = STR("1");
    w[1] = str_of(c->prefix);
    e = redis_eval(c->redis, a, &script, words, &reply);
    if (e == E_UPSTREAM && follow(r, c, reply.s))
        e = redis_eval(c->redis, a, &script, words, &reply);
    if (ret)
        *ret = reply;
    return e;
}

static struct str id_text(struct arena *a, struct uuid id)
{
    char text[UUID_TEXT];

    return str_dup(a, uuid_text(id, text));
}

static struct str number(struct arena *a, int64_t n)
{
    return str_fmt(a, "%lld", (long long)n);
}

const struct err *ring_push(struct rings *r, struct arena *a, int ring, const struct hint *hints,
                            size_t n)
{
    struct str *w = ARENA_ARRAY(a, 3 + 6 * n, struct str), *at = w + 3;

    w[2] = STR("push");
    for (size_t i = 0; i < n; i++) {
        *at++ = number(a, hints[i].priority);
        *at++ = str_of(hints[i].kind);
        *at++ = id_text(a, hints[i].tenant);
        *at++ = str_of(hints[i].gate);
        *at++ = id_text(a, hints[i].id);
        *at++ = number(a, hints[i].delay_ms);
    }
    return call(r, a, ring, (struct redis_words){3 + 6 * n, w}, NULL);
}

static bool read_taken(const struct redis_reply *row, int ring, struct taken *ret)
{
    struct str rest, tenant, priority;

    if (row->kind != REDIS_LIST || row->n != 5)
        return false;
    *ret = (struct taken){.lane = row->list[1].s, .unit = row->list[2].s, .due = row->list[3].s,
                          .capped = row->list[4].kind == REDIS_INT && row->list[4].i > 0,
                          .ring = ring};
    rest = ret->unit;
    str_split(&rest, '|', &tenant);
    ret->kind = ret->lane;
    str_split(&ret->kind, ':', &priority);
    return uuid_parse(row->list[0].s, &ret->id) && uuid_parse(tenant, &ret->tenant);
}

const struct err *ring_take(struct rings *r, struct arena *a, const struct take *t,
                            struct turn *ret)
{
    struct str *w = ARENA_ARRAY(a, 5 + 2 * t->n_rooms, struct str);
    struct redis_reply reply;
    const struct err *e;

    w[2] = STR("take");
    w[3] = number(a, t->wanted);
    w[4] = STR(HOLD_MS);
    for (size_t i = 0; i < t->n_rooms; i++) {
        w[5 + 2 * i] = str_of(t->rooms[i].kind);
        w[6 + 2 * i] = number(a, t->rooms[i].n);
    }
    e = call(r, a, t->ring, (struct redis_words){5 + 2 * t->n_rooms, w}, &reply);
    if (e)
        return e;
    *ret = (struct turn){.rebuild = reply.kind != REDIS_LIST, .next_ms = 1000};
    if (ret->rebuild || !reply.n)
        return NULL;
    ret->next_ms = reply.list[0].i;
    ret->v = ARENA_ARRAY(a, reply.n, struct taken);
    for (size_t i = 1; i < reply.n; i++)
        ret->n += read_taken(&reply.list[i], t->ring, &ret->v[ret->n]);
    return NULL;
}

const struct err *ring_settle(struct rings *r, struct arena *a, int ring, const struct verdict *v,
                              size_t n)
{
    static const char *const names[] = {"run", "gone", "later", "sleep"};
    struct str *w = ARENA_ARRAY(a, 3 + 6 * n, struct str), *at = w + 3;

    w[2] = STR("settle");
    for (size_t i = 0; i < n; i++) {
        if (v[i].taken->ring != ring)
            continue;
        *at++ = str_of(names[v[i].what]);
        *at++ = v[i].taken->lane;
        *at++ = v[i].taken->unit;
        *at++ = id_text(a, v[i].taken->id);
        *at++ = v[i].taken->due;
        *at++ = number(a, v[i].wait_ms);
    }
    if (at == w + 3)
        return NULL;
    return call(r, a, ring, (struct redis_words){(size_t)(at - w), w}, NULL);
}

const struct err *ring_beat(struct rings *r, struct arena *a, struct uuid tenant, struct uuid id)
{
    struct str w[] = {STR_NONE, STR_NONE, STR("beat"), id_text(a, tenant), id_text(a, id)};

    return call(r, a, ring_of(r, tenant), (struct redis_words){5, w}, NULL);
}

const struct err *ring_done(struct rings *r, struct arena *a, const struct hint *of)
{
    struct str tenant = id_text(a, of->tenant), lane = STR(""), unit = STR("");

    if (*of->gate) {
        lane = str_fmt(a, "%lld:%s", (long long)of->priority, of->kind);
        unit = str_fmt(a, "%.*s|%s", STR_ARG(tenant), of->gate);
    }
    struct str w[] = {STR_NONE, STR_NONE, STR("done"), tenant, id_text(a, of->id), lane, unit};
    return call(r, a, ring_of(r, of->tenant), (struct redis_words){7, w}, NULL);
}

const struct err *ring_shares(struct rings *r, struct arena *a, const struct share *v, size_t n)
{
    struct str *w = ARENA_ARRAY(a, 3 + 2 * n, struct str);
    const struct err *e = NULL;

    w[2] = STR("share");
    for (int k = 0; k < r->n && !e; k++) {
        size_t m = 3;
        for (size_t i = 0; i < n; i++) {
            if (ring_of(r, v[i].tenant) != k)
                continue;
            w[m++] = id_text(a, v[i].tenant);
            w[m++] = str_fmt(a, "%lld %lld", (long long)v[i].weight, (long long)v[i].cap);
        }
        e = call(r, a, k, (struct redis_words){m, w}, NULL);
    }
    return e;
}

const struct err *ring_rebuild(struct rings *r, struct arena *a, int ring, enum rebuild step,
                               bool *ret_ours)
{
    static const char *const names[] = {"begin", "go", "end", "lost"};
    struct str w[] = {STR_NONE, STR_NONE, STR("rebuild"), str_of(names[step]), str_of(r->word)};
    struct redis_reply reply;
    const struct err *e = call(r, a, ring, (struct redis_words){5, w}, &reply);

    if (!e && ret_ours)
        *ret_ours = reply.i == 1;
    return e;
}
