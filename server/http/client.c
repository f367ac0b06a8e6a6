/* Client addresses behind trusted proxies. Called by the dispatcher before limits and logs. Must
 * never believe a header that a trusted proxy has not written. */
#include "http/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static struct address from_v4(const void *four)
{
    struct address a;

    memcpy(a.b, v4_prefix, 12);
    memcpy(a.b + 12, four, 4);
    return a;
}

static bool is_v4(struct address a)
{
    return memcmp(a.b, v4_prefix, 12) == 0;
}

/* A bare address without port or brackets. */
static bool bare_parse(struct str s, struct address *ret)
{
    char text[INET6_ADDRSTRLEN];
    uint8_t raw[16];

    if (s.n == 0 || s.n >= sizeof(text))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    if (strlen(text) != s.n)
        return false;
    if (inet_pton(AF_INET, text, raw) == 1)
        *ret = from_v4(raw);
    else if (inet_pton(AF_INET6, text, raw) == 1)
        memcpy(ret->b, raw, 16);
    else
        return false;
    return true;
}

static bool port_ok(struct str s)
{
    int64_t port;

    return str_to_int(s, &port) && port >= 0 && port <= 65535;
}

bool address_parse(struct str text, struct address *ret)
{
    ptrdiff_t end = str_find(text, STR("]"), 0), colon = str_find(text, STR(":"), 0);
    struct str rest;

    if (text.n && text.p[0] == '[') {
        if (end < 0 || str_find(str_sub(text, 1, (size_t)end - 1), STR(":"), 0) < 0)
            return false;
        rest = str_sub(text, (size_t)end + 1, text.n);
        if (rest.n && (rest.p[0] != ':' || !port_ok(str_sub(rest, 1, rest.n))))
            return false;
        return bare_parse(str_sub(text, 1, (size_t)end - 1), ret);
    }
    /* One colon only: IPv4 with a port. */
    if (colon >= 0 && str_find(text, STR(":"), (size_t)colon + 1) < 0) {
        if (!port_ok(str_sub(text, (size_t)colon + 1, text.n)))
            return false;
        text = str_sub(text, 0, (size_t)colon);
    }
    return bare_parse(text, ret);
}

struct str address_text(struct address addr, char out[ADDRESS_TEXT])
{
    if (is_v4(addr))
        inet_ntop(AF_INET, addr.b + 12, out, ADDRESS_TEXT);
    else
        inet_ntop(AF_INET6, addr.b, out, ADDRESS_TEXT);
    return str_of(out);
}

struct address address_of(const struct sockaddr *sa)
{
    struct address a = {{0}};

    if (sa->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, sa, sizeof(in));
        a = from_v4(&in.sin_addr);
    } else if (sa->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, sa, sizeof(in6));
        memcpy(a.b, &in6.sin6_addr, 16);
    }
    return a;
}

static const struct err *cidr_parse(struct arena *a, struct str text, struct cidr *ret)
{
    ptrdiff_t slash = str_find(text, STR("/"), 0);
    struct str addr = str_sub(text, 0, slash < 0 ? text.n : (size_t)slash);
    int64_t bits = 128, most;

    if (!bare_parse(addr, &ret->net))
        return err_why(a, E_BAD_INPUT, "\"%.*s\" is no address or network", STR_ARG(text));
    most = is_v4(ret->net) ? 32 : 128;
    if (slash < 0)
        bits = most;
    else if (!str_to_int(str_sub(text, (size_t)slash + 1, text.n), &bits) || bits < 0 ||
             bits > most)
        return err_why(a, E_BAD_INPUT, "\"%.*s\": bits must be 0 to %d", STR_ARG(text), (int)most);
    ret->bits = (unsigned)(bits + (128 - most));
    return NULL;
}

const struct err *cidr_list_parse(struct arena *a, struct str text, struct cidr_list *ret_list)
{
    struct cidr *v = ARENA_ARRAY(a, CIDR_LIST_MAX, struct cidr);
    size_t n = 0, i = 0;

    while (i < text.n) {
        size_t start = i;
        const struct err *e;
        while (i < text.n && !strchr(", \t\r\n", text.p[i]))
            i++;
        if (i == start) {
            i++;
            continue;
        }
        if (n == CIDR_LIST_MAX)
            return err_why(a, E_BAD_INPUT, "more than %d networks", CIDR_LIST_MAX);
        if ((e = cidr_parse(a, str_sub(text, start, i - start), &v[n++])))
            return e;
    }
    *ret_list = (struct cidr_list){v, n};
    return NULL;
}

static bool in_network(const struct cidr *c, struct address addr)
{
    unsigned bytes = c->bits / 8, rest = c->bits % 8;
    uint8_t mask = (uint8_t)(0xff00u >> rest);

    if (memcmp(c->net.b, addr.b, bytes) != 0)
        return false;
    return rest == 0 || ((c->net.b[bytes] ^ addr.b[bytes]) & mask) == 0;
}

bool cidr_list_has(const struct cidr_list *list, struct address addr)
{
    for (size_t i = 0; i < list->n; i++)
        if (in_network(&list->v[i], addr))
            return true;
    return false;
}

/* Cuts the right-most part off *text. */
static struct str last_hop(struct str *text)
{
    size_t n = text->n;
    struct str hop;

    while (n > 0 && text->p[n - 1] != ',')
        n--;
    hop = str_trim(str_sub(*text, n, text->n - n));
    *text = str_sub(*text, 0, n ? n - 1 : 0);
    return hop;
}

struct address client_address(const struct sockaddr *peer, struct str forwarded_for,
                              const struct cidr_list *trusted, bool trust_unix)
{
    struct address current = address_of(peer), next;
    struct str rest = forwarded_for;
    bool trust = peer->sa_family == AF_UNIX ? trust_unix : cidr_list_has(trusted, current);

    for (unsigned hop = 0; trust && rest.n && hop < CLIENT_HOPS_MAX; hop++) {
        if (!address_parse(last_hop(&rest), &next))
            break;
        current = next;
        trust = cidr_list_has(trusted, current);
    }
    return current;
}

struct address address_network(struct address addr)
{
    if (!is_v4(addr))
        memset(addr.b + 8, 0, 8);
    return addr;
}

struct str client_network(struct arena *a, struct str client)
{
    char text[ADDRESS_TEXT];
    struct address from = {{0}};

    if (address_parse(client, &from))
        from = address_network(from);
    return str_dup(a, address_text(from, text));
}
