/* The verdict on network addresses, and the operator's allowances. Asked by http_out for each
 * socket, by `ringsight check` for printing. Pure but for net_address_is_own; must never resolve
 * names: names are judged by the addresses that they lead to, at the moment of connecting. */
#include "net/guard.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

#define MAX_ALLOWANCES 256
#define MAX_USE 32

/* A network: v4 in the first four bytes. */
struct range {
    int family;
    unsigned bits;
    uint8_t b[16];
};

struct allowance {
    struct str use;
    struct range net;
    unsigned port; /* 0: any of net_port_allowed */
};

struct net_allowances {
    size_t n;
    struct allowance *v;
};

#define V4(bits, ...)                                                                              \
    {                                                                                              \
        AF_INET, bits,                                                                             \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define V6(bits, ...)                                                                              \
    {                                                                                              \
        AF_INET6, bits,                                                                            \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

/* IANA IPv4 Special-Purpose Address Registry, all of it, also the few parts called reachable
 * there (anycast relays, AS112): none is a phone system or an API. */
static const struct range inner4[] = {
    V4(8, 0),                 /* this network; Linux connects 0.0.0.0 to itself */
    V4(8, 10),                /* RFC 1918 */
    V4(10, 100, 64),          /* RFC 6598, carrier NAT; also cloud metadata 100.100.100.200 */
    V4(8, 127),               /* loopback */
    V4(16, 169, 254),         /* link-local, cloud metadata */
    V4(12, 172, 16),          /* RFC 1918 */
    V4(24, 192, 0, 0),        /* IETF protocol assignments; metadata 192.0.0.192 */
    V4(24, 192, 0, 2),        /* documentation */
    V4(24, 192, 31, 196),     /* AS112 */
    V4(24, 192, 52, 193),     /* AMT */
    V4(24, 192, 88, 99),      /* 6to4 relays */
    V4(16, 192, 168),         /* RFC 1918 */
    V4(24, 192, 175, 48),     /* AS112 */
    V4(15, 198, 18),          /* benchmarking */
    V4(24, 198, 51, 100),     /* documentation */
    V4(24, 203, 0, 113),      /* documentation */
    V4(4, 224),               /* multicast */
    V4(4, 240),               /* class E and broadcast */
    V4(32, 168, 63, 129, 16), /* the platform address inside each Azure network */
};

/* In IPv6 only 2000::/3 is global unicast; within it these are not, or carry IPv4 addresses. */
static const struct range inner6[] = {
    V6(23, 0x20, 0x01, 0x00),                   /* protocol assignments: Teredo, ORCHID ... */
    V6(32, 0x20, 0x01, 0x0d, 0xb8),             /* documentation */
    V6(16, 0x20, 0x02),                         /* 6to4 */
    V6(48, 0x26, 0x20, 0x00, 0x4f, 0x80, 0x00), /* AS112 */
    V6(16, 0x3f, 0xfe),                         /* the former 6bone */
    V6(20, 0x3f, 0xff, 0x00),                   /* documentation, RFC 9637 */
};

/* No allowance reaches these: nothing can be called there, or it is another way of writing an
 * IPv4 address and would slip past the operator's intent. */
static const struct range never[] = {
    V4(8, 0),
    V4(4, 224),
    V4(32, 255, 255, 255, 255),
    V6(128, 0),                                          /* :: */
    V6(96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff),    /* v4-mapped */
    V6(96, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0),    /* v4-translated */
    V6(96, 0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0), /* NAT64 */
    V6(48, 0, 0x64, 0xff, 0x9b, 0, 1),                   /* local NAT64 */
    V6(32, 0x20, 0x01, 0x00, 0x00),                      /* Teredo */
    V6(16, 0x20, 0x02),                                  /* 6to4 */
    V6(8, 0xff),                                         /* multicast */
};

static const struct range global6 = V6(3, 0x20);

static bool in_range(const struct range *r, int family, const uint8_t *b)
{
    unsigned whole = r->bits / 8, rest = r->bits % 8;

    if (r->family != family || memcmp(r->b, b, whole) != 0)
        return false;
    return rest == 0 || ((r->b[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

static bool in_any(const struct range *list, size_t n, int family, const uint8_t *b)
{
    for (size_t i = 0; i < n; i++) {
        if (in_range(&list[i], family, b))
            return true;
    }
    return false;
}

#define IN_ANY(list, family, b) in_any((list), sizeof(list) / sizeof *(list), (family), (b))

/* ISATAP: an IPv4 address in the lower half, behind 0:5efe or 200:5efe (RFC 5214). */
static bool is_isatap(const uint8_t *b)
{
    return (b[8] == 0 || b[8] == 2) && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe;
}

/* ::a.b.c.d (RFC 4291, deprecated), ::1 and :: left out. */
static bool is_v4_compatible(const uint8_t *b)
{
    static const uint8_t zero[12];

    return memcmp(b, zero, 12) == 0 && (b[12] || b[13] || b[14] || b[15] > 1);
}

static bool is_public(int family, const uint8_t *b)
{
    if (family == AF_INET)
        return !IN_ANY(inner4, family, b);
    return in_range(&global6, family, b) && !IN_ANY(inner6, family, b) && !is_isatap(b);
}

static bool is_never(int family, const uint8_t *b)
{
    return IN_ANY(never, family, b) || (family == AF_INET6 && is_v4_compatible(b));
}

bool net_port_allowed(unsigned port)
{
    /* From 1024 on, what must not get bytes from us: the Fetch standard's "bad ports", and
     * databases, caches, queues, remote consoles and cluster control. Sorted. */
    static const uint16_t bad[] = {
        1433,  1521,  1719,  1720,  1723,  2049,  2375,  2376,  2379,  2380,  2483,  2484,
        3306,  3389,  3659,  4045,  4190,  4222,  4369,  5060,  5061,  5432,  5433,  5672,
        5900,  5901,  5984,  5985,  5986,  6000,  6379,  6380,  6443,  6566,  6665,  6666,
        6667,  6668,  6669,  6679,  6697,  7000,  7001,  8086,  8300,  8500,  8501,  9042,
        9092,  9160,  9200,  9300,  9418,  10080, 10250, 10255, 11211, 15672, 16379, 25565,
        26379, 27017, 27018, 27019, 28017, 50000, 61616,
    };

    if (port == 80 || port == 443)
        return true;
    if (port < 1024 || port > 65535)
        return false;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (bad[i] == port)
            return false;
    }
    return true;
}

/* The bytes of an address, and its port. False for any other family. */
static bool address_parts(const struct sockaddr *address, socklen_t length, const uint8_t **ret_b,
                          unsigned *ret_port)
{
    const struct sockaddr_in *in4 = (const struct sockaddr_in *)(const void *)address;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)address;

    if (address && length >= sizeof *in4 && address->sa_family == AF_INET) {
        *ret_b = (const uint8_t *)&in4->sin_addr;
        *ret_port = ntohs(in4->sin_port);
        return true;
    }
    if (address && length >= sizeof *in6 && address->sa_family == AF_INET6) {
        *ret_b = in6->sin6_addr.s6_addr;
        *ret_port = ntohs(in6->sin6_port);
        return true;
    }
    return false;
}

/* 22 is where SFTP lives, and nothing but our SFTP goes there. */
static bool port_of_use(unsigned port, struct str use)
{
    return net_port_allowed(port) || (port == 22 && str_is(use, "sftp"));
}

enum net_verdict net_address_allowed(const struct sockaddr *address, socklen_t length,
                                     struct str use, const struct net_allowances *list)
{
    const uint8_t *b;
    unsigned port;

    if (!address_parts(address, length, &b, &port) || is_never(address->sa_family, b))
        return NET_REFUSED;
    for (size_t i = 0; list && i < list->n; i++) {
        const struct allowance *w = &list->v[i];
        if (str_eq(w->use, use) && in_range(&w->net, address->sa_family, b) &&
            (w->port ? w->port == port : port_of_use(port, use)))
            return NET_ALLOWED;
    }
    return is_public(address->sa_family, b) && port_of_use(port, use) ? NET_PUBLIC : NET_REFUSED;
}

static bool same_address(const struct sockaddr *x, const struct sockaddr *y)
{
    const struct sockaddr_in *x4 = (const void *)x, *y4 = (const void *)y;
    const struct sockaddr_in6 *x6 = (const void *)x, *y6 = (const void *)y;

    if (!x || !y || x->sa_family != y->sa_family)
        return false;
    if (x->sa_family == AF_INET)
        return x4->sin_addr.s_addr == y4->sin_addr.s_addr;
    return x->sa_family == AF_INET6 && memcmp(&x6->sin6_addr, &y6->sin6_addr, 16) == 0;
}

bool net_address_is_own(const struct sockaddr *address)
{
    struct ifaddrs *all;
    bool found = false;

    if (getifaddrs(&all) != 0)
        return true; /* not knowing, rather refuse */
    for (const struct ifaddrs *i = all; i && !found; i = i->ifa_next)
        found = same_address(i->ifa_addr, address);
    freeifaddrs(all);
    return found;
}

bool net_allowances_any(const struct net_allowances *list, struct str use)
{
    for (size_t i = 0; list && i < list->n; i++) {
        if (str_eq(list->v[i].use, use))
            return true;
    }
    return false;
}

static bool use_ok(struct str use)
{
    if (use.n == 0 || use.n > MAX_USE)
        return false;
    for (size_t i = 0; i < use.n; i++) {
        char c = use.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
    }
    return true;
}

static bool number_ok(struct str s, int64_t least, int64_t most, unsigned *ret)
{
    int64_t v;

    if (s.n == 0 || s.n > 5 || s.p[0] == '-' || !str_to_int(s, &v) || v < least || v > most)
        return false;
    *ret = (unsigned)v;
    return true;
}

/* Parts "10.0.0.0/8:443" or "[fd00::/8]:443" into network and port text; a missing port is
 * STR_NONE. */
static bool split_port(struct str s, struct str *ret_net, struct str *ret_port)
{
    ptrdiff_t at;

    if (s.n && s.p[0] == '[') {
        at = str_find(s, STR("]"), 0);
        if (at < 0)
            return false;
        *ret_net = str_sub(s, 1, (size_t)at - 1);
        s = str_sub(s, (size_t)at + 1, s.n);
        *ret_port = s.n ? str_sub(s, 1, s.n) : STR_NONE;
        return s.n == 0 || s.p[0] == ':';
    }
    at = str_find(s, STR(":"), 0);
    *ret_net = at < 0 ? s : str_sub(s, 0, (size_t)at);
    *ret_port = at < 0 ? STR_NONE : str_sub(s, (size_t)at + 1, s.n);
    return true;
}

static bool host_bits_clear(const struct range *r, unsigned all)
{
    for (unsigned i = r->bits; i < all; i++) {
        if (r->b[i / 8] & (0x80u >> (i % 8)))
            return false;
    }
    return true;
}

/* What is wrong with a network, NULL if nothing. */
static const char *range_parse(struct arena *a, struct str text, struct range *ret)
{
    struct str rest = text, address = STR_NONE;
    unsigned all;

    str_split(&rest, '/', &address);
    memset(ret, 0, sizeof *ret);
    ret->family = str_find(address, STR(":"), 0) >= 0 ? AF_INET6 : AF_INET;
    all = ret->family == AF_INET ? 32 : 128;
    if (!address.p || inet_pton(ret->family, str_c(a, address), ret->b) != 1)
        return "is not a network: write 10.0.0.0/8, 192.168.1.5 or [fd00::/8]";
    ret->bits = all;
    if (rest.p && !number_ok(rest, 0, all, &ret->bits))
        return "has a prefix length that does not fit the address";
    if (ret->bits == 0)
        return "would allow every address: name the network";
    if (!host_bits_clear(ret, all))
        return "has bits set behind the prefix: write the first address of the network";
    if (is_never(ret->family, ret->b))
        return "names a network that is never called (unspecified, multicast or an IPv4 address "
               "in disguise)";
    return NULL;
}

static const struct err *entry_parse(struct arena *a, struct str entry, struct allowance *ret)
{
    struct str net = entry, use = STR_NONE, port = STR_NONE;
    const char *wrong = NULL;

    str_split(&net, '=', &use);
    use = str_trim(use);
    net = str_trim(net);
    if (!net.p || !use_ok(use))
        wrong = "is not of the form use=network, for example ucm=10.0.0.0/8";
    else if (!split_port(net, &net, &port))
        wrong = "has a bracket that is not closed or is followed by something else than :port";
    else if (port.p && !number_ok(port, 1, 65535, &ret->port))
        wrong = "has a port that is not between 1 and 65535 (IPv6 stands in brackets)";
    else
        wrong = range_parse(a, net, &ret->net);
    if (wrong)
        return err_why(a, E_BAD_INPUT, "RINGSIGHT_EGRESS_ALLOW: \"%.*s\" %s.", STR_ARG(entry),
                       wrong);
    ret->use = str_dup(a, use);
    return NULL;
}

const struct err *net_allowances_parse(struct arena *a, struct str text,
                                       const struct net_allowances **ret)
{
    struct net_allowances *list = ARENA_NEW(a, struct net_allowances);
    struct str line, entry;
    const struct err *e;

    list->v = ARENA_ARRAY(a, MAX_ALLOWANCES, struct allowance);
    while (str_split(&text, '\n', &line)) {
        while (str_split(&line, ',', &entry)) {
            entry = str_trim(entry);
            if (entry.n == 0)
                continue;
            if (list->n == MAX_ALLOWANCES)
                return err_why(a, E_BAD_INPUT, "RINGSIGHT_EGRESS_ALLOW has more than %d entries.",
                               MAX_ALLOWANCES);
            e = entry_parse(a, entry, &list->v[list->n]);
            if (e)
                return e;
            list->n++;
        }
    }
    *ret = list;
    return NULL;
}

struct str net_allowances_print(struct arena *a, const struct net_allowances *list)
{
    struct buf b = buf_new(a, MAX_ALLOWANCES * 160);
    char text[INET6_ADDRSTRLEN];

    for (size_t i = 0; list && i < list->n; i++) {
        const struct allowance *w = &list->v[i];
        inet_ntop(w->net.family, w->net.b, text, sizeof text);
        buf_fmt(&b, "%.*s may call %s/%u, ", STR_ARG(w->use), text, w->net.bits);
        if (w->port)
            buf_fmt(&b, "port %u\n", w->port);
        else
            buf_fmt(&b, "usual ports\n");
    }
    return buf_str(&b);
}

size_t net_allowances_of(struct arena *a, const struct net_allowances *list, struct str use,
                         struct str *ret, size_t max)
{
    char text[INET6_ADDRSTRLEN];
    size_t n = 0;

    for (size_t i = 0; list && i < list->n; i++) {
        const struct allowance *w = &list->v[i];
        bool six = w->net.family == AF_INET6;
        if (!str_eq(w->use, use))
            continue;
        if (n < max) {
            inet_ntop(w->net.family, w->net.b, text, sizeof text);
            ret[n] = str_fmt(a, "%s%s/%u%s", six ? "[" : "", text, w->net.bits, six ? "]" : "");
            if (w->port)
                ret[n] = str_fmt(a, "%.*s:%u", STR_ARG(ret[n]), w->port);
        }
        n++;
    }
    return n;
}
