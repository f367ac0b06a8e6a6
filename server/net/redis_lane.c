/* See the header. On the loop's thread; the connection is not blocking. One that broke, or on which an
 * answer is overdue, is thrown away with all that was asked on it: a late answer would be another's. */
#include "net/redis_lane.h"

#include <hiredis/hiredis.h>
#include <netdb.h>
#include <string.h>

#include "core/log.h"
#include "core/time.h"

#define PATIENCE (100 * TIME_MS)
#define GREETING_MOST TIME_S
#define BACKOFF_FIRST (200 * TIME_MS)
#define BACKOFF_MOST (2 * TIME_S)
#define ASKS_MAX 2000
#define WORDS_MAX 24

/* ---- the connection ---- */

static void drop(struct redis_lane *l, const char *why)
{
    struct redis_ask *ask = l->first;

    if (l->state == REDIS_LANE_READY)
        LOG(LOG_WARN, "redis.lane_away", KV_C("why", why));
    if (l->c) {
        l->glue.unwatch(l);
        redisFree(l->c);
    }
    l->c = NULL;
    l->state = REDIS_LANE_AWAY;
    l->broken = false;
    l->first = l->last = NULL;
    l->n = 0;
    l->backoff = l->backoff ? l->backoff * 2 : BACKOFF_FIRST;
    if (l->backoff > BACKOFF_MOST)
        l->backoff = BACKOFF_MOST;
    l->retry_at = time_mono() + l->backoff;
    while (ask) {
        struct redis_ask *next = ask->next;
        ask->done(ask, NULL, 0);
        ask = next;
    }
}

/* What cannot be written yet goes when the socket is ready. */
static void flush(struct redis_lane *l)
{
    int all = 0;

    if (redisBufferWrite(l->c, &all) != REDIS_OK)
        l->broken = true; /* the loop or the tick drops it: not under the caller's feet */
    else
        l->glue.watch(l, l->c->fd, !all);
}

static void greet(struct redis_lane *l)
{
    const struct redis_config *c = &l->config;

    l->greetings = 1;
    if (c->password && ++l->greetings && c->user)
        redisAppendCommand(l->c, "AUTH %s %s", c->user, c->password);
    else if (c->password)
        redisAppendCommand(l->c, "AUTH %s", c->password);
    if (c->db && ++l->greetings)
        redisAppendCommand(l->c, "SELECT %d", c->db);
    redisAppendCommand(l->c, "SCRIPT LOAD %s", l->script);
    flush(l);
}

static void open_connection(struct redis_lane *l)
{
    const struct redis_config *c = &l->config;

    l->c = c->unix_path ? redisConnectUnixNonBlock(c->unix_path) : redisConnectNonBlock(c->host, c->port);
    if (!l->c || l->c->err) {
        if (l->c)
            redisFree(l->c);
        l->c = NULL;
        drop(l, "no connection");
        return;
    }
    l->state = REDIS_LANE_GREETING;
    l->since = time_mono();
    greet(l);
}

/* ---- answers ---- */

/* True: the lane is of no use any more; drop it. */
static bool took_greeting(struct redis_lane *l, const redisReply *r)
{
    if (r->type == REDIS_REPLY_ERROR)
        return true;
    if (--l->greetings)
        return false;
    if (r->type != REDIS_REPLY_STRING || r->len != 40)
        return true;
    memcpy(l->sha, r->str, 41);
    l->state = REDIS_LANE_READY;
    l->backoff = 0;
    return false;
}

static bool took_answer(struct redis_lane *l, const redisReply *r)
{
    struct redis_ask *ask = l->first;
    int64_t v[8];
    size_t n = 0;

    if (!ask)
        return true;
    if (r->type == REDIS_REPLY_ERROR) { /* the script is forgotten, the key is elsewhere, out of memory */
        (void)redis_config_follow(l->a, str_n(r->str, (size_t)r->len), &l->config);
        return true;
    }
    for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements && n < 8; i++)
        if (r->element[i]->type == REDIS_REPLY_INTEGER)
            v[n++] = r->element[i]->integer;
    l->first = ask->next;
    if (!l->first)
        l->last = NULL;
    l->n--;
    ask->done(ask, n ? v : NULL, n);
    return false;
}

static bool take_replies(struct redis_lane *l)
{
    bool bad = false;

    while (!bad) {
        void *reply = NULL;
        if (redisGetReplyFromReader(l->c, &reply) != REDIS_OK)
            return true;
        if (!reply)
            return false;
        bad = l->state == REDIS_LANE_GREETING ? took_greeting(l, reply) : took_answer(l, reply);
        freeReplyObject(reply);
    }
    return true;
}

void redis_lane_ready(struct redis_lane *l)
{
    if (!l->c)
        return;
    if (l->broken || redisBufferRead(l->c) != REDIS_OK || take_replies(l) || l->broken)
        drop(l, "the connection broke or it refuses");
    else
        flush(l);
}

/* ---- for the loop ---- */

bool redis_lane_eval(struct redis_lane *l, struct redis_words words, struct redis_ask *ask)
{
    const char *argv[WORDS_MAX] = {"EVALSHA", l->sha};
    size_t lengths[WORDS_MAX] = {7, 40};

    if (l->state != REDIS_LANE_READY || l->broken || l->n >= ASKS_MAX || words.n + 2 > WORDS_MAX)
        return false;
    for (size_t i = 0; i < words.n; i++) {
        argv[i + 2] = words.words[i].p;
        lengths[i + 2] = words.words[i].n;
    }
    if (redisAppendCommandArgv(l->c, (int)words.n + 2, argv, lengths) != REDIS_OK)
        return false;
    ask->next = NULL;
    ask->at = time_mono();
    if (l->last)
        l->last->next = ask;
    else
        l->first = ask;
    l->last = ask;
    l->n++;
    flush(l);
    return true;
}

void redis_lane_tick(struct redis_lane *l)
{
    int64_t now = time_mono();

    if (l->state == REDIS_LANE_AWAY && now >= l->retry_at)
        open_connection(l);
    else if (l->state == REDIS_LANE_GREETING && now - l->since > GREETING_MOST)
        drop(l, "it does not answer");
    else if (l->broken)
        drop(l, "the connection broke");
    else if (l->state == REDIS_LANE_READY && l->first && now - l->first->at > PATIENCE)
        drop(l, "it does not answer in time");
}

bool redis_lane_up(const struct redis_lane *l)
{
    return l->state == REDIS_LANE_READY && !l->broken;
}

/* hiredis looks a name up by waiting for it; so it gets a number. */
static bool look_up(struct redis_lane *l)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    char text[64];

    if (l->config.unix_path)
        return true;
    if (getaddrinfo(l->config.host, NULL, &hints, &found) != 0)
        return false;
    if (getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0)
        l->config.host = str_c(l->a, str_of(text));
    freeaddrinfo(found);
    return true;
}

void redis_lane_start(struct redis_lane *l, struct arena *a, const struct redis_config *config,
                      const char *script, struct redis_lane_glue glue, void *ctx)
{
    *l = (struct redis_lane){.ctx = ctx, .a = a, .config = *config, .script = script, .glue = glue,
                             .state = REDIS_LANE_AWAY};
    if (look_up(l))
        return;
    l->state = REDIS_LANE_OFF;
    LOG(LOG_WARN, "redis.lane_off", KV_C("why", "its host is not found; start again once it is"));
}

void redis_lane_stop(struct redis_lane *l)
{
    if (l->state != REDIS_LANE_OFF)
        drop(l, "stopping");
    l->state = REDIS_LANE_OFF;
}
