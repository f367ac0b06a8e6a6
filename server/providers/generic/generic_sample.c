/* A sample delivery in our own form, signed where a secret is set. Used by trials. */
#include "core/crypto.h"
#include "providers/generic/generic.h"

void generic_sample(struct arena *a, struct hook_sample *s)
{
    struct str key, stamp = str_fmt(a, "%lld", (long long)(s->now / TIME_S));
    char start[32], answer[32], end[32];
    struct hash mac;

    s->type = "application/json";
    s->body = str_fmt(
        a,
        "{\"call_id\": \"ringsight-trial-%.*s\", \"direction\": \"inbound\", \"from\": \"" SAMPLE_FROM
        "\", \"to\": \"" SAMPLE_TO "\", \"from_name\": \"Trial of the address\", \"started_at\": "
        "\"%s\", \"answered_at\": \"%s\", \"ended_at\": \"%s\", \"disposition\": \"answered\"}",
        STR_ARG(s->id), time_iso(s->now - 70 * TIME_S, start).p,
        time_iso(s->now - 60 * TIME_S, answer).p, time_iso(s->now, end).p);
    sample_basic(a, s, "hook_username", "hook_password");
    if (!generic_secret_key(a, json_text(s->settings, "secret"), &key))
        return;
    mac = crypto_hmac_sha256(key, str_fmt(a, "%.*s.%.*s.%.*s", STR_ARG(s->id), STR_ARG(stamp),
                                          STR_ARG(s->body)));
    sample_header(s, "webhook-id", s->id);
    sample_header(s, "webhook-timestamp", stamp);
    key = crypto_base64(a, str_n(mac.b, sizeof mac.b));
    sample_header(s, "webhook-signature", str_fmt(a, "v1,%.*s", STR_ARG(key)));
}
