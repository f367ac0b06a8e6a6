/* The event loops: one per core, all accepting from one listening socket; the fast lane's sockets
 * joined to them; the tick; the graceful stop. Started by http_serve on the main thread, which runs
 * loop 0 itself. */
#include "http/conns.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/settings.h"
#include "core/time.h"
#include "db/migrate.h"
#include "core/metrics.h"
#include "http/limits.h"
#include "http/queries.h"
#include "http/strict.h"

#define TICK_MS 100
#define LANE_CONNS 2
#define LANE_STATEMENT_MS 5000
#define ENTITY_MAX ((8u << 20) + 65536u) /* upload parts */
#define ACCEPT_GRACE (1 * TIME_S)        /* still accepting while balancers notice /readyz */
#define IDLE_GRACE (2500 * TIME_MS)      /* idle connections get their "close" on a last request */

static struct loop *loops[LOOPS_MAX];
static size_t n_loops;
static h2o_globalconf_t conf;
static _Atomic int stop_asked;
static _Atomic bool schema_ok;
static _Atomic int lanes_up; /* loops whose fast lane works */
static _Thread_local struct loop *here;

struct loop *loop_here(void)
{
    return here;
}

struct lane *loop_lane(struct loop *loop)
{
    return &loop->lane;
}

void **loop_slot(struct loop *loop, enum loop_slot slot)
{
    return &loop->slots[slot];
}

size_t loop_number(const struct loop *loop)
{
    return loop->number;
}

struct identity_cache *loop_identities(struct loop *loop)
{
    return loop->identities;
}

struct limits *loop_limits(struct loop *loop)
{
    return loop->limits;
}

struct loop *loop_of(h2o_context_t *ctx)
{
    return H2O_STRUCT_FROM_MEMBER(struct loop, ctx, ctx);
}

bool http_stopping(void)
{
    return atomic_load(&stop_asked) != 0;
}

bool http_ready(void)
{
    return !http_stopping() && atomic_load(&schema_ok) &&
           atomic_load(&lanes_up) == (int)n_loops;
}

void http_stop(void)
{
    atomic_fetch_add(&stop_asked, 1);
}

/* ---- the lane's sockets ---- */

static void lane_event(h2o_socket_t *sock, const char *err)
{
    (void)err; /* libpq finds out for itself */
    lane_ready(sock->data);
}

void loop_unwatch(void **watched)
{
    if (*watched)
        h2o_socket_close(*watched);
    *watched = NULL;
}

void loop_watch(struct loop *loop, void **watched, int fd, bool write, h2o_socket_cb ready, void *data)
{
    h2o_socket_t *sock = *watched;

    if (!sock) {
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (copy < 0)
            return; /* its owner's tick gives up on it later */
        sock = h2o_evloop_socket_create(loop->ctx.loop, copy, H2O_SOCKET_FLAG_DONT_READ);
        sock->data = data;
        *watched = sock;
        h2o_socket_read_start(sock, ready);
    }
    if (write && !h2o_socket_is_writing(sock))
        h2o_socket_notify_write(sock, ready);
}

static void lane_unwatch(struct lane_conn *k)
{
    loop_unwatch(&k->watch);
}

static void lane_watch(struct lane_conn *k, int fd, bool write)
{
    loop_watch(k->lane->ctx, &k->watch, fd, write, lane_event, k);
}

/* ---- readiness ---- */

struct schema_ask {
    struct unit unit;
    struct lane_step step;
};

static void schema_answer(struct unit *u, const struct err *e)
{
    struct schema_number_out row;

    if (!e)
        e = bind_row(u->a, SQL_SCHEMA_NUMBER, u->steps[0].result, 0, &row);
    atomic_store(&schema_ok, !e && row.number >= MIGRATE_NEEDED);
    arena_free(u->a);
}

static void ask_schema(struct loop *loop)
{
    struct arena *a = arena_new();
    struct schema_ask *ask = ARENA_NEW(a, struct schema_ask);
    const struct err *e = bind_texts(a, SQL_SCHEMA_NUMBER, NULL, &ask->step.b);

    ask->unit = (struct unit){.a = a, .n_steps = 1, .steps = &ask->step, .done = schema_answer};
    if (e)
        arena_free(a);
    else
        lane_submit(&loop->lane, &ask->unit);
}

/* ---- accepting ---- */

static void on_accept(h2o_socket_t *listener, const char *err)
{
    struct loop *loop = listener->data;

    if (err)
        return;
    for (int i = 0; i < 16 && conns_accept(loop, listener, &loop->accept); i++)
        ;
}

static void on_accept_metrics(h2o_socket_t *listener, const char *err)
{
    struct loop *loop = listener->data;

    if (!err)
        conns_accept(loop, listener, &loop->accept_metrics);
}

/* ---- stopping ---- */

static void close_listeners(struct loop *loop)
{
    while (conns_accept(loop, loop->listener, &loop->accept)) /* the backlog is served */
        ;
    h2o_socket_close(loop->listener);
    loop->listener = NULL;
    if (loop->metrics_listener)
        h2o_socket_close(loop->metrics_listener);
    loop->metrics_listener = NULL;
}

static void stop_step(struct loop *loop)
{
    int64_t now = time_mono(), limit = http_config.settings->drain_seconds * TIME_S;

    if (!loop->stopping_since)
        loop->stopping_since = now;
    if (!loop->shutdown_told) {
        h2o_context_request_shutdown(&loop->ctx);
        loop->shutdown_told = true;
    }
    if (loop->listener && now - loop->stopping_since > ACCEPT_GRACE)
        close_listeners(loop);
    if (atomic_load(&stop_asked) > 1 || now - loop->stopping_since > limit ||
        (!loop->listener && !atomic_load(&loop->in_flight) &&
         (!loop->connections || now - loop->stopping_since > IDLE_GRACE)))
        loop->done = true;
}

static void on_tick(h2o_timeout_entry_t *entry)
{
    struct loop *loop = H2O_STRUCT_FROM_MEMBER(struct loop, tick_entry, entry);
    static _Thread_local bool was_up;
    static _Thread_local unsigned ticks;
    bool up, second = ++ticks % (1000 / TICK_MS) == 0;

    lane_tick(&loop->lane);
    limits_tick(loop->limits);
    up = lane_up(&loop->lane);
    if (up != was_up)
        atomic_fetch_add(&lanes_up, up ? 1 : -1);
    was_up = up;
    if (loop->number == 0 && up && (!atomic_load(&schema_ok) || second))
        ask_schema(loop);
    if (second)
        conns_check(loop);
    if (http_stopping())
        stop_step(loop);
    h2o_timeout_link(loop->ctx.loop, &loop->tick, &loop->tick_entry);
}

/* ---- starting ---- */

static struct loop *loop_new(size_t number)
{
    static h2o_hostconf_t *public_hosts[2], *metrics_hosts[2];
    struct loop *loop = calloc(1, sizeof *loop);

    if (!loop)
        abort();
    public_hosts[0] = conf.hosts[0];
    metrics_hosts[0] = conf.hosts[1];
    loop->number = number;
    h2o_context_init(&loop->ctx, h2o_evloop_create(), &conf);
    loop->accept = (h2o_accept_ctx_t){.ctx = &loop->ctx, .hosts = public_hosts,
                                      .expect_proxy_line = http_config.settings->proxy_protocol};
    loop->accept_metrics = (h2o_accept_ctx_t){.ctx = &loop->ctx, .hosts = metrics_hosts};
    loop->identities = identity_cache_new();
    loop->limits = limits_new(loop);
    loop->queue = h2o_multithread_create_queue(loop->ctx.loop);
    h2o_multithread_register_receiver(loop->queue, &loop->receiver, exchange_on_messages);
    h2o_timeout_init(loop->ctx.loop, &loop->tick, TICK_MS);
    loop->tick_entry.cb = on_tick;
    return loop;
}

static h2o_socket_t *listen_on(struct loop *loop, int fd, h2o_socket_cb cb)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    h2o_socket_t *sock = h2o_evloop_socket_create(loop->ctx.loop, copy, H2O_SOCKET_FLAG_DONT_READ);

    sock->data = loop;
    h2o_socket_read_start(sock, cb);
    return sock;
}

static void loop_run(struct loop *loop)
{
    here = loop;
    lane_start(&loop->lane, http_config.lane_url, LANE_CONNS, LANE_STATEMENT_MS,
               (struct lane_glue){lane_watch, lane_unwatch}, loop);
    h2o_timeout_link(loop->ctx.loop, &loop->tick, &loop->tick_entry);
    while (!loop->done)
        h2o_evloop_run(loop->ctx.loop, 1000);
    lane_stop(&loop->lane);
    limits_stop(loop->limits);
    /* Connections that outlived the drain die with the process. */
}

const struct err *loop_open_port(struct arena *a, uint32_t address, int64_t port, int *ret_fd)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(address)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

    if (fd < 0)
        return err_why(a, E_INTERNAL, "cannot open a socket: %s", strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&sa, sizeof sa) != 0 || listen(fd, 4096) != 0) {
        const struct err *e = err_why(a, E_INTERNAL, "Port %lld cannot be used: %s.",
                                      (long long)port, strerror(errno));
        close(fd);
        return e;
    }
    *ret_fd = fd;
    return NULL;
}

static void add_handler(h2o_hostconf_t *host, int (*on_req)(h2o_handler_t *, h2o_req_t *))
{
    h2o_pathconf_t *path = h2o_config_register_path(host, "/", 0);
    h2o_handler_t *handler = h2o_create_handler(path, sizeof *handler);

    handler->on_req = on_req;
}

/* /live is libwebsockets' own server behind a unix socket; the library tunnels to it, so that
 * there is one public port. */
static void add_live(struct arena *a, h2o_hostconf_t *host)
{
    h2o_pathconf_t *path = h2o_config_register_path(host, "/live", 0);
    h2o_proxy_config_vars_t vars = {.io_timeout = 10000, .preserve_host = 1,
                                    .websocket = {1, 120000}};
    struct str url = str_fmt(a, "http://[unix:%s]/live", http_config.live_socket);
    h2o_url_t upstream;

    h2o_create_handler(path, sizeof(h2o_handler_t))->on_req = exchange_on_live;
    if (h2o_url_parse(url.p, url.n, &upstream) == 0)
        h2o_proxy_register_reverse_proxy(path, &upstream, &vars);
}

static void configure(struct arena *a)
{
    h2o_hostconf_t *host, *metrics;

    h2o_config_init(&conf);
    conf.server_name = h2o_iovec_init(H2O_STRLIT("ringsight"));
    conf.max_request_entity_size = ENTITY_MAX;
    conf.http1.req_timeout = 60000;
    conf.http1.upgrade_to_http2 = 0;
    host = h2o_config_register_host(&conf, h2o_iovec_init(H2O_STRLIT("public")), 65535);
    if (http_config.live_socket)
        add_live(a, host);
    add_handler(host, exchange_on_request);
    h2o_create_filter(&host->fallback_path, sizeof(h2o_filter_t))->on_setup_ostream =
        exchange_on_own_answer;
    metrics = h2o_config_register_host(&conf, h2o_iovec_init(H2O_STRLIT("metrics")), 65535);
    add_handler(metrics, exchange_on_metrics);
}

static const struct err *prepare(struct arena *a)
{
    struct public_url url;
    const struct err *e = router_init(a);

    if (!e)
        e = exchange_init(a);
    if (e)
        return e;
    if (!public_url_parse(str_of(http_config.settings->public_url), &url))
        return err_why(a, E_BAD_INPUT, "Setting public_url is \"%s\": give http(s)://host[:port].",
                       http_config.settings->public_url);
    e = tenant_hosts_init(a, http_config.settings->base_domain, &url, &glue.hosts);
    if (e)
        return e;
    http_config.https = url.https;
    http_config.public_origin = str_c(a, str_of(url.origin));
    http_config.cookie_name = session_cookie_name(&url);
    glue.security = security_new(a, &url);
    glue.label_static = metric_label(LABEL_ROUTE, STR("static"));
    glue.label_connections = metric_label(LABEL_REASON, STR("connections"));
    glue.label_host = metric_label(LABEL_REASON, STR("host"));
    glue.label_slow = metric_label(LABEL_REASON, STR("slow"));
    glue.label_strict = metric_label(LABEL_REASON, STR("strict"));
    for (size_t i = 0; i < route_count(); i++)
        exchange_label(i, route_label(a, i));
    conns_init();
    return static_load(a, http_config.settings->static_dir, &glue.files);
}

static size_t loops_wanted(void)
{
    int64_t n = http_config.settings->loops;

    if (!n)
        n = sysconf(_SC_NPROCESSORS_ONLN);
    return (size_t)(n < 1 ? 1 : n > LOOPS_MAX ? LOOPS_MAX : n);
}

/* The ports, until every loop has a copy, and where all wait for each other. */
static struct {
    int fd, metrics_fd;
    pthread_t threads[LOOPS_MAX];
    pthread_barrier_t listening;
} start = {.fd = -1, .metrics_fd = -1};

static const struct err *open_ports(struct arena *a)
{
    const struct err *e = loop_open_port(a, INADDR_ANY, http_config.settings->port, &start.fd);

    if (!e && http_config.settings->metrics_port)
        e = loop_open_port(a, INADDR_LOOPBACK, http_config.settings->metrics_port, &start.metrics_fd);
    return e;
}

static void close_ports(void)
{
    close(start.fd);
    if (start.metrics_fd >= 0)
        close(start.metrics_fd);
}

static void loop_listen(struct loop *loop)
{
    loop->listener = listen_on(loop, start.fd, on_accept);
    if (loop->number == 0 && start.metrics_fd >= 0)
        loop->metrics_listener = listen_on(loop, start.metrics_fd, on_accept_metrics);
    pthread_barrier_wait(&start.listening);
}

/* A loop and all of its sockets are made by the thread that runs it: libh2o gives buffers back to the free
 * list of the thread that made their socket, and those lists know no locks. */
static void *loop_thread(void *number)
{
    size_t n = (size_t)(uintptr_t)number;

    loops[n] = loop_new(n);
    loop_listen(loops[n]);
    loop_run(loops[n]);
    return NULL;
}

const struct err *http_serve(struct arena *a)
{
    const char *unsafe;
    const struct err *e = prepare(a);

    if (e)
        return e;
    configure(a);
    n_loops = loops_wanted();
    loops[0] = loop_new(0);
    unsafe = strict_selftest(&loops[0]->ctx);
    if (unsafe)
        return err_why(a, E_INTERNAL, "%s", unsafe);
    e = work_start(a, (int)http_config.settings->workers);
    if (!e)
        e = open_ports(a);
    if (e)
        return e;
    pthread_barrier_init(&start.listening, NULL, (unsigned)n_loops);
    for (size_t i = 1; i < n_loops; i++)
        if (pthread_create(&start.threads[i], NULL, loop_thread, (void *)(uintptr_t)i) != 0)
            return err_why(a, E_INTERNAL, "cannot start a thread");
    loop_listen(loops[0]);
    close_ports();
    LOG(LOG_INFO, "http.listening", KV_I("port", http_config.settings->port),
        KV_I("loops", n_loops), KV_C("public_url", http_config.settings->public_url));
    loop_run(loops[0]);
    for (size_t i = 1; i < n_loops; i++)
        pthread_join(start.threads[i], NULL);
    work_stop();
    LOG(LOG_INFO, "http.stopped", KV_I("connections_cut", loops[0]->connections));
    return NULL;
}

#ifdef __SANITIZE_ADDRESS__
/* libh2o keeps free lists of its own and calls these through the PLT. Without the lists the sanitizer
 * finds what is used after it was given back, or given back twice. */
void *h2o_mem_alloc_recycle(h2o_mem_recycle_t *list, size_t size)
{
    (void)list;
    return h2o_mem_alloc(size);
}

void h2o_mem_free_recycle(h2o_mem_recycle_t *list, void *piece)
{
    (void)list;
    free(piece);
}
#endif
