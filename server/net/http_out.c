/* Outgoing HTTP: checks a request, walks its redirects hop by hop (net/transfer.c), and turns
 * statuses into our errors. Called by jobs through providers, engines and mail. Must not be called
 * from a request handler; never logs addresses beyond the host. */
#include "net/http_out.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <pthread.h>
#include <string.h>

#include "core/time.h"
#include "net/transfer.h"
#include "net/url.h"

static pthread_once_t set_up_once = PTHREAD_ONCE_INIT;

static void set_up_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct http_client *http_client_new(struct arena *a, const struct http_client_config *config)
{
    struct http_client *client = ARENA_NEW(a, struct http_client);

    pthread_once(&set_up_once, set_up_curl);
    client->allowances = config->allowances;
    client->ca_file = config->ca_file;
    client->user_agent = config->user_agent ? config->user_agent : "Ringsight";
    return client;
}

const struct err *http_status_err(int status)
{
    if (status >= 200 && status <= 299)
        return NULL;
    switch (status) {
    case 401:
    case 403:
    case 407:
        return E_UPSTREAM_AUTH;
    case 404:
        return E_NOT_FOUND;
    case 410:
        return E_GONE;
    case 429:
    case 503:
        return E_UPSTREAM_BUSY;
    default:
        return E_UPSTREAM;
    }
}

/* The error of a whole answer, with its sentence. */
static const struct err *judge(struct arena *a, const struct url *url,
                               const struct http_response *r)
{
    const struct err *e = http_status_err(r->status);

    if (!e)
        return NULL;
    if (e == E_UPSTREAM_BUSY && r->retry_after_s >= 0)
        return err_why(a, e, "%.*s is busy (status %d) and asks to wait %lld s.",
                       STR_ARG(url->host), r->status, (long long)r->retry_after_s);
    if (e == E_UPSTREAM_AUTH)
        return err_why(a, e, "%.*s refuses our credentials (status %d).", STR_ARG(url->host),
                       r->status);
    if (r->status >= 300 && r->status <= 399)
        return err_why(a, e, "%.*s redirects (status %d), which is not followed here.",
                       STR_ARG(url->host), r->status);
    return err_why(a, e, "%.*s answered with status %d.", STR_ARG(url->host), r->status);
}

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Readies t for the next hop, or says why it is not taken. */
static const struct err *next_hop(struct transfer *t, const struct url *from, struct url *to)
{
    int status = t->ret->status;
    bool keeps_method = status == 307 || status == 308;
    const struct err *e;

    e = url_parse(t->a, t->redirect, !from->https, t->rq->hosts, to);
    if (e)
        return err_why(t->a, E_UPSTREAM, "%.*s redirects to an address that is not followed: %.*s",
                       STR_ARG(from->host), STR_ARG(arena_why(t->a)));
    t->same_origin = t->same_origin && url_same_origin(from, to);
    if (keeps_method && t->with_body && (t->rq->source || !t->same_origin))
        return err_why(t->a, E_UPSTREAM,
                       "%.*s redirects a message with content, which is not "
                       "followed.",
                       STR_ARG(from->host));
    if (!keeps_method && !str_is(str_of(t->method), "HEAD")) {
        t->method = "GET";
        t->with_body = false;
    }
    t->ret->redirects++;
    return NULL;
}

static const struct err *run_hops(struct transfer *t, const struct url *first)
{
    int most = t->rq->redirects < HTTP_MAX_REDIRECTS ? t->rq->redirects : HTTP_MAX_REDIRECTS;
    struct url *here = ARENA_NEW(t->a, struct url), *next;
    const struct err *e;

    *here = *first;
    for (;;) {
        t->url = here;
        t->redirect = STR_NONE;
        t->cut = false;
        t->refused = t->opened = 0;
        e = transfer_run(t);
        if (e)
            return e;
        if (!is_redirect(t->ret->status) || !t->redirect.p || most == 0)
            return judge(t->a, here, t->ret);
        if (t->ret->redirects >= most)
            return err_why(t->a, E_UPSTREAM, "%.*s redirects more than %d times.",
                           STR_ARG(here->host), most);
        next = ARENA_NEW(t->a, struct url);
        e = next_hop(t, here, next);
        if (e)
            return e;
        here = next;
    }
}

static bool method_ok(const char *method)
{
    size_t n = 0;

    for (; method[n]; n++) {
        if (method[n] < 'A' || method[n] > 'Z' || n >= 16)
            return false;
    }
    return n > 0;
}

const struct err *http_call(const struct http_client *client, struct arena *a,
                            const struct http_request *rq, struct http_response *ret)
{
    int64_t total = rq->total_ms > 0 ? rq->total_ms : HTTP_DEFAULT_TOTAL_MS;
    struct str use = rq->use ? str_of(rq->use) : STR("");
    struct transfer t = {.a = a, .client = client, .rq = rq, .same_origin = true, .ret = ret};
    struct url url;
    const struct err *e;

    *ret = (struct http_response){.retry_after_s = -1};
    t.with_body = rq->source || rq->body.p;
    t.method = rq->method ? rq->method : t.with_body ? "POST" : "GET";
    if (!method_ok(t.method) || (rq->source && rq->source_bytes < 0))
        return err_why(a, E_INTERNAL, "A call was asked for that is not HTTP.");
    /* http may pass here where the use has an allowance; the socket decides which address. */
    e = url_parse(a, rq->url, rq->plain_http || net_allowances_any(client->allowances, use),
                  rq->hosts, &url);
    if (e)
        return e;
    t.deadline = time_mono() + total * TIME_MS;
    if (rq->deadline && rq->deadline < t.deadline)
        t.deadline = rq->deadline;
    if (t.deadline <= time_mono())
        return err_why(a, E_TIMEOUT, "No time was left to call %.*s.", STR_ARG(url.host));
    return run_hops(&t, &url);
}

struct str http_response_header(const struct http_response *r, const char *name)
{
    struct str rest = r->headers, line, value;

    while (str_split(&rest, '\n', &line)) {
        struct str key = STR_NONE;
        value = line;
        str_split(&value, ':', &key);
        if (value.p && str_case_eq(str_trim(key), str_of(name)))
            return str_trim(value);
    }
    return STR_NONE;
}

const struct err *http_url_check(struct arena *a, struct str url, bool plain_http,
                                 const char *const *hosts)
{
    struct url parsed;

    return url_parse(a, url, plain_http, hosts, &parsed);
}

/* The host as an address, if it is one by itself. */
static bool literal(struct arena *a, const struct url *url, struct sockaddr_storage *ret, socklen_t *ret_n)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
    const char *host = str_c(a, url->host);

    memset(ret, 0, sizeof *ret);
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)url->port);
        *ret_n = sizeof *v4;
        return true;
    }
    if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1)
        return false;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons((uint16_t)url->port);
    *ret_n = sizeof *v6;
    return true;
}

const struct err *http_url_guard(const struct http_client *client, struct arena *a, struct str url,
                                 const char *use)
{
    struct sockaddr_storage address;
    enum net_verdict verdict;
    struct url parsed;
    socklen_t n;
    const struct err *e = url_parse(a, url, net_allowances_any(client->allowances, str_of(use)), NULL, &parsed);

    if (e || !literal(a, &parsed, &address, &n))
        return e;
    verdict = net_address_allowed((const struct sockaddr *)&address, n, str_of(use), client->allowances);
    if (verdict == NET_REFUSED || (verdict == NET_PUBLIC && net_address_is_own((const struct sockaddr *)&address)))
        return err_why(a, E_ADDRESS_REFUSED,
                       "%.*s, port %u, lies in a network or at a port that this service does not call. The "
                       "operator can allow it with RINGSIGHT_EGRESS_ALLOW, for the use %s.",
                       STR_ARG(parsed.host), parsed.port, use);
    if (verdict == NET_PUBLIC && !parsed.https)
        return err_why(a, E_BAD_INPUT, "Outside of allowed networks the address must begin with https://.");
    return NULL;
}

/* One key in base64 or hex (colons allowed) as base64. */
static bool pin_one(struct arena *a, struct str text, struct str *ret)
{
    char *hex = arena_alloc(a, text.n + 1);
    struct str raw;
    size_t n = 0;

    if (str_starts(text, STR("sha256//")))
        text = str_sub(text, 8, text.n);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != ':')
            hex[n++] = text.p[i];
    }
    if (!(n == 64 && crypto_unhex(a, str_n(hex, n), &raw)) &&
        !(text.n == 44 && crypto_unbase64(a, text, &raw)))
        return false;
    if (raw.n != CRYPTO_HASH)
        return false;
    *ret = crypto_base64(a, raw);
    return true;
}

const struct err *http_pin_parse(struct arena *a, struct str text, struct str *ret)
{
    struct buf b = buf_new(a, 4096);
    struct str one, base64;

    while (str_split(&text, ';', &one)) {
        one = str_trim(one);
        if (one.n == 0)
            continue;
        if (!pin_one(a, one, &base64))
            return err_why(a, E_BAD_INPUT,
                           "The pinned key is not a SHA-256 of a public key: 64 "
                           "hex digits, or sha256// and 44 characters.");
        buf_fmt(&b, "%ssha256//%.*s", b.n ? ";" : "", STR_ARG(base64));
    }
    if (b.n == 0 || b.over)
        return err_why(a, E_BAD_INPUT,
                       "A pinned key is needed: the SHA-256 of the phone system's "
                       "public key.");
    *ret = str_dup(a, buf_str(&b));
    return NULL;
}
