/* Between the socket server's thread (server.c) and the thread that reads the database
 * (reader.c); what they share is in desk.c. Nobody else includes it. */
#ifndef RINGSIGHT_LIVE_INNER_H
#define RINGSIGHT_LIVE_INNER_H

#include "core/crypto.h"
#include "live/feed.h"

#define SEATS_MAX 20000u
#define TENANT_SOCKETS_MAX 1000u

enum close_code {
    CLOSE_GOING_AWAY = 1001,
    CLOSE_TOO_LARGE = 1009,
    CLOSE_LATER = 1013,       /* too slow, too many, database away: come back */
    CLOSE_BAD_TICKET = 4401   /* ask for a new ticket */
};

/* A socket as both threads know it. The generation tells the next one in the same seat apart. */
struct seat {
    unsigned slot;
    uint32_t generation;
};

struct socket; /* server.c */

/* A tenant with open sockets. The reader makes and ends it; `feed` and `first` belong to the
 * server's thread, `snapshot` to the reader's, the counts are changed under the lock. */
struct live_tenant {
    struct live_tenant *next;
    struct arena *a;
    struct uuid id;
    unsigned sockets, holds;
    char snapshot[1024]; /* "": find out where we are and tell everybody to read again */
    struct feed feed;
    struct socket *first;
};

struct ask {
    struct seat seat;
    struct hash ticket;
    enum resume resume;
    int64_t from;
};

/* Who sits in a seat, for asking again. */
struct sitter {
    uint32_t generation;
    unsigned next_free; /* slot + 1 of the next free seat */
    bool admitted;
    struct live_tenant *tenant;
    struct uuid account;
    struct hash sight; /* of the text of the agents it may see */
    char scope[8], bearer[2 * CRYPTO_HASH + 1]; /* hex, "" if unknown */
};

struct standing {
    struct seat seat;
    struct sitter sitter;
    struct uuid tenant;
    bool good;
};

enum answer_kind { ANSWER_JOINED = 1, ANSWER_CLOSE, ANSWER_NEWS };

/* What the reader found out; lives in its own arena, which the taker frees. */
struct answer {
    struct answer *next;
    struct arena *a;
    enum answer_kind kind;
    struct seat seat;           /* JOINED, CLOSE */
    enum close_code code;       /* CLOSE */
    struct live_tenant *tenant; /* JOINED: valid while the seat is; NEWS: held */
    struct place place;         /* JOINED: what it may see */
    size_t n;                   /* NEWS; JOINED: what is replayed */
    struct notice *notices;
};

/* Before all else. wake() is called on the reader's thread after each answer. */
void desk_open(void (*wake)(void));
/* The reader is to stop. */
void desk_close(void);

/* ---- For the server's thread ---- */

/* False: no seat is free. */
bool seat_take(struct seat *ret);
bool seat_valid(struct seat seat);
/* The socket is gone; also counts it off its tenant. */
void seat_leave(struct seat seat);
/* Asks whether this ticket lets the seat in. False: too many wait already. */
bool desk_ask(const struct ask *ask);
/* All answers so far, oldest first. */
struct answer *desk_answers(void);
/* Ends the hold of an ANSWER_NEWS. */
void tenant_drop(struct live_tenant *tenant);
/* New notices were announced. Any thread; for poke_listen. */
void desk_poked(void *unused);

/* ---- For the reader's thread ---- */

enum desk_work { DESK_STOP = 0, DESK_ASKED, DESK_POLL };

/* Waits for a question, until poke_at if a poke came, until poll_at otherwise (time_mono). */
enum desk_work desk_wait(int64_t poll_at, int64_t poke_at);
size_t desk_asks(struct ask *out, size_t max);
struct answer *answer_new(enum answer_kind kind);
void desk_answer(struct answer *ans);
/* Seats the socket if it is still there. False: the tenant is full. */
bool desk_admit(struct seat seat, struct live_tenant *t, const struct sitter *who);
/* Copies who sits from *slot on and moves it. */
size_t desk_sitters(unsigned *slot, struct standing *out, size_t max);
struct live_tenant *desk_tenants(void);
struct live_tenant *desk_tenant(struct uuid id); /* NULL: has no sockets */
struct live_tenant *desk_add_tenant(struct uuid id);
/* Frees those without sockets. */
void desk_forget_tenants(void);

/* Starts the reader's thread. */
const struct err *reader_start(struct arena *a, const char *database_url) MUST_USE;
/* Waits a second at most. False: a query hangs, the thread is left behind and may still wake(). */
bool reader_stop(void);

#endif
