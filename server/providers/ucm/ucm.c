/* The UCM's deliveries: who may send them, and the shapes a body can have. Nobody published a
 * capture of CDR Real-Time Output over HTTP, so every shape of the CDR API is taken: one record, a
 * list, {"cdr": ...}, {"cdr_root": ...}, main_cdr with sub_cdr_N, and several documents in a row.
 * Called by the inbox job and the fuzzer; touches no database, clock or network. */
#include "providers/ucm/ucm.h"

#include "core/crypto.h"
#include "core/zone.h"

static const struct provider_setting settings[] = {
    {"base_url", SETTING_URL, true, "Address of the UCM",
     "Where the UCM's web pages are, with port: https://pbx.example.com:8089. CloudUCM often "
     "has port 8443. Recordings are fetched from here.",
     NULL},
    {"username", SETTING_TEXT, true, "API user",
     "The user name set on the UCM under API Configuration, HTTPS API Settings (New). It is not "
     "the name you sign in to the web pages with.",
     NULL},
    {"password", SETTING_SECRET, true, "API password", "The password set beside that user name.",
     NULL},
    {"tls", SETTING_CHOICE, true, "Certificate",
     "ca: the UCM has a certificate of a known authority. pinned: it has one of its own, and you "
     "name it below. insecure: any certificate is taken, for a UCM in the same building only.",
     "ca|pinned|insecure"},
    {"tls_pin", SETTING_TEXT, false, "Pinned certificate",
     "With pinned: the SHA-256 of the certificate's public key, as 64 hex digits or base64.", NULL},
    {"tls_low_security", SETTING_CHOICE, false, "Old encryption",
     "true for a UCM62xx or UCM6510 that offers short keys only.", "false|true"},
    {"zone", SETTING_ZONE, true, "Time zone of the UCM",
     "The zone under System Settings, Time Settings of the UCM: it sends times without one.", NULL},
    {"hook_username", SETTING_TEXT, false, "User name the UCM sends",
     "The user name under CDR Real-Time Output Settings. If set, records without it are refused.",
     NULL},
    {"hook_password", SETTING_SECRET, false, "Password the UCM sends",
     "The password under CDR Real-Time Output Settings.", NULL, "password"},
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
    struct str user = hook_setting(h, "hook_username"), password = hook_setting(h, "hook_password");
    struct str sent_user, sent_password;
    bool right;

    if (!user.n && !password.n)
        return NULL; /* only the token in the address proves the sender */
    if (!user.n || !password.n)
        return err_why(a, E_BAD_SIGNATURE,
                       "The integration has a user name or a password for the UCM's records, but "
                       "not both: set both or neither.");
    if (!hook_basic(a, h, &sent_user, &sent_password))
        return err_why(a, E_BAD_SIGNATURE,
                       "The UCM sent no user name and password: set them under CDR Real-Time "
                       "Output Settings.");
    right = same(user, sent_user);
    right = same(password, sent_password) && right;
    return right ? NULL
                 : err_why(a, E_BAD_SIGNATURE,
                           "The UCM sent another user name or password than the integration has.");
}

/* Splits off the text of the first document: from its bracket to the one that closes it, linear
 * in its length. What opens with no bracket, or never closes, is taken whole: the JSON reader
 * then says what is wrong. */
static struct str next_document(struct str *rest)
{
    struct str s = *rest;
    size_t depth = 0, i = 0;
    bool quoted = false;

    for (; i < s.n; i++) {
        char c = s.p[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
            continue;
        }
        quoted = c == '"';
        if (c == '{' || c == '[')
            depth++;
        if ((c == '}' || c == ']') && depth > 0 && --depth == 0)
            break;
        if (depth == 0)
            i = s.n;
    }
    *rest = i < s.n ? str_trim(str_sub(s, i + 1, s.n)) : STR("");
    return str_sub(s, 0, i < s.n ? i + 1 : s.n);
}

static bool is_sub(struct str key)
{
    return str_starts(key, STR("sub_cdr"));
}

static bool is_group(const struct json *o)
{
    const struct json *v;
    struct str key;
    void *it = NULL;

    if (json_kind(json_get(o, "main_cdr")) == J_OBJECT)
        return true;
    while (json_next(o, &it, &key, &v))
        if (is_sub(key) && (json_kind(v) == J_OBJECT || json_kind(v) == J_LIST))
            return true;
    return false;
}

static const struct err *not_a_record(struct ucm_delivery *d)
{
    return err_why(d->a, E_BAD_PAYLOAD, "Record %zu is no JSON object: call records are expected.",
                   d->records + 1);
}

/* One leg of a group, or a list of them. *ret_same turns true if one belongs to the session. */
static const struct err *take_sub(struct ucm_delivery *d, const struct json *v, struct str session,
                                  bool *ret_same)
{
    size_t n = json_kind(v) == J_LIST ? json_count(v) : 1;
    const struct err *e = NULL;

    for (size_t i = 0; i < n && !e; i++) {
        const struct json *sub = json_kind(v) == J_LIST ? json_at(v, i) : v;
        struct str own;

        if (json_kind(sub) != J_OBJECT)
            return not_a_record(d);
        own = ucm_key(d->a, sub, "session");
        if (!own.n || str_eq(own, session))
            *ret_same = true;
        e = ucm_record(d, sub, session, false);
    }
    return e;
}

/* main_cdr with its legs. A leg keeps a session of its own (a parked or transferred call has
 * several), for pushed singly it would come without the group. So the main record's totals are
 * taken only where a leg bears its session: else they would stand as a call without legs. */
static const struct err *take_group(struct ucm_delivery *d, const struct json *o)
{
    const struct json *main_cdr = json_get(o, "main_cdr"), *v;
    struct str session = ucm_key(d->a, main_cdr, "session"), key;
    const struct err *e = NULL;
    bool any = false, related = false;
    void *it = NULL;

    while (!e && json_next(o, &it, &key, &v)) {
        if (!is_sub(key) || json_kind(v) == J_NULL || (json_kind(v) == J_TEXT && !json_str(v).n))
            continue;
        any = true;
        e = take_sub(d, v, session, &related);
    }
    if (e || json_kind(main_cdr) != J_OBJECT || (any && !related))
        return e;
    /* Alone and numbered it is a leg like any other. */
    return ucm_record(d, main_cdr, STR(""), any || !ucm_value(d->a, main_cdr, "AcctId").n);
}

static const struct err *take_object(struct ucm_delivery *d, const struct json *o)
{
    return is_group(o) ? take_group(d, o) : ucm_record(d, o, STR(""), false);
}

/* Unwraps cdr_root, cdr and lists. The JSON reader's depth limit bounds the recursion. */
static const struct err *take(struct ucm_delivery *d, const struct json *v)
{
    static const char *const wrappers[] = {"cdr_root", "cdr"};
    const struct err *e = NULL;

    if (json_kind(v) == J_LIST) {
        for (size_t i = 0; i < json_count(v) && !e; i++)
            e = take(d, json_at(v, i));
        return e;
    }
    if (json_kind(v) != J_OBJECT)
        return not_a_record(d);
    for (size_t i = 0; i < 2; i++) {
        const struct json *inner = json_get(v, wrappers[i]);
        /* In a record "cdr" is an empty text, in a wrapper it is what we came for. */
        if (json_kind(inner) == J_OBJECT || json_kind(inner) == J_LIST)
            return take(d, inner);
    }
    return take_object(d, v);
}

/* The wrong settings an admin makes first, named with their cure. */
static const struct err *check_body(struct arena *a, struct str body)
{
    if (!body.n)
        return err_why(a, E_BAD_PAYLOAD, "The body is empty.");
    if (!str_utf8(body))
        return err_why(a, E_BAD_PAYLOAD, "The body is not UTF-8 text.");
    if (body.p[0] == '<')
        return err_why(a, E_BAD_PAYLOAD,
                       "The body is XML or HTML: choose JSON as the format under CDR Real-Time "
                       "Output Settings of the UCM.");
    if (body.p[0] != '{' && body.p[0] != '[')
        return err_why(a, E_BAD_PAYLOAD, "The body is not JSON: it starts with neither { nor [.");
    return NULL;
}

static const struct err *parse(struct arena *a, const struct hook *h, struct event_list *ret_list)
{
    struct str zone = hook_setting(h, "zone"), body = h->body;
    struct ucm_delivery d = {.a = a, .zone = zone.n ? zone : STR(""), .list = ret_list};
    const struct err *e;

    if (str_starts(body, STR("\xef\xbb\xbf"))) /* a byte order mark is no part of the text */
        body = str_sub(body, 3, body.n);
    body = str_trim(body);
    e = check_body(a, body);
    if (!e && !zone_known(d.zone))
        e = err_why(a, E_BAD_PAYLOAD,
                    "The integration's time zone \"%.*s\" is not known: choose one in its "
                    "settings, such as Europe/London.",
                    STR_ARG(event_text(a, d.zone, 60)));
    for (size_t n = 1; !e && body.n; n++) {
        const struct json *tree;
        e = json_parse(a, next_document(&body), &tree);
        if (e && n > 1)
            e = err_why(a, e, "Document %zu: %.*s", n, STR_ARG(arena_why(a)));
        if (!e && n > EVENT_MAX_PER_DELIVERY)
            e = err_why(a, E_BAD_PAYLOAD, "There are more than %d records.",
                        EVENT_MAX_PER_DELIVERY);
        if (!e)
            e = take(&d, tree);
    }
    return e;
}

static void sample(struct arena *a, struct hook_sample *s)
{
    struct str zone = json_text(s->settings, "zone");

    s->type = "application/json";
    s->body = str_fmt(
        a,
        "{\"cdr\": \"\", \"AcctId\": \"0\", \"src\": \"" SAMPLE_FROM "\", \"dst\": \"0000\", "
        "\"clid\": \"Trial of the address\", \"channel\": \"PJSIP/trunk_1-00000000\", \"dstchannel\": "
        "\"PJSIP/0000-00000000\", \"start\": \"%.*s\", \"answer\": \"%.*s\", \"end\": \"%.*s\", "
        "\"duration\": \"70\", \"billsec\": \"60\", \"disposition\": \"ANSWERED\", \"uniqueid\": "
        "\"trial-%.*s\", \"userfield\": \"Inbound\", \"channel_ext\": \"trunk_1\", "
        "\"dstchannel_ext\": \"0000\", \"caller_name\": \"Trial of the address\", \"recordfiles\": "
        "\"\", \"dstanswer\": \"0000\", \"session\": \"trial-%.*s\", \"action_type\": \"DIAL\"}",
        STR_ARG(sample_wall(a, s->now - 70 * TIME_S, zone)),
        STR_ARG(sample_wall(a, s->now - 60 * TIME_S, zone)), STR_ARG(sample_wall(a, s->now, zone)),
        STR_ARG(s->id), STR_ARG(s->id));
    sample_basic(a, s, "hook_username", "hook_password");
}

const struct provider ucm_provider = {
    .slug = "ucm",
    .title = "Grandstream UCM",
    .settings = settings,
    .parser_version = 1,
    .verify = verify,
    .parse = parse,
    .fetch = ucm_fetch,
    .poll = ucm_poll,
    .poll_needs = "username",
    .sample = sample,
};
