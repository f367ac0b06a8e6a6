/* The answer of an exchange: head, body or parts, and the line in the log. On the loop; parts are pulled on a worker
 * thread. Which side frees the exchange stands in exchange.c. */
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "core/metrics.h"
#include "core/time.h"
#include "http/loop.h"

static unsigned route_labels[ROUTES_MAX]; /* 0: none */

void exchange_header(h2o_req_t *h, const char *name, struct str value)
{
    h2o_add_header_by_str(&h->pool, &h->res.headers, name, strlen(name), 1, NULL, value.p, value.n);
}

void exchange_security(h2o_req_t *h, enum answer_kind kind)
{
    for (size_t i = 0; i < glue.security->n[kind]; i++)
        exchange_header(h, glue.security->headers[kind][i].name, glue.security->headers[kind][i].value);
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

void exchange_status(h2o_req_t *h, int status)
{
    h->res.status = status;
    h->res.reason = reason_of(status);
    if (http_stopping())
        h->http1_is_persistent = 0;
}

void exchange_plain(h2o_req_t *h, int status, struct str type, struct str body)
{
    exchange_status(h, status);
    exchange_security(h, ANSWER_API);
    exchange_header(h, "content-type", type);
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
void exchange_disposed(void *guard)
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
    (void)generator; /* exchange_disposed follows */
    (void)h;
}

void exchange_length(h2o_req_t *h, int status, size_t length)
{
    char *text;

    h->res.content_length = length;
    if (status == 204 || status == 304) { /* RFC 9110 8.6: no length of what is not there */
        h->res.content_length = SIZE_MAX;
    } else if (is_head(h)) { /* the library writes no length where it sends no body */
        text = h2o_mem_alloc_pool(&h->pool, 24);
        h->res.content_length = SIZE_MAX;
        exchange_header(h, "content-length",
                   str_n(text, (size_t)snprintf(text, 24, "%zu", length)));
    }
}

static void send_head(struct exchange *ex)
{
    struct reply *r = &ex->rq.reply;
    h2o_req_t *h = ex->h2o;

    exchange_status(h, r->status);
    exchange_security(h, r->stream.pull ? ANSWER_MEDIA : ANSWER_API);
    exchange_header(h, "x-request-id", str_of(ex->rq.id));
    if (r->status != 204 && r->status != 304)
        exchange_header(h, "content-type", r->type.p ? r->type : STR("application/json"));
    for (size_t i = 0; i < r->n_headers; i++)
        exchange_header(h, r->headers[i].name.p, r->headers[i].value);
    exchange_length(h, r->status, r->stream.pull ? (size_t)r->stream.length : r->body.n);
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

void exchange_label(size_t route, struct str name)
{
    route_labels[route] = metric_label(LABEL_ROUTE, name);
}
