/* One request between libh2o and us. On the loop: copies what is needed into the request's own
 * arena, gives it to the dispatcher, and sends what comes back. A client may leave at any moment:
 * the `h2o` pointer is the only link and is cleared when libh2o disposes of the request. Exactly
 * one side frees the exchange: whoever sees the other gone. */
#include "http/loop.h"

#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "core/settings.h"
#include "core/time.h"
#include "http/client.h"
#include "core/metrics.h"
#include "http/strict.h"

#define VERSION "0.1"
#define LIVE_TARGET_MAX 512u /* a ticket and an event id, unescaped, are a fifth of it */

struct glue glue;
static struct cidr_list trusted;
static unsigned route_labels[600];

/* ---- sending ---- */

static void add_header(h2o_req_t *h, const char *name, struct str value)
{
    h2o_add_header_by_str(&h->pool, &h->res.headers, name, strlen(name), 1, NULL, value.p, value.n);
}

static void add_security(h2o_req_t *h, enum answer_kind kind)
{
    for (size_t i = 0; i < glue.security->n[kind]; i++)
        add_header(h, glue.security->headers[kind][i].name, glue.security->headers[kind][i].value);
}

static const char *reason_of(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 204:
        return "No Content";
    case 206:
        return "Partial Content";
    case 304:
        return "Not Modified";
    default:
        return status < 500 ? "Refused" : "Failed";
    }
}

static void set_status(h2o_req_t *h, int status)
{
    h->res.status = status;
    h->res.reason = reason_of(status);
    if (http_stopping())
        h->http1_is_persistent = 0;
}

static void send_plain(h2o_req_t *h, int status, struct str type, struct str body)
{
    set_status(h, status);
    add_security(h, ANSWER_API);
    add_header(h, "content-type", type);
    h2o_send_inline(h, body.p, body.n);
}

static bool is_head(const h2o_req_t *h)
{
    return h->input.method.len == 4 && memcmp(h->input.method.base, "HEAD", 4) == 0;
}

static void exchange_free(struct exchange *ex)
{
    atomic_fetch_sub(&ex->rq.loop->in_flight, 1);
    arena_free(ex->rq.a); /* the exchange lives in it */
}

/* libh2o ends the request: sent, or the client left. */
static void on_dispose(void *guard)
{
    struct exchange *ex = *(struct exchange **)guard;

    ex->h2o = NULL;
    if (ex->answered && !ex->pulling)
        exchange_free(ex);
}

static void log_request(const struct exchange *ex)
{
    const struct req *rq = &ex->rq;
    int64_t took = time_mono() - rq->began;
    unsigned label = rq->route ? route_labels[route_index(rq->route)] : 0;
    struct str row = rq->route ? http_row_name(rq->a, rq->route) : STR("none"); /* hook addresses are secrets */

    metric_http(label, rq->reply.status, took,
                rq->reply.stream.pull ? rq->reply.stream.length : (int64_t)rq->reply.body.n);
    if (rq->reply.status >= 500)
        LOG(LOG_WARN, "http.request", KV_C("request", rq->id), KV("route", row),
            KV_I("status", rq->reply.status), KV_I("us", took),
            KV("why", arena_why(rq->a)));
    else
        LOG(LOG_DEBUG, "http.request", KV_C("request", rq->id), KV("route", row),
            KV_I("status", rq->reply.status), KV_I("us", took));
}

static void post(struct exchange *ex)
{
    h2o_multithread_send_message(&ex->rq.loop->receiver, &ex->message);
}

/* On a slow worker thread. */
static void pull_part(void *exchange)
{
    struct exchange *ex = exchange;
    size_t want = STREAM_PART;

    if (ex->rq.reply.stream.length - ex->sent < (int64_t)want)
        want = (size_t)(ex->rq.reply.stream.length - ex->sent);
    ex->part_n = 0;
    ex->pull_failed = ex->rq.reply.stream.pull(ex->rq.reply.stream.ctx, ex->part, want,
                                               &ex->part_n);
    if (!ex->pull_failed && !ex->part_n)
        ex->pull_failed = E_INTERNAL; /* shorter than announced */
    post(ex);
}

static void send_part(struct exchange *ex)
{
    h2o_iovec_t part = h2o_iovec_init(ex->part, ex->part_n);
    bool last;

    if (ex->pull_failed) {
        LOG(LOG_WARN, "http.stream_failed", KV_C("request", ex->rq.id),
            KV_C("code", ex->pull_failed->code));
        h2o_send(ex->h2o, NULL, 0, H2O_SEND_STATE_ERROR);
        return;
    }
    ex->sent += (int64_t)ex->part_n;
    last = ex->sent == ex->rq.reply.stream.length;
    h2o_send(ex->h2o, &part, 1, last ? H2O_SEND_STATE_FINAL : H2O_SEND_STATE_IN_PROGRESS);
}

static void ask_part(struct exchange *ex)
{
    ex->pulling = true;
    if (!work_push(WORK_SLOW, pull_part, ex)) {
        ex->pulling = false;
        ex->pull_failed = E_BUSY;
        send_part(ex);
    }
}

static void on_proceed(h2o_generator_t *generator, h2o_req_t *h)
{
    struct exchange *ex = H2O_STRUCT_FROM_MEMBER(struct exchange, generator, generator);

    (void)h;
    if (ex->sent < ex->rq.reply.stream.length && !ex->pull_failed)
        ask_part(ex);
}

static void on_stop(h2o_generator_t *generator, h2o_req_t *h)
{
    (void)generator; /* on_dispose follows */
    (void)h;
}

static void set_length(h2o_req_t *h, int status, size_t length)
{
    char *text;

    h->res.content_length = length;
    if (status == 204 || status == 304) { /* RFC 9110 8.6: no length of what is not there */
        h->res.content_length = SIZE_MAX;
    } else if (is_head(h)) { /* the library writes no length where it sends no body */
        text = h2o_mem_alloc_pool(&h->pool, 24);
        h->res.content_length = SIZE_MAX;
        add_header(h, "content-length",
                   str_n(text, (size_t)snprintf(text, 24, "%zu", length)));
    }
}

static void send_head(struct exchange *ex)
{
    struct reply *r = &ex->rq.reply;
    h2o_req_t *h = ex->h2o;

    set_status(h, r->status);
    add_security(h, r->stream.pull ? ANSWER_MEDIA : ANSWER_API);
    add_header(h, "x-request-id", str_of(ex->rq.id));
    if (r->status != 204 && r->status != 304)
        add_header(h, "content-type", r->type.p ? r->type : STR("application/json"));
    for (size_t i = 0; i < r->n_headers; i++)
        add_header(h, r->headers[i].name.p, r->headers[i].value);
    set_length(h, r->status, r->stream.pull ? (size_t)r->stream.length : r->body.n);
}

static void send_reply(struct exchange *ex)
{
    struct reply *r = &ex->rq.reply;
    h2o_req_t *h = ex->h2o;
    h2o_iovec_t body = {(char *)(uintptr_t)r->body.p, r->body.n};

    send_head(ex);
    ex->generator = (h2o_generator_t){on_proceed, on_stop};
    h2o_start_response(h, &ex->generator);
    if (is_head(h) || (!r->stream.pull && !r->body.n) || (r->stream.pull && !r->stream.length)) {
        h2o_send(h, NULL, 0, H2O_SEND_STATE_FINAL);
    } else if (r->stream.pull) {
        ex->part = arena_alloc(ex->rq.a, STREAM_PART);
        ask_part(ex);
    } else {
        h2o_send(h, &body, 1, H2O_SEND_STATE_FINAL);
    }
}

/* The reply is back on its loop. */
static void deliver(struct exchange *ex)
{
    log_request(ex);
    ex->answered = true;
    if (ex->h2o)
        send_reply(ex);
    else
        exchange_free(ex);
}

void exchange_send(struct req *rq)
{
    struct exchange *ex = (struct exchange *)rq;

    if (loop_here() == rq->loop)
        deliver(ex);
    else
        post(ex);
}

static void on_message(struct exchange *ex)
{
    if (!ex->answered) {
        deliver(ex);
        return;
    }
    ex->pulling = false;
    if (ex->h2o)
        send_part(ex);
    else
        exchange_free(ex);
}

void exchange_on_messages(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages)
{
    (void)receiver;
    while (!h2o_linklist_is_empty(messages)) {
        struct exchange *ex =
            H2O_STRUCT_FROM_MEMBER(struct exchange, message.link, messages->next);
        h2o_linklist_unlink(&ex->message.link);
        on_message(ex);
    }
}

/* ---- receiving ---- */

static struct str copied(struct arena *a, h2o_iovec_t v)
{
    return str_dup(a, str_n(v.base ? v.base : "", v.len));
}

static bool read_method(h2o_iovec_t m, enum method *ret)
{
    static const char *const names[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_is(str_n(m.base, m.len), names[i])) {
            *ret = (enum method)(i + 1);
            return true;
        }
    }
    return false;
}

static struct str put_piece(char **at, const char *p, size_t n)
{
    struct str piece = {*at, n};

    if (n)
        memcpy(*at, p, n);
    *at += n;
    return piece;
}

/* As one block of lines, "name: value"; the fields are views into it. */
static void copy_headers(struct req *rq, const h2o_req_t *h)
{
    size_t n = h->headers.size, bytes = 1;
    const h2o_header_t *in = h->headers.entries;
    struct header *v = ARENA_ARRAY(rq->a, n + 1, struct header);
    char *head, *at;

    for (size_t i = 0; i < n; i++)
        bytes += in[i].name->len + in[i].value.len + 4;
    head = at = arena_alloc(rq->a, bytes);
    for (size_t i = 0; i < n; i++) {
        v[i].name = put_piece(&at, in[i].name->base, in[i].name->len);
        put_piece(&at, ": ", 2);
        v[i].value = put_piece(&at, in[i].value.base, in[i].value.len);
        put_piece(&at, "\r\n", 2);
    }
    rq->headers = v;
    rq->n_headers = n;
    rq->head = str_n(head, bytes - 1);
}

static struct str client_of(struct req *rq, h2o_req_t *h)
{
    struct sockaddr_storage peer = {0};
    char text[ADDRESS_TEXT];
    struct address client;

    if (!h->conn->callbacks->get_peername(h->conn, (struct sockaddr *)&peer))
        peer.ss_family = AF_UNSPEC;
    client = client_address((struct sockaddr *)&peer, req_header(rq, "x-forwarded-for"), &trusted,
                            false);
    return str_dup(rq->a, address_text(client, text));
}

static struct exchange *exchange_new(struct loop *loop, h2o_req_t *h)
{
    struct arena *a = arena_new();
    struct exchange *ex = ARENA_NEW(a, struct exchange);
    struct exchange **guard;
    struct req *rq = &ex->rq;
    size_t path_n = h->query_at == SIZE_MAX ? h->path.len : h->query_at;

    rq->a = a;
    rq->loop = loop;
    rq->began = time_mono();
    uuid_text(uuid_new(), rq->id);
    rq->path = str_dup(a, str_n(h->path.base, path_n));
    rq->query = STR("");
    if (path_n < h->path.len)
        rq->query = str_dup(a, str_n(h->path.base + path_n + 1, h->path.len - path_n - 1));
    copy_headers(rq, h);
    rq->body = copied(a, h->entity);
    rq->client = client_of(rq, h);
    (void)tenant_hosts_take(&glue.hosts, a, str_n(h->input.authority.base, h->input.authority.len),
                            &rq->subdomain);
    ex->h2o = h;
    guard = h2o_mem_alloc_shared(&h->pool, sizeof *guard, on_dispose);
    *guard = ex;
    atomic_fetch_add(&loop->in_flight, 1);
    return ex;
}

static int send_static(h2o_req_t *h)
{
    struct static_request ask = {
        .method = str_n(h->input.method.base, h->input.method.len),
        .path = str_n(h->path.base, h->query_at == SIZE_MAX ? h->path.len : h->query_at),
    };
    struct static_answer answer;
    ssize_t at = h2o_find_header(&h->headers, H2O_TOKEN_IF_NONE_MATCH, -1);
    h2o_iovec_t body;
    static h2o_generator_t generator = {NULL, NULL};

    if (at != -1)
        ask.if_none_match = str_n(h->headers.entries[at].value.base, h->headers.entries[at].value.len);
    at = h2o_find_header(&h->headers, H2O_TOKEN_ACCEPT_ENCODING, -1);
    if (at != -1)
        ask.accept_encoding =
            str_n(h->headers.entries[at].value.base, h->headers.entries[at].value.len);
    answer = static_answer(glue.files, &ask);
    set_status(h, answer.status);
    add_security(h, ANSWER_PAGE);
    for (size_t i = 0; i < answer.n_headers; i++)
        add_header(h, answer.headers[i].name, answer.headers[i].value);
    body = h2o_iovec_init(answer.body.p, answer.body.n);
    set_length(h, answer.status, answer.content_length);
    h2o_start_response(h, &generator);
    h2o_send(h, &body, body.len ? 1 : 0, H2O_SEND_STATE_FINAL);
    metric_http(glue.label_static, answer.status, 0, (int64_t)answer.body.n);
    return 0;
}

static int send_probe(h2o_req_t *h, struct str path)
{
    if (str_is(path, "/livez"))
        send_plain(h, 200, STR("text/plain"), STR("ok\n"));
    else if (http_ready())
        send_plain(h, 200, STR("text/plain"), STR("ready\n"));
    else
        send_plain(h, 503, STR("text/plain"),
                   http_stopping() ? STR("stopping\n") : STR("the database is away or older than needed\n"));
    return 0;
}

static int send_fault(h2o_req_t *h)
{
    metric_add(M_HTTP_REFUSED, glue.label_strict, 0, 1);
    h->http1_is_persistent = 0;
    send_plain(h, 400, STR("application/problem+json"),
               STR("{\"type\":\"about:blank\",\"title\":\"The request cannot be understood\","
                   "\"status\":400,\"code\":\"bad_request\","
                   "\"detail\":\"Its HTTP framing is not well-formed.\"}"));
    return 0;
}

/* A host that is none of ours: the request was meant for somebody else (RFC 9110 15.5.20). */
static bool wrong_host(h2o_req_t *h)
{
    struct arena *a;
    struct str slug;
    bool ours;

    if (!glue.hosts.on)
        return false;
    a = arena_new();
    ours = tenant_hosts_take(&glue.hosts, a, str_n(h->input.authority.base, h->input.authority.len),
                             &slug);
    arena_free(a);
    if (ours)
        return false;
    metric_add(M_HTTP_REFUSED, glue.label_host, 0, 1);
    send_plain(h, 421, STR("application/problem+json"),
               STR("{\"type\":\"about:blank\",\"title\":\"This host is none of ours\",\"status\":421,"
                   "\"code\":\"misdirected\",\"detail\":\"Use the address you were given.\"}"));
    return true;
}

int exchange_on_live(h2o_handler_t *self, h2o_req_t *h)
{
    (void)self;
    if (wrong_host(h))
        return 0;
    if (h->path.len <= LIVE_TARGET_MAX && !memchr(h->path.base, '%', h->path.len))
        return -1; /* on to the tunnel */
    send_plain(h, 400, STR("application/problem+json"),
               STR("{\"type\":\"about:blank\",\"title\":\"The request cannot be understood\","
                   "\"status\":400,\"code\":\"bad_request\","
                   "\"detail\":\"Open the address that POST /api/v1/live/ticket gave.\"}"));
    return 0;
}

int exchange_on_request(h2o_handler_t *self, h2o_req_t *h)
{
    struct str path;
    struct exchange *ex;

    (void)self;
    if (strict_is_fault(h->input.method.base))
        return send_fault(h);
    path = str_n(h->path.base, h->query_at == SIZE_MAX ? h->path.len : h->query_at);
    if (str_is(path, "/livez") || str_is(path, "/readyz"))
        return send_probe(h, path);
    if (wrong_host(h))
        return 0;
    if (!static_is_reserved(path))
        return send_static(h);
    ex = exchange_new(loop_of(h->conn->ctx), h);
    if (http_stopping())
        h->http1_is_persistent = 0;
    if (read_method(h->input.method, &ex->rq.method)) {
        dispatch(&ex->rq);
    } else {
        req_problem(&ex->rq, E_METHOD);
        exchange_send(&ex->rq);
    }
    return 0;
}

void exchange_on_own_answer(h2o_filter_t *self, h2o_req_t *h, h2o_ostream_t **slot)
{
    (void)self;
    add_security(h, ANSWER_API);
    h2o_setup_next_ostream(h, slot);
}

int exchange_on_metrics(h2o_handler_t *self, h2o_req_t *h)
{
    struct arena *a = arena_new();
    struct str text = metrics_text(a, STR(VERSION));

    (void)self;
    h->res.status = 200;
    h->res.reason = "OK";
    add_header(h, "content-type", STR(METRICS_TYPE));
    h2o_send_inline(h, text.p, text.n);
    arena_free(a);
    return 0;
}

bool exchange_trusts(struct address peer)
{
    return cidr_list_has(&trusted, peer);
}

const struct err *exchange_init(struct arena *a)
{
    for (size_t i = 0; i < route_count(); i++)
        route_labels[i] = 0;
    return cidr_list_parse(a, str_of(http_config.settings->trusted_proxies), &trusted);
}

void exchange_label(size_t route, struct str name)
{
    route_labels[route] = metric_label(LABEL_ROUTE, name);
}
