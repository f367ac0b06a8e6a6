/* Asterisk's settings and its two kinds of deliveries: messages that the AMI client kept
 * (asterisk_calls.c), and call records that a dialplan script posts as a form or JSON. Called by the
 * inbox and the fuzzer; touches no database, clock or network. */
#include "providers/asterisk/asterisk.h"

#include "core/crypto.h"
#include "core/zone.h"
#include "providers/form.h"

static const struct provider_setting settings[] = {
    {"host", SETTING_TEXT, false, "AMI address",
     "Host and port of the manager interface: pbx.example.com:5039. Leave it blank if a dialplan "
     "script posts the call records.",
     NULL},
    {"username", SETTING_TEXT, false, "AMI user",
     "The section in brackets of manager.conf. It needs read = call,cdr,agent,reporting.", NULL},
    {"password", SETTING_SECRET, false, "AMI secret", "The secret of that section.", NULL},
    {"tls", SETTING_CHOICE, false, "Encryption",
     "ca: TLS with a certificate of a known authority. pinned: TLS with one of its own, named "
     "below. insecure: TLS with any certificate. none: no encryption, for a network that the "
     "operator of this service has allowed.",
     "ca|pinned|insecure|none"},
    {"tls_pin", SETTING_TEXT, false, "Pinned certificate",
     "With pinned: the SHA-256 of the certificate's public key, as 64 hex digits or base64.", NULL},
    {"trunks", SETTING_TEXT, false, "Trunks",
     "The endpoints that lead outside, parted by commas, as they stand in channel names: "
     "\"provider\" for PJSIP/provider-0000000a, \"DAHDI\" for all of that technology. Blank: every "
     "endpoint that is not a number of at most 6 digits.",
     NULL},
    {"zone", SETTING_ZONE, true, "Time zone of the call records",
     "The zone of Asterisk's clock; UTC if cdr.conf or cdr_manager.conf has usegmtime=yes.", NULL},
    {"hook_username", SETTING_TEXT, false, "User name the script sends",
     "If set, posted records without it are refused.", NULL},
    {"hook_password", SETTING_SECRET, false, "Password the script sends",
     "The password sent beside it.", NULL, "password"},
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
                       "The integration has a user name or a password for posted records, but not "
                       "both: set both or neither.");
    if (!hook_basic(a, h, &sent_user, &sent_password))
        return err_why(a, E_BAD_SIGNATURE,
                       "The script sent no user name and password: set CURLOPT(userpwd).");
    right = same(user, sent_user);
    right = same(password, sent_password) && right;
    return right ? NULL
                 : err_why(a, E_BAD_SIGNATURE,
                           "The script sent another user name or password than the integration "
                           "has.");
}

static const struct err *check(struct arena *a, const struct json *values, const char **ret_name)
{
    struct str host;
    int64_t port;

    if (!str_trim(json_text(values, "host")).n || asterisk_address(values, &host, &port))
        return NULL;
    *ret_name = "host";
    return err_why(a, E_BAD_INPUT, "Give host and port, such as pbx.example.com:5039.");
}

bool asterisk_address(const struct json *settings, struct str *ret_host, int64_t *ret_port)
{
    struct str all = str_trim(json_text(settings, "host"));
    size_t colon = all.n;

    while (colon > 0 && all.p[colon - 1] != ':')
        colon--;
    *ret_host = str_sub(all, 0, colon ? colon - 1 : 0);
    return ret_host->n && str_to_int(str_sub(all, colon, all.n), ret_port) && *ret_port > 0 &&
           *ret_port < 65536;
}

static const char *const names[][2] = {
    {"UniqueID", "uniqueid"},       {"LinkedID", "linkedid"},
    {"Channel", "channel"},         {"DestinationChannel", "dstchannel"},
    {"Source", "src"},              {"Destination", "dst"},
    {"CallerID", "clid"},           {"LastApplication", "lastapp"},
    {"LastData", "lastdata"},       {"StartTime", "start"},
    {"AnswerTime", "answer"},       {"EndTime", "end"},
    {"Disposition", "disposition"}, {"Duration", "duration"},
    {"BillableSeconds", "billsec"},
};

/* Under either name, case ignored; "" if missing. */
static struct str value_of(const struct form *f, size_t k)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_case_eq(f->v[i].name, str_of(names[k][0])) ||
            str_case_eq(f->v[i].name, str_of(names[k][1])))
            return str_trim(f->v[i].value);
    return STR("");
}

static const struct err *posted(struct ast_delivery *d, const struct hook *h)
{
    struct form f = {0};
    struct ast_cdr c;
    struct str *const at[] = {
        &c.uniqueid, &c.linkedid, &c.channel, &c.dst_channel, &c.source,
        &c.destination, &c.caller_id, &c.app, &c.data, &c.start,
        &c.answer, &c.end, &c.disposition, &c.duration, &c.billed};
    const struct err *e = form_of_hook(d->a, h, &f);

    if (e)
        return e;
    for (size_t k = 0; k < sizeof at / sizeof *at; k++)
        *at[k] = value_of(&f, k);
    if (!ast_is_id(c.uniqueid))
        return err_why(d->a, E_BAD_PAYLOAD,
                       "This is no call record: it has no \"uniqueid\". Send "
                       "uniqueid=${CDR(uniqueid)}.");
    if (!c.start.n && ast_id_time(c.uniqueid) == TIME_NONE)
        return err_why(d->a, E_BAD_PAYLOAD,
                       "The call record has no \"start\". Send start=${CDR(start)}.");
    return ast_leg(d, &c, ast_is_id(c.linkedid) ? c.linkedid : c.uniqueid, 0);
}

static const struct err *parse(struct arena *a, const struct hook *h, struct event_list *ret_list)
{
    struct str zone = hook_setting(h, "zone"), trunks = hook_setting(h, "trunks");
    struct ast_delivery d = {.a = a, .zone = zone.n ? zone : STR(""), .list = ret_list,
                             .trunks = trunks.n ? trunks : STR(""), .now = h->now};

    if (!zone_known(d.zone))
        return err_why(a, E_BAD_PAYLOAD,
                       "The integration's time zone \"%.*s\" is not known: choose one in its "
                       "settings, such as Europe/London.",
                       STR_ARG(event_text(a, d.zone, 60)));
    return str_is(h->method, ASTERISK_AMI_METHOD) ? ast_messages(&d, h->body) : posted(&d, h);
}

static void sample(struct arena *a, struct hook_sample *s)
{
    s->type = "application/x-www-form-urlencoded";
    s->body = str_fmt(
        a,
        "uniqueid=trial-%.*s&linkedid=trial-%.*s&channel=PJSIP%%2Ftrunk-00000000&dstchannel=PJSIP%%2F0000-"
        "00000000&src=%%2B442079460199&dst=0000&lastapp=Dial&start=%lld&answer=%lld&end=%lld&duration=70"
        "&billsec=60&disposition=ANSWERED",
        STR_ARG(s->id), STR_ARG(s->id), (long long)(s->now / TIME_S - 70),
        (long long)(s->now / TIME_S - 60), (long long)(s->now / TIME_S));
    sample_basic(a, s, "hook_username", "hook_password");
}

const struct provider asterisk_provider = {
    .slug = "asterisk",
    .title = "Asterisk",
    .settings = settings,
    .parser_version = 1,
    .check = check,
    .verify = verify,
    .parse = parse,
    .sample = sample,
};
