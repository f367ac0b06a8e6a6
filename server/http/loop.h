/* The glue's own view of a loop and of one exchange with libh2o. exchange.c, exchange_send.c and loop.c only. */
#ifndef RINGSIGHT_HTTP_LOOP_H
#define RINGSIGHT_HTTP_LOOP_H

#include <pthread.h>
#include <stdatomic.h>

#define H2O_USE_LIBUV 0
#include <h2o.h>

#include "http/client.h"
#include "http/inner.h"
#include "http/security.h"
#include "http/static_files.h"
#include "http/tenant_host.h"

#define LOOPS_MAX 64

struct loop {
    size_t number;
    h2o_context_t ctx;
    h2o_accept_ctx_t accept, accept_metrics;
    h2o_multithread_queue_t *queue;
    h2o_multithread_receiver_t receiver; /* exchanges that come back from worker threads */
    h2o_timeout_t tick;
    h2o_timeout_entry_t tick_entry;
    h2o_socket_t *listener, *metrics_listener;
    struct lane lane;
    struct identity_cache *identities;
    struct limits *limits;
    void *slots[LOOP_SLOTS];
    struct open_conn *conns; /* conns.c */
    size_t connections;
    _Atomic size_t in_flight;
    bool shutdown_told, done;
    int64_t stopping_since;
};

struct exchange {
    struct req rq; /* first: a req is its exchange */
    h2o_multithread_message_t message;
    h2o_generator_t generator;
    h2o_req_t *h2o; /* NULL once libh2o has ended the request */
    bool answered;  /* the reply has come back to the loop */
    bool pulling;   /* a worker thread is filling `part` */
    char *part;
    size_t part_n;
    int64_t sent;
    const struct err *pull_failed;
};

/* Parts of the glue that every answer shares; set before the loops start. */
struct glue {
    const struct security *security;
    const struct static_files *files;
    struct tenant_hosts hosts;
    unsigned label_static, label_strict, label_connections, label_slow, label_host;
};
extern struct glue glue;

/* A listening socket; E_INTERNAL says why not. */
const struct err *loop_open_port(struct arena *a, uint32_t address, int64_t port,
                                 int *ret_fd) MUST_USE;

/* The handler of the public host, and of the metrics host. */
int exchange_on_request(h2o_handler_t *self, h2o_req_t *h);
int exchange_on_metrics(h2o_handler_t *self, h2o_req_t *h);
/* Before the tunnel of /live: refuses what the socket server would answer by hanging up. */
int exchange_on_live(h2o_handler_t *self, h2o_req_t *h);
/* A filter for the answers libh2o makes itself (413, broken chunks): the security headers. */
void exchange_on_own_answer(h2o_filter_t *self, h2o_req_t *h, h2o_ostream_t **slot);
/* ---- exchange_send.c ---- */

void exchange_header(h2o_req_t *h, const char *name, struct str value);
void exchange_security(h2o_req_t *h, enum answer_kind kind); /* the headers of that kind of answer */
void exchange_status(h2o_req_t *h, int status);
void exchange_length(h2o_req_t *h, int status, size_t length);
/* A whole answer that no route makes. */
void exchange_plain(h2o_req_t *h, int status, struct str type, struct str body);
/* libh2o ends a request: `guard` points at its exchange. */
void exchange_disposed(void *guard);
/* Exchanges that a worker thread has sent back. */
void exchange_on_messages(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages);
/* Trusted proxies from the settings; then one call per route for its metrics label. */
/* Whether this peer is one of `trusted_proxies`. */
bool exchange_trusts(struct address peer);
const struct err *exchange_init(struct arena *a) MUST_USE;
#define ROUTES_MAX 600 /* exchange_init refuses more */
void exchange_label(size_t route, struct str name);
struct loop *loop_of(h2o_context_t *ctx);
struct limits *loop_limits(struct loop *loop);
/* A library keeps its socket; the loop gets a copy of the descriptor, in *watched once there is one, and calls
 * `ready` when it can be read, or once when it can be written. */
void loop_watch(struct loop *loop, void **watched, int fd, bool write, h2o_socket_cb ready, void *data);
void loop_unwatch(void **watched);
/* The loop this thread runs, NULL elsewhere. */
struct loop *loop_here(void);

#endif
