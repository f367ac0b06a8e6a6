/* 3CX's settings, who may post, and which reader a delivery belongs to. Called by the inbox before
 * and after storing a delivery, by the fuzzer, and by the form that settings are saved with; pure. */
#include "providers/threecx/threecx.h"

#include "core/crypto.h"
#include "net/poll.h"

static const struct provider_setting settings[] = {
    {"calls_from", SETTING_CHOICE, true, "Calls come from",
     "template: the CRM template posts each call when it ends. cdr: 3CX connects to our CDR port. "
     "calllog: the call log is asked for them (3CX v20 with API client). Choose one, so that no "
     "call comes twice.",
     "template|cdr|calllog"},
    {"template_key", SETTING_SECRET, false, "Key in the template",
     "A long random text. If set, posts without it are refused; it is written into the template "
     "you download.",
     NULL, "password"},
    {"base_url", SETTING_URL, false, "Address of 3CX",
     "Where the 3CX web client is, like https://company.3cx.eu. Needed for recordings and the call "
     "log.",
     NULL},
    {"client_id", SETTING_TEXT, false, "API client id",
     "The client id under Admin, Integrations, API of 3CX v20. Give it no extensions and leave Call "
     "Control off.",
     NULL},
    {"client_secret", SETTING_SECRET, false, "API key", "The key shown once beside that client.",
     NULL},
    {"recordings", SETTING_CHOICE, false, "Recordings",
     "fetch: ask 3CX for the recording of each answered call. none: leave them there.",
     "none|fetch"},
    {"tls", SETTING_CHOICE, false, "Certificate",
     "ca: 3CX has a certificate of a known authority, as its own addresses do. pinned: it has one "
     "of its own, and you name it below. insecure: any is taken, in the same building only.",
     "ca|pinned|insecure"},
    {"tls_pin", SETTING_TEXT, false, "Pinned certificate",
     "With pinned: the SHA-256 of the certificate's public key, as 64 hex digits or base64.", NULL},
    {"cdr_port", SETTING_TEXT, false, "CDR port",
     "The port of this server that 3CX connects to with its active socket. The operator of this "
     "server says which are free.",
     NULL},
    {"cdr_source", SETTING_TEXT, false, "CDR source address",
     "The address 3CX connects from, like 203.0.113.7 or 203.0.113.0/28. CDR lines carry no "
     "password, so nothing is taken from anywhere else.",
     NULL},
    {"cdr_fields", SETTING_TEXT, false, "CDR fields",
     "The fields in the order set in the 3CX console, parted by commas. Blank: the order 3CX starts "
     "with.",
     NULL},
    {"cdr_zone", SETTING_ZONE, false, "Time zone of the CDR output",
     "3CX writes CDR times without a zone, as a rule in UTC. Blank: UTC.", NULL},
    {0},
};

/* Through hashes, so that neither content nor length shows in the time it takes. */
static bool same(struct str x, struct str y)
{
    struct hash hx = crypto_sha256(x), hy = crypto_sha256(y);

    return crypto_eq(str_n(hx.b, sizeof hx.b), str_n(hy.b, sizeof hy.b));
}

static const struct err *verify(struct arena *a, const struct hook *h)
{
    struct str key = hook_setting(h, "template_key"), sent = hook_header(h, "authorization");

    if (!key.p)
        return NULL; /* only the token in the address proves the sender */
    if (!key.n) /* there but empty verifies nothing, rather than everything */
        return err_why(a, E_BAD_SIGNATURE, "The integration's template key is empty: set another.");
    if (sent.n < 7 || !str_case_eq(str_sub(sent, 0, 7), STR("bearer ")))
        return err_why(a, E_BAD_SIGNATURE,
                       "The post has no key: download the template again and put it into 3CX.");
    if (!same(str_trim(str_sub(sent, 7, sent.n)), key))
        return err_why(a, E_BAD_SIGNATURE,
                       "The post has another key than the integration: download the template again "
                       "and put it into 3CX.");
    return NULL;
}

static const struct err *check_port(struct arena *a, struct str port)
{
    int64_t n;

    if (!port.n || (str_to_int(port, &n) && n >= 1024 && n <= 65535))
        return NULL;
    return err_why(a, E_BAD_INPUT, "Give a port from 1024 to 65535.");
}

static const struct err *check(struct arena *a, const struct json *values, const char **ret_name)
{
    struct str fields = json_text(values, "cdr_fields"), key = json_text(values, "template_key");
    const struct err *e = check_port(a, json_text(values, "cdr_port"));

    *ret_name = "cdr_port";
    if (!e && fields.n) {
        *ret_name = "cdr_fields";
        e = threecx_cdr_check(a, fields);
    }
    if (!e && key.n && key.n < 16) {
        *ret_name = "template_key";
        e = err_why(a, E_BAD_INPUT, "Give at least 16 characters.");
    }
    for (size_t i = 0; !e && i < key.n; i++)
        if (key.p[i] <= ' ' || key.p[i] > '~' || key.p[i] == '[' || key.p[i] == ']') {
            *ret_name = "template_key";
            e = err_why(a, E_BAD_INPUT, "Use letters, digits and marks other than [ and ].");
        }
    return e;
}

/* What the settings do not take calls from is kept and read as holding none: the same call told by
 * two ways would count twice, for they name it differently. */
static const struct err *parse(struct arena *a, const struct hook *h, struct event_list *ret_list)
{
    struct str from = hook_setting(h, "calls_from");

    if (!from.n)
        from = STR("template");
    if (str_is(h->method, POLL_METHOD))
        return threecx_log(a, h, ret_list);
    if (str_is(h->method, THREECX_CDR_METHOD))
        return str_is(from, "cdr") ? threecx_cdr(a, h, ret_list) : NULL;
    if (!str_is(h->method, "POST"))
        return err_why(a, E_BAD_PAYLOAD, "The template posts: this was a %.*s.",
                       STR_ARG(event_text(a, h->method, 20)));
    return str_is(from, "template") ? threecx_report(a, h, ret_list) : NULL;
}

int64_t threecx_clock(struct str s)
{
    int64_t total = 0, n;
    struct str part, rest = s;
    size_t parts = 0;

    while (str_split(&rest, ':', &part)) {
        ptrdiff_t dot = str_find(part, STR("."), 0);
        if (!rest.p && dot > 0)
            part = str_sub(part, 0, (size_t)dot);
        if (parts++ == 3 || part.n > 3 || !str_to_int(part, &n) || n < 0 || (parts > 1 && n > 59))
            return -1;
        total = total * 60 + n;
    }
    return parts == 3 ? total : -1;
}

bool threecx_is_extension(struct str s)
{
    if (s.n < 1 || s.n > 8)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

struct str threecx_find_name(struct arena *a, const struct call_event *ev)
{
    struct str number = ev->direction == CALL_OUTBOUND ? ev->to : ev->from;

    return event_text(a, str_fmt(a, "find:%lld,%lld,%.*s,%.*s", (long long)(ev->started / TIME_S),
                                 (long long)((ev->ended == TIME_NONE ? ev->started : ev->ended) /
                                             TIME_S),
                                 STR_ARG(ev->agent), STR_ARG(number)),
                      EVENT_MAX_NAME);
}

static void sample(struct arena *a, struct hook_sample *s)
{
    struct str key = json_text(s->settings, "template_key");
    char start[32], answer[32], end[32];

    s->type = "application/json; charset=utf-8";
    s->body = str_fmt(
        a,
        "{\"call_type\": \"Inbound\", \"direction\": \"Inbound\", \"number\": \"" SAMPLE_FROM
        "\", \"name\": \"Trial of the address\", \"agent\": \"trial-%.*s\", \"duration\": \"00:01:00\", "
        "\"started_at\": \"%s\", \"answered_at\": \"%s\", \"ended_at\": \"%s\", \"transcription\": "
        "\"[Transcription]\", \"summary\": \"[Summary]\", \"recording_url\": \"[RecordingUrl]\"}",
        STR_ARG(s->id), time_iso(s->now - 70 * TIME_S, start).p,
        time_iso(s->now - 60 * TIME_S, answer).p, time_iso(s->now, end).p);
    if (key.n)
        sample_header(s, "Authorization", str_fmt(a, "Bearer %.*s", STR_ARG(key)));
}

const struct provider threecx_provider = {
    .slug = "3cx",
    .title = "3CX",
    .settings = settings,
    .parser_version = 1,
    .setup_file = "3cx/crm.xml",
    .check = check,
    .verify = verify,
    .parse = parse,
    .fetch = threecx_fetch,
    .poll = threecx_poll,
    .poll_needs = "client_id",
    .poll_renames = true,
    .sample = sample,
};
