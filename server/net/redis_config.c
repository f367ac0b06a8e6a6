/* Reads the Redis address of the settings. Called once at start; its error text must not show the
 * password. */
#include <string.h>

#include "net/redis.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Percent escapes undone; NULL if malformed or with a NUL inside. */
static const char *unescape(struct arena *a, struct str s)
{
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        int high, low;
        if (s.p[i] != '%') {
            out[n++] = s.p[i];
            continue;
        }
        if (i + 2 >= s.n)
            return NULL;
        high = hex_digit(s.p[i + 1]);
        low = hex_digit(s.p[i + 2]);
        if (high < 0 || low < 0)
            return NULL;
        out[n++] = (char)(high << 4 | low);
        i += 2;
    }
    return memchr(out, '\0', n) ? NULL : out;
}

static const struct err *bad(struct arena *a, const char *why)
{
    return err_why(a, E_BAD_INPUT,
                   "The Redis address %s; write unix:///run/redis.sock or "
                   "redis://:password@host:6379/0.",
                   why);
}

static bool number(struct str s, int64_t most, int *ret)
{
    int64_t v;

    if (!str_to_int(s, &v) || v < 0 || v > most)
        return false;
    *ret = (int)v;
    return true;
}

static const struct err *parse_unix(struct arena *a, struct str rest, struct redis_config *c)
{
    struct str path = STR_NONE, pair, value, name;

    str_split(&rest, '?', &path);
    if (path.n < 2 || path.p[0] != '/')
        return bad(a, "needs an absolute path behind unix:");
    c->unix_path = str_c(a, path);
    while (str_split(&rest, '&', &pair)) {
        value = pair;
        name = STR_NONE;
        str_split(&value, '=', &name);
        if (str_is(name, "db") && number(value, 1023, &c->db))
            continue;
        if (str_is(name, "password") && value.p && (c->password = unescape(a, value)) != NULL)
            continue;
        return bad(a, "has a parameter that is neither db=number nor password=text");
    }
    return NULL;
}

static const struct err *parse_user(struct arena *a, struct str part, struct redis_config *c)
{
    struct str password = part, user = STR_NONE;

    str_split(&password, ':', &user);
    if (!password.p)
        return bad(a, "has a user without a password");
    c->user = user.n ? unescape(a, user) : NULL;
    c->password = unescape(a, password);
    if (!c->password || (user.n && !c->user))
        return bad(a, "has a malformed percent escape");
    return NULL;
}

static const struct err *parse_host(struct arena *a, struct str s, struct redis_config *c)
{
    struct str port = STR_NONE, host = s;
    ptrdiff_t at;

    if (s.n && s.p[0] == '[') {
        at = str_find(s, STR("]"), 0);
        if (at < 2)
            return bad(a, "has an unclosed bracket");
        host = str_sub(s, 1, (size_t)at - 1);
        port = str_sub(s, (size_t)at + 1, s.n);
        if (port.n && port.p[0] != ':')
            return bad(a, "has text behind the bracket");
        port = port.n ? str_sub(port, 1, port.n) : STR_NONE;
    } else {
        port = s;
        str_split(&port, ':', &host);
    }
    c->port = 6379;
    if (host.n == 0)
        return bad(a, "has no host");
    if (port.p && (!number(port, 65535, &c->port) || c->port == 0))
        return bad(a, "has a port that is not valid");
    c->host = str_c(a, host);
    return NULL;
}

static const struct err *parse_tcp(struct arena *a, struct str rest, struct redis_config *c)
{
    struct str authority = STR_NONE, user;
    const struct err *e = NULL;
    ptrdiff_t at = -1;

    str_split(&rest, '/', &authority);
    if (rest.n && !number(rest, 1023, &c->db))
        return bad(a, "has a database that is not a number");
    for (size_t i = 0; i < authority.n; i++) {
        if (authority.p[i] == '@')
            at = (ptrdiff_t)i;
    }
    if (at >= 0) {
        user = str_sub(authority, 0, (size_t)at);
        authority = str_sub(authority, (size_t)at + 1, authority.n);
        e = parse_user(a, user, c);
    }
    return e ? e : parse_host(a, authority, c);
}

const struct err *redis_config_parse(struct arena *a, struct str url, struct redis_config *ret)
{
    struct redis_config c = {0};
    const struct err *e;

    if (str_starts(url, STR("unix://")))
        e = parse_unix(a, str_sub(url, 7, url.n), &c);
    else if (str_starts(url, STR("unix:")))
        e = parse_unix(a, str_sub(url, 5, url.n), &c);
    else if (str_starts(url, STR("redis://")))
        e = parse_tcp(a, str_sub(url, 8, url.n), &c);
    else
        e = bad(a, "must begin with unix:// or redis://");
    if (!e)
        *ret = c;
    return e;
}

bool redis_config_follow(struct arena *a, struct str said, struct redis_config *config)
{
    struct str rest = said, word;
    int64_t port;
    size_t colon;

    if (!str_starts(said, STR("MOVED ")))
        return false;
    str_split(&rest, ' ', &word);
    str_split(&rest, ' ', &word);
    for (colon = rest.n; colon && rest.p[colon - 1] != ':';)
        colon--;
    if (!colon || !str_to_int(str_sub(rest, colon, rest.n), &port) || port < 1 || port > 65535)
        return false;
    if (colon > 1) /* an empty host means the one that was asked */
        config->host = str_c(a, str_sub(rest, 0, colon - 1));
    config->port = (int)port;
    config->unix_path = NULL;
    return true;
}
