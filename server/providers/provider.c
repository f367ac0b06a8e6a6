/* What all adapters need of a delivery: headers, Basic credentials, settings. Pure; reads the raw
 * header block as it was stored, so it must bear any bytes. */
#include "providers/provider.h"

#include "core/crypto.h"
#include "core/zone.h"

struct str hook_header(const struct hook *h, const char *name)
{
    struct str rest = h->headers, line;

    while (str_split(&rest, '\n', &line)) {
        struct str key;
        if (!str_split(&line, ':', &key) || !line.p)
            continue;
        if (str_case_eq(key, str_of(name)))
            return str_trim(line);
    }
    return STR_NONE;
}

bool hook_basic(struct arena *a, const struct hook *h, struct str *ret_user,
                struct str *ret_password)
{
    struct str value = hook_header(h, "authorization"), plain, user;

    if (value.n < 6 || !str_case_eq(str_sub(value, 0, 6), STR("basic ")))
        return false;
    if (!crypto_unbase64(a, str_trim(str_sub(value, 6, value.n)), &plain))
        return false;
    if (!str_split(&plain, ':', &user) || !plain.p) /* the password may hold colons */
        return false;
    *ret_user = user;
    *ret_password = plain;
    return true;
}

struct str hook_setting(const struct hook *h, const char *name)
{
    return json_text(h->settings, name);
}

void sample_header(struct hook_sample *s, const char *name, struct str value)
{
    if (s->n_headers == SAMPLE_HEADERS)
        return;
    s->headers[s->n_headers].name = name;
    s->headers[s->n_headers++].value = value;
}

void sample_basic(struct arena *a, struct hook_sample *s, const char *user, const char *password)
{
    struct str u = json_text(s->settings, user), p = json_text(s->settings, password);

    if (!u.n)
        return;
    u = crypto_base64(a, str_fmt(a, "%.*s:%.*s", STR_ARG(u), STR_ARG(p)));
    sample_header(s, "Authorization", str_fmt(a, "Basic %.*s", STR_ARG(u)));
}

struct str sample_wall(struct arena *a, int64_t t, struct str zone)
{
    const struct zone *z = zone_find(zone.p ? zone : STR(""));
    char iso[32];
    struct str text;

    t = z ? zone_wall(z, t) : t;
    text = time_iso(t - t % TIME_S, iso);
    return str_fmt(a, "%.*s %.*s", 10, text.p, 8, text.p + 11);
}

static const struct parser_before *before_of(const struct provider *p, int64_t version)
{
    const struct parser_before *b = p->parsers_before;

    while (b && b->version && b->version != version)
        b++;
    return b && b->version ? b : NULL;
}

bool provider_has_parser(const struct provider *p, int64_t version)
{
    return version == p->parser_version || (version > 0 && before_of(p, version));
}

const struct err *provider_parse(const struct provider *p, int64_t version, struct arena *a,
                                 const struct hook *h, struct event_list *ret_list)
{
    const struct parser_before *b;

    if (!version || version == p->parser_version)
        return p->parse(a, h, ret_list);
    b = before_of(p, version);
    return b ? b->parse(a, h, ret_list) : E_NOT_FOUND;
}
