/* The pure part of live push: what a socket may see, what waits for it and when it is too slow,
 * how a notice is written, how a resume is read. No I/O, no locks. */
#ifndef RINGSIGHT_LIVE_FEED_H
#define RINGSIGHT_LIVE_FEED_H

#include "core/str.h"
#include "core/uuid.h"
#include "live/live.h"

struct notice {
    struct uuid id, object, agent; /* id zero: "resync", for everybody */
    char kind[LIVE_KIND_MAX + 1];
};

/* {"id":"<36>","kind":"<39>","object":"<36>"} */
#define NOTICE_TEXT 160
#define FEED_SIZE 1024u
/* A reader for whom more than this waits is too slow. */
#define FEED_WAITING_MAX 1000u
#define FEED_BYTES_MAX (256u << 10)
_Static_assert(FEED_WAITING_MAX * NOTICE_TEXT <= FEED_BYTES_MAX, "both limits hold");

/* The last notices of one tenant, shared by its sockets. */
struct feed {
    uint64_t next; /* number of the next notice */
    struct notice ring[FEED_SIZE];
};

/* What one socket may see and how far it has read. */
struct place {
    bool all;                  /* else only notices about these agents, in order of their ids */
    const struct uuid *agents; /* not owned */
    size_t n_agents;
    uint64_t next;
    size_t waiting;    /* notices of the feed that it may see and has not read */
};

/* Everything, or what is about one of its agents, and nothing without one. */
bool place_sees(const struct place *p, const struct notice *n);

void feed_add(struct feed *f, const struct notice *n);
/* After each feed_add, for each socket. `behind`: what else waits for it. False: too slow. */
bool place_hear(const struct feed *f, struct place *p, size_t behind);
/* The next notice for this socket; false if there is none. */
bool place_read(const struct feed *f, struct place *p, struct notice *ret);

/* JSON without a closing NUL; its length. Cuts a kind that is too long. */
struct notice notice_new(struct uuid id, struct str kind, struct uuid object, struct uuid agent);
size_t notice_text(const struct notice *n, char out[NOTICE_TEXT]);

/* ---- What a client asks for ---- */

enum resume { RESUME_NONE = 0, RESUME_FROM, RESUME_LOST };

#define RESUME_BEFORE (10 * TIME_S)
#define RESUME_KEPT (24 * 3600 * TIME_S)
#define RESUME_MOST 500u

/* Milliseconds of a version 7 id, as microseconds since 1970. */
int64_t uuid_time(struct uuid u);
/* From when to replay for a client that saw `after` last ("": it saw none). RESUME_LOST when that
 * cannot be told or is older than what is kept: the page reads everything again. */
enum resume resume_from(struct str after, int64_t now, int64_t *ret_from);

/* A ticket as POST /live/ticket gives it: 43 characters of the URL alphabet. */
bool ticket_fits(struct str ticket);
/* Browsers always send Origin with a web socket: it must be ours. Others send none. */
bool origin_fits(struct str origin, bool given, struct str ours);

#endif
