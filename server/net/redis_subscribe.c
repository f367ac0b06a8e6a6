/* The subscriber's loop: a thread of its own, a connection of its own. Messages are pokes; what was
 * missed while Redis was away is the callback's to find (it is told of each reconnect). */
#include <errno.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <time.h>

#include "core/time.h"
#include "net/redis_int.h"

#define LOOK_MS 250
#define PING_AFTER (20 * TIME_S)
#define DEAD_AFTER (30 * TIME_S)
#define PAUSE_FIRST 100
#define PAUSE_MOST 2000

static bool stopped(const struct redis_subscriber *s)
{
    return atomic_load(s->stop);
}

static void pause_ms(const struct redis_subscriber *s, int ms)
{
    struct timespec t = {0, 50 * 1000000};

    for (; ms > 0 && !stopped(s); ms -= 50)
        nanosleep(&t, NULL);
}

static struct str text_of(const redisReply *r)
{
    return r->type == REDIS_REPLY_STRING ? str_n(r->str, (size_t)r->len) : STR_NONE;
}

/* ["message", channel, text]; all else (subscribe, pong) only proves that Redis lives. */
static void deliver(const struct redis_subscriber *s, const redisReply *r)
{
    if (r->type != REDIS_REPLY_ARRAY || r->elements != 3 ||
        !str_is(text_of(r->element[0]), "message"))
        return;
    s->on_message(s->arg, text_of(r->element[1]), text_of(r->element[2]));
}

static bool subscribe(const struct redis_subscriber *s, redisContext *c)
{
    for (size_t i = 0; i < s->n_channels; i++) {
        if (redisAppendCommand(c, "SUBSCRIBE %b", s->channels[i].p, s->channels[i].n) != REDIS_OK)
            return false;
    }
    for (size_t i = 0; i < s->n_channels; i++) {
        void *reply = NULL;
        bool ok = redisGetReply(c, &reply) == REDIS_OK && reply &&
                  ((redisReply *)reply)->type != REDIS_REPLY_ERROR;
        if (reply)
            freeReplyObject(reply);
        if (!ok)
            return false;
    }
    return true;
}

static bool send_ping(redisContext *c)
{
    int done = 0;

    if (redisAppendCommand(c, "PING") != REDIS_OK)
        return false;
    while (!done) {
        if (redisBufferWrite(c, &done) != REDIS_OK)
            return false;
    }
    return true;
}

/* Hands out all whole replies read so far. */
static bool drain(const struct redis_subscriber *s, redisContext *c)
{
    for (;;) {
        void *reply = NULL;
        if (redisGetReplyFromReader(c, &reply) != REDIS_OK)
            return false;
        if (!reply)
            return true;
        deliver(s, reply);
        freeReplyObject(reply);
    }
}

/* Until the connection fails or *stop. */
static void listen_on(const struct redis_subscriber *s, redisContext *c)
{
    int64_t heard = time_mono(), asked = heard;

    while (!stopped(s)) {
        struct pollfd p = {.fd = c->fd, .events = POLLIN};
        int n = poll(&p, 1, LOOK_MS);
        int64_t now = time_mono();
        if (n < 0 && errno != EINTR)
            return;
        if (n > 0) {
            if (redisBufferRead(c) != REDIS_OK || !drain(s, c))
                return;
            heard = asked = now;
            continue;
        }
        if (now - heard > DEAD_AFTER)
            return;
        if (now - asked > PING_AFTER) {
            if (!send_ping(c))
                return;
            asked = now;
        }
    }
}

void redis_subscribe_loop(const struct redis_subscriber *s)
{
    int pause = PAUSE_FIRST;

    while (!stopped(s)) {
        redisContext *c = NULL;
        if (!redis_connect(s->config, &c) && subscribe(s, c)) {
            pause = PAUSE_FIRST;
            s->on_message(s->arg, STR_NONE, STR_NONE);
            /* A message may have come in one piece with the subscription's answer. */
            if (drain(s, c))
                listen_on(s, c);
        }
        if (c)
            redisFree(c);
        pause_ms(s, pause);
        pause = pause * 2 < PAUSE_MOST ? pause * 2 : PAUSE_MOST;
    }
}
