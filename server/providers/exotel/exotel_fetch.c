/* Fetches a recording by the address that a callback gave. Some accounts' recordings ask for a
 * login: it goes to Exotel's own hosts only, and net drops it when one redirects elsewhere. Runs in
 * a worker's job. */
#include "core/crypto.h"
#include "net/fetch.h"
#include "providers/exotel/exotel.h"

static const char *const stores[] = {"exotel.com", ".exotel.com", "s3-ap-southeast-1.amazonaws.com",
                                     NULL};
static const char *const own[] = {"exotel.com", ".exotel.com", NULL};

bool exotel_trusts(struct arena *a, struct str url)
{
    return http_url_check(a, url, false, own) == NULL;
}

struct str exotel_authorization(struct arena *a, const struct json *s)
{
    struct str key = json_text(s, "api_key"), token = json_text(s, "api_token");

    if (!key.n || !token.n)
        return STR_NONE;
    return str_fmt(a, "Basic %.*s",
                   STR_ARG(crypto_base64(a, str_fmt(a, "%.*s:%.*s", STR_ARG(key), STR_ARG(token)))));
}

/* Exotel gives the address before the file is there; its store then says 403 as well as 404. */
static const struct err *judge(struct arena *a, const struct err *e, const struct http_response *rs,
                               bool known)
{
    if (e == E_NOT_FOUND || (e == E_UPSTREAM_AUTH && rs->status == 403))
        return err_why(a, E_NOT_READY, "There is no recording at the address yet (status %d).",
                       rs->status);
    if (e == E_UPSTREAM_AUTH && known)
        return err_why(a, E_UPSTREAM_AUTH,
                       "Exotel refuses the API key and token, or they are missing: enter them in "
                       "the integration's settings.");
    if (e == E_UPSTREAM_AUTH)
        return err_why(a, E_UPSTREAM, "The recording's address asks for a login that we do not have.");
    if (e == E_BAD_INPUT)
        return err_why(a, E_BAD_INPUT,
                       "The recording is not fetched: %.*s If your recordings do lie there, enter "
                       "the host under \"Other hosts of recordings\".",
                       STR_ARG(str_dup(a, arena_why(a))));
    return e;
}

const struct err *exotel_fetch(struct arena *a, struct fetch *f)
{
    struct fetch_peek peek = {.f = f, .a = a};
    struct http_header header = {STR("Authorization"), exotel_authorization(a, f->settings)};
    bool known = exotel_trusts(a, f->recording->name);
    struct http_request rq = {
        .url = f->recording->name, .n_headers = known && header.value.n ? 1 : 0,
        .headers = &header, .redirects = HTTP_MAX_REDIRECTS,
        .total_ms = fetch_left_ms(f), .max_bytes = f->max_bytes,
        .sink = fetch_peek, .sink_arg = &peek,
    };
    struct http_response rs = {0};
    struct str text;
    const struct err *e;

    f->retry_after_s = -1;
    e = fetch_hosts(a, json_text(f->settings, "recording_hosts"), stores, &rq.hosts);
    if (!e)
        e = judge(a, fetch_http(a, f, &rq, &rs), &rs, known && !rs.redirects);
    if (e)
        return e;
    if (fetch_peek_end(&peek, &text) && text.n)
        return err_why(a, E_UPSTREAM, "The address answered with text or a web page, not a recording.");
    if (!f->bytes)
        return err_why(a, E_NOT_READY, "The address answered with an empty recording.");
    f->media_type = http_response_header(&rs, "content-type");
    return NULL;
}
