/* URL checks over libcurl's URL API. Called by http_out before each hop. Must not look names up:
 * addresses are the guard's business. */
#include "net/url.h"

#include <curl/curl.h>
#include <locale.h>
#include <string.h>

#include "net/http_out.h"

static void curlu_free(void *handle)
{
    curl_url_cleanup(handle);
}

static const struct err *bad(struct arena *a, const char *why)
{
    return err_why(a, E_BAD_INPUT, "The address cannot be called: %s.", why);
}

static struct str url_part(struct arena *a, CURLU *u, CURLUPart part, unsigned flags)
{
    char *text = NULL;
    struct str out;

    if (curl_url_get(u, part, &text, flags) != CURLUE_OK || !text)
        return STR_NONE;
    out = str_dup(a, str_of(text));
    curl_free(text);
    return out;
}

bool url_host_named(struct str host, const char *const *hosts)
{
    if (!hosts)
        return true;
    for (; *hosts; hosts++) {
        struct str rule = str_of(*hosts);
        /* ".example.com" needs a label in front of it. */
        if (rule.n && rule.p[0] == '.'
                ? host.n > rule.n && str_case_eq(str_sub(host, host.n - rule.n, rule.n), rule)
                : str_case_eq(host, rule))
            return true;
    }
    return false;
}

bool url_same_origin(const struct url *x, const struct url *y)
{
    return x->https == y->https && x->port == y->port && str_case_eq(x->host, y->host);
}

/* curl's parser is lenient about some bytes that servers and proxies read differently. */
static bool bytes_ok(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c <= 0x20 || c == 0x7f || c == '\\')
            return false;
    }
    return true;
}

static struct str host_plain(struct arena *a, struct str host)
{
    if (host.n > 2 && host.p[0] == '[')
        return str_lower(a, str_sub(host, 1, host.n - 2));
    if (host.n > 1 && host.p[host.n - 1] == '.')
        host.n--;
    return str_lower(a, host);
}

/* Letters, digits and what addresses and names are joined by; curl lets more pass. */
static bool host_chars_ok(struct str host)
{
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !(c && strchr("-._:", c)))
            return false;
    }
    return host.n > 0;
}

/* The URL with its host in ASCII. libidn2 reads names in the thread's locale, and the server runs
 * in "C". The whole URL is asked for, since curl 7.88 leaks when CURLUPART_HOST cannot be
 * converted. */
static struct str url_punycode(struct arena *a, CURLU *u)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
    struct str text = url_part(a, u, CURLUPART_URL, CURLU_PUNYCODE);

    if (utf8) {
        uselocale(before);
        freelocale(utf8);
    }
    return text;
}

/* curl converts IDN again when it connects; handing it the converted name makes both one. Read once
 * more, too: what was converted may be digits, which curl's parser makes an address of. */
static const struct err *host_to_ascii(struct arena *a, CURLU *u, struct str *ret_host)
{
    struct str text = url_punycode(a, u), host = STR_NONE;

    if (text.p && curl_url_set(u, CURLUPART_URL, text.p, CURLU_DISALLOW_USER) == CURLUE_OK)
        host = url_part(a, u, CURLUPART_HOST, 0);
    if (host.n)
        *ret_host = host_plain(a, host);
    return host_chars_ok(*ret_host) ? NULL : bad(a, "its host name is not valid");
}

const struct err *url_parse(struct arena *a, struct str text, bool http_too,
                            const char *const *hosts, struct url *ret)
{
    CURLU *u = curl_url();
    struct url out = {.curlu = u};
    struct str scheme, port;
    int64_t number = 0;
    const struct err *e;

    if (!u)
        return E_INTERNAL;
    arena_defer(a, curlu_free, u);
    if (text.n == 0 || text.n > HTTP_MAX_URL)
        return bad(a, text.n ? "it is too long" : "it is empty");
    if (!bytes_ok(text) || !str_utf8(text))
        return bad(a, "it has blanks, control characters or backslashes");
    if (curl_url_set(u, CURLUPART_URL, str_c(a, text), CURLU_DISALLOW_USER) != CURLUE_OK)
        return bad(a, "it is not a complete address like https://example.com/path, or it has a "
                      "user name in it");
    scheme = url_part(a, u, CURLUPART_SCHEME, 0);
    out.https = str_is(scheme, "https");
    if (!out.https && !(http_too && str_is(scheme, "http")))
        return bad(a, "it must begin with https://");
    if (url_part(a, u, CURLUPART_ZONEID, 0).p)
        return bad(a, "it names a network interface");
    e = host_to_ascii(a, u, &out.host);
    if (e)
        return e;
    if (!url_host_named(out.host, hosts))
        return err_why(a, E_BAD_INPUT,
                       "The host %.*s is not one that this service may be called "
                       "at.",
                       STR_ARG(out.host));
    port = url_part(a, u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    if (!str_to_int(port, &number) || number < 1 || number > 65535)
        return bad(a, "its port is not valid");
    out.port = (unsigned)number;
    /* The fragment is for the reader, never for the server. */
    curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);
    out.text = url_part(a, u, CURLUPART_URL, 0);
    if (!out.text.p)
        return bad(a, "it is not valid");
    *ret = out;
    return NULL;
}
