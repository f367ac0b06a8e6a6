/* Fuzzes the URL check, the allowances and the address guard together. The first byte chooses: a
 * URL, an allowance text, an address under an allowance, a Redis address or a pin. Any finding of
 * the invariants aborts. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "net/guard.h"
#include "net/http_out.h"
#include "net/redis.h"
#include "net/url.h"

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void fuzz_url(struct arena *a, struct str text)
{
    static const char *const hosts[] = {".example.com", "api.example.net", NULL};
    struct url url, again;

    if (url_parse(a, text, true, NULL, &url) != NULL) {
        must(arena_why(a).n > 0);
        return;
    }
    /* What passed names a scheme of ours, a host in ASCII and no user, and reads the same again. */
    must(str_starts(url.text, STR("https://")) || str_starts(url.text, STR("http://")));
    must(url.https == str_starts(url.text, STR("https://")));
    must(url.host.n > 0 && url.port >= 1 && url.port <= 65535);
    for (size_t i = 0; i < url.host.n; i++) {
        unsigned char c = (unsigned char)url.host.p[i];
        must(c > 0x20 && c < 0x7f && c != '@' && c != '/' && c != '\\' && c != '[' && c != '%');
    }
    must(url_parse(a, url.text, true, NULL, &again) == NULL);
    must(url_same_origin(&url, &again));
    if (url_parse(a, text, false, hosts, &again) == NULL)
        must(again.https &&
             (str_ends(again.host, STR(".example.com")) || str_is(again.host, "api.example.net")));
}

static enum net_verdict ask(int family, const uint8_t *b, uint16_t port,
                            const struct net_allowances *list)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = port};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = port};

    if (family == AF_INET) {
        memcpy(&in4.sin_addr, b, 4);
        return net_address_allowed((struct sockaddr *)&in4, sizeof in4, STR("ucm"), list);
    }
    memcpy(&in6.sin6_addr, b, 16);
    return net_address_allowed((struct sockaddr *)&in6, sizeof in6, STR("ucm"), list);
}

static void fuzz_address(struct arena *a, struct str bytes)
{
    const struct net_allowances *list = NULL;
    uint8_t b[16], mapped[16] = {[10] = 0xff, [11] = 0xff};
    uint16_t port;
    enum net_verdict four, six;

    if (bytes.n < 18)
        return;
    memcpy(b, bytes.p, 16);
    memcpy(&port, bytes.p + 16, 2);
    if (net_allowances_parse(a, str_sub(bytes, 18, bytes.n), &list) != NULL)
        list = NULL;
    four = ask(AF_INET, b, port, list);
    six = ask(AF_INET6, b, port, list);
    /* Without allowances the verdict can only be stricter, and never "allowed". */
    must(ask(AF_INET, b, port, NULL) != NET_ALLOWED && ask(AF_INET6, b, port, NULL) != NET_ALLOWED);
    if (!list)
        must(four != NET_ALLOWED && six != NET_ALLOWED);
    if (four == NET_PUBLIC)
        must(b[0] != 0 && b[0] != 10 && b[0] != 127 && b[0] < 224 &&
             !(b[0] == 192 && b[1] == 168) && !(b[0] == 169 && b[1] == 254) &&
             !(b[0] == 172 && (b[1] & 0xf0) == 16) && !(b[0] == 100 && (b[1] & 0xc0) == 64));
    if (six == NET_PUBLIC)
        must((b[0] & 0xe0) == 0x20);
    memcpy(mapped + 12, b, 4);
    must(ask(AF_INET6, mapped, port, list) == NET_REFUSED);
    if (four == NET_PUBLIC)
        must(net_port_allowed(ntohs(port)));
}

static void fuzz_allowances(struct arena *a, struct str text)
{
    const struct net_allowances *list = NULL;

    if (net_allowances_parse(a, text, &list) != NULL)
        must(list == NULL && arena_why(a).n > 0);
    else
        net_allowances_print(a, list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str text = str_n(data + 1, size ? size - 1 : 0), pin;
    struct redis_config redis;

    crypto_init();
    switch (size ? data[0] % 5 : 5) {
    case 0:
        fuzz_url(a, text);
        break;
    case 1:
        fuzz_allowances(a, text);
        break;
    case 2:
        fuzz_address(a, text);
        break;
    case 3:
        if (redis_config_parse(a, text, &redis) == NULL)
            must(redis.unix_path || redis.host);
        break;
    case 4:
        if (http_pin_parse(a, text, &pin) == NULL)
            must(str_starts(pin, STR("sha256//")));
        break;
    default:
        break;
    }
    arena_free(a);
    return 0;
}
