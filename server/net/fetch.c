/* The small common part of all providers' recording fetches. Called by providers; the sink belongs
 * to the job. Must not know any provider. */
#include "net/fetch.h"

#define MAX_MESSAGE (64u << 10)
#define MAX_HOSTS 32

int64_t fetch_left_ms(const struct fetch *f)
{
    int64_t left = (f->deadline - time_mono()) / TIME_MS;

    return left > 0 ? left : 0;
}

static const struct err *take_tls(struct arena *a, const struct fetch *f, struct http_request *rq)
{
    struct str tls = json_text(f->settings, "tls");

    if (rq->tls != HTTP_TLS_CA)
        return NULL;
    if (str_is(tls, "pinned")) {
        rq->tls = HTTP_TLS_PINNED;
        rq->pin = json_text(f->settings, "tls_pin");
    } else if (str_is(tls, "insecure")) {
        rq->tls = HTTP_TLS_INSECURE;
    } else if (tls.n && !str_is(tls, "ca")) {
        return err_why(a, E_BAD_INPUT, "The setting tls must be ca, pinned or insecure.");
    }
    return NULL;
}

const struct err *fetch_http(struct arena *a, struct fetch *f, struct http_request *rq,
                             struct http_response *ret)
{
    const struct err *e;

    e = take_tls(a, f, rq);
    if (e)
        return e;
    if (str_is(json_text(f->settings, "tls_low_security"), "true") ||
        json_yes(f->settings, "tls_low_security"))
        rq->low_security = true;
    if (!rq->use)
        rq->use = f->use;
    if (!rq->deadline || (f->deadline && f->deadline < rq->deadline))
        rq->deadline = f->deadline;
    e = http_call(f->http, a, rq, ret);
    f->retry_after_s = ret->retry_after_s;
    return e;
}

const struct err *fetch_hosts(struct arena *a, struct str setting, const char *const *ours,
                              const char *const **ret)
{
    size_t n = 0, n_ours = 0;
    const char **hosts;
    struct str one;

    while (ours && ours[n_ours])
        n_ours++;
    hosts = ARENA_ARRAY(a, n_ours + MAX_HOSTS + 1, const char *);
    for (; n < n_ours; n++)
        hosts[n] = ours[n];
    while (str_split(&setting, ',', &one)) {
        one = str_trim(one);
        if (!one.n)
            continue;
        if (n == n_ours + MAX_HOSTS)
            return err_why(a, E_BAD_INPUT, "The setting for hosts of recordings names more than %d.",
                           MAX_HOSTS);
        hosts[n++] = str_c(a, str_lower(a, one));
    }
    *ret = n ? hosts : NULL;
    return NULL;
}

const struct err *fetch_sink(void *fetch, struct str bytes)
{
    struct fetch *f = fetch;
    const struct err *e;

    if (f->max_bytes && bytes.n > f->max_bytes - f->bytes)
        return E_TOO_LARGE;
    e = f->sink(f->sink_arg, bytes);
    if (!e)
        f->bytes += bytes.n;
    return e;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Decides on the first byte that is no blank. Audio never starts with one: RIFF, OggS, ID3, 0xff.
 */
static void decide(struct fetch_peek *p, struct str bytes)
{
    size_t i = 0;

    while (i < bytes.n && is_blank(bytes.p[i]))
        i++;
    if (i == bytes.n)
        return;
    p->decided = true;
    p->is_text = bytes.p[i] == '{' || bytes.p[i] == '[' || bytes.p[i] == '<';
}

const struct err *fetch_peek(void *peek, struct str bytes)
{
    struct fetch_peek *p = peek;
    const struct err *e;

    if (!p->text.a)
        p->text = buf_new(p->a, MAX_MESSAGE);
    if (!p->decided)
        decide(p, bytes);
    if (p->decided && !p->is_text) {
        /* Blanks held back while undecided go first: they are bytes of the recording. */
        if (p->text.n) {
            e = fetch_sink(p->f, buf_str(&p->text));
            if (e)
                return e;
            p->text.n = 0;
        }
        return fetch_sink(p->f, bytes);
    }
    buf_add(&p->text, bytes);
    if (p->text.over)
        return err_why(p->a, E_TOO_LARGE, "The answer is a message, and a very long one.");
    return NULL;
}

bool fetch_peek_end(const struct fetch_peek *peek, struct str *ret_text)
{
    if (peek->decided && !peek->is_text)
        return false;
    *ret_text = buf_str(&peek->text);
    return true;
}
