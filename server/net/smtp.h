/* Sending mail by SMTP (over libcurl) to the one server that the operator's settings name. */
#ifndef RINGSIGHT_NET_SMTP_H
#define RINGSIGHT_NET_SMTP_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

struct settings;

struct smtp {
    const char *url; /* smtp://host:port or smtps://, with our own name as its path */
    const char *user, *password; /* user NULL: none is asked for */
    struct str from, from_name, host;
    bool tls; /* STARTTLS must be offered and hold (smtps has TLS anyway) */
};

/* What the settings say; *ret is NULL where smtp_url is empty. E_BAD_INPUT names the setting and the
 * cure. Reads the password's file or runs its command, once, at start. Lives in the arena. */
const struct err *smtp_open(struct arena *a, const struct settings *s, const struct smtp **ret) MUST_USE;

/* Hands one message over; NULL once the server took it. E_UPSTREAM_BUSY: not now (4xx, no connection, a
 * wrong sign-in that the operator can mend); E_TIMEOUT; E_UPSTREAM: never (5xx). The sentence ends with
 * the server's own words. Waits a minute at most. */
const struct err *smtp_send(const struct smtp *s, struct arena *a, struct str to,
                            struct str message) MUST_USE;

#endif
