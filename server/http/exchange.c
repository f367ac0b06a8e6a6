/* One request between libh2o and us. On the loop: copies what is needed into the request's own
 * arena, gives it to the dispatcher, and has exchange_send.c send what comes back. A client may leave at any moment:
 * the `h2o` pointer is the only link and is cleared when libh2o disposes of the request. Exactly
 * one side frees the exchange: whoever sees the other gone. */
#include "http/loop.h"

#include <string.h>

#include "core/metrics.h"
#include "core/settings.h"
#include "core/time.h"
#include "http/client.h"
#include "http/strict.h"

#define VERSION "0.1"
#define LIVE_TARGET_MAX 512u /* a ticket and an event id, unescaped, are a fifth of it */

struct glue glue;
static struct cidr_list trusted;

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
    guard = h2o_mem_alloc_shared(&h->pool, sizeof *guard, exchange_disposed);
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
    exchange_status(h, answer.status);
    exchange_security(h, ANSWER_PAGE);
    for (size_t i = 0; i < answer.n_headers; i++)
        exchange_header(h, answer.headers[i].name, answer.headers[i].value);
    body = h2o_iovec_init(answer.body.p, answer.body.n);
    exchange_length(h, answer.status, answer.content_length);
    h2o_start_response(h, &generator);
    h2o_send(h, &body, body.len ? 1 : 0, H2O_SEND_STATE_FINAL);
    metric_http(glue.label_static, answer.status, 0, (int64_t)answer.body.n);
    return 0;
}

static int send_probe(h2o_req_t *h, struct str path)
{
    if (str_is(path, "/livez"))
        exchange_plain(h, 200, STR("text/plain"), STR("ok\n"));
    else if (http_ready())
        exchange_plain(h, 200, STR("text/plain"), STR("ready\n"));
    else
        exchange_plain(h, 503, STR("text/plain"),
                       http_stopping() ? STR("stopping\n") : STR("the database is away or older than needed\n"));
    return 0;
}

static int send_fault(h2o_req_t *h)
{
    metric_add(M_HTTP_REFUSED, glue.label_strict, 0, 1);
    h->http1_is_persistent = 0;
    exchange_plain(h, 400, STR("application/problem+json"),
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
    exchange_plain(h, 421, STR("application/problem+json"),
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
    exchange_plain(h, 400, STR("application/problem+json"),
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
    exchange_security(h, ANSWER_API);
    h2o_setup_next_ostream(h, slot);
}

int exchange_on_metrics(h2o_handler_t *self, h2o_req_t *h)
{
    struct arena *a = arena_new();
    struct str text = metrics_text(a, STR(VERSION));

    (void)self;
    h->res.status = 200;
    h->res.reason = "OK";
    exchange_header(h, "content-type", STR(METRICS_TYPE));
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
    if (route_count() > ROUTES_MAX)
        return err_why(a, E_INTERNAL, "There are more than %d routes: raise ROUTES_MAX.", ROUTES_MAX);
    return cidr_list_parse(a, str_of(http_config.settings->trusted_proxies), &trusted);
}
