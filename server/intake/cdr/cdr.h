/* The TCP ports that phone systems connect to with their call records (3CX's CDR output, "active
 * socket"). Off unless the setting cdr_listen names an address and ports; each integration then
 * chooses a port and says from where it is called. Lines are stored as deliveries with the method
 * "CDR" and read like any other. The protocol has neither password nor acknowledgement: hence the
 * source address, and no byte is taken off a connection while PostgreSQL is away. */
#ifndef RINGSIGHT_INTAKE_CDR_H
#define RINGSIGHT_INTAKE_CDR_H

#include "core/arena.h"
#include "core/err.h"
#include "core/settings.h"

/* Listens until cdr_stop. E_BAD_INPUT for a setting that cannot be read. */
const struct err *cdr_serve(struct arena *a, const struct settings *s) MUST_USE;
void cdr_stop(void); /* async-signal-safe */

/* The setting cdr_listen: "0.0.0.0:5015-5099", "[::]:5015". */
struct cdr_range {
    const char *host;
    int64_t first, last;
};
const struct err *cdr_range_parse(struct arena *a, struct str text,
                                  struct cdr_range *ret) MUST_USE;

/* How much of what has been received can be stored now: up to and with its last line end; all of it
 * where the sender has been `quiet` for a while or closed. */
size_t cdr_ready(struct str received, bool quiet);

#endif
