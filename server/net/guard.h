/* Which network addresses the server may call: nothing but the public internet, unless the
 * operator named a network for a use. Pure functions, no network: http_out asks them on the real
 * address of each socket, other speakers (mail, sockets to phone systems) may ask them too. */
#ifndef RINGSIGHT_NET_GUARD_H
#define RINGSIGHT_NET_GUARD_H

#include <sys/socket.h>

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

/* What the operator allows beyond the public internet, from the setting RINGSIGHT_EGRESS_ALLOW. */
struct net_allowances;

/* Reads "ucm=127.0.0.1/32:18089, ucm=10.0.0.0/8, generic=[fd00::/8]:8443": entries parted by
 * commas or line ends, each use=network with an optional prefix length (all bits if left out) and
 * port. IPv6 stands in brackets. The use is the word that the caller gives in http_request.use:
 * a-z, 0-9, '-' and '_'; there is no wildcard. Empty text allows nothing. E_BAD_INPUT names the
 * entry and what is wrong with it. */
const struct err *net_allowances_parse(struct arena *a, struct str text,
                                       const struct net_allowances **ret) MUST_USE;

/* One line per allowance, as `ringsight check` and the log at start print them; "" if none. */
struct str net_allowances_print(struct arena *a, const struct net_allowances *list);

/* The networks allowed for one use, as "10.0.0.0/8" or "127.0.0.1/32:8089", in the order given. Up to
 * `max` go into ret; how many there are. */
size_t net_allowances_of(struct arena *a, const struct net_allowances *list, struct str use,
                         struct str *ret, size_t max);

enum net_verdict {
    NET_REFUSED = 0, /* an inner, special or unknown address, or a port we do not call */
    NET_PUBLIC,      /* the public internet */
    NET_ALLOWED      /* covered by an allowance: plain http is fine too */
};

/* The verdict on one address and port (network byte order, as in the sockaddr). Everything is
 * refused that the IANA special-purpose registries (RFC 6890 and its updates) do not call globally
 * reachable, and everything in IPv6 that carries an IPv4 address. NULL list: no allowances. */
enum net_verdict net_address_allowed(const struct sockaddr *address, socklen_t length,
                                     struct str use, const struct net_allowances *list);

/* True if the list has an allowance for this use at all. */
bool net_allowances_any(const struct net_allowances *list, struct str use);

/* True for the ports we call without an allowance that names the port: 80, 443 and from 1024 on,
 * save those where services live that must not hear from us (databases, caches, Docker, SIP ...).
 */
bool net_port_allowed(unsigned port);

/* True if the address is one of this machine's own. A public address of ours leads to services
 * that listen on all addresses and trust the firewall. Asks the kernel each time. */
bool net_address_is_own(const struct sockaddr *address);

#endif
