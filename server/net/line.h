/* A connection to a port of a phone system that speaks lines of its own instead of HTTP: through the
 * same guard, with the same TLS settings. One thread at a time; calls block up to their time-out. */
#ifndef RINGSIGHT_NET_LINE_H
#define RINGSIGHT_NET_LINE_H

#include "net/http_out.h"

struct line;

struct line_config {
    const struct http_client *client;
    const char *use;    /* selects the allowances: "asterisk" ... */
    struct str host;    /* name or address, IPv6 in brackets */
    int64_t port;
    bool plain;         /* no TLS: only to networks that the operator allowed for the use */
    enum http_tls tls;
    struct str pin;     /* see struct http_request */
    int64_t connect_ms; /* connection and handshake together */
};

/* Connects. Errors as http_call's: E_BAD_INPUT, E_ADDRESS_REFUSED, E_TIMEOUT, E_UPSTREAM, each with
 * its sentence. line_close comes before the arena goes. */
const struct err *line_open(struct arena *a, const struct line_config *config,
                            struct line **ret) MUST_USE;
void line_close(struct line *l); /* NULL is fine */

/* Up to n next bytes; *ret_n == 0 if none came within ms. E_UPSTREAM: the other end is gone. */
const struct err *line_read(struct line *l, char *buf, size_t n, int64_t ms,
                            size_t *ret_n) MUST_USE;
/* All of it within ms. E_TIMEOUT, E_UPSTREAM. */
const struct err *line_write(struct line *l, struct str bytes, int64_t ms) MUST_USE;

#endif
