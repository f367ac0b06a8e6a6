/* Cookie header, and with the same bytes the other small texts a client can send: hosts, forwarded
 * addresses, origins, accepted encodings. What is found must lie inside the input. */
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include "http/client.h"
#include "http/cookie.h"
#include "http/host.h"
#include "http/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_host(struct str s)
{
    struct public_url url;
    struct host host, again;

    if (host_parse(s, &host)) {
        if (host.n != strlen(host.name) || host.n == 0 || host.port < 0 || host.port > 65535)
            abort();
        if (!host_parse(host_name(&host), &again) || !host_eq(&host, &again))
            abort(); /* a normal form is its own normal form */
    }
    if (public_url_parse(s, &url) &&
        origin_check(str_of(url.origin), STR_NONE, s) == ORIGIN_UNKNOWN)
        abort();
}

static void check_address(struct str s)
{
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct cidr_list list;
    char text[ADDRESS_TEXT];
    struct arena *a = arena_new();
    struct address got, again;

    if (cidr_list_parse(a, STR("127.0.0.1 10.0.0.0/8 ::/64"), &list))
        abort();
    got = client_address((struct sockaddr *)&peer, s, &list, false);
    if (!address_parse(address_text(got, text), &again) || memcmp(got.b, again.b, 16) != 0)
        abort();
    (void)!cidr_list_parse(a, s, &list);
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = str_n(data, size), value;

    if (cookie_get(s, "ringsight_session", &value) == COOKIE_FOUND)
        if (value.p < s.p || value.p + value.n > s.p + s.n || value.n > COOKIE_VALUE_MAX)
            abort();
    if (accept_encodings(s) > (ACCEPT_GZIP | ACCEPT_BR))
        abort();
    check_host(s);
    check_address(s);
    return 0;
}
