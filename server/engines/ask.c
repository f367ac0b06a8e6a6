/* One request to an engine, with the retries that providers' own libraries make. Called by the
 * engines of engines/<vendor>/, from jobs. The key goes into headers only and never into a
 * sentence. */
#include "engines/ask.h"

#include <poll.h>

#include "core/time.h"

#define TRIES 3
#define CONNECT_MS 5000
#define TOTAL_MS 600000
#define WAIT_MS 500
#define WAIT_MAX_MS 8000
#define IDS_MAX 600 /* bytes of request ids kept */

struct reading {
    const struct str *slices;
    size_t n, at;
    size_t offset; /* within slices[at] */
};

static const struct err *read_slices(void *arg, char *out, size_t n, size_t *ret_n)
{
    struct reading *r = arg;

    *ret_n = 0;
    while (*ret_n < n && r->at < r->n) {
        struct str left = str_sub(r->slices[r->at], r->offset, n - *ret_n);

        for (size_t i = 0; i < left.n; i++)
            out[*ret_n + i] = left.p[i];
        *ret_n += left.n;
        r->offset += left.n;
        if (r->offset >= r->slices[r->at].n) {
            r->at++;
            r->offset = 0;
        }
    }
    return NULL;
}

const struct err *ask_wait(struct arena *a, const struct speech_ask *ask, int64_t ms)
{
    int64_t until = time_mono() + ms * TIME_MS, left;

    while ((left = (until - time_mono()) / TIME_MS) > 0) {
        if (ask->cancelled && ask->cancelled(ask->cancelled_arg))
            return E_LOST;
        if (ask->deadline && time_mono() >= ask->deadline)
            return err_why(a, E_TIMEOUT, "The speech engine was not done in time.");
        poll(NULL, 0, left > 500 ? 500 : (int)left);
    }
    return NULL;
}

void ask_note_id(struct arena *a, struct speech_ask *ask, struct str id)
{
    if (!id.n || id.n > 100 || !str_utf8(id) || ask->request_ids.n + id.n >= IDS_MAX)
        return;
    for (size_t i = 0; i < id.n; i++)
        if ((unsigned char)id.p[i] <= ' ')
            return;
    ask->request_ids = ask->request_ids.n
                           ? str_fmt(a, "%.*s %.*s", STR_ARG(ask->request_ids), STR_ARG(id))
                           : str_dup(a, id);
}

static void note_ids(struct arena *a, struct speech_ask *ask, const struct http_response *r)
{
    struct str id = http_response_header(r, "x-request-id");

    if (!id.n)
        id = http_response_header(r, "dg-request-id");
    ask_note_id(a, ask, id);
}

static struct str host_of(struct str url)
{
    ptrdiff_t from = str_find(url, STR("://"), 0);
    struct str rest = from < 0 ? url : str_sub(url, (size_t)from + 3, url.n), host = rest;

    str_split(&rest, '/', &host);
    return host;
}

/* The sentence for the admin: who, what, and what to do. */
static const struct err *say(struct arena *a, const struct speech_ask *ask, struct str url,
                             const struct ask_verdict *v, const struct ask_said *said)
{
    struct str host = host_of(url), words = said->message;
    const char *cure = "";

    if (ask->key.n && str_find(words, ask->key, 0) >= 0)
        words = STR("");
    if (v->e == E_NOT_FOUND)
        cure = v->stop ? " The model is not there any more: choose another in the engine's settings."
                       : " Check the address and the model in the engine's settings.";
    else if (v->stop)
        cure = ask->status == 401 || ask->status == 403 || ask->status == 407
                   ? " Put a key that is valid into the engine's settings."
                   : " Nothing is left on the account: top it up, then save the engine's settings.";
    return err_why(a, v->e, "%.*s answered with status %d%s%.*s%s.%s", STR_ARG(host), ask->status,
                   words.n ? ": “" : "", STR_ARG(words), words.n ? "”" : "", cure);
}

static const struct err *once(struct arena *a, struct speech_ask *ask, const struct ask_request *rq,
                              struct http_response *ret, bool *ret_again)
{
    struct reading reading = {.slices = rq->slices, .n = rq->n_slices};
    struct http_request call = {
        .use = ASK_USE, .method = rq->method, .url = rq->url, .n_headers = rq->n_headers,
        .headers = rq->headers, .connect_ms = CONNECT_MS,
        .total_ms = ask->once ? 60000 : TOTAL_MS, .deadline = ask->deadline,
        .max_bytes = ASK_MAX_ANSWER, .min_speed = -1, .cancelled = ask->cancelled,
        .cancelled_arg = ask->cancelled_arg};
    struct ask_verdict v;
    struct ask_said said;
    const struct err *e;
    struct str again;

    for (size_t i = 0; i < rq->n_slices; i++)
        call.source_bytes += (int64_t)rq->slices[i].n;
    if (rq->n_slices) {
        call.source = read_slices;
        call.source_arg = &reading;
    } else if (rq->body.p) {
        call.body = rq->body;
    } else if (!rq->method) {
        call.body = STR("");
    }
    e = http_call(ask->http, a, &call, ret);
    ask->status = ret->status;
    if (ret->status)
        note_ids(a, ask, ret);
    *ret_again = e == E_UPSTREAM || e == E_TIMEOUT;
    if (!e || !ret->status)
        return e;
    if (ret->status >= 200 && ret->status <= 299)
        return e; /* cut short, too long, or cancelled */
    said = ask_error_read(a, ret->body);
    ask_note_id(a, ask, said.request_id);
    v = ask_judge(ret->status, &said);
    ask->stop = v.stop;
    ask->final = v.final;
    ask->retry_after_s = ask_retry_after(ret);
    again = http_response_header(ret, "x-should-retry");
    *ret_again = str_is(again, "true") || (v.again && !str_is(again, "false"));
    return say(a, ask, rq->url, &v, &said);
}

const struct err *ask_send(struct arena *a, struct speech_ask *ask, const struct ask_request *rq,
                           struct http_response *ret)
{
    const struct err *e, *refused = NULL;
    int64_t wait = WAIT_MS;
    unsigned char dice;
    struct str why;
    bool again = false;

    for (int i = 1;; i++) {
        ask->stop = ask->final = false;
        ask->retry_after_s = -1;
        e = once(a, ask, rq, ret, &again);
        /* A provider that names a time is waited for by the queue, not here. */
        if (!e || !again || i >= TRIES || ask->once || ask->retry_after_s > 0)
            return e;
        why = arena_why(a);
        crypto_random(&dice, 1);
        if (ask_wait(a, ask, wait - wait * dice / 1024) != NULL) {
            arena_set_why(a, why);
            return ask->cancelled && ask->cancelled(ask->cancelled_arg) ? E_LOST : e;
        }
        if (ask->again)
            refused = ask->again(ask->again_arg, e);
        if (refused)
            return refused;
        wait = wait * 2 > WAIT_MAX_MS ? WAIT_MAX_MS : wait * 2;
    }
}

struct str ask_encoded(struct arena *a, struct str s)
{
    struct buf b = buf_new(a, s.n * 3 + 1);

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';

        if (plain)
            buf_char(&b, c);
        else
            buf_fmt(&b, "%%%02X", (unsigned)(unsigned char)c);
    }
    return b.n ? buf_str(&b) : STR("");
}

struct str ask_base(const struct speech_ask *ask, const char *own)
{
    struct str base = ask->base_url.n ? str_trim(ask->base_url) : str_of(own);

    while (str_ends(base, STR("/")))
        base.n--;
    return base;
}

const struct err *ask_shelf_find(struct arena *a, const struct speech_ask *ask,
                                 const struct hash *piece, struct str *ret_id,
                                 struct str *ret_answer)
{
    *ret_id = *ret_answer = STR_NONE;
    return ask->shelf ? ask->shelf->find(ask->shelf->ctx, a, piece, ret_id, ret_answer) : NULL;
}

const struct err *ask_shelf_keep(struct arena *a, const struct speech_ask *ask,
                                 const struct hash *piece, struct str id, struct str answer)
{
    return ask->shelf ? ask->shelf->keep(ask->shelf->ctx, a, piece, id, answer) : NULL;
}
