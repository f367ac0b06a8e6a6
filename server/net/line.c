/* Lines to phone systems over libcurl's bare connections. Called by clients that run in the worker.
 * libcurl makes the connection so that guard, name resolution and TLS are those of all our calls. */
#include "net/line.h"

#include <curl/curl.h>
#include <poll.h>

#include "core/time.h"
#include "net/transfer.h"

struct line {
    struct arena *a;
    CURL *c;
    struct str host;
};

const struct err *line_open(struct arena *a, const struct line_config *config, struct line **ret)
{
    struct http_request rq = {.use = config->use, .tls = config->tls, .pin = config->pin,
                              .connect_ms = config->connect_ms, .min_speed = -1};
    struct http_response rs = {0};
    struct url url;
    struct transfer t = {.a = a, .client = config->client, .rq = &rq, .url = &url, .method = "GET",
                         .same_origin = true, .ret = &rs,
                         .deadline = time_mono() + config->connect_ms * TIME_MS};
    struct line *l = ARENA_NEW(a, struct line);
    void *c;
    const struct err *e = url_parse(a, str_fmt(a, "%s://%.*s:%lld", config->plain ? "http" : "https",
                                               STR_ARG(config->host), (long long)config->port),
                                    true, NULL, &url);

    if (e)
        return e;
    e = transfer_connect(&t, &c);
    if (e == E_ADDRESS_REFUSED && t.http_refused)
        return err_why(a, e,
                       "%.*s may be called with encryption only, unless the operator allows its "
                       "network with RINGSIGHT_EGRESS_ALLOW.",
                       STR_ARG(url.host));
    if (e)
        return e;
    *l = (struct line){.a = a, .c = c, .host = url.host};
    *ret = l;
    return NULL;
}

void line_close(struct line *l)
{
    if (l && l->c)
        curl_easy_cleanup(l->c);
    if (l)
        l->c = NULL;
}

static const struct err *lost(struct line *l, const char *why)
{
    return err_why(l->a, E_UPSTREAM, "The line to %.*s was cut: %s.", STR_ARG(l->host), why);
}

/* Waits for the socket; false when the time is over. */
static bool wait_for(struct line *l, short events, int64_t until)
{
    int64_t left = (until - time_mono()) / TIME_MS;
    curl_socket_t fd = CURL_SOCKET_BAD;
    struct pollfd p;

    curl_easy_getinfo(l->c, CURLINFO_ACTIVESOCKET, &fd);
    if (left <= 0)
        return false;
    p = (struct pollfd){.fd = fd, .events = events};
    poll(&p, 1, (int)left); /* an interruption asks the socket once too often, no more */
    return true;
}

const struct err *line_read(struct line *l, char *buf, size_t n, int64_t ms, size_t *ret_n)
{
    int64_t until = time_mono() + ms * TIME_MS;
    CURLcode code;

    *ret_n = 0;
    do {
        code = curl_easy_recv(l->c, buf, n, ret_n);
        if (code == CURLE_OK && *ret_n == 0)
            return lost(l, "the other end closed it");
        if (code != CURLE_AGAIN)
            return code == CURLE_OK ? NULL : lost(l, curl_easy_strerror(code));
        *ret_n = 0;
    } while (wait_for(l, POLLIN, until));
    return NULL;
}

const struct err *line_write(struct line *l, struct str bytes, int64_t ms)
{
    int64_t until = time_mono() + ms * TIME_MS;
    size_t put;

    while (bytes.n) {
        CURLcode code = curl_easy_send(l->c, bytes.p, bytes.n, &put);
        if (code == CURLE_OK)
            bytes = str_sub(bytes, put, bytes.n);
        else if (code != CURLE_AGAIN)
            return lost(l, curl_easy_strerror(code));
        else if (!wait_for(l, POLLOUT, until))
            return err_why(l->a, E_TIMEOUT, "%.*s does not take what we send.", STR_ARG(l->host));
    }
    return NULL;
}
