/* Fetches a recording from Twilio's API. The account's credentials go to Twilio's own hosts only:
 * the address came in a callback, and the API redirects to a store that must not see them (net
 * drops them at another origin). Runs in a worker's job. */
#include "core/crypto.h"
#include "net/fetch.h"
#include "providers/twilio/twilio.h"

/* Where the API may redirect to. */
#define STORES ".twilio.com", ".twiliocdn.com", ".amazonaws.com"

/* The host of a URL in lower case, without port; "" unless it is plain: a user, a backslash or an
 * IPv6 address makes it none of Twilio's. */
static struct str host_of(struct arena *a, struct str url)
{
    ptrdiff_t slashes = str_find(url, STR("://"), 0);
    size_t from = slashes < 0 ? url.n : (size_t)slashes + 3, n = 0;
    struct str rest = str_sub(url, from, url.n);

    while (n < rest.n && rest.p[n] != '/' && rest.p[n] != ':' && rest.p[n] != '?' &&
           rest.p[n] != '#') {
        if (rest.p[n] == '@' || rest.p[n] == '\\' || rest.p[n] == '[')
            return STR("");
        n++;
    }
    if (str_find(rest, STR("@"), 0) >= 0)
        return STR("");
    return str_lower(a, str_sub(rest, 0, n));
}

/* api.twilio.com, or api.<edge>.<region>.twilio.com */
static bool is_twilio(struct str host)
{
    return str_is(host, "api.twilio.com") ||
           (str_starts(host, STR("api.")) && str_ends(host, STR(".twilio.com")));
}

static bool ends_name(char c)
{
    return c == '?' || c == '#';
}

struct str twilio_recording_name(struct arena *a, struct str url)
{
    static const char *const endings[] = {".wav", ".mp3", ".json"};
    size_t n = 0;

    url = event_text(a, url, EVENT_MAX_NAME);
    while (n < url.n && !ends_name(url.p[n]))
        n++;
    url = str_trim(str_sub(url, 0, n));
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (str_ends(url, str_of(endings[i])))
            url.n -= str_of(endings[i]).n;
    if (str_starts(url, STR("http://")) && is_twilio(host_of(a, url)))
        return str_fmt(a, "https://%.*s", STR_ARG(str_sub(url, 7, url.n)));
    return str_starts(url, STR("https://")) || str_starts(url, STR("http://")) ? url : STR("");
}

/* "https://api.example.com" of the settings, with its slash. */
static struct str base_of(struct arena *a, struct str api)
{
    api = str_trim(api);
    while (str_ends(api, STR("/")))
        api.n--;
    return api.n ? str_fmt(a, "%.*s/", STR_ARG(api)) : STR("");
}

const struct err *twilio_recording_allowed(struct arena *a, struct str name, struct str api)
{
    struct str base = base_of(a, api), host = host_of(a, name);
    bool ours = base.n && str_starts(name, base) && host.n;

    if ((ours || (str_starts(name, STR("https://")) && is_twilio(host))) &&
        str_find(name, STR("/Recordings/"), 0) > 0)
        return NULL;
    return err_why(a, E_ADDRESS_REFUSED,
                   "The recording's address is not one of Twilio's API, so it is not fetched: the "
                   "account's credentials would go there.");
}

/* The password is the API key's secret where there is a key. */
const struct err *twilio_authorization(struct arena *a, const struct json *s, struct str *ret)
{
    struct str user = json_text(s, "api_key"), password = json_text(s, "api_secret");

    if (!user.n) {
        user = json_text(s, "account_sid");
        password = json_text(s, "auth_token");
    }
    if (!user.n || !password.n)
        return err_why(a, E_UPSTREAM_AUTH,
                       "Account SID and Auth Token, or an API key with its secret, are needed to "
                       "fetch recordings: fill them in in the integration's settings.");
    *ret = str_fmt(a, "Basic %.*s",
                   STR_ARG(crypto_base64(a, str_fmt(a, "%.*s:%.*s", STR_ARG(user),
                                                    STR_ARG(password)))));
    return NULL;
}

static const struct err *judge(struct arena *a, const struct err *e, const struct http_response *rs)
{
    if (e == E_NOT_FOUND)
        return err_why(a, E_NOT_READY, "Twilio has no recording at the address yet (404).");
    if (e == E_UPSTREAM_AUTH && rs->redirects > 0) /* the store saw no credentials of ours */
        return err_why(a, E_UPSTREAM, "Twilio's store refuses the recording (status %d).",
                       rs->status);
    if (e == E_UPSTREAM_AUTH)
        return err_why(a, E_UPSTREAM_AUTH,
                       "Twilio refuses Account SID and Auth Token, or the API key (status %d): "
                       "correct them in the integration's settings.",
                       rs->status);
    return e;
}

/* Asks for the file; the answer's bytes go to the sink, unless it is a message. */
static const struct err *ask(struct arena *a, struct fetch *f, struct http_request *rq, bool dual,
                             struct http_response *ret)
{
    struct fetch_peek peek = {.f = f, .a = a};
    struct str text;
    const struct err *e;

    rq->url = str_fmt(a, "%.*s.wav%s", STR_ARG(f->recording->name),
                      dual ? "?RequestedChannels=2" : "");
    rq->sink = fetch_peek;
    rq->sink_arg = &peek;
    e = judge(a, fetch_http(a, f, rq, ret), ret);
    if (!e && fetch_peek_end(&peek, &text) && text.n)
        e = err_why(a, E_UPSTREAM, "Twilio answered with a message, not a recording.");
    return e;
}

const struct err *twilio_fetch(struct arena *a, struct fetch *f)
{
    struct str api = json_text(f->settings, "api_url"), channels = f->recording->folder;
    const char *const hosts[] = {STORES, str_c(a, host_of(a, base_of(a, api))), NULL};
    struct http_header header = {.name = STR("Authorization")};
    struct http_request rq = {.n_headers = 1, .headers = &header, .hosts = hosts,
                              .redirects = HTTP_MAX_REDIRECTS, .total_ms = fetch_left_ms(f),
                              .max_bytes = f->max_bytes};
    struct http_response rs = {0};
    const struct err *e = twilio_recording_allowed(a, f->recording->name, api);

    f->retry_after_s = -1;
    if (!e)
        e = twilio_authorization(a, f->settings, &header.value);
    if (e)
        return e;
    e = ask(a, f, &rq, !str_is(channels, "1"), &rs);
    /* A status callback does not say how many channels there are: one, then. */
    if (e && rs.status == 400 && !channels.n)
        e = ask(a, f, &rq, false, &rs);
    if (e)
        return e;
    if (!f->bytes)
        return err_why(a, E_NOT_READY, "Twilio sent an empty recording.");
    f->media_type = http_response_header(&rs, "content-type");
    return NULL;
}
