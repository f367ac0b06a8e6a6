/* See the header. A token bucket each, in Redis (limits.lua) and the same in this process. People who work
 * take their tokens from Redis some at a time, so that most of their requests ask nobody. */
#include "http/limits.h"

#include <string.h>

#include "core/flood.h"
#include "core/metrics.h"
#include "core/settings.h"
#include "core/time.h"
#include "http/client.h"
#include "http/limits_lua.h"
#include "http/loop.h"
#include "net/redis_lane.h"

#define BUCKETS 4
#define PLACES 1024 /* of what is known of who asked lately; another with the same place pushes it out */
#define IN_STOCK 10 /* tokens taken ahead, where they are a small part of the bucket */
#define STOCK_FOR TIME_S
#define TENANTS_SHARE 5

static const struct kind {
    const char *name, *whose;
    bool a_minute; /* its rate */
} kinds[] = {
    {"person", "You", false},  {"key", "This key", false},     {"tenant", "Your company", false},
    {"address", "Your address", false}, {"costly", "You", true}, {"tenant_costly", "Your company", true},
    {"sign_in", "Your address", true},
};
enum { OF_PERSON = 0, OF_KEY, OF_TENANT, OF_ADDRESS, OF_COSTLY, OF_TENANT_COSTLY, OF_SIGN_IN, KINDS };

struct bucket {
    const struct kind *kind;
    struct str name; /* its key in Redis */
    uint64_t key;    /* the same in this process */
    int64_t rate, each, burst;
};

struct stock {
    uint64_t key;
    int64_t left, until;
    int64_t refused_until; /* by Redis: not asked before */
    const struct kind *refused_by;
};

struct limits {
    struct arena *a; /* it lives in */
    struct redis_lane redis;
    struct stock stocks[PLACES];
};

struct taking {
    struct redis_ask ask;
    struct req *rq;
    struct limits *limits;
    void (*go)(struct req *rq, const struct err *e);
    struct bucket v[BUCKETS];
    size_t n;
};

static struct flood own; /* of all loops */
static unsigned labels[KINDS];

/* ---- which buckets ---- */

static void add(struct taking *t, int kind, struct str whose, int64_t rate, int64_t burst)
{
    struct bucket *b = &t->v[t->n];
    struct hash h;

    if (!rate)
        return;
    b->kind = &kinds[kind];
    b->name = str_fmt(t->rq->a, "rs:{limits}:%s:%.*s", b->kind->name, STR_ARG(whose));
    h = crypto_sha256(b->name);
    memcpy(&b->key, h.b, sizeof b->key);
    b->rate = rate;
    b->burst = burst;
    b->each = (b->kind->a_minute ? 60 * TIME_S : TIME_S) / rate;
    if (!b->each)
        b->each = 1;
    t->n++;
}

static void add_signed_in(struct taking *t)
{
    const struct settings *s = http_config.settings;
    const struct identity *who = &t->rq->who;
    char tenant[UUID_TEXT], account[UUID_TEXT];
    struct str of_tenant = uuid_text(who->tenant, tenant);
    struct str whose = str_fmt(t->rq->a, "%s:%s", of_tenant.p, uuid_text(who->account, account).p);
    bool costly = t->rq->route->limit == LIMIT_COSTLY, within = !uuid_is_zero(who->tenant);

    add(t, who->kind == API_KEY ? OF_KEY : OF_PERSON, whose, s->request_rate, s->request_burst);
    if (within)
        add(t, OF_TENANT, of_tenant, s->tenant_rate, s->tenant_burst);
    if (costly)
        add(t, OF_COSTLY, whose, s->costly_rate, s->costly_burst);
    if (costly && within)
        add(t, OF_TENANT_COSTLY, of_tenant, s->costly_rate * TENANTS_SHARE, s->costly_burst * TENANTS_SHARE);
}

static void find_buckets(struct taking *t)
{
    const struct settings *s = http_config.settings;

    if (t->rq->route->limit == LIMIT_SIGN_IN)
        add(t, OF_SIGN_IN, client_network(t->rq->a, t->rq->client), s->sign_in_rate, s->sign_in_burst);
    else if (t->rq->who.kind == NOBODY)
        add(t, OF_ADDRESS, client_network(t->rq->a, t->rq->client), s->address_rate, s->address_burst);
    else
        add_signed_in(t);
}

/* ---- refusing ---- */

static const struct err *refuse(const struct taking *t, const struct bucket *b, int64_t wait)
{
    const struct kind *kind = b->kind;
    struct req *rq = t->rq;
    long long seconds = (long long)((wait + TIME_S - 1) / TIME_S);
    long long window = (long long)(b->burst * b->each / TIME_S);

    if (seconds < 1)
        seconds = 1;
    metric_add(M_HTTP_REFUSED, labels[kind - kinds], 0, 1);
    req_set_header(rq, "retry-after", str_fmt(rq->a, "%lld", seconds));
    req_set_header(rq, "ratelimit-policy", str_fmt(rq->a, "\"%s\";q=%lld;w=%lld", kind->name,
                                                   (long long)b->burst, window ? window : 1));
    req_set_header(rq, "ratelimit", str_fmt(rq->a, "\"%s\";r=0;t=%lld", kind->name, seconds));
    return err_why(rq->a, E_LIMIT, "%s may send %lld requests of this kind a %s: try again in %lld second%s.",
                   kind->whose, (long long)b->rate, kind->a_minute ? "minute" : "second", seconds,
                   seconds == 1 ? "" : "s");
}

/* ---- counting ---- */

static const struct err *take_own(struct taking *t)
{
    int64_t wait = 0, now = time_mono();

    for (size_t i = 0; i < t->n; i++)
        if (!flood_take_each(&own, t->v[i].key ? t->v[i].key : 1, t->v[i].each, t->v[i].burst, now, &wait))
            return refuse(t, &t->v[i], wait);
    return NULL;
}

/* By who asks and the last bucket, which tells the class. */
static struct stock *stock_of(struct taking *t)
{
    uint64_t key = t->v[0].key ^ (t->v[t->n - 1].key * 3);
    struct stock *s = &t->limits->stocks[key % PLACES];

    if (s->key != key)
        *s = (struct stock){.key = key};
    return s;
}

static const struct bucket *named(const struct taking *t, const struct kind *kind)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->v[i].kind == kind)
            return &t->v[i];
    return NULL;
}

/* True: what is known of this one decides, and *ret_e says how. */
static bool is_known(struct taking *t, const struct err **ret_e)
{
    struct stock *s = stock_of(t);
    int64_t now = time_mono();
    const struct bucket *b = now < s->refused_until ? named(t, s->refused_by) : NULL;

    *ret_e = NULL;
    if (b) {
        *ret_e = refuse(t, b, s->refused_until - now);
        return true;
    }
    if (now >= s->until || !s->left)
        return false;
    s->left--;
    return true;
}

static void on_answer(struct redis_ask *ask, const int64_t *v, size_t n)
{
    struct taking *t = (struct taking *)ask;
    struct stock *s = stock_of(t);
    const struct err *e = NULL;

    if (!v || n != 2) {
        metric_add(M_LIMITS_ALONE, 0, 0, 1);
    } else if (v[0] > 0 && v[0] <= (int64_t)t->n) {
        s->refused_until = time_mono() + v[1];
        s->refused_by = t->v[v[0] - 1].kind;
        e = refuse(t, &t->v[v[0] - 1], v[1]);
    } else {
        s->left = v[1] - 1;
        s->until = time_mono() + STOCK_FOR;
    }
    t->go(t->rq, e);
}

static bool ask_redis(struct taking *t)
{
    struct str words[2 + 3 * BUCKETS];
    bool in_stock = t->rq->route->limit == LIMIT_NORMAL;
    size_t n = 0;

    words[n++] = str_fmt(t->rq->a, "%zu", t->n);
    for (size_t i = 0; i < t->n; i++) {
        words[n++] = t->v[i].name;
        in_stock = in_stock && t->v[i].burst >= 20 * IN_STOCK;
    }
    words[n++] = str_fmt(t->rq->a, "%d", in_stock ? IN_STOCK : 1);
    for (size_t i = 0; i < t->n; i++) {
        words[n++] = str_fmt(t->rq->a, "%lld", (long long)t->v[i].each);
        words[n++] = str_fmt(t->rq->a, "%lld", (long long)t->v[i].burst);
    }
    t->ask.done = on_answer;
    return redis_lane_eval(&t->limits->redis, (struct redis_words){n, words}, &t->ask);
}

void limits_take(struct req *rq, void (*go)(struct req *rq, const struct err *e))
{
    struct taking *t = ARENA_NEW(rq->a, struct taking);
    const struct err *e;

    t->rq = rq;
    t->go = go;
    t->limits = loop_limits(rq->loop);
    if (!rq->route->async) /* hooks have limits of their own */
        find_buckets(t);
    e = take_own(t);
    if (e || !t->n || is_known(t, &e)) {
        go(rq, e);
    } else if (!ask_redis(t)) {
        if (t->limits->redis.state != REDIS_LANE_OFF)
            metric_add(M_LIMITS_ALONE, 0, 0, 1);
        go(rq, NULL);
    }
}

/* ---- the loop's side ---- */

static void on_socket(h2o_socket_t *sock, const char *err)
{
    (void)err; /* hiredis finds out for itself */
    redis_lane_ready(sock->data);
}

static void watch(struct redis_lane *l, int fd, bool write)
{
    loop_watch(l->ctx, &l->watch, fd, write, on_socket, l);
}

static void unwatch(struct redis_lane *l)
{
    loop_unwatch(&l->watch);
}

struct limits *limits_new(struct loop *loop)
{
    struct str rest = str_of(http_config.settings->redis_url), first = STR("");
    struct arena *a = arena_new();
    struct limits *l = ARENA_NEW(a, struct limits);
    struct redis_config config;

    l->a = a;
    for (int i = 0; i < KINDS; i++)
        labels[i] = metric_label(LABEL_REASON, str_fmt(a, "limit_%s", kinds[i].name));
    while (!first.n && str_split(&rest, ' ', &first))
        ; /* of several the first: what is counted together lies together */
    if (first.n && !redis_config_parse(a, first, &config)) /* a malformed one: poke_start has said so */
        redis_lane_start(&l->redis, a, &config, limits_lua, (struct redis_lane_glue){watch, unwatch}, loop);
    return l;
}

void limits_tick(struct limits *l)
{
    redis_lane_tick(&l->redis);
}

void limits_stop(struct limits *l)
{
    struct arena *a = l->a;

    redis_lane_stop(&l->redis);
    arena_free(a);
}
