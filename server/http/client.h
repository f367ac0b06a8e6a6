/* Who is asking: the client's address behind trusted proxies. Pure, but for the list's arena. */
#ifndef RINGSIGHT_HTTP_CLIENT_H
#define RINGSIGHT_HTTP_CLIENT_H

#include <sys/socket.h>

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

/* An IPv6 address; IPv4 as ::ffff:a.b.c.d. All zero: unknown (a unix socket). */
struct address {
    uint8_t b[16];
};

struct cidr {
    struct address net;
    unsigned bits; /* of the 128 */
};

struct cidr_list {
    const struct cidr *v;
    size_t n;
};

#define CIDR_LIST_MAX 256
/* Hops of X-Forwarded-For that are looked at, from the right. */
#define CLIENT_HOPS_MAX 16
#define ADDRESS_TEXT 46

/* RINGSIGHT_TRUSTED_PROXIES: addresses and networks ("127.0.0.1, 10.0.0.0/8 fd00::/8"), divided by
 * commas or blanks; empty is an empty list. E_BAD_INPUT names the part that is wrong. */
const struct err *cidr_list_parse(struct arena *a, struct str text,
                                  struct cidr_list *ret_list) MUST_USE;
bool cidr_list_has(const struct cidr_list *list, struct address addr);

/* "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]:4711"; false otherwise. */
bool address_parse(struct str text, struct address *ret);
struct str address_text(struct address addr, char out[ADDRESS_TEXT]);
struct address address_of(const struct sockaddr *sa);

/* The address that counts. The peer, unless it is a trusted proxy; then the right-most address of
 * X-Forwarded-For (several headers joined by commas, STR_NONE if missing) that is not a trusted
 * proxy itself. What stands left of that one was written by the client and is worth nothing. A part
 * that is no address ends the walk at the proxy that sent it. A peer on a unix socket is trusted
 * only if `trust_unix`. */
struct address client_address(const struct sockaddr *peer, struct str forwarded_for,
                              const struct cidr_list *trusted, bool trust_unix);

/* The network that limits count by: the address itself for IPv4, its /64 for IPv6. */
struct address address_network(struct address addr);
/* The same of a request's client, as text. */
struct str client_network(struct arena *a, struct str client);

#endif
