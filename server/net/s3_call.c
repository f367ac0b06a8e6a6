/* One request to a bucket: its address, its tries, and what a store's refusals mean. Called by s3.c
 * on threads that may wait. Must not log keys, nor send again what was partly sunk. */
#include <time.h>

#include "core/time.h"
#include "net/fsio.h"
#include "net/s3_int.h"

#define TRIES 5
#define FIRST_WAIT_MS 150
#define CONNECT_MS 5000
#define NO_CONTENT "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

void s3_encode(struct buf *b, struct str s, bool path)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || c == '.' || c == '~' || (path && c == '/');
        if (plain)
            buf_char(b, (char)c);
        else
            buf_fmt(b, "%%%02X", c);
    }
}

static struct str address(const struct s3 *s, struct arena *a, struct str key, struct str query)
{
    struct buf b = buf_new(a, HTTP_MAX_URL);
    size_t host = (size_t)str_find(s->endpoint, STR("://"), 0) + 3;

    if (s->path_style)
        buf_fmt(&b, "%.*s/%.*s", STR_ARG(s->endpoint), STR_ARG(s->bucket));
    else
        buf_fmt(&b, "%.*s%.*s.%.*s", STR_ARG(str_sub(s->endpoint, 0, host)), STR_ARG(s->bucket),
                STR_ARG(str_sub(s->endpoint, host, s->endpoint.n)));
    if (key.p) {
        buf_char(&b, '/');
        s3_encode(&b, s->prefix, true);
        s3_encode(&b, key, true);
    } else if (!s->path_style) {
        buf_char(&b, '/');
    }
    if (query.n)
        buf_fmt(&b, "?%.*s", STR_ARG(query));
    return b.over ? STR("") : buf_str(&b);
}

const struct err *s3_key_ok(struct arena *a, struct str key)
{
    struct str part;

    while (str_split(&key, '/', &part)) {
        if (str_is(part, ".") || str_is(part, ".."))
            return err_why(a, E_BAD_INPUT, "A key with \".\" or \"..\" as a folder cannot be asked "
                                           "for.");
    }
    return NULL;
}

/* ---- its tries ---- */

void s3_header(struct s3_call *c, struct str name, struct str value)
{
    c->headers[c->n_headers++] = (struct http_header){name, value};
}

static const struct err *file_source(void *arg, char *out, size_t n, size_t *ret_n)
{
    struct s3_call *c = arg;
    const struct err *e = fs_pread(c->a, c->fd, out, n, (off_t)c->at);

    c->at += e ? 0 : n;
    *ret_n = e ? 0 : n;
    return e;
}

static const struct err *once(struct s3_call *c)
{
    const struct s3 *s = c->s;
    struct http_header headers[6];
    struct http_request rq = {
        .use = s->use, .method = c->method, .url = address(s, c->a, c->key, c->query),
        .headers = headers, .n_headers = c->n_headers + 1, .connect_ms = CONNECT_MS,
        .total_ms = c->total_ms, .max_bytes = c->max_bytes, .sink = c->sink,
        .sink_arg = c->sink_arg, .aws_id = s->id, .aws_secret = s->secret,
        .aws_region = str_c(c->a, s->region), .cancelled = s->cancelled,
        .cancelled_arg = s->cancelled_arg};

    for (size_t i = 0; i < c->n_headers; i++)
        headers[i] = c->headers[i];
    headers[c->n_headers] = (struct http_header){STR("x-amz-content-sha256"), c->hash};
    if (c->fd >= 0) {
        c->at = 0;
        rq.source = file_source;
        rq.source_arg = c;
        rq.source_bytes = (int64_t)c->size;
    } else if (c->bytes.p) {
        rq.body = c->bytes;
    }
    return http_call(s->http, c->a, &rq, &c->r);
}

static bool may_try_again(const struct s3_call *c, const struct err *e)
{
    return e == E_UPSTREAM_BUSY || e == E_TIMEOUT ||
           (e == E_UPSTREAM && (c->r.status == 0 || c->r.status >= 500 || c->r.status / 100 == 2 ||
                                c->r.status == 429 || c->r.status == 408));
}

static void wait_a_little(const struct s3_call *c, int tried)
{
    uint8_t jitter;
    int64_t ms = FIRST_WAIT_MS << (2 * (tried - 1)), said = c->r.retry_after_s * 1000;

    crypto_random(&jitter, 1);
    if (said > ms && said <= 10000)
        ms = said;
    ms += ms * jitter / 1024;
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

const struct err *s3_why(struct s3_call *c, const struct err *e)
{
    size_t at = 0, from = 0;
    struct str code = s3_xml(c->a, c->r.body, "Code", &at);
    struct str text = s3_xml(c->a, c->r.body, "Message", &from);

    if (e == E_LOST || e == E_DISK_FULL || e == E_ADDRESS_REFUSED || e == E_BAD_INPUT)
        return e;
    if (c->r.status == 0 || (c->r.status / 100 == 2 && !code.n))
        return err_why(c->a, e, "The bucket %.*s: %.*s", STR_ARG(c->s->bucket),
                       STR_ARG(arena_why(c->a)));
    if (c->r.status / 100 == 3 || str_is(code, "NoSuchBucket"))
        e = E_UPSTREAM_AUTH; /* another region or address: trying again does not help */
    if (code.n)
        return err_why(c->a, e, "The bucket %.*s answered %d %.*s%s%.*s", STR_ARG(c->s->bucket),
                       c->r.status, STR_ARG(str_sub(code, 0, 80)), text.n ? ": " : ".",
                       STR_ARG(str_sub(text, 0, 200)));
    return err_why(c->a, e, "The bucket %.*s answered with status %d.", STR_ARG(c->s->bucket),
                   c->r.status);
}

const struct err *s3_run(struct s3_call *c, const uint64_t *sunk)
{
    int64_t deadline = time_mono() + c->total_ms * TIME_MS;
    const struct err *e = s3_key_ok(c->a, c->key);

    if (e)
        return e;
    for (int tried = 1;; tried++) {
        e = once(c);
        if (!e || (sunk && *sunk) || tried == TRIES || !may_try_again(c, e) ||
            time_mono() > deadline)
            return e ? s3_why(c, e) : NULL;
        if (c->s->cancelled && c->s->cancelled(c->s->cancelled_arg))
            return E_LOST;
        wait_a_little(c, tried);
    }
}

struct s3_call s3_call_new(const struct s3 *s, struct arena *a, const char *method,
                            struct str key)
{
    return (struct s3_call){.s = s, .a = a, .method = method, .key = key, .hash = STR(NO_CONTENT),
                         .fd = -1, .total_ms = S3_QUICK_MS};
}
