/* Speaks to a 3CX v20: the token, recordings, pages of the call log. Runs in a worker's job and
 * blocks; reads only. 3CX lets one token of a client live, and a second login ends the first one's:
 * so there is one token for all processes (struct fetch_tokens), and a 401 leads to one new login,
 * never to a second. */
#include "net/poll.h"
#include "providers/threecx/threecx.h"
#include "providers/threecx/threecx_api.h"

#define MAX_ANSWER (64u << 10)
#define MAX_LIST (2u << 20)
/* Until a login that another process is at has probably ended. */
#define LOGIN_WAIT_S 3

struct talk {
    struct arena *a;
    struct fetch *f;
    struct str base, client, secret, token;
};

static const struct err *talk_open(struct talk *t)
{
    const struct json *s = t->f->settings;

    t->base = str_trim(json_text(s, "base_url"));
    t->client = json_text(s, "client_id");
    t->secret = json_text(s, "client_secret");
    t->f->retry_after_s = -1;
    while (str_ends(t->base, STR("/")))
        t->base.n--;
    if (t->base.n && t->client.n && t->secret.n)
        return NULL;
    return err_why(t->a, E_UPSTREAM_AUTH,
                   "The address of 3CX, an API client id and its key are needed for recordings and "
                   "the call log: fill them in in the integration's settings.");
}

/* ---- the token ---- */

static const struct err *log_in(struct talk *t, struct threecx_token *ret)
{
    const struct http_header form = {STR("Content-Type"),
                                     STR("application/x-www-form-urlencoded")};
    struct http_request rq = {
        .method = "POST", .url = str_fmt(t->a, "%.*s/connect/token", STR_ARG(t->base)),
        .body = threecx_token_form(t->a, t->client, t->secret), .max_bytes = MAX_ANSWER,
        .n_headers = 1, .headers = &form,
    };
    struct http_response rs = {0};
    const struct err *e = fetch_http(t->a, t->f, &rq, &rs);

    if (rs.status == 400 || rs.status == 401 || rs.status == 403)
        return err_why(t->a, E_UPSTREAM_AUTH,
                       "3CX refuses the API client id or its key. Correct them in the integration's "
                       "settings; until then 3CX is not asked again.");
    if (rs.status == 404)
        return err_why(t->a, E_UPSTREAM,
                       "There is no login for API clients at that address: it takes a 3CX v20 with "
                       "an Enterprise licence.");
    return e ? e : threecx_token_read(t->a, rs.body, time_now(), ret);
}

/* A token that is not `stale`: the shared one, or a new one for all. */
static const struct err *token_get(struct talk *t, struct str stale)
{
    struct fetch_tokens *kept = t->f->tokens;
    struct threecx_token got;
    const struct err *e = NULL;

    t->token = STR_NONE;
    if (kept)
        e = kept->take(kept->ctx, t->a, stale, &t->token);
    if (e == E_UPSTREAM_BUSY)
        t->f->retry_after_s = LOGIN_WAIT_S;
    if (e || t->token.p)
        return e;
    e = log_in(t, &got);
    if (e) {
        if (kept)
            kept->drop(kept->ctx, t->a);
        return e;
    }
    t->token = got.token;
    return kept ? kept->put(kept->ctx, t->a, got.token, got.expires_at) : NULL;
}

/* ---- asking ---- */

static const struct err *ask_once(struct talk *t, struct http_request *rq, struct http_response *rs)
{
    const struct http_header headers[] = {
        {STR("Authorization"), str_fmt(t->a, "Bearer %.*s", STR_ARG(t->token))},
        {STR("Accept"), STR("*/*")},
    };

    rq->n_headers = 2;
    rq->headers = headers;
    *rs = (struct http_response){0};
    return fetch_http(t->a, t->f, rq, rs);
}

/* A GET with the token; one new login if 3CX does not know the token any more. */
static const struct err *ask(struct talk *t, struct http_request *rq, struct http_response *rs)
{
    const struct err *e = token_get(t, STR_NONE);

    if (!e)
        e = ask_once(t, rq, rs);
    if (e == E_UPSTREAM_AUTH && rs->status == 401) {
        e = token_get(t, t->token);
        if (!e)
            e = ask_once(t, rq, rs);
    }
    if (e != E_UPSTREAM_AUTH)
        return e;
    if (rs->status == 403)
        return err_why(t->a, E_UPSTREAM_AUTH,
                       "3CX lets the API client in, but not to this: give it a role that may see "
                       "the call log and all recordings (System Owner or System Admin).");
    if (rs->status == 401)
        return err_why(t->a, E_UPSTREAM_AUTH,
                       "3CX forgets our login at once: does another program use the same API client? "
                       "Make one for this service alone.");
    return e;
}

/* ---- recordings ---- */

static const struct err *download(struct talk *t, int64_t id)
{
    struct fetch_peek peek = {.f = t->f, .a = t->a};
    struct http_request rq = {
        .url = threecx_download_url(t->a, t->base, id), .total_ms = fetch_left_ms(t->f),
        .max_bytes = t->f->max_bytes, .sink = fetch_peek, .sink_arg = &peek,
    };
    struct http_response rs = {0};
    struct str text, said;
    const struct err *e = ask(t, &rq, &rs);

    if (e == E_NOT_FOUND)
        return err_why(t->a, E_NOT_READY, "3CX has no such recording, or not yet.");
    if (e)
        return e;
    if (fetch_peek_end(&peek, &text) && text.n) {
        said = threecx_error_text(t->a, text);
        return err_why(t->a, E_UPSTREAM, "3CX answered with a message, not a recording%s%.*s%s.",
                       said.n ? ": “" : "", STR_ARG(said), said.n ? "”" : "");
    }
    if (!t->f->bytes)
        return err_why(t->a, E_NOT_READY, "3CX sent an empty recording.");
    t->f->media_type = http_response_header(&rs, "content-type");
    return NULL;
}

/* Where the way in tells of the call but of no recording's number. */
static const struct err *find(struct talk *t, const struct threecx_wanted *w, int64_t *ret_id)
{
    struct http_request rq = {.url = threecx_find_url(t->a, t->base, w), .max_bytes = MAX_LIST};
    struct http_response rs = {0};
    const struct err *e = ask(t, &rq, &rs);

    if (!e)
        e = threecx_find_read(t->a, rs.body, w, ret_id);
    if (!e && !*ret_id)
        e = err_why(t->a, E_NOT_READY, "3CX has no recording of this call, or not yet.");
    return e == E_NOT_FOUND ? err_why(t->a, E_UPSTREAM, "This 3CX has no XAPI: v20 is needed.") : e;
}

const struct err *threecx_fetch(struct arena *a, struct fetch *f)
{
    struct str name = f->recording->name;
    struct talk t = {.a = a, .f = f};
    struct threecx_wanted wanted;
    const struct err *e;
    int64_t id = 0;

    if (str_starts(name, STR("rec:")) && (!str_to_int(str_sub(name, 4, name.n), &id) || id <= 0))
        id = 0;
    if (!id && !threecx_wanted_read(name, &wanted))
        return err_why(a, E_GONE, "3CX named the recording in a way that cannot be fetched.");
    e = talk_open(&t);
    if (!e && !id)
        e = find(&t, &wanted, &id);
    return e ? e : download(&t, id);
}

/* ---- the call log ---- */

/* The cursor is "<rows to skip>,<what the page before began with>": a 3CX that answers with the
 * same page again is at its end. */
static void cursor_read(struct str cursor, int64_t *ret_skip, struct str *ret_first)
{
    struct str rest = cursor, part;

    *ret_skip = 0;
    *ret_first = STR("");
    if (!str_split(&rest, ',', &part) || !str_to_int(part, ret_skip) || *ret_skip < 0)
        *ret_skip = 0;
    else if (rest.p)
        *ret_first = rest;
}

const struct err *threecx_poll(struct arena *a, struct poll *p)
{
    struct talk t = {.a = a, .f = &p->net};
    struct http_request rq = {.max_bytes = p->net.max_bytes};
    struct http_response rs = {0};
    struct str before, first;
    int64_t skip;
    size_t n;
    const struct err *e = talk_open(&t);

    cursor_read(p->cursor, &skip, &before);
    if (e)
        return e;
    rq.url = threecx_log_url(a, t.base, p->from, p->to, skip);
    e = ask(&t, &rq, &rs);
    if (e == E_NOT_FOUND)
        e = err_why(a, E_UPSTREAM, "This 3CX has no call log to ask for: v20 is needed.");
    if (!e)
        e = threecx_page_read(a, rs.body, &n, &first);
    if (e)
        return e;
    p->body = STR_NONE;
    p->next = STR_NONE;
    p->query = STR("page=log");
    if (!n || (before.n && str_eq(first, before)))
        return NULL;
    p->body = rs.body;
    if (n >= THREECX_PAGE)
        p->next = str_fmt(a, "%lld,%.*s", (long long)(skip + (int64_t)n), STR_ARG(first));
    return NULL;
}
