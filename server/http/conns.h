/* The connections of a loop: their cap for each address, and the deadlines of TRUST.md A21. */
#ifndef RINGSIGHT_HTTP_CONNS_H
#define RINGSIGHT_HTTP_CONNS_H

#include "http/loop.h"

/* Once per process, before the first connection. */
void conns_init(void);
/* Takes one waiting connection; false when none waits. */
bool conns_accept(struct loop *loop, h2o_socket_t *listener, h2o_accept_ctx_t *accept);
/* Ends connections whose request head is not whole after 10 s (a new connection that sends nothing
 * included), or whose body comes at less than 1 KB/s. Call it about once a second. */
void conns_check(struct loop *loop);

#endif
