/* Redis over hiredis: a Unix socket, or TCP with a password (hiredis 0.14 has no TLS). Redis holds
 * nothing that cannot be made again, so every call has a time-out and its being away is an ordinary
 * error that callers may ignore. A struct redis is one connection, used by one thread at a time.
 * The process must ignore SIGPIPE: hiredis writes without MSG_NOSIGNAL. */
#ifndef RINGSIGHT_NET_REDIS_H
#define RINGSIGHT_NET_REDIS_H

#include <stdatomic.h>

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

struct redis_config {
    const char *unix_path; /* or host and port */
    const char *host;
    int port;
    const char *user, *password; /* NULL: none */
    int db;
    int connect_ms, call_ms; /* 0: 500 and 1000 */
};

/* Reads "unix:/run/redis.sock?db=1", "unix:///path", "unix:///path?password=x", "redis://host",
 * "redis://:password@host:6379/1", "redis://[::1]:6379". Percent escapes in user and password.
 * E_BAD_INPUT says what is wrong, without the password. */
const struct err *redis_config_parse(struct arena *a, struct str url,
                                     struct redis_config *ret) MUST_USE;

/* A node of a cluster that does not have a key says who has: "MOVED 7365 10.0.0.2:6379". Changes *config to
 * that one; false for any other text. */
bool redis_config_follow(struct arena *a, struct str said, struct redis_config *config);

struct redis;

/* Does not connect yet: the first command does. Closed with the arena, where it lives. */
struct redis *redis_new(struct arena *a, const struct redis_config *config);

enum redis_kind { REDIS_NIL = 0, REDIS_STATUS, REDIS_INT, REDIS_TEXT, REDIS_LIST, REDIS_ERROR };

struct redis_reply {
    enum redis_kind kind;
    int64_t i;    /* REDIS_INT */
    struct str s; /* REDIS_STATUS, REDIS_TEXT, REDIS_ERROR */
    size_t n;     /* REDIS_LIST */
    const struct redis_reply *list;
};

/* One command. E_UNAVAILABLE: Redis is away, did not answer in time (the command may have run) or
 * the next attempt to connect is not due yet (back-off 50 ms to 2 s, with jitter; such calls cost
 * nothing). E_UPSTREAM: Redis answered with an error, which is in *ret and in the arena's why.
 * ret may be NULL. The reply lives in the arena. */
const struct err *redis_cmd(struct redis *r, struct arena *a, struct redis_reply *ret, size_t n,
                            const struct str *words) MUST_USE;

/* REDIS_CMD(r, a, &reply, STR("SET"), key, value) */
#define REDIS_CMD(r, a, ret, ...)                                                                  \
    redis_cmd((r), (a), (ret), sizeof((struct str[]){__VA_ARGS__}) / sizeof(struct str),           \
              (struct str[]){__VA_ARGS__})

struct redis_words {
    size_t n;
    const struct str *words;
};

/* Several commands in one round trip; replies[i] answers commands[i], errors of single commands
 * stay in their reply (REDIS_ERROR). E_UNAVAILABLE as above: some may have run. */
const struct err *redis_pipeline(struct redis *r, struct arena *a, size_t n,
                                 const struct redis_words *commands,
                                 struct redis_reply *replies) MUST_USE;

/* A Lua script, loaded once per connection. `words` is: number of keys, the keys, the arguments.
 * At most 32 scripts a connection; errors as redis_cmd. ret may be NULL. */
struct redis_script {
    const char *text;
};
const struct err *redis_eval(struct redis *r, struct arena *a, const struct redis_script *script,
                             struct redis_words words, struct redis_reply *ret) MUST_USE;

const struct err *redis_publish(struct redis *r, struct arena *a, struct str channel,
                                struct str message) MUST_USE;

/* True if the last command got through; for metrics and /readyz, no network. */
bool redis_up(const struct redis *r);

/* The blocking loop of a subscriber thread, on a connection of its own. Calls back with each
 * message, and once with channel STR_NONE after each (re)connect, when messages may have been
 * missed. Returns within a second after *stop became true. */
struct redis_subscriber {
    const struct redis_config *config;
    size_t n_channels;
    const struct str *channels;
    void (*on_message)(void *arg, struct str channel, struct str message);
    void *arg;
    const atomic_bool *stop;
};
void redis_subscribe_loop(const struct redis_subscriber *s);

#endif
