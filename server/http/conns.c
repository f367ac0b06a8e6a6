/* Open connections: how many an address may hold, and deadlines for slow senders. libh2o 2.2.5 has
 * one timer of 60 s for head and body together and shows nobody where a request stands; what its
 * HTTP/1 reader keeps in the socket's input tells: the head stays there until its answer is sent,
 * and a request that is being answered is not read for. Called by loop.c, on the loop. It must not
 * close a socket that the library owns: shutdown makes the library close it. */
#include "http/conns.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/metrics.h"
#include "core/settings.h"
#include "core/time.h"
#include "http/client.h"

#define HEAD_DEADLINE (10 * TIME_S) /* TRUST.md A21 */
#define BODY_WINDOW (10 * TIME_S)   /* a body must bring at least 1 KB/s over each of these */
#define BODY_WINDOW_BYTES 10240u
#define ADDRESS_SLOTS 65536u

static _Atomic uint16_t per_address[ADDRESS_SLOTS];
static uint64_t address_salt;

struct open_conn {
    struct loop *loop;
    struct open_conn *next, **at;
    _Atomic uint16_t *slot;
    h2o_socket_t *sock;
    int64_t since; /* 0: nothing is awaited */
    size_t size;   /* of its input when last looked at: it grows while one request comes in */
    size_t had;    /* the same at `since`, once the head is whole */
    bool in_body;
};

void conns_init(void)
{
    crypto_random(&address_salt, sizeof address_salt);
}

static _Atomic uint16_t *address_slot(h2o_socket_t *sock)
{
    struct sockaddr_storage peer;
    struct address addr;
    uint64_t h = address_salt;

    if (!h2o_socket_getpeername(sock, (struct sockaddr *)&peer))
        return &per_address[0];
    addr = address_network(address_of((struct sockaddr *)&peer));
    for (size_t i = 0; i < sizeof addr.b; i++)
        h = (h ^ addr.b[i]) * UINT64_C(0x100000001b3); /* FNV-1a, salted */
    return &per_address[(h >> 20) % ADDRESS_SLOTS];
}

static void on_conn_closed(void *data)
{
    struct open_conn *c = data;

    *c->at = c->next;
    if (c->next)
        c->next->at = c->at;
    c->loop->connections--;
    atomic_fetch_sub(c->slot, 1);
    metric_add(M_HTTP_CONNECTIONS, 0, 0, -1);
    free(c);
}

/* A trusted proxy brings everybody's connections, and caps each address itself. */
static bool is_proxy(h2o_socket_t *sock)
{
    struct sockaddr_storage peer;

    return h2o_socket_getpeername(sock, (struct sockaddr *)&peer) &&
           exchange_trusts(address_of((struct sockaddr *)&peer));
}

bool conns_accept(struct loop *loop, h2o_socket_t *listener, h2o_accept_ctx_t *accept)
{
    h2o_socket_t *sock = h2o_evloop_socket_accept(listener);
    struct open_conn *c;

    if (!sock)
        return false;
    c = malloc(sizeof *c);
    if (!c)
        abort();
    *c = (struct open_conn){.loop = loop, .next = loop->conns, .at = &loop->conns,
                            .slot = address_slot(sock), .sock = sock, .since = time_mono()};
    if (c->next)
        c->next->at = &c->next;
    loop->conns = c;
    loop->connections++;
    metric_add(M_HTTP_CONNECTIONS, 0, 0, 1);
    sock->on_close.cb = on_conn_closed;
    sock->on_close.data = c;
    if (atomic_fetch_add(c->slot, 1) >= http_config.settings->connections_per_address &&
        !is_proxy(sock)) {
        metric_add(M_HTTP_REFUSED, glue.label_connections, 0, 1);
        h2o_socket_close(sock);
        return true;
    }
    h2o_accept(accept, sock);
    return true;
}

/* Looked at once for each request, when it is late. */
static bool head_is_whole(const h2o_buffer_t *input)
{
    return input->size && memmem(input->bytes, input->size, "\r\n\r\n", 4) != NULL;
}

/* Notes what the connection is at; true when its time for that is over. (The library's bytes_read
 * is what the last read brought, not the total that its header speaks of: 0 before the first.) */
static bool is_late(struct open_conn *c, int64_t now)
{
    const h2o_buffer_t *input = c->sock->input;
    size_t before = c->size;

    c->size = input->size;
    if (!h2o_socket_is_reading(c->sock) || (!c->size && c->sock->bytes_read)) {
        c->since = 0; /* being answered, or idle between requests: the library's own timers */
        return false;
    }
    if (!c->since || c->size < before) {
        c->since = now;
        c->in_body = false;
        return false;
    }
    if (now - c->since < (c->in_body ? BODY_WINDOW : HEAD_DEADLINE))
        return false;
    if (c->in_body ? c->size - c->had < BODY_WINDOW_BYTES : !head_is_whole(input))
        return true;
    c->in_body = true;
    c->since = now;
    c->had = c->size;
    return false;
}

void conns_check(struct loop *loop)
{
    int64_t now = time_mono();

    for (struct open_conn *c = loop->conns; c; c = c->next) {
        if (!is_late(c, now))
            continue;
        c->since = 0;
        metric_add(M_HTTP_REFUSED, glue.label_slow, 0, 1);
        shutdown(h2o_socket_get_fd(c->sock), SHUT_RDWR);
    }
}
