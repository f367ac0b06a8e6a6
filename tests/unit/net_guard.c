/* The address guard by table, the operator's allowances and how their faults are explained, and the
 * check of URLs and host rules. Nothing here touches the network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "net/http_out.h"
#include "ssrf_cases.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static bool make_address(const char *text, unsigned port, struct sockaddr_storage *ret,
                         socklen_t *ret_n)
{
    struct sockaddr_in *in4 = (void *)ret;
    struct sockaddr_in6 *in6 = (void *)ret;

    memset(ret, 0, sizeof *ret);
    if (inet_pton(AF_INET, text, &in4->sin_addr) == 1) {
        in4->sin_family = AF_INET;
        in4->sin_port = htons((uint16_t)port);
        *ret_n = sizeof *in4;
        return true;
    }
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons((uint16_t)port);
    *ret_n = sizeof *in6;
    return inet_pton(AF_INET6, text, &in6->sin6_addr) == 1;
}

static void addresses_by_table(void **state)
{
    struct arena *a = arena_new();
    unsigned wrong = 0;

    (void)state;
    assert_true(COUNT(ssrf_addresses) + COUNT(ssrf_urls) + COUNT(ssrf_bad_allowances) >= 250);
    for (size_t i = 0; i < COUNT(ssrf_addresses); i++) {
        const struct ssrf_address *c = &ssrf_addresses[i];
        const struct net_allowances *list = NULL;
        struct sockaddr_storage address;
        socklen_t n = 0;
        char verdict;
        assert_true(make_address(c->address, c->port, &address, &n));
        if (c->allow)
            assert_null(net_allowances_parse(a, str_of(c->allow), &list));
        verdict = "RPA"[net_address_allowed((struct sockaddr *)&address, n,
                                            c->use ? str_of(c->use) : STR(""), list)];
        if (verdict != c->verdict) {
            print_error("%s port %u use %s allow %s: %c, not %c\n", c->address, c->port,
                        c->use ? c->use : "-", c->allow ? c->allow : "-", verdict, c->verdict);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    arena_free(a);
}

static void other_families_are_refused(void **state)
{
    struct sockaddr_storage address = {.ss_family = AF_UNIX};
    struct sockaddr_in short4 = {.sin_family = AF_INET, .sin_port = htons(443)};

    (void)state;
    assert_int_equal(inet_pton(AF_INET, "8.8.8.8", &short4.sin_addr), 1);
    assert_int_equal(net_address_allowed((void *)&address, sizeof address, STR(""), NULL),
                     NET_REFUSED);
    assert_int_equal(net_address_allowed((void *)&short4, sizeof short4, STR(""), NULL),
                     NET_PUBLIC);
    assert_int_equal(net_address_allowed((void *)&short4, 8, STR(""), NULL), NET_REFUSED);
    assert_int_equal(net_address_allowed(NULL, 0, STR(""), NULL), NET_REFUSED);
}

static void allowances_are_explained(void **state)
{
    struct arena *a = arena_new();
    const struct net_allowances *list = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT(ssrf_bad_allowances); i++) {
        const char *text = ssrf_bad_allowances[i].text;
        const struct err *e = net_allowances_parse(a, str_of(text), &list);
        if (e != E_BAD_INPUT || str_find(arena_why(a), str_of(ssrf_bad_allowances[i].word), 0) < 0)
            fail_msg("%s: %.*s", text, STR_ARG(arena_why(a)));
    }
    assert_null(list);
    assert_null(net_allowances_parse(a, STR(" ,\n"), &list));
    assert_int_equal(net_allowances_print(a, list).n, 0);
    assert_null(net_allowances_parse(
        a, STR("ucm=127.0.0.1/32:18089, ucm = 10.0.0.0/8\ngeneric=[fd00::/8]:8443"), &list));
    assert_string_equal(str_c(a, net_allowances_print(a, list)),
                        "ucm may call 127.0.0.1/32, port 18089\n"
                        "ucm may call 10.0.0.0/8, usual ports\n"
                        "generic may call fd00::/8, port 8443\n");
    assert_true(net_allowances_any(list, STR("generic")));
    assert_false(net_allowances_any(list, STR("gen")));
    arena_free(a);
}

static void urls_and_hosts(void **state)
{
    static const char *const hosts[] = {".example.com", "api.test.example", NULL};
    static const char *const good[] = {"https://a.example.com/x", "https://A.b.EXAMPLE.com./",
                                       "https://api.test.example"};
    static const char *const bad[] = {"https://example.com/",
                                      "https://aexample.com/",
                                      "https://api.test.example.evil.net/",
                                      "https://evil.net/.example.com",
                                      "https://evil.net?.example.com",
                                      "https://evil.net#.example.com",
                                      "https://x.api.test.example",
                                      "https://evil.net\\.example.com",
                                      "http://a.example.com"};
    struct arena *a = arena_new();
    char *longest = arena_alloc(a, HTTP_MAX_URL + 20);

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_null(http_url_check(a, str_of(good[i]), false, hosts));
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (http_url_check(a, str_of(bad[i]), false, hosts) != E_BAD_INPUT)
            fail_msg("%s passed", bad[i]);
    }
    assert_null(http_url_check(a, STR("http://a.example.com"), true, hosts));
    assert_null(http_url_check(a, STR("https://bücher.example/"), false, NULL));
    memset(longest, 'a', HTTP_MAX_URL + 10);
    memcpy(longest, "https://a/", 10);
    assert_ptr_equal(http_url_check(a, str_of(longest), false, NULL), E_BAD_INPUT);
    assert_ptr_equal(http_url_check(a, STR_NONE, false, NULL), E_BAD_INPUT);
    arena_free(a);
}

const struct CMUnitTest net_guard_tests[] = {
    cmocka_unit_test(addresses_by_table),
    cmocka_unit_test(other_families_are_refused),
    cmocka_unit_test(allowances_are_explained),
    cmocka_unit_test(urls_and_hosts),
};
const size_t n_net_guard_tests = sizeof(net_guard_tests) / sizeof(net_guard_tests[0]);
