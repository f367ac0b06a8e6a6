/* Lines held open to phone systems: Asterisk's manager interface (AMI). A worker takes a lease on a
 * line (table phone_line), so that of all workers one holds it; messages are stored as they come
 * (line_journal) before they are looked into, and a call that is over becomes one delivery of the
 * inbox, from which it is folded like any other and can be replayed. */
#ifndef RINGSIGHT_INTAKE_LINES_H
#define RINGSIGHT_INTAKE_LINES_H

#include "http/http.h"

struct settings;

extern const struct feature lines_feature;

/* Starts looking for lines to hold, in a thread of its own; in the worker role, after the process's
 * services are open. */
const struct err *lines_start(struct arena *a, const struct settings *s) MUST_USE;
/* Async-signal-safe: hang up soon. */
void lines_ask_stop(void);
/* Waits until every line is hung up and its lease given back. */
void lines_stop(void);

/* Logs in to Asterisk with these settings and off again, beside the line that is held; takes at most some
 * fifteen seconds. E_UPSTREAM_AUTH: refused. Other errors as line_open's, each with its sentence in the
 * arena. *ret_greeting: what it calls itself, in the arena. */
struct json;
const struct err *line_try(struct arena *a, const struct json *settings,
                           struct str *ret_greeting) MUST_USE;

#endif
