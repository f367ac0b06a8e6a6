/* X-Twilio-Signature. Twilio signs the address that it was told to call, so the configured public
 * address counts and never the Host header; it may add or leave out the port. What the signature
 * does not cover is not accepted: a body must be a form, or named by bodySHA256. Pure. */
#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "providers/twilio/twilio.h"

static int text_order(struct str x, struct str y)
{
    size_t n = x.n < y.n ? x.n : y.n;
    int order = n ? memcmp(x.p, y.p, n) : 0;

    return order ? order : (x.n > y.n) - (x.n < y.n);
}

static int by_name_and_value(const void *x, const void *y)
{
    const struct form_field *a = x, *b = y;
    int order = text_order(a->name, b->name);

    return order ? order : text_order(a->value, b->value);
}

struct str twilio_signature(struct arena *a, struct str token, struct str url,
                            const struct form *params)
{
    size_t n = params ? params->n : 0, bytes = url.n;
    struct form_field *v = ARENA_ARRAY(a, n, struct form_field);
    struct buf text;

    for (size_t i = 0; i < n; i++) {
        v[i] = params->v[i];
        bytes += v[i].name.n + v[i].value.n;
    }
    qsort(v, n, sizeof *v, by_name_and_value);
    text = buf_new(a, bytes);
    buf_add(&text, url);
    for (size_t i = 0; i < n; i++) {
        if (i && by_name_and_value(&v[i], &v[i - 1]) == 0)
            continue;
        buf_add(&text, v[i].name);
        buf_add(&text, v[i].value);
    }
    return crypto_hmac_sha1_base64(a, token, buf_str(&text));
}

/* The address as given, without a port, and with the scheme's own: Twilio signs any of them. */
static void addresses(struct arena *a, struct str url, struct str ret[3])
{
    ptrdiff_t slashes = str_find(url, STR("://"), 0), path, bracket, colon;
    size_t host = slashes < 0 ? 0 : (size_t)slashes + 3;
    struct str head, tail;

    path = str_find(url, STR("/"), host);
    head = str_sub(url, 0, path < 0 ? url.n : (size_t)path);
    tail = str_sub(url, head.n, url.n);
    bracket = str_find(head, STR("]"), host); /* an IPv6 address has colons of its own */
    colon = str_find(head, STR(":"), bracket < 0 ? host : (size_t)bracket);
    if (colon >= 0)
        head.n = (size_t)colon;
    ret[0] = url;
    ret[1] = str_fmt(a, "%.*s%.*s", STR_ARG(head), STR_ARG(tail));
    ret[2] = str_fmt(a, "%.*s:%d%.*s", STR_ARG(head), str_starts(url, STR("https:")) ? 443 : 80,
                     STR_ARG(tail));
}

/* The parameters that are signed besides the address. */
static const struct err *signed_params(struct arena *a, const struct hook *h, struct form *ret)
{
    struct form query = {0};
    struct str digest;
    struct hash body;
    const struct err *e = form_urlencoded(a, h->query, &query);

    if (e)
        return e;
    digest = form_value(&query, "bodySHA256");
    if (digest.p) {
        body = crypto_sha256(h->body);
        return crypto_eq(str_lower(a, digest), crypto_hex(a, str_n(body.b, sizeof body.b)))
                   ? NULL
                   : err_why(a, E_BAD_SIGNATURE, "The body is not the one that bodySHA256 names.");
    }
    if (str_is(h->method, "GET") || !h->body.n)
        return NULL;
    if (!form_type_is(hook_header(h, "content-type"), "application/x-www-form-urlencoded"))
        return err_why(a, E_BAD_SIGNATURE,
                       "The body is no form, and the address has no bodySHA256 that would sign it.");
    return form_urlencoded(a, h->body, ret);
}

const struct err *twilio_verify(struct arena *a, const struct hook *h)
{
    struct str tokens[2] = {hook_setting(h, "auth_token"), hook_setting(h, "auth_token_2")};
    struct str sent = hook_header(h, "x-twilio-signature"), urls[3];
    struct form params = {0};
    const struct err *e;
    bool match = false;

    if (!tokens[0].n)
        return err_why(a, E_BAD_SIGNATURE,
                       "The integration has no Auth Token: enter it in the integration's settings.");
    if (!sent.n)
        return err_why(a, E_BAD_SIGNATURE, "The header X-Twilio-Signature is missing.");
    e = signed_params(a, h, &params);
    if (e)
        return err_why(a, E_BAD_SIGNATURE, "%.*s", STR_ARG(arena_why(a)));
    addresses(a, h->url, urls);
    for (size_t i = 0; i < 6; i++) {
        struct str token = tokens[i / 3];
        if (token.n && crypto_eq(sent, twilio_signature(a, token, urls[i % 3], &params)))
            match = true;
    }
    if (match)
        return NULL;
    return err_why(a, E_BAD_SIGNATURE,
                   "The signature does not fit: the Auth Token is another account's or was changed, "
                   "or Twilio was given another address than the one shown for this integration.");
}
