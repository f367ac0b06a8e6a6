/* One hop over libcurl: options, callbacks, and what curl's result means. Called by http_out. The
 * guard sits in open_socket, on the address that is really connected. Must not follow redirects
 * and must not keep a connection: a kept one would skip the guard under another use. */
#include "net/transfer.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/time.h"

#define MAX_HEADERS (64u << 10)
#define MAX_ERROR_BODY (64u << 10)
#define DEFAULT_MIN_SPEED 16
#define STALL_SECONDS 30L
#define ASK_EVERY (TIME_S / 2)
#define MAX_RETRY_AFTER 86400

static long answer_status(CURL *c)
{
    long status = 0;

    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static struct str use_of(const struct transfer *t)
{
    return t->rq->use ? str_of(t->rq->use) : STR("");
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *t = arg;
    enum net_verdict verdict = NET_REFUSED;
    int fd;

    if (purpose == CURLSOCKTYPE_IPCXN && address->socktype == SOCK_STREAM)
        verdict =
            net_address_allowed(&address->addr, address->addrlen, use_of(t), t->client->allowances);
    if (verdict == NET_PUBLIC && !t->rq->own_ok && net_address_is_own(&address->addr))
        verdict = NET_REFUSED;
    if (verdict == NET_PUBLIC && !t->url->https && !t->rq->plain_http) {
        t->http_refused = true;
        verdict = NET_REFUSED;
    }
    if (verdict == NET_REFUSED) {
        t->refused++;
        return CURL_SOCKET_BAD;
    }
    fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd >= 0)
        t->opened++;
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    struct str line = str_n(p, size * n);

    /* A new status line: what came before was an interim answer (1xx). */
    if (str_starts(line, STR("HTTP/")))
        t->headers.n = 0;
    buf_add(&t->headers, line);
    if (!t->headers.over)
        return line.n;
    t->fail = err_why(t->a, E_UPSTREAM, "%.*s sent more than %u KB of headers.",
                      STR_ARG(t->url->host), MAX_HEADERS >> 10);
    return 0;
}

static const struct err *too_large(struct transfer *t, size_t max)
{
    return err_why(t->a, E_TOO_LARGE, "The answer of %.*s is larger than the limit of %zu bytes.",
                   STR_ARG(t->url->host), max);
}

/* The bodies of errors and redirects: the beginning is enough. */
static size_t take_error_body(struct transfer *t, struct str bytes)
{
    size_t room = MAX_ERROR_BODY - t->body.n;

    buf_add(&t->body, str_sub(bytes, 0, room));
    t->cut = bytes.n > room;
    return t->cut ? 0 : bytes.n;
}

struct taker {
    struct transfer *t;
    CURL *c;
};

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct taker *k = arg;
    struct transfer *t = k->t;
    struct str bytes = str_n(p, size * n);
    size_t max = t->rq->max_bytes ? t->rq->max_bytes : HTTP_DEFAULT_MAX_BYTES;
    curl_off_t announced = -1;
    long status = answer_status(k->c);

    if (status < 200 || status > 299)
        return take_error_body(t, bytes);
    if (t->ret->bytes == 0)
        curl_easy_getinfo(k->c, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    if (bytes.n > max - t->ret->bytes || (announced > 0 && (uint64_t)announced > max)) {
        t->fail = too_large(t, max);
        return 0;
    }
    if (t->rq->sink) {
        t->fail = t->rq->sink(t->rq->sink_arg, bytes);
        if (t->fail)
            return 0;
    } else {
        buf_add(&t->body, bytes);
    }
    t->ret->bytes += bytes.n;
    return bytes.n;
}

static size_t on_read(char *out, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    int64_t left = t->rq->source_bytes - t->sent;
    size_t got = 0;

    n *= size;
    if ((int64_t)n > left)
        n = (size_t)left;
    if (n == 0)
        return 0;
    t->fail = t->rq->source(t->rq->source_arg, out, n, &got);
    if (!t->fail && (got == 0 || got > n))
        t->fail =
            err_why(t->a, E_INTERNAL, "The body to send ended %lld bytes early.", (long long)left);
    if (t->fail)
        return CURL_READFUNC_ABORT;
    t->sent += (int64_t)got;
    return got;
}

static int on_progress(void *arg, curl_off_t dl_all, curl_off_t dl, curl_off_t ul_all,
                       curl_off_t ul)
{
    struct transfer *t = arg;
    int64_t now = time_mono();

    (void)dl_all, (void)dl, (void)ul_all, (void)ul;
    if (!t->rq->cancelled || now - t->asked_at < ASK_EVERY)
        return 0;
    t->asked_at = now;
    if (!t->rq->cancelled(t->rq->cancelled_arg))
        return 0;
    t->fail = err_why(t->a, E_LOST, "The call to %.*s was cancelled.", STR_ARG(t->url->host));
    return 1;
}

/* With a pin set, curl tells the key that it saw in its trace only; the admin needs it to see
 * whether the device was replaced. All else in the trace is dropped unseen. */
static int on_trace(CURL *c, curl_infotype type, char *p, size_t n, void *arg)
{
    struct transfer *t = arg;
    struct str line = str_n(p, n);
    ptrdiff_t at;

    (void)c;
    if (type != CURLINFO_TEXT)
        return 0;
    at = str_find(line, STR("public key hash: sha256//"), 0);
    if (at >= 0)
        t->seen_key = str_dup(t->a, str_trim(str_sub(line, (size_t)at + 17, n)));
    return 0;
}

static bool token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

/* Names of our own making only; those that frame the message are curl's. */
static bool header_ok(const struct http_header *h)
{
    static const char *const framing[] = {
        "host", "content-length", "transfer-encoding", "connection", "expect", "te", "upgrade"};

    for (size_t i = 0; i < h->name.n; i++) {
        if (!token_char(h->name.p[i]))
            return false;
    }
    for (size_t i = 0; i < sizeof framing / sizeof *framing; i++) {
        if (str_case_eq(h->name, str_of(framing[i])))
            return false;
    }
    for (size_t i = 0; i < h->value.n; i++) {
        unsigned char c = (unsigned char)h->value.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return h->name.n > 0;
}

/* What another origin may know. An allow-list: secrets sit in headers of any name. */
static bool header_is_harmless(struct str name)
{
    return str_case_eq(name, STR("accept")) || str_case_eq(name, STR("accept-language")) ||
           str_case_eq(name, STR("range"));
}

static const struct err *add_header(struct transfer *t, struct curl_slist **list, const char *line)
{
    struct curl_slist *grown = curl_slist_append(*list, line);

    if (!grown)
        return err_why(t->a, E_INTERNAL, "No memory for the headers of a call.");
    *list = grown;
    return NULL;
}

static const struct err *make_headers(struct transfer *t, struct curl_slist **list)
{
    const struct err *e = NULL;
    bool typed = false;

    for (size_t i = 0; !e && i < t->rq->n_headers; i++) {
        const struct http_header *h = &t->rq->headers[i];
        bool is_type = str_case_eq(h->name, STR("content-type"));
        if (!header_ok(h))
            return err_why(t->a, E_INTERNAL, "A header of the call to %.*s is not valid.",
                           STR_ARG(t->url->host));
        if ((!t->same_origin && !header_is_harmless(h->name)) || (is_type && !t->with_body))
            continue;
        typed = typed || is_type;
        /* curl's spelling for "with an empty value" is a semicolon. */
        e = add_header(t, list,
                       str_fmt(t->a, h->value.n ? "%.*s: %.*s" : "%.*s;%.*s", STR_ARG(h->name),
                               STR_ARG(h->value))
                           .p);
    }
    if (!e && t->with_body)
        e = add_header(t, list, "Expect:");
    if (!e && t->with_body && !typed)
        e = add_header(t, list, "Content-Type:");
    return e;
}

static void set_limits(CURL *c, const struct transfer *t)
{
    const struct http_request *rq = t->rq;
    int64_t left = (t->deadline - time_mono()) / TIME_MS;
    int64_t connect = rq->connect_ms > 0 ? rq->connect_ms : HTTP_DEFAULT_CONNECT_MS;
    int64_t speed = rq->min_speed ? rq->min_speed : DEFAULT_MIN_SPEED;

    if (left < 1)
        left = 1;
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)left);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(connect < left ? connect : left));
    if (speed > 0) {
        curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)speed);
        curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS);
    }
}

static const struct err *set_tls(CURL *c, struct transfer *t)
{
    const struct http_request *rq = t->rq;
    struct str pin;
    const struct err *e;

    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (t->client->ca_file)
        curl_easy_setopt(c, CURLOPT_CAINFO, t->client->ca_file);
    if (!t->url->https || !t->same_origin)
        return NULL;
    if (rq->low_security)
        curl_easy_setopt(c, CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=1");
    if (rq->tls == HTTP_TLS_CA)
        return NULL;
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
    if (rq->tls == HTTP_TLS_INSECURE) {
        LOG(LOG_WARN, "net.tls_unchecked", KV_C("use", rq->use ? rq->use : ""),
            KV("host", t->url->host));
        return NULL;
    }
    e = http_pin_parse(t->a, rq->pin, &pin);
    if (e)
        return e;
    curl_easy_setopt(c, CURLOPT_PINNEDPUBLICKEY, str_c(t->a, pin));
    curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, on_trace);
    curl_easy_setopt(c, CURLOPT_DEBUGDATA, t);
    curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
    return NULL;
}

static void set_body(CURL *c, struct transfer *t)
{
    const struct http_request *rq = t->rq;

    if (strcmp(t->method, "HEAD") == 0) {
        curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
        return;
    }
    if (t->with_body) {
        curl_easy_setopt(c, CURLOPT_POST, 1L);
        if (rq->source) {
            curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
            curl_easy_setopt(c, CURLOPT_READDATA, t);
            curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)rq->source_bytes);
        } else {
            curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)rq->body.n);
            curl_easy_setopt(c, CURLOPT_POSTFIELDS, rq->body.p);
        }
    }
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, t->method);
}

/* curl signs what it sends, so the signature can never differ from the request. */
static void set_signature(CURL *c, const struct transfer *t)
{
    const struct http_request *rq = t->rq;

    if (!rq->aws_id.p || !t->same_origin)
        return;
    curl_easy_setopt(c, CURLOPT_AWS_SIGV4, str_fmt(t->a, "aws:amz:%s:s3", rq->aws_region).p);
    curl_easy_setopt(c, CURLOPT_USERNAME, str_c(t->a, rq->aws_id));
    curl_easy_setopt(c, CURLOPT_PASSWORD, str_c(t->a, rq->aws_secret));
}

static const struct err *set_up(CURL *c, struct transfer *t, struct taker *k, char *why)
{
    curl_easy_setopt(c, CURLOPT_CURLU, t->url->curlu);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, t->url->https ? "https" : "http");
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t);
    /* "" is not NULL: it also shuts out the proxies of the environment. */
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    /* Without it clean-up waits for a name server that does not answer, past every time-out. */
    curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c, CURLOPT_USERAGENT, t->client->user_agent);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, k);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, t);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    set_limits(c, t);
    set_body(c, t);
    set_signature(c, t);
    return set_tls(c, t);
}

/* What curl's failure means to our callers. */
static const struct err *failed(struct transfer *t, CURLcode code, const char *why)
{
    struct str host = t->url->host;

    if (t->fail)
        return t->fail;
    if (t->refused && !t->opened) {
        if (t->http_refused)
            return err_why(t->a, E_ADDRESS_REFUSED,
                           "%.*s may be called by https only: the address must begin with "
                           "https://.",
                           STR_ARG(host));
        return err_why(t->a, E_ADDRESS_REFUSED,
                       "%.*s, port %u, lies in a network or at a port that this service does not "
                       "call. The operator can allow it with RINGSIGHT_EGRESS_ALLOW.",
                       STR_ARG(host), t->url->port);
    }
    if (code == CURLE_OPERATION_TIMEDOUT)
        return err_why(t->a, E_TIMEOUT, "%.*s did not answer in time: %s.", STR_ARG(host),
                       why[0] ? why : "time-out");
    if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
        return err_why(t->a, E_UPSTREAM,
                       "%.*s showed another key than the pinned one: %.*s. If the device was "
                       "replaced on purpose, pin this key.",
                       STR_ARG(host), STR_ARG(t->seen_key.p ? t->seen_key : STR("unknown")));
    return err_why(t->a, E_UPSTREAM, "The call to %.*s failed: %s.", STR_ARG(host),
                   why[0] ? why : curl_easy_strerror(code));
}

static void take_answer(CURL *c, struct transfer *t)
{
    struct http_response *r = t->ret;
    curl_off_t after = 0;
    char *location = NULL;

    r->status = (int)answer_status(c);
    r->headers = buf_str(&t->headers);
    r->body = buf_str(&t->body);
    r->url = t->url->text;
    if (http_response_header(r, "retry-after").p) {
        curl_easy_getinfo(c, CURLINFO_RETRY_AFTER, &after);
        r->retry_after_s = after > MAX_RETRY_AFTER ? MAX_RETRY_AFTER : after < 0 ? 0 : after;
    }
    curl_easy_getinfo(c, CURLINFO_REDIRECT_URL, &location);
    if (location)
        t->redirect = str_dup(t->a, str_of(location));
}

const struct err *transfer_run(struct transfer *t)
{
    char why[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers = NULL;
    CURL *c = curl_easy_init();
    struct taker k = {t, c};
    const struct err *e;
    CURLcode code;

    if (!c)
        return err_why(t->a, E_INTERNAL, "No memory for a call.");
    t->headers = buf_new(t->a, MAX_HEADERS);
    t->body = buf_new(t->a, t->rq->max_bytes > MAX_ERROR_BODY ? t->rq->max_bytes
                                                              : HTTP_DEFAULT_MAX_BYTES);
    e = make_headers(t, &headers);
    if (!e)
        e = set_up(c, t, &k, why);
    if (!e) {
        if (headers)
            curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
        code = curl_easy_perform(c);
        take_answer(c, t);
        if (code != CURLE_OK && !(t->cut && !t->fail))
            e = failed(t, code, why);
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(c);
    return e;
}

const struct err *transfer_connect(struct transfer *t, void **ret)
{
    char *why = arena_alloc(t->a, CURL_ERROR_SIZE);
    CURL *c = curl_easy_init();
    struct taker k = {t, c};
    const struct err *e;
    CURLcode code;

    if (!c)
        return err_why(t->a, E_INTERNAL, "No memory for a call.");
    e = set_up(c, t, &k, why);
    if (!e) {
        curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
        curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 0L); /* else it is closed when this returns */
        curl_easy_setopt(c, CURLOPT_SSL_ENABLE_ALPN, 0L); /* there is no HTTP to agree on */
        code = curl_easy_perform(c);
        e = code == CURLE_OK ? NULL : failed(t, code, why);
    }
    if (e) {
        curl_easy_cleanup(c);
        return e;
    }
    /* The callbacks' data is on this stack. */
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 1L);
    curl_easy_setopt(c, CURLOPT_VERBOSE, 0L);
    *ret = c;
    return NULL;
}
