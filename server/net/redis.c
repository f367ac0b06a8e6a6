/* Commands to Redis over hiredis, with time-outs and back-off. Called by the dispatcher of jobs,
 * limits, live pokes and caches. A connection that failed or timed out is thrown away: a late reply
 * on it would answer the wrong command. Must never log values or the password. */
#include "net/redis.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <string.h>
#include <unistd.h>

#include "core/crypto.h"
#include "core/time.h"
#include "net/redis_int.h"

#define BACKOFF_FIRST (50 * TIME_MS)
#define BACKOFF_MOST (2 * TIME_S)
#define MAX_DEPTH 8
#define MAX_SCRIPTS 32

struct loaded {
    const struct redis_script *script;
    char sha[41];
};

struct redis {
    struct redis_config config;
    redisContext *c;
    bool up;
    int64_t next_try, backoff; /* time_mono */
    size_t n_loaded;
    struct loaded loaded[MAX_SCRIPTS];
};

static struct timeval zero_means_default(int ms, int otherwise)
{
    int v = ms > 0 ? ms : otherwise;

    return (struct timeval){.tv_sec = v / 1000, .tv_usec = v % 1000 * 1000};
}

static void drop(struct redis *r)
{
    if (r->c)
        redisFree(r->c);
    r->c = NULL;
    r->up = false;
}

static void drop_deferred(void *redis)
{
    drop(redis);
}

struct redis *redis_new(struct arena *a, const struct redis_config *config)
{
    struct redis *r = ARENA_NEW(a, struct redis);

    r->config = *config;
    arena_defer(a, drop_deferred, r);
    return r;
}

bool redis_up(const struct redis *r)
{
    return r->up;
}

static const struct err *away(struct redis *r, struct arena *a, const char *why)
{
    const struct err *e = err_why(a, E_UNAVAILABLE, "Redis is away: %s.", why);
    uint32_t noise;

    drop(r);
    r->backoff = r->backoff ? r->backoff * 2 : BACKOFF_FIRST;
    if (r->backoff > BACKOFF_MOST)
        r->backoff = BACKOFF_MOST;
    /* Half to all of it, so that threads that failed together come back one by one. */
    crypto_random(&noise, sizeof noise);
    r->next_try = time_mono() + r->backoff / 2 + (int64_t)(noise % 1024) * r->backoff / 2048;
    return e;
}

/* AUTH and SELECT right after connecting; a wrong password counts as away. */
static const char *greet(redisContext *c, const struct redis_config *config)
{
    redisReply *reply = NULL;
    bool ok = true;

    if (config->password && config->user)
        reply = redisCommand(c, "AUTH %s %s", config->user, config->password);
    else if (config->password)
        reply = redisCommand(c, "AUTH %s", config->password);
    if (config->password) {
        ok = reply && reply->type != REDIS_REPLY_ERROR;
        if (reply)
            freeReplyObject(reply);
    }
    if (!ok)
        return c->err ? "it does not answer" : "it refuses the password";
    if (config->db == 0)
        return NULL;
    reply = redisCommand(c, "SELECT %d", config->db);
    ok = reply && reply->type != REDIS_REPLY_ERROR;
    if (reply)
        freeReplyObject(reply);
    return ok ? NULL : "the database number cannot be selected";
}

const char *redis_connect(const struct redis_config *config, redisContext **ret)
{
    struct timeval connect = zero_means_default(config->connect_ms, 500);
    struct timeval call = zero_means_default(config->call_ms, 1000);
    redisContext *c = config->unix_path
                          ? redisConnectUnixWithTimeout(config->unix_path, connect)
                          : redisConnectWithTimeout(config->host, config->port, connect);
    const char *why = "no connection";

    if (c && !c->err)
        why = redisSetTimeout(c, call) == REDIS_OK ? greet(c, config) : "no connection";
    if (!why) {
        if (!config->unix_path)
            redisEnableKeepAlive(c);
        *ret = c;
        return NULL;
    }
    if (c)
        redisFree(c);
    return why;
}

static const struct err *ensure(struct redis *r, struct arena *a)
{
    const char *why;

    if (r->c)
        return NULL;
    if (time_mono() < r->next_try)
        return err_why(a, E_UNAVAILABLE, "Redis is away: the next attempt is not due yet.");
    r->n_loaded = 0;
    why = redis_connect(&r->config, &r->c);
    if (why) {
        r->c = NULL;
        return away(r, a, why);
    }
    return NULL;
}

static void copy_reply(struct arena *a, const redisReply *from, struct redis_reply *to, int depth)
{
    struct redis_reply *list;

    *to = (struct redis_reply){.kind = REDIS_NIL};
    switch (from->type) {
    case REDIS_REPLY_INTEGER:
        to->kind = REDIS_INT;
        to->i = from->integer;
        return;
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_ERROR:
        to->kind = from->type == REDIS_REPLY_STATUS   ? REDIS_STATUS
                   : from->type == REDIS_REPLY_STRING ? REDIS_TEXT
                                                      : REDIS_ERROR;
        to->s = str_dup(a, str_n(from->str, (size_t)from->len));
        return;
    case REDIS_REPLY_ARRAY:
        to->kind = REDIS_LIST;
        if (depth == MAX_DEPTH)
            return;
        list = ARENA_ARRAY(a, from->elements, struct redis_reply);
        for (size_t i = 0; i < from->elements; i++)
            copy_reply(a, from->element[i], &list[i], depth + 1);
        to->n = from->elements;
        to->list = list;
        return;
    default:
        return;
    }
}

static const struct err *append(struct redis *r, struct arena *a, const struct redis_words *w)
{
    const char **argv = ARENA_ARRAY(a, w->n, const char *);
    size_t *lengths = ARENA_ARRAY(a, w->n, size_t);

    for (size_t i = 0; i < w->n; i++) {
        argv[i] = w->words[i].p ? w->words[i].p : "";
        lengths[i] = w->words[i].n;
    }
    if (redisAppendCommandArgv(r->c, (int)w->n, argv, lengths) != REDIS_OK)
        return away(r, a, "the command could not be sent");
    return NULL;
}

static const struct err *take_reply(struct redis *r, struct arena *a, struct redis_reply *ret)
{
    void *reply = NULL;

    if (redisGetReply(r->c, &reply) != REDIS_OK || !reply)
        return away(r, a,
                    r->c->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK)
                        ? "it did not answer in time"
                        : "the connection broke");
    copy_reply(a, reply, ret, 0);
    freeReplyObject(reply);
    return NULL;
}

const struct err *redis_pipeline(struct redis *r, struct arena *a, size_t n,
                                 const struct redis_words *commands, struct redis_reply *replies)
{
    const struct err *e = ensure(r, a);

    for (size_t i = 0; !e && i < n; i++)
        e = append(r, a, &commands[i]);
    for (size_t i = 0; !e && i < n; i++)
        e = take_reply(r, a, &replies[i]);
    if (e)
        return e;
    r->up = true;
    r->backoff = 0;
    return NULL;
}

const struct err *redis_cmd(struct redis *r, struct arena *a, struct redis_reply *ret, size_t n,
                            const struct str *words)
{
    struct redis_reply reply = {.kind = REDIS_NIL};
    const struct redis_words command = {n, words};
    const struct err *e = redis_pipeline(r, a, 1, &command, &reply);

    if (e)
        return e;
    if (ret)
        *ret = reply;
    if (reply.kind == REDIS_ERROR)
        return err_why(a, E_UPSTREAM, "Redis refuses: %.*s", STR_ARG(reply.s));
    return NULL;
}

/* The script's SHA-1 on this connection; loads it where it is new. */
static const struct err *script_sha(struct redis *r, struct arena *a,
                                    const struct redis_script *script, struct str *ret_sha)
{
    struct redis_reply reply;
    const struct err *e;
    struct loaded *l;

    for (size_t i = 0; i < r->n_loaded; i++) {
        if (r->loaded[i].script == script) {
            *ret_sha = str_of(r->loaded[i].sha);
            return NULL;
        }
    }
    e = REDIS_CMD(r, a, &reply, STR("SCRIPT"), STR("LOAD"), str_of(script->text));
    if (e)
        return e;
    if (reply.kind != REDIS_TEXT || reply.s.n != 40 || r->n_loaded == MAX_SCRIPTS)
        return err_why(a, E_INTERNAL, "A Redis script could not be loaded.");
    l = &r->loaded[r->n_loaded++];
    l->script = script;
    memcpy(l->sha, reply.s.p, 40);
    *ret_sha = str_of(l->sha);
    return NULL;
}

const struct err *redis_eval(struct redis *r, struct arena *a, const struct redis_script *script,
                             struct redis_words words, struct redis_reply *ret)
{
    struct str *all = ARENA_ARRAY(a, words.n + 2, struct str);
    struct redis_reply reply = {.kind = REDIS_NIL};
    const struct err *e = NULL;

    /* Twice: SCRIPT FLUSH or a restart behind a proxy makes Redis forget what it had. */
    for (int round = 0; round < 2; round++) {
        all[0] = STR("EVALSHA");
        e = script_sha(r, a, script, &all[1]);
        if (e)
            return e;
        for (size_t i = 0; i < words.n; i++)
            all[2 + i] = words.words[i];
        e = redis_cmd(r, a, &reply, words.n + 2, all);
        if (e != E_UPSTREAM || !str_starts(reply.s, STR("NOSCRIPT")))
            break;
        r->n_loaded = 0;
    }
    if (ret)
        *ret = reply;
    return e;
}

const struct err *redis_publish(struct redis *r, struct arena *a, struct str channel,
                                struct str message)
{
    return REDIS_CMD(r, a, NULL, STR("PUBLISH"), channel, message);
}
