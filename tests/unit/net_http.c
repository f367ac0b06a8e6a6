/* Outgoing HTTP: the canary that no tricky URL may reach, limits,
 * redirects and TLS against a real server on this machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ifaddrs.h>

#include "core/time.h"
#include "net/fetch.h"
#include "net/http_out.h"
#include "net_server.h"
#include "ssrf_cases.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

struct fixture {
    struct server plain, tls, canary;
    struct arena *a;
    const struct http_client *client, *bare; /* with allowances for the two servers; without */
};

static struct fixture f;

static int set_up(void **state)
{
    const struct net_allowances *allowances;
    struct http_client_config config = {0};

    (void)state;
    crypto_init();
    signal(SIGPIPE, SIG_IGN);
    f.a = arena_new();
    server_start(&f.plain, false);
    server_start(&f.tls, true);
    server_start(&f.canary, false);
    f.bare = http_client_new(f.a, &config);
    assert_null(net_allowances_parse(
        f.a, str_fmt(f.a, "t=127.0.0.1/32:%u, t=127.0.0.1/32:%u", f.plain.port, f.tls.port),
        &allowances));
    config.allowances = allowances;
    f.client = http_client_new(f.a, &config);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    server_stop(&f.plain);
    server_stop(&f.tls);
    server_stop(&f.canary);
    arena_free(f.a);
    return 0;
}

/* One call for which nothing may happen; reports how it ended. */
static const struct err *try_inside(const struct http_client *client, struct str url, bool http,
                                    const char *use)
{
    struct arena *a = arena_new();
    struct http_request rq = {.use = use,
                              .url = url,
                              .plain_http = http,
                              .connect_ms = 300,
                              .total_ms = 600,
                              .redirects = 3,
                              .tls = HTTP_TLS_CA};
    struct http_response r;
    const struct err *e = http_call(client, a, &rq, &r);

    if (!e)
        print_error("%.*s was answered\n", STR_ARG(url));
    else if (arena_why(a).n == 0)
        fail_msg("%.*s: %s without a sentence", STR_ARG(url), e->code);
    arena_free(a);
    return e;
}

static void canary_sees_nothing(void **state)
{
    unsigned before = f.canary.connects;

    (void)state;
    for (size_t i = 0; i < COUNT(ssrf_urls); i++) {
        char url[512];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(url, sizeof url, ssrf_urls[i], f.canary.port);
#pragma GCC diagnostic pop
        for (int http = 0; http < 2; http++) {
            const struct err *e = try_inside(f.bare, str_of(url), http, "t");
            if (e != E_ADDRESS_REFUSED && e != E_BAD_INPUT && e != E_UPSTREAM && e != E_TIMEOUT)
                fail_msg("%s: %s", url, e ? e->code : "no error");
            /* The client with allowances for other ports must not do better. */
            assert_non_null(try_inside(f.client, str_of(url), http, "t"));
        }
        if (f.canary.connects != before)
            fail_msg("the canary was reached by %s", url);
    }
}

/* This machine's own addresses, public ones too: refused by looking at the interfaces. */
static void own_addresses_are_refused(void **state)
{
    struct ifaddrs *all;
    struct arena *a = arena_new();
    char text[INET6_ADDRSTRLEN];

    (void)state;
    assert_int_equal(getifaddrs(&all), 0);
    for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
        if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET)
            continue;
        assert_true(net_address_is_own(i->ifa_addr));
        inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)i->ifa_addr)->sin_addr, text,
                  sizeof text);
        assert_ptr_equal(
            try_inside(f.bare, str_fmt(a, "http://%s:%u/hello", text, f.canary.port), true, "t"),
            E_ADDRESS_REFUSED);
    }
    freeifaddrs(all);
    assert_int_equal(f.canary.connects, 0);
    arena_free(a);
}

static struct str url_at(struct arena *a, const struct server *s, const char *path)
{
    return str_fmt(a, "%s://127.0.0.1:%u%s", s->tls ? "https" : "http", s->port, path);
}

static const struct err *get(struct arena *a, const char *path, struct http_request rq,
                             struct http_response *r)
{
    rq.use = "t";
    if (!rq.url.p)
        rq.url = url_at(a, &f.plain, path);
    return http_call(f.client, a, &rq, r);
}

static void answers_come_back(void **state)
{
    struct arena *a = arena_new();
    struct http_response r;

    (void)state;
    assert_null(get(a, "/hello?x=1#part", (struct http_request){0}, &r));
    assert_int_equal(r.status, 200);
    assert_true(str_is(r.body, "hello"));
    assert_true(str_is(http_response_header(&r, "x-word"), "two words"));
    assert_null(http_response_header(&r, "x-none").p);
    assert_int_equal(r.retry_after_s, -1);
    assert_non_null(strstr(f.plain.last, "GET /hello?x=1 HTTP/1.1\r\n"));
    assert_null(strcasestr(f.plain.last, "accept-encoding"));
    assert_null(get(a, "/early", (struct http_request){0}, &r));
    assert_true(str_is(r.body, "hello you"));
    assert_null(http_response_header(&r, "x-word").p);
    assert_null(get(a, "/hello", (struct http_request){.method = "HEAD"}, &r));
    assert_int_equal(r.bytes, 0);
    assert_ptr_equal(get(a, "/hello", (struct http_request){.method = "G\r\nX: y"}, &r),
                     E_INTERNAL);
    arena_free(a);
}

static const struct err *drip(void *arg, char *out, size_t n, size_t *ret_n)
{
    int *left = arg;

    (void)n;
    if (*left == 0)
        return E_LOST;
    *out = (char)('a' + --*left);
    *ret_n = 1;
    return NULL;
}

static void bodies_are_sent(void **state)
{
    struct arena *a = arena_new();
    const struct http_header headers[] = {{STR("Content-Type"), STR("application/json")},
                                          {STR("X-Empty"), STR("")}};
    const struct http_header evil[] = {{STR("X-A"), STR("b\r\nX-C: d")}};
    const struct http_header framing[] = {{STR("Transfer-Encoding"), STR("chunked")}};
    struct http_response r;
    int left = 6;

    (void)state;
    assert_null(get(
        a, "/hello",
        (struct http_request){.body = STR("{\"a\":1}"), .headers = headers, .n_headers = 2}, &r));
    assert_non_null(strstr(f.plain.last, "POST /hello HTTP/1.1\r\n"));
    assert_non_null(strstr(f.plain.last, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(f.plain.last, "\r\nX-Empty:\r\n"));
    assert_non_null(strstr(f.plain.last, "\r\n\r\n{\"a\":1}"));
    assert_null(get(a, "/hello", (struct http_request){.method = "PUT", .body = STR("")}, &r));
    assert_non_null(strstr(f.plain.last, "PUT /hello HTTP/1.1\r\n"));
    assert_null(strcasestr(f.plain.last, "content-type"));
    assert_null(get(a, "/hello",
                    (struct http_request){.source = drip, .source_arg = &left, .source_bytes = 6},
                    &r));
    assert_non_null(strstr(f.plain.last, "\r\n\r\nfedcba"));
    left = 2;
    assert_ptr_equal(
        get(a, "/hello",
            (struct http_request){.source = drip, .source_arg = &left, .source_bytes = 6}, &r),
        E_LOST);
    assert_ptr_equal(get(a, "/hello", (struct http_request){.headers = evil, .n_headers = 1}, &r),
                     E_INTERNAL);
    assert_ptr_equal(
        get(a, "/hello", (struct http_request){.headers = framing, .n_headers = 1}, &r),
        E_INTERNAL);
    arena_free(a);
}

static const struct err *count_bytes(void *arg, struct str bytes)
{
    size_t *n = arg;

    *n += bytes.n;
    return *n > 200000 ? E_LOST : NULL;
}

static bool always(void *arg)
{
    (void)arg;
    return true;
}

static void limits_hold(void **state)
{
    struct arena *a = arena_new();
    struct http_response r;
    size_t n = 0;
    int64_t start;

    (void)state;
    assert_ptr_equal(get(a, "/big", (struct http_request){0}, &r), E_TOO_LARGE);
    assert_ptr_equal(get(a, "/stream", (struct http_request){.max_bytes = 100000}, &r),
                     E_TOO_LARGE);
    assert_true(r.bytes <= 100000);
    assert_null(get(a, "/stream", (struct http_request){.max_bytes = 300 * 1024}, &r));
    assert_int_equal(r.body.n, 300 * 1024);
    assert_ptr_equal(
        get(a, "/stream", (struct http_request){.sink = count_bytes, .sink_arg = &n}, &r), E_LOST);
    assert_int_equal(r.body.n, 0);
    assert_ptr_equal(get(a, "/cut", (struct http_request){0}, &r), E_UPSTREAM);
    assert_ptr_equal(get(a, "/headers", (struct http_request){0}, &r), E_UPSTREAM);
    start = time_mono();
    assert_ptr_equal(get(a, "/silent", (struct http_request){.total_ms = 200}, &r), E_TIMEOUT);
    assert_ptr_equal(
        get(a, "/silent", (struct http_request){.deadline = time_mono() + 100 * TIME_MS}, &r),
        E_TIMEOUT);
    assert_ptr_equal(get(a, "/hello", (struct http_request){.deadline = 1}, &r), E_TIMEOUT);
    assert_true(time_mono() - start < 2 * TIME_S);
    assert_ptr_equal(get(a, "/silent", (struct http_request){.cancelled = always}, &r), E_LOST);
    arena_free(a);
}

static void statuses_become_errors(void **state)
{
    struct arena *a = arena_new();
    struct http_response r;
    size_t n = 0;

    (void)state;
    assert_ptr_equal(get(a, "/busy", (struct http_request){0}, &r), E_UPSTREAM_BUSY);
    assert_int_equal(r.retry_after_s, 17);
    assert_true(str_is(r.body, "slow"));
    assert_ptr_equal(get(a, "/down", (struct http_request){0}, &r), E_UPSTREAM_BUSY);
    assert_int_equal(r.retry_after_s, -1);
    assert_ptr_equal(
        get(a, "/error", (struct http_request){.sink = count_bytes, .sink_arg = &n}, &r),
        E_UPSTREAM);
    assert_int_equal(r.body.n, 64 << 10);
    assert_int_equal(n, 0);
    assert_ptr_equal(get(a, "/status/401", (struct http_request){0}, &r), E_UPSTREAM_AUTH);
    assert_ptr_equal(get(a, "/status/404", (struct http_request){0}, &r), E_NOT_FOUND);
    assert_ptr_equal(get(a, "/status/410", (struct http_request){0}, &r), E_GONE);
    assert_ptr_equal(get(a, "/status/418", (struct http_request){0}, &r), E_UPSTREAM);
    assert_null(get(a, "/status/204", (struct http_request){0}, &r));
    arena_free(a);
}

static void redirects_are_watched(void **state)
{
    struct arena *a = arena_new();
    const struct http_header secret[] = {{STR("Authorization"), STR("Bearer s3cret")},
                                         {STR("X-Api-Key"), STR("s3cret")},
                                         {STR("Range"), STR("bytes=0-")}};
    struct http_request rq = {.headers = secret, .n_headers = 3, .redirects = 9};
    const struct net_allowances *both;
    struct http_client_config config = {0};
    struct http_response r;
    unsigned before = f.canary.connects;
    static const char *const inside[] = {
        "http://127.0.0.1:%u/",  "http://2130706433:%u/",  "//127.0.0.1:%u/",
        "http://[::1]:%u/",      "http://localhost:%u/",   "http://0x7f.1:%u/",
        "file:///etc/passwd#%u", "gopher://127.0.0.1:%u/", "http://a:b@127.0.0.1:%u/"};

    (void)state;
    assert_null(get(a, "/to-self-307", rq, &r));
    assert_non_null(strstr(f.plain.last, "s3cret"));
    assert_int_equal(r.redirects, 1);
    assert_ptr_equal(get(a, "/loop", rq, &r), E_UPSTREAM);
    assert_int_equal(r.redirects, 3);
    assert_ptr_equal(get(a, "/to-self-307", (struct http_request){0}, &r), E_UPSTREAM);
    assert_int_equal(r.status, 307);
    for (size_t i = 0; i < COUNT(inside); i++) {
        char where[128];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(where, sizeof where, inside[i], f.canary.port);
#pragma GCC diagnostic pop
        f.plain.redirect = where;
        assert_non_null(get(a, "/redirect", rq, &r));
        assert_int_equal(f.canary.connects, before);
    }
    /* Where the other origin may be called, it learns no secret and gets no body. */
    f.plain.other_port = f.canary.port;
    assert_null(net_allowances_parse(
        a, str_fmt(a, "t=127.0.0.1:%u,t=127.0.0.1:%u", f.plain.port, f.canary.port), &both));
    config.allowances = both;
    rq.use = "t";
    rq.url = url_at(a, &f.plain, "/to-other");
    rq.body = STR("private");
    assert_null(http_call(http_client_new(a, &config), a, &rq, &r));
    assert_null(strstr(f.canary.last, "s3cret"));
    assert_null(strstr(f.canary.last, "private"));
    assert_non_null(strstr(f.canary.last, "GET /hello"));
    assert_non_null(strstr(f.canary.last, "Range: bytes=0-"));
    rq.url = url_at(a, &f.plain, "/to-other-307");
    assert_ptr_equal(http_call(http_client_new(a, &config), a, &rq, &r), E_UPSTREAM);
    f.canary.connects = before;
    arena_free(a);
}

static void https_never_becomes_http(void **state)
{
    struct arena *a = arena_new();
    struct http_request rq = {.tls = HTTP_TLS_INSECURE, .redirects = 3};
    struct http_response r;

    (void)state;
    f.tls.other_port = f.plain.port;
    rq.url = url_at(a, &f.tls, "/to-other");
    assert_ptr_equal(get(a, "", rq, &r), E_UPSTREAM);
    assert_true(str_find(arena_why(a), STR("must begin with https"), 0) >= 0);
    arena_free(a);
}

static void tls_modes(void **state)
{
    struct arena *a = arena_new();
    struct http_request rq = {.url = url_at(a, &f.tls, "/hello")};
    struct str pin = crypto_hex(a, str_n(f.tls.pin, 32));
    struct http_response r;

    (void)state;
    assert_ptr_equal(get(a, "", rq, &r), E_UPSTREAM);
    assert_int_equal(r.status, 0);
    rq.tls = HTTP_TLS_INSECURE;
    assert_null(get(a, "", rq, &r));
    rq.tls = HTTP_TLS_PINNED;
    assert_ptr_equal(get(a, "", rq, &r), E_BAD_INPUT);
    rq.pin = pin;
    assert_null(get(a, "", rq, &r));
    assert_true(str_is(r.body, "hello"));
    rq.low_security = true;
    assert_null(get(a, "", rq, &r));
    rq.pin = str_fmt(a, "%064d;%.*s", 0, STR_ARG(crypto_base64(a, str_n(f.tls.pin, 32))));
    assert_null(get(a, "", rq, &r));
    rq.pin = str_fmt(a, "%064d", 0);
    assert_ptr_equal(get(a, "", rq, &r), E_UPSTREAM);
    assert_int_equal(r.status, 0);
    /* The admin is told which key was seen. */
    assert_true(str_find(arena_why(a), crypto_base64(a, str_n(f.tls.pin, 32)), 0) >= 0);
    rq.pin = STR("sha256//short");
    assert_ptr_equal(get(a, "", rq, &r), E_BAD_INPUT);
    arena_free(a);
}

static void environment_is_ignored(void **state)
{
    struct arena *a = arena_new();
    char proxy[64];
    struct http_response r;
    unsigned before = f.canary.connects;

    (void)state;
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", f.canary.port);
    setenv("http_proxy", proxy, 1);
    setenv("https_proxy", proxy, 1);
    setenv("ALL_PROXY", proxy, 1);
    assert_null(get(a, "/hello", (struct http_request){0}, &r));
    assert_int_equal(f.canary.connects, before);
    unsetenv("http_proxy");
    unsetenv("https_proxy");
    unsetenv("ALL_PROXY");
    arena_free(a);
}

static const struct err *gather(void *arg, struct str bytes)
{
    buf_add(arg, bytes);
    return NULL;
}

static void fetch_tells_audio_from_messages(void **state)
{
    struct arena *a = arena_new();
    struct buf audio = buf_new(a, 1000);
    struct fetch fetch = {.sink = gather, .sink_arg = &audio, .max_bytes = 20};
    struct fetch_peek p = {.f = &fetch, .a = a};
    struct str text;

    (void)state;
    assert_null(fetch_peek(&p, STR(" \n")));
    assert_null(fetch_peek(&p, STR(" {\"status\"")));
    assert_null(fetch_peek(&p, STR(":-6}")));
    assert_true(fetch_peek_end(&p, &text));
    assert_true(str_is(text, " \n {\"status\":-6}"));
    assert_int_equal(audio.n, 0);
    p = (struct fetch_peek){.f = &fetch, .a = a};
    assert_null(fetch_peek(&p, STR(" ")));
    assert_null(fetch_peek(&p, STR("RIFF....")));
    assert_null(fetch_peek(&p, STR("{WAVE")));
    assert_false(fetch_peek_end(&p, &text));
    assert_true(str_is(buf_str(&audio), " RIFF....{WAVE"));
    assert_int_equal(fetch.bytes, 14);
    assert_ptr_equal(fetch_peek(&p, STR("1234567")), E_TOO_LARGE);
    arena_free(a);
}

static void fetch_uses_the_integration(void **state)
{
    struct arena *a = arena_new();
    struct fetch fetch = {.http = f.client, .use = "t"};
    struct http_request rq = {.url = url_at(a, &f.tls, "/busy")};
    struct http_response r;
    struct str pin = crypto_hex(a, str_n(f.tls.pin, 32));

    (void)state;
    fetch.deadline = time_mono() + 5 * TIME_S;
    assert_null(json_parse(a, str_fmt(a, "{\"tls\":\"pinned\",\"tls_pin\":\"%.*s\"}", STR_ARG(pin)),
                           &fetch.settings));
    assert_ptr_equal(fetch_http(a, &fetch, &rq, &r), E_UPSTREAM_BUSY);
    assert_int_equal(fetch.retry_after_s, 17);
    assert_true(fetch_left_ms(&fetch) > 3000);
    rq = (struct http_request){.url = url_at(a, &f.tls, "/hello")};
    assert_null(json_parse(a, STR("{\"tls\":\"whatever\"}"), &fetch.settings));
    assert_ptr_equal(fetch_http(a, &fetch, &rq, &r), E_BAD_INPUT);
    arena_free(a);
}

const struct CMUnitTest net_http_tests[] = {
    cmocka_unit_test_setup_teardown(canary_sees_nothing, set_up, tear_down),
    cmocka_unit_test_setup_teardown(own_addresses_are_refused, set_up, tear_down),
    cmocka_unit_test_setup_teardown(answers_come_back, set_up, tear_down),
    cmocka_unit_test_setup_teardown(bodies_are_sent, set_up, tear_down),
    cmocka_unit_test_setup_teardown(limits_hold, set_up, tear_down),
    cmocka_unit_test_setup_teardown(statuses_become_errors, set_up, tear_down),
    cmocka_unit_test_setup_teardown(redirects_are_watched, set_up, tear_down),
    cmocka_unit_test_setup_teardown(https_never_becomes_http, set_up, tear_down),
    cmocka_unit_test_setup_teardown(tls_modes, set_up, tear_down),
    cmocka_unit_test_setup_teardown(environment_is_ignored, set_up, tear_down),
    cmocka_unit_test(fetch_tells_audio_from_messages),
    cmocka_unit_test_setup_teardown(fetch_uses_the_integration, set_up, tear_down),
};
const size_t n_net_http_tests = sizeof(net_http_tests) / sizeof(net_http_tests[0]);
