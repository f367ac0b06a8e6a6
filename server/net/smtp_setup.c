/* What the settings say of the mail server, read once at start. Asks nobody. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/settings.h"
#include "net/mail_message.h"
#include "net/smtp.h"

#define PASSWORD_MAX 1024

static const struct err *from_file(struct arena *a, const char *file, char *out, size_t *ret_n)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    struct stat st;
    ssize_t n;

    if (fd < 0)
        return err_why(a, E_BAD_INPUT, "Setting smtp_password_file: %s cannot be read: %s.", file, strerror(errno));
    n = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, out, PASSWORD_MAX) : -1;
    close(fd);
    if (n < 0)
        return err_why(a, E_BAD_INPUT, "Setting smtp_password_file: %s is no file that can be read.", file);
    if (st.st_mode & 7)
        return err_why(a, E_BAD_INPUT, "Setting smtp_password_file: everybody may read %s: chmod 600 it.", file);
    *ret_n = (size_t)n;
    return NULL;
}

static const struct err *from_command(struct arena *a, const char *command, char *out, size_t *ret_n)
{
    FILE *f = popen(command, "re");
    size_t n;

    if (!f)
        return err_why(a, E_BAD_INPUT, "Setting smtp_password_command cannot be run: %s.", strerror(errno));
    n = fread(out, 1, PASSWORD_MAX, f);
    if (pclose(f) != 0)
        return err_why(a, E_BAD_INPUT, "Setting smtp_password_command: the command failed.");
    *ret_n = n;
    return NULL;
}

static const struct err *read_password(struct arena *a, const struct settings *s, const char **ret)
{
    char *text = arena_alloc(a, PASSWORD_MAX + 1);
    struct str line;
    size_t n = 0;
    const struct err *e;

    if (!*s->smtp_password_file == !*s->smtp_password_command)
        return err_why(a, E_BAD_INPUT, "Setting smtp_user needs smtp_password_file or smtp_password_command, "
                       "one of them.");
    e = *s->smtp_password_file ? from_file(a, s->smtp_password_file, text, &n)
                               : from_command(a, s->smtp_password_command, text, &n);
    if (e)
        return e;
    line = str_n(text, n);
    while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
        line.n--;
    if (!line.n || n == PASSWORD_MAX || memchr(line.p, '\n', line.n))
        return err_why(a, E_BAD_INPUT, "The SMTP password must be one line of at most %d bytes.", PASSWORD_MAX - 1);
    *ret = str_c(a, line);
    return NULL;
}

static bool is_loopback(struct str host)
{
    return str_is(host, "localhost") || str_is(host, "[::1]") || str_starts(host, STR("127."));
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
    m->tls = !tls && (strcmp(s->smtp_tls, "required") == 0 || (!*s->smtp_tls && !is_loopback(m->host)));
    return NULL;
}

const struct err *smtp_open(struct arena *a, const struct settings *s, const struct smtp **ret)
{
    struct smtp *m = ARENA_NEW(a, struct smtp);
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
        e = read_password(a, s, &m->password);
    }
    if (!e)
        *ret = m;
    return e;
}
