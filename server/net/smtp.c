/* One mail, one connection. Called by people/mail's job. The server's address is the operator's, so no
 * guard of addresses stands here; it must never be taken from a tenant. */
#include "net/smtp.h"

#include <curl/curl.h>
#include <string.h>

#define CONNECT_MS 10000L
#define ALL_MS 60000L
#define REPLY_MAX 200

struct sending {
    struct str rest;
    char reply[REPLY_MAX + 1]; /* the server's last words */
};

static size_t on_read(char *out, size_t size, size_t count, void *arg)
{
    struct sending *s = arg;
    size_t n = size * count;

    if (n > s->rest.n)
        n = s->rest.n;
    memcpy(out, s->rest.p, n);
    s->rest = str_sub(s->rest, n, s->rest.n);
    return n;
}

/* Keeps the answers that refuse; what we say ourselves (it holds the password) is not looked at. */
static int on_trace(CURL *c, curl_infotype type, char *p, size_t n, void *arg)
{
    struct sending *s = arg;

    (void)c;
    if (type != CURLINFO_HEADER_IN || n < 3 || (p[0] != '4' && p[0] != '5'))
        return 0;
    n = n < REPLY_MAX ? n : REPLY_MAX;
    for (size_t i = 0; i < n; i++)
        s->reply[i] = p[i] >= ' ' && p[i] <= '~' ? p[i] : ' ';
    s->reply[n] = 0;
    return 0;
}

static void set_up(CURL *c, const struct smtp *s, struct sending *sending, size_t size, char *why)
{
    curl_easy_setopt(c, CURLOPT_URL, s->url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, ALL_MS);
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c, CURLOPT_USE_SSL, s->tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, s->from.p);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(c, CURLOPT_READDATA, sending);
    curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
    curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, on_trace);
    curl_easy_setopt(c, CURLOPT_DEBUGDATA, sending);
    curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
    if (s->user) {
        curl_easy_setopt(c, CURLOPT_USERNAME, s->user);
        curl_easy_setopt(c, CURLOPT_PASSWORD, s->password);
    }
}

static const struct err *failed(CURL *c, const struct smtp *s, struct arena *a, CURLcode code,
                                const struct sending *sending, const char *why)
{
    long answer = 0;

    if (code == CURLE_OPERATION_TIMEDOUT)
        return err_why(a, E_TIMEOUT, "The mail server %.*s did not answer in time.", STR_ARG(s->host));
    if (code == CURLE_LOGIN_DENIED)
        return err_why(a, E_UPSTREAM_BUSY, "The mail server %.*s refuses our sign-in: check the settings "
                       "smtp_user and smtp_password_file.", STR_ARG(s->host));
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &answer);
    if (code == CURLE_USE_SSL_FAILED)
        return err_why(a, E_UPSTREAM_BUSY, "The mail server %.*s offers no STARTTLS, which the setting "
                       "smtp_tls asks for.", STR_ARG(s->host));
    if (sending->reply[0])
        return err_why(a, answer >= 500 ? E_UPSTREAM : E_UPSTREAM_BUSY,
                       "The mail server %.*s refused it: %s", STR_ARG(s->host), sending->reply);
    return err_why(a, E_UPSTREAM_BUSY, "The mail server %.*s cannot be reached: %s.", STR_ARG(s->host),
                   why[0] ? why : curl_easy_strerror(code));
}

const struct err *smtp_send(const struct smtp *s, struct arena *a, struct str to, struct str message)
{
    char why[CURL_ERROR_SIZE] = "";
    struct sending sending = {.rest = message};
    struct curl_slist *rcpt = curl_slist_append(NULL, str_fmt(a, "<%.*s>", STR_ARG(to)).p);
    CURL *c = curl_easy_init();
    const struct err *e = NULL;
    CURLcode code;

    if (!c || !rcpt) {
        e = err_why(a, E_INTERNAL, "No memory for a mail.");
    } else {
        set_up(c, s, &sending, message.n, why);
        curl_easy_setopt(c, CURLOPT_MAIL_RCPT, rcpt);
        code = curl_easy_perform(c);
        if (code != CURLE_OK)
            e = failed(c, s, a, code, &sending, why);
    }
    curl_slist_free_all(rcpt);
    if (c)
        curl_easy_cleanup(c);
    return e;
}
