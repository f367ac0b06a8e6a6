/* What the settings say of the mail server, read once at start. Asks nobody. */
#include <arpa/inet.h>
#include <string.h>

#include "core/settings.h"
#include "net/mail_message.h"
#include "net/secret.h"
#include "net/smtp.h"

static bool is_loopback(struct arena *a, struct str host)
{
    struct in_addr v4;

    return str_is(host, "localhost") || str_is(host, "[::1]") ||
           (inet_pton(AF_INET, str_c(a, host), &v4) == 1 && str_starts(host, STR("127.")));
}

/* "smtp://host:port" in its parts; a user, a path or anything odd is none. */
static bool split(struct str url, bool *ret_tls, struct str *ret_rest, struct str *ret_host)
{
    struct str rest, host;

    *ret_tls = str_starts(url, STR("smtps://"));
    if (!*ret_tls && !str_starts(url, STR("smtp://")))
        return false;
    rest = str_sub(url, *ret_tls ? 8 : 7, url.n);
    if (rest.n && rest.p[rest.n - 1] == '/')
        rest.n--;
    for (size_t i = 0; i < rest.n; i++)
        if (rest.p[i] <= ' ' || rest.p[i] > '~' || strchr("/@?#\\", rest.p[i]))
            return false;
    *ret_rest = host = rest;
    if (rest.n && rest.p[0] == '[')
        host.n = (size_t)(str_find(rest, STR("]"), 0) + 1);
    else if (str_find(rest, STR(":"), 0) >= 0)
        host.n = (size_t)str_find(rest, STR(":"), 0);
    *ret_host = host;
    return host.n > 0;
}

/* The path of curl's URL is the name that we greet with. */
static const struct err *read_url(struct arena *a, const struct settings *s, struct smtp *m)
{
    struct str rest, us = str_sub(m->from, (size_t)str_find(m->from, STR("@"), 0) + 1, m->from.n);
    bool tls;

    if (!split(str_of(s->smtp_url), &tls, &rest, &m->host))
        return err_why(a, E_BAD_INPUT, "Setting smtp_url: give smtp://host:port or smtps://host:port; user and "
                       "password have settings of their own.");
    m->url = str_fmt(a, "%s://%.*s/%.*s", tls ? "smtps" : "smtp", STR_ARG(rest), STR_ARG(us)).p;
    m->tls = !tls && (strcmp(s->smtp_tls, "required") == 0 || (!*s->smtp_tls && !is_loopback(a, m->host)));
    return NULL;
}

const struct err *smtp_open(struct arena *a, const struct settings *s, const struct smtp **ret)
{
    struct smtp *m = ARENA_NEW(a, struct smtp);
    struct str password;
    const struct err *e;

    *ret = NULL;
    if (!*s->smtp_url)
        return NULL;
    m->from = str_dup(a, str_of(s->smtp_from));
    m->from_name = str_of(s->smtp_from_name);
    if (!mail_address_ok(m->from) || !str_utf8(m->from_name) || m->from_name.n > 120)
        return err_why(a, E_BAD_INPUT, "Setting smtp_from is \"%s\": give the address that mails come from, "
                       "like calls@example.com.", s->smtp_from);
    if (*s->smtp_tls && strcmp(s->smtp_tls, "required") != 0 && strcmp(s->smtp_tls, "off") != 0)
        return err_why(a, E_BAD_INPUT, "Setting smtp_tls is \"%s\": say required or off, or leave it empty.",
                       s->smtp_tls);
    e = read_url(a, s, m);
    if (!e && *s->smtp_user) {
        m->user = s->smtp_user;
        e = secret_read(a, "smtp_password", s->smtp_password_file, s->smtp_password_command, &password);
        m->password = e ? NULL : password.p;
    }
    if (!e)
        *ret = m;
    return e;
}
