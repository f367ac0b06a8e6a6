/* The loopback port of a worker process: /metrics, and /readyz, which tells whether it gets on with
 * its work and not merely that it is there. A loop of its own in one thread; no database. */
#include <unistd.h>

#include "core/log.h"
#include "core/metrics.h"
#include "http/loop.h"

static struct {
    h2o_globalconf_t conf;
    h2o_context_t ctx;
    h2o_accept_ctx_t accept;
    h2o_socket_t *listener;
    bool (*healthy)(void);
    atomic_bool stop;
    pthread_t thread;
    bool on;
} port;

static void on_accept(h2o_socket_t *listener, const char *err)
{
    h2o_socket_t *sock = err ? NULL : h2o_evloop_socket_accept(listener);

    if (sock)
        h2o_accept(&port.accept, sock);
}

static int on_ready(h2o_handler_t *self, h2o_req_t *h)
{
    bool healthy = port.healthy();

    (void)self;
    h->res.status = healthy ? 200 : 503;
    h->res.reason = healthy ? "OK" : "Service Unavailable";
    if (healthy)
        h2o_send_inline(h, H2O_STRLIT("working\n"));
    else
        h2o_send_inline(h, H2O_STRLIT("not getting on\n"));
    return 0;
}

static void add(h2o_hostconf_t *host, const char *path, int (*on_req)(h2o_handler_t *, h2o_req_t *))
{
    h2o_pathconf_t *p = h2o_config_register_path(host, path, 0);

    h2o_create_handler(p, sizeof(h2o_handler_t))->on_req = on_req;
}

static void *serve(void *unused)
{
    (void)unused;
    while (!atomic_load(&port.stop))
        h2o_evloop_run(port.ctx.loop, 500);
    return NULL;
}

const struct err *http_worker_port(struct arena *a, int64_t number, bool (*healthy)(void))
{
    h2o_hostconf_t *host;
    int fd = -1;
    const struct err *e;

    if (!number)
        return NULL;
    e = loop_open_port(a, INADDR_LOOPBACK, number, &fd);
    if (e) { /* another worker of this machine has it: this one works all the same */
        LOG(LOG_WARN, "worker.no_metrics", KV("reason", arena_why(a)));
        return NULL;
    }
    port.healthy = healthy;
    h2o_config_init(&port.conf);
    port.conf.http1.upgrade_to_http2 = 0;
    host = h2o_config_register_host(&port.conf, h2o_iovec_init(H2O_STRLIT("worker")), 65535);
    add(host, "/readyz", on_ready);
    add(host, "/metrics", exchange_on_metrics);
    h2o_context_init(&port.ctx, h2o_evloop_create(), &port.conf);
    port.accept = (h2o_accept_ctx_t){.ctx = &port.ctx, .hosts = port.conf.hosts};
    port.listener = h2o_evloop_socket_create(port.ctx.loop, fd, H2O_SOCKET_FLAG_DONT_READ);
    h2o_socket_read_start(port.listener, on_accept);
    if (pthread_create(&port.thread, NULL, serve, NULL) != 0)
        return err_why(a, E_INTERNAL, "cannot start a thread");
    port.on = true;
    return NULL;
}

void http_worker_port_close(void)
{
    if (!port.on)
        return;
    atomic_store(&port.stop, true);
    pthread_join(port.thread, NULL);
    port.on = false;
}
