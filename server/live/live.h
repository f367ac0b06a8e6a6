/* Live push: notices of what changed go to the dashboard's web sockets. A notice is a row
 * (live_note) written in the transaction of its cause; sockets get {"id","kind","object"}, never
 * content. The socket server listens on a unix socket behind /live of the public port. */
#ifndef RINGSIGHT_LIVE_LIVE_H
#define RINGSIGHT_LIVE_LIVE_H

#include "core/arena.h"
#include "core/err.h"
#include "core/uuid.h"
#include "db/db.h"

/* Longest kind in bytes; lower-case letters, digits, '.', '_' and '-' only. */
#define LIVE_KIND_MAX 39

/* Writes a notice in the open tenant transaction. `agent`: whose call it is about; zero: only
 * those who see the whole tenant are told. After the commit a poke(POKE_LIVE) makes it quick;
 * without one it goes out within half a second. E_INTERNAL for a kind that breaks the rule above,
 * else what the database says. */
const struct err *live_note(struct db *db, const char *kind, struct uuid object,
                            struct uuid agent) MUST_USE;

struct live_config {
    const char *socket_path;  /* its folder is made when it is missing */
    const char *origin;       /* "https://host[:port]" as browsers write it */
    const char *database_url; /* as ringsight_app; one connection of our own */
};

/* Starts the server's threads; call poke_start before it. The texts are copied. E_BAD_INPUT for a
 * path too long for a socket, E_INTERNAL if it cannot listen. */
const struct err *live_start(struct arena *a, const struct live_config *config) MUST_USE;
/* Closes all sockets with 1001 and takes no more; returns at once. Async-signal-safe, for the
 * handler of SIGTERM: sockets have to hear it before the public server cuts their tunnels. */
void live_going_away(void);
/* Ends the server within two seconds; live_going_away is included. No-op when it never started. */
void live_stop(void);

#endif
