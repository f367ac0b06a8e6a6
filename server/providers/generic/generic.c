/* The generic hook: its settings and the Standard Webhooks signature (spec 1.0.0). Called by the
 * inbox before and after storing a delivery; pure, the time of receipt comes with the hook. */
#include "providers/generic/generic.h"

#include "core/crypto.h"
#include "providers/generic/generic_map.h"

#define TOLERANCE_S 300
#define KEY_MIN 24 /* of the decoded secret, as the specification says */
#define KEY_MAX 64

static const struct provider_setting settings[] = {
    {"secret", SETTING_SECRET, false, "Signing secret",
     "whsec_ and base64 of 24 to 64 random bytes. If set, each delivery must be signed after "
     "Standard Webhooks. Leave it blank to rely on the address alone.",
     NULL, "whsec"},
    {"hook_username", SETTING_TEXT, false, "User name that is sent",
     "For a system that cannot sign but can send a user name and password (Basic). If set, deliveries "
     "without them are refused.",
     NULL},
    {"hook_password", SETTING_SECRET, false, "Password that is sent", "The password beside it.",
     NULL, "password"},
    {"recording_hosts", SETTING_TEXT, false, "Hosts of recordings",
     "Host names that recordings may be fetched from, parted by commas; .example.com means every "
     "host below it. Blank: any public host.",
     NULL},
    {0},
};

/* Any signature of the list may match: during a change of secret the sender sends both. */
static bool any_matches(struct str list, struct str expected)
{
    struct str one;
    bool match = false;

    while (str_split(&list, ' ', &one))
        if (str_starts(one, STR("v1,")) && crypto_eq(str_sub(one, 3, one.n), expected))
            match = true;
    return match;
}

static const struct err *check_time(struct arena *a, const struct hook *h, struct str stamp)
{
    int64_t s, now = h->now / TIME_S;

    if (!str_to_int(stamp, &s) || s < 0)
        return err_why(a, E_BAD_SIGNATURE,
                       "The header webhook-timestamp is no number of seconds since 1970.");
    if (s < now - TOLERANCE_S || s > now + TOLERANCE_S)
        return err_why(a, E_BAD_SIGNATURE,
                       "The header webhook-timestamp is more than 5 minutes off: set the sender's "
                       "clock, and sign each try anew.");
    return NULL;
}

static const struct err *check_signature(struct arena *a, const struct hook *h, struct str key)
{
    struct str id = hook_header(h, "webhook-id"), stamp = hook_header(h, "webhook-timestamp");
    struct str list = hook_header(h, "webhook-signature");
    const struct err *e;
    struct buf text;
    struct hash mac;

    if (!id.n || !stamp.n || !list.n)
        return err_why(a, E_BAD_SIGNATURE,
                       "The delivery is not signed: the headers webhook-id, webhook-timestamp and "
                       "webhook-signature are needed.");
    e = check_time(a, h, stamp);
    if (e)
        return e;
    text = buf_new(a, h->body.n + id.n + stamp.n + 2);
    buf_add(&text, id);
    buf_char(&text, '.');
    buf_add(&text, stamp);
    buf_char(&text, '.');
    buf_add(&text, h->body);
    mac = crypto_hmac_sha256(key, buf_str(&text));
    if (any_matches(list, crypto_base64(a, str_n(mac.b, sizeof mac.b))))
        return NULL;
    return err_why(a, E_BAD_SIGNATURE,
                   "The signature does not fit: sign \"id.timestamp.body\" with the decoded secret "
                   "and send the body unchanged.");
}

bool generic_secret_key(struct arena *a, struct str secret, struct str *ret_key)
{
    if (str_starts(secret, STR("whsec_")))
        secret = str_sub(secret, 6, secret.n);
    return crypto_unbase64(a, secret, ret_key) && ret_key->n >= KEY_MIN && ret_key->n <= KEY_MAX;
}

static const struct err *check(struct arena *a, const struct json *values, const char **ret_name)
{
    struct str secret = json_text(values, "secret"), key;

    if (!secret.n || generic_secret_key(a, secret, &key))
        return NULL;
    *ret_name = "secret";
    return err_why(a, E_BAD_INPUT, "Give whsec_ and base64 of 24 to 64 random bytes.");
}

static bool same(struct str x, struct str y)
{
    struct hash a = crypto_sha256(x), b = crypto_sha256(y); /* so that lengths do not tell either */

    return crypto_eq(str_n(a.b, sizeof a.b), str_n(b.b, sizeof b.b));
}

static const struct err *check_basic(struct arena *a, const struct hook *h)
{
    struct str user = hook_setting(h, "hook_username"), password = hook_setting(h, "hook_password");
    struct str sent_user, sent_password;
    bool right;

    if (!user.p && !password.p)
        return NULL;
    if (!user.n || !password.n)
        return err_why(a, E_BAD_SIGNATURE,
                       "The integration has a user name or a password for deliveries, but not both: "
                       "set both or neither.");
    if (!hook_basic(a, h, &sent_user, &sent_password))
        return err_why(a, E_BAD_SIGNATURE,
                       "The delivery has no user name and password: send them as Basic.");
    right = same(user, sent_user);
    right = same(password, sent_password) && right;
    return right ? NULL
                 : err_why(a, E_BAD_SIGNATURE,
                           "The delivery has another user name or password than the integration.");
}

/* Each proof that the settings name must be there; without any only the token in the address proves
 * the sender. */
static const struct err *verify(struct arena *a, const struct hook *h)
{
    struct str secret = hook_setting(h, "secret"), key;
    const struct err *e = check_basic(a, h);

    if (e || !secret.p)
        return e;
    /* A secret that is there but empty or broken verifies nothing, rather than everything. */
    if (!generic_secret_key(a, secret, &key))
        return err_why(a, E_BAD_SIGNATURE,
                       "The integration's signing secret is not whsec_ and base64 of 24 to 64 "
                       "bytes: set another.");
    return check_signature(a, h, key);
}

static struct str map_fields(struct arena *a)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (const struct map_field *f = generic_map_fields; f->name; f++) {
        jw_open(&w, '{');
        jw_key(&w, "name");
        jw_text(&w, str_of(f->name));
        jw_key(&w, "kind");
        jw_text(&w, str_of(generic_map_kind(f->kind)));
        jw_key(&w, "required");
        jw_bool(&w, f->required);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return jw_done(&w);
}

static const struct provider_map map = {
    .check = generic_map_check, .preview = generic_map_preview, .fields = map_fields};

static const struct parser_before before[] = {
    {1, "reads the documented form alone and passes over a field map", generic_parse_form},
    {0},
};

const struct provider generic_provider = {
    .slug = "generic",
    .title = "Generic JSON",
    .settings = settings,
    .parser_version = 2,
    .parsers_before = before,
    .check = check,
    .verify = verify,
    .parse = generic_parse,
    .fetch = generic_fetch,
    .map = &map,
    .sample = generic_sample,
};
