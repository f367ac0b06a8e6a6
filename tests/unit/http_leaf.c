/* The pure parts of the HTTP layer: ranges, cookies, encodings, client addresses, hosts, origin,
 * security headers, static files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/crypto.h"
#include "http/client.h"
#include "http/cookie.h"
#include "http/host.h"
#include "http/range.h"
#include "http/security.h"
#include "http/static_files.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void ranges(void **state)
{
    static const struct {
        const char *header;
        int64_t total;
        enum range_kind kind;
        int64_t first, last;
    } cases[] = {
        {NULL, 1000, RANGE_WHOLE, 0, 0},
        {"bytes=0-499", 1000, RANGE_PART, 0, 499},
        {"bytes=500-999", 1000, RANGE_PART, 500, 999},
        {"bytes=500-", 1000, RANGE_PART, 500, 999},
        {"bytes=-500", 1000, RANGE_PART, 500, 999},
        {"bytes=-5000", 1000, RANGE_PART, 0, 999},
        {"bytes=0-0", 1000, RANGE_PART, 0, 0},
        {"bytes=999-5000", 1000, RANGE_PART, 999, 999},
        {"Bytes=0-1", 1000, RANGE_PART, 0, 1},
        {" bytes=0-1 ", 1000, RANGE_PART, 0, 1},
        {"bytes=0-99999999999999999999999", 1000, RANGE_PART, 0, 999},
        {"bytes=1000-", 1000, RANGE_OUTSIDE, 0, 0},
        {"bytes=99999999999999999999999-", 1000, RANGE_OUTSIDE, 0, 0},
        {"bytes=-0", 1000, RANGE_OUTSIDE, 0, 0},
        {"bytes=0-", 0, RANGE_OUTSIDE, 0, 0},
        {"bytes=-1", 0, RANGE_OUTSIDE, 0, 0},
        {"bytes=5-2", 1000, RANGE_WHOLE, 0, 0},
        {"bytes=-", 1000, RANGE_WHOLE, 0, 0},
        {"bytes=", 1000, RANGE_WHOLE, 0, 0},
        {"bytes", 1000, RANGE_WHOLE, 0, 0},
        {"", 1000, RANGE_WHOLE, 0, 0},
        {"bytes=a-b", 1000, RANGE_WHOLE, 0, 0},
        {"bytes=1-2-3", 1000, RANGE_WHOLE, 0, 0},
        {"bytes=+1-2", 1000, RANGE_WHOLE, 0, 0},
        {"bytes=--1", 1000, RANGE_WHOLE, 0, 0},
        {"bytes=0-1,5-6", 1000, RANGE_WHOLE, 0, 0},
        {"bytes=0 - 1", 1000, RANGE_WHOLE, 0, 0},
        {"items=0-1", 1000, RANGE_WHOLE, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct range r = range_parse(str_of(cases[i].header), cases[i].total);
        if (r.kind != cases[i].kind || r.first != cases[i].first || r.last != cases[i].last)
            fail_msg("%s: %d %lld-%lld", cases[i].header, r.kind, (long long)r.first,
                     (long long)r.last);
    }
}

static void range_texts(void **state)
{
    char out[RANGE_TEXT];

    (void)state;
    assert_true(
        str_is(range_content(range_parse(STR("bytes=0-9"), 100), 100, out), "bytes 0-9/100"));
    assert_true(str_is(range_content((struct range){RANGE_OUTSIDE, 0, 0}, INT64_MAX, out),
                       "bytes */9223372036854775807"));
    assert_true(
        str_is(range_content((struct range){RANGE_PART, INT64_MAX, INT64_MAX}, INT64_MAX, out),
               "bytes 9223372036854775807-9223372036854775807/9223372036854775807"));
}

static void validators(void **state)
{
    struct str tag = STR("\"abc\""), date = STR("Sat, 21 Nov 2026 09:30:00 GMT");

    (void)state;
    assert_true(range_still_valid(STR_NONE, tag, date));
    assert_true(range_still_valid(tag, tag, date));
    assert_true(range_still_valid(date, tag, date));
    assert_false(range_still_valid(STR("\"abd\""), tag, date));
    assert_false(range_still_valid(STR("W/\"abc\""), tag, date));
    assert_false(range_still_valid(STR("Sat, 21 Nov 2026 09:30:01 GMT"), tag, date));
    assert_false(range_still_valid(date, tag, STR_NONE));
    assert_false(range_still_valid(STR(""), tag, STR("")));

    assert_false(etag_matches(STR_NONE, tag));
    assert_true(etag_matches(STR("*"), tag));
    assert_true(etag_matches(STR("\"abc\""), tag));
    assert_true(etag_matches(STR("W/\"abc\""), tag));
    assert_true(etag_matches(STR("\"x\", W/\"abc\" ,\"y\""), tag));
    assert_false(etag_matches(STR("abc"), tag));
    assert_false(etag_matches(STR("\"abc"), tag));
    assert_false(etag_matches(STR(""), tag));
}

static void encodings(void **state)
{
    static const struct {
        const char *header;
        unsigned want;
    } cases[] = {
        {NULL, 0},
        {"", 0},
        {"gzip", ACCEPT_GZIP},
        {"br", ACCEPT_BR},
        {"gzip, deflate, br", ACCEPT_GZIP | ACCEPT_BR},
        {"GZIP ; q=0.5", ACCEPT_GZIP},
        {"gzip;q=0", 0},
        {"gzip;q=0.000, br", ACCEPT_BR},
        {"gzip;q=0.001", ACCEPT_GZIP},
        {"*", ACCEPT_GZIP | ACCEPT_BR},
        {"*;q=0", 0},
        {"br;q=0, *", ACCEPT_GZIP},
        {"*, br;q=0", ACCEPT_GZIP},
        {"identity", 0},
        {"gzipx, xbr", 0},
        {",,;,", 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (accept_encodings(str_of(cases[i].header)) != cases[i].want)
            fail_msg("%s: %u", cases[i].header, accept_encodings(str_of(cases[i].header)));
}

static void cookies(void **state)
{
    static const struct {
        const char *header;
        enum cookie_result want;
        const char *value;
    } cases[] = {
        {NULL, COOKIE_MISSING, NULL},
        {"", COOKIE_MISSING, NULL},
        {"s=abc", COOKIE_FOUND, "abc"},
        {"a=1; s=abc; b=2", COOKIE_FOUND, "abc"},
        {"a=1;s=abc", COOKIE_FOUND, "abc"},
        {" s = abc ", COOKIE_FOUND, "abc"},
        {"s=", COOKIE_FOUND, ""},
        {"s=a=b", COOKIE_FOUND, "a=b"},
        {"ss=abc; as=1; S=2", COOKIE_MISSING, NULL},
        {"s; =abc; ;", COOKIE_MISSING, NULL},
        {"a=s=abc", COOKIE_MISSING, NULL},
        {"s=a; s=b", COOKIE_DOUBLED, NULL},
        {"s=a; s=a", COOKIE_DOUBLED, NULL},
        {"s=; s=a", COOKIE_DOUBLED, NULL},
        {"s=\"abc\"", COOKIE_BAD, NULL},
        {"s=a b", COOKIE_BAD, NULL},
        {"s=a,b", COOKIE_BAD, NULL},
        {"s=a\\b", COOKIE_BAD, NULL},
        {"s=\xc3\xa4", COOKIE_BAD, NULL},
    };
    char many[COOKIE_HEADER_MAX + 8];
    struct str value;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum cookie_result r = cookie_get(str_of(cases[i].header), "s", &value);
        if (r != cases[i].want || (r == COOKIE_FOUND && !str_is(value, cases[i].value)))
            fail_msg("%s: %d", cases[i].header, r);
    }
    memset(many, ';', sizeof(many));
    assert_int_equal(cookie_get(str_n(many, COOKIE_PAIRS_MAX), "s", &value), COOKIE_BAD);
    memset(many, 'x', sizeof(many));
    assert_int_equal(cookie_get(str_n(many, sizeof(many)), "s", &value), COOKIE_BAD);
    memcpy(many, "s=", 2);
    assert_int_equal(cookie_get(str_n(many, COOKIE_VALUE_MAX + 2), "s", &value), COOKIE_FOUND);
    assert_int_equal(cookie_get(str_n(many, COOKIE_VALUE_MAX + 3), "s", &value), COOKIE_BAD);
}

static void hosts(void **state)
{
    static const struct {
        const char *text, *name;
        int port;
    } good[] = {
        {"a.test", "a.test", 0},         {"A.TeSt.", "a.test", 0},
        {"a.test:8080", "a.test", 8080}, {"a.test.:1", "a.test", 1},
        {"localhost", "localhost", 0},   {"192.0.2.1:65535", "192.0.2.1", 65535},
        {"[::1]", "[::1]", 0},           {"[2001:DB8:0:0::1]:443", "[2001:db8::1]", 443},
        {"a_b-c.x9", "a_b-c.x9", 0},     {"xn--mller-kva.de", "xn--mller-kva.de", 0},
    };
    static const char *const bad[] = {"",         ".",       "..",         ".a",      "a..b",
                                      "a.test..", ":80",     "a:",         "a:0",     "a:65536",
                                      "a:123456", "a:-1",    "a:8x",       "a b",     "a/b",
                                      "u@a",      "a,b",     "[::1",       "::1",     "[::1]x",
                                      "[::1]:",   "[]",      "[a.b]",      "a\tb",    "a%41",
                                      "\xc3\xa4", "a:80:80", "[::1%eth0]", "http://a"};
    struct host h, other;
    char label[70];

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        if (!host_parse(str_of(good[i].text), &h) || strcmp(h.name, good[i].name) != 0 ||
            h.port != good[i].port)
            fail_msg("%s", good[i].text);
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        if (host_parse(str_of(bad[i]), &h))
            fail_msg("%s is taken", bad[i]);
    assert_false(host_parse(STR("a\0b"), &h));
    memset(label, 'a', sizeof(label));
    assert_true(host_parse(str_n(label, 63), &h));
    assert_false(host_parse(str_n(label, 64), &other));
    assert_true(host_parse(STR("A.test:1"), &h) && host_parse(STR("a.TEST.:2"), &other));
    assert_true(host_eq(&h, &other));
}

static void public_urls(void **state)
{
    static const struct {
        const char *text, *origin;
        int port;
    } good[] = {
        {"https://calls.example.com", "https://calls.example.com", 443},
        {"https://Calls.Example.com:443/", "https://calls.example.com", 443},
        {"http://127.0.0.1:8080", "http://127.0.0.1:8080", 8080},
        {"http://localhost:80", "http://localhost", 80},
        {"http://a:443", "http://a:443", 443},
        {"https://[::1]:8443", "https://[::1]:8443", 8443},
    };
    static const char *const bad[] = {
        "",           "a.test",    "ftp://a",     "https://",    "https:///", "https://a/b",
        "https://a?", "HTTPS://a", "https://u@a", "https://a b", "//a",       "https://a//"};
    struct public_url u;

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        if (!public_url_parse(str_of(good[i].text), &u) || strcmp(u.origin, good[i].origin) != 0 ||
            u.host.port != good[i].port)
            fail_msg("%s: %s", good[i].text, u.origin);
        assert_string_equal(session_cookie_name(&u),
                            u.https ? "__Host-ringsight_session" : "ringsight_session");
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        if (public_url_parse(str_of(bad[i]), &u))
            fail_msg("%s is taken", bad[i]);
}

static void origins(void **state)
{
    static const struct {
        const char *site, *origin;
        enum origin_verdict want;
    } cases[] = {
        {NULL, NULL, ORIGIN_UNKNOWN},
        {"same-origin", NULL, ORIGIN_OURS},
        {NULL, "https://a.test", ORIGIN_OURS},
        {"same-origin", "https://a.test", ORIGIN_OURS},
        {"same-site", "https://a.test", ORIGIN_FOREIGN},
        {"cross-site", NULL, ORIGIN_FOREIGN},
        {"none", NULL, ORIGIN_FOREIGN},
        {"", NULL, ORIGIN_FOREIGN},
        {"same-origin", "https://b.test", ORIGIN_FOREIGN},
        {NULL, "null", ORIGIN_FOREIGN},
        {NULL, "", ORIGIN_FOREIGN},
        {NULL, "http://a.test", ORIGIN_FOREIGN},
        {NULL, "https://a.test:444", ORIGIN_FOREIGN},
        {NULL, "https://a.test.evil", ORIGIN_FOREIGN},
        {NULL, "https://x.a.test", ORIGIN_FOREIGN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(
            origin_check(STR("https://a.test"), str_of(cases[i].site), str_of(cases[i].origin)),
            cases[i].want);
}

static void addresses(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"192.0.2.1:80", "192.0.2.1"},
        {"2001:DB8::1", "2001:db8::1"},
        {"[2001:db8::1]", "2001:db8::1"},
        {"[2001:db8::1]:80", "2001:db8::1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"", NULL},
        {"unknown", NULL},
        {"1.2.3", NULL},
        {"01.2.3.4", NULL},
        {"1.2.3.4:", NULL},
        {"1.2.3.4:x", NULL},
        {"1.2.3.4:99999", NULL},
        {"[1.2.3.4]", NULL},
        {"[::1", NULL},
        {"[::1]80", NULL},
        {"::1]", NULL},
        {"1.2.3.4 ", NULL},
        {"_hidden", NULL},
        {"[]", NULL},
        {"[", NULL},
        {":", NULL},
    };
    char out[ADDRESS_TEXT];
    struct address a;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool ok = address_parse(str_of(cases[i].text), &a);
        if (ok != (cases[i].want != NULL) || (ok && !str_is(address_text(a, out), cases[i].want)))
            fail_msg("%s: %s", cases[i].text, ok ? out : "refused");
    }
}

static void networks(void **state)
{
    static const char *const bad[] = {"x",      "1.2.3.4/33",  "1.2.3.4/-1",   "1.2.3.4/",
                                      "::/129", "1.2.3.4/8/8", "10.0.0.0/8,y", "[::1]/128"};
    struct arena *a = arena_new();
    struct cidr_list list;
    struct address in;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_ptr_equal(cidr_list_parse(a, str_of(bad[i]), &list), E_BAD_INPUT);
        assert_true(arena_why(a).n > 0);
    }
    assert_null(cidr_list_parse(a, STR(" ,\n"), &list));
    assert_int_equal(list.n, 0);
    assert_null(cidr_list_parse(a, STR("127.0.0.1, 10.0.0.0/9 fd00::/8,192.0.2.8/29"), &list));
    assert_int_equal(list.n, 4);
#define HAS(text) (address_parse(STR(text), &in) && cidr_list_has(&list, in))
    assert_true(HAS("127.0.0.1") && HAS("10.127.255.255") && HAS("fd12::1") && HAS("192.0.2.15"));
    assert_false(HAS("127.0.0.2") || HAS("10.128.0.0") || HAS("fe00::1") || HAS("192.0.2.16"));
    assert_null(cidr_list_parse(a, STR("0.0.0.0/0"), &list));
    assert_true(HAS("255.1.2.3") && !HAS("2001:db8::1"));
    assert_true(address_parse(STR("2001:db8:1:2:3::9"), &in));
    in = address_network(in);
    assert_int_equal(in.b[7], 2);
    assert_int_equal(in.b[15], 0);
    arena_free(a);
}

static void clients(void **state)
{
    static const struct {
        const char *peer, *header, *want;
    } cases[] = {
        {"203.0.113.9", NULL, "203.0.113.9"},
        {"203.0.113.9", "1.1.1.1",
         "203.0.113.9"}, /* not a proxy of ours: header is worth nothing */
        {"127.0.0.1", NULL, "127.0.0.1"},
        {"127.0.0.1", "", "127.0.0.1"},
        {"127.0.0.1", "1.1.1.1", "1.1.1.1"},
        {"127.0.0.1", "6.6.6.6, 1.1.1.1", "1.1.1.1"},
        {"127.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2", "1.1.1.1"},
        {"127.0.0.1", "6.6.6.6,1.1.1.1,10.0.0.2,10.0.0.3", "1.1.1.1"},
        {"127.0.0.1", "10.0.0.9, 10.0.0.2", "10.0.0.9"},
        {"127.0.0.1", "6.6.6.6, junk", "127.0.0.1"},
        {"127.0.0.1", "6.6.6.6, junk, 10.0.0.2", "10.0.0.2"},
        {"127.0.0.1", "1.1.1.1,", "127.0.0.1"},
        {"127.0.0.1", "1.1.1.1:443", "1.1.1.1"},
        {"127.0.0.1", "[2001:db8::7]:443", "2001:db8::7"},
        {"127.0.0.1", "unknown", "127.0.0.1"},
    };
    struct arena *a = arena_new();
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct cidr_list trusted;
    char out[ADDRESS_TEXT];

    (void)state;
    assert_null(cidr_list_parse(a, STR("127.0.0.1 10.0.0.0/8"), &trusted));
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sockaddr_in sin = {.sin_family = AF_INET};
        inet_pton(AF_INET, cases[i].peer, &sin.sin_addr);
        struct address got =
            client_address((struct sockaddr *)&sin, str_of(cases[i].header), &trusted, false);
        if (!str_is(address_text(got, out), cases[i].want))
            fail_msg("%s, %s: %s", cases[i].peer, cases[i].header, out);
    }
    /* A dual-stack listener shows IPv4 peers as mapped ones. */
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &six.sin6_addr);
    assert_true(str_is(
        address_text(client_address((struct sockaddr *)&six, STR("1.1.1.1"), &trusted, false), out),
        "1.1.1.1"));
    assert_true(str_is(
        address_text(client_address((struct sockaddr *)&un, STR("1.1.1.1"), &trusted, true), out),
        "1.1.1.1"));
    assert_true(str_is(
        address_text(client_address((struct sockaddr *)&un, STR("1.1.1.1"), &trusted, false), out),
        "::"));
    arena_free(a);
}

static struct str header_of(const struct answer_header *v, size_t n, const char *name)
{
    struct str found = STR_NONE;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(v[i].name, name) != 0)
            continue;
        assert_null(found.p); /* no header twice */
        found = v[i].value;
    }
    return found;
}

static void security(void **state)
{
    struct arena *a = arena_new();
    struct public_url url;
    const struct security *s;

    (void)state;
    for (int https = 0; https < 2; https++) {
        assert_true(
            public_url_parse(https ? STR("https://a.test") : STR("http://a.test:8080"), &url));
        s = security_new(a, &url);
        for (size_t k = 0; k < ANSWER_KINDS; k++) {
            const struct answer_header *v = s->headers[k];
            struct str csp = header_of(v, s->n[k], "content-security-policy");
            assert_true(str_starts(csp, STR("default-src 'none';")));
            assert_true(str_find(csp, STR("unsafe"), 0) < 0);
            assert_true(str_find(csp, STR("frame-ancestors 'none'"), 0) > 0);
            assert_true(str_find(csp, STR("base-uri 'none'"), 0) > 0);
            assert_true(str_is(header_of(v, s->n[k], "x-content-type-options"), "nosniff"));
            assert_non_null(header_of(v, s->n[k], "referrer-policy").p);
            assert_non_null(header_of(v, s->n[k], "cross-origin-opener-policy").p);
            assert_non_null(header_of(v, s->n[k], "cross-origin-resource-policy").p);
            assert_non_null(header_of(v, s->n[k], "permissions-policy").p);
            assert_int_equal(header_of(v, s->n[k], "strict-transport-security").p != NULL, https);
        }
        assert_true(str_is(header_of(s->headers[ANSWER_API], s->n[ANSWER_API], "cache-control"),
                           "no-store"));
        assert_null(header_of(s->headers[ANSWER_PAGE], s->n[ANSWER_PAGE], "cache-control").p);
        assert_true(str_find(header_of(s->headers[ANSWER_PAGE], s->n[ANSWER_PAGE],
                                       "content-security-policy"),
                             https ? STR("connect-src 'self' wss://a.test;")
                                   : STR("connect-src 'self' ws://a.test:8080;"),
                             0) > 0);
    }
    arena_free(a);
}

/* ---- static files, in a folder made for the test ---- */

static char folder[64];

static void put(const char *path, const char *text)
{
    char full[160];
    FILE *f;

    snprintf(full, sizeof(full), "%s/%s", folder, path);
    f = fopen(full, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static const struct static_files *site(struct arena *a)
{
    const struct static_files *files;
    char name[160];

    crypto_init();
    snprintf(folder, sizeof(folder), "/tmp/ringsight-static-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(name, sizeof(name), "%s/assets", folder);
    assert_int_equal(mkdir(name, 0700), 0);
    snprintf(name, sizeof(name), "%s/leak.txt", folder);
    assert_int_equal(symlink("/etc/passwd", name), 0);
    snprintf(name, sizeof(name), "%s/pipe", folder);
    assert_int_equal(mkfifo(name, 0600), 0);
    put("index.html", "<p>home");
    put("index.html.br", "brotli home");
    put("assets/index-BkYz1a2_.js", "let a");
    put("assets/index-BkYz1a2_.js.gz", "gzip a");
    put("assets/index-BkYz1a2_.js.br", "brotli a");
    put("assets/logo.svg", "<svg/>");
    put("alone.txt.gz", "no plain file");
    put(".env", "secret");
    assert_null(static_load(a, folder, &files));
    return files;
}

static void clean(void)
{
    char command[160];

    snprintf(command, sizeof(command), "rm -r '%s'", folder);
    assert_int_equal(system(command), 0);
}

static struct static_answer get(const struct static_files *files, const char *path, const char *ae)
{
    return static_answer(files,
                         &(struct static_request){STR("GET"), str_of(path), STR_NONE, str_of(ae)});
}

static void static_variants(void **state)
{
    struct arena *a = arena_new();
    const struct static_files *files = site(a);
    const char *js = "/assets/index-BkYz1a2_.js";
    struct static_answer r, again;
    struct static_request rq = {STR("GET"), str_of(js), STR_NONE, STR("gzip, br")};

    (void)state;
    clean(); /* all is in memory */
    assert_int_equal(static_count(files), 3);
    r = get(files, "/", NULL);
    assert_int_equal(r.status, 200);
    assert_true(str_is(r.body, "<p>home"));
    assert_true(str_is(header_of(r.headers, r.n_headers, "cache-control"), "no-cache"));
    assert_true(
        str_is(header_of(r.headers, r.n_headers, "content-type"), "text/html; charset=utf-8"));
    assert_null(header_of(r.headers, r.n_headers, "content-encoding").p);
    assert_true(str_is(get(files, "/", "br").body, "brotli home"));
    assert_true(str_is(get(files, "/", "gzip").body, "<p>home"));
    assert_true(str_is(get(files, js, "gzip").body, "gzip a"));
    assert_true(str_is(get(files, js, "br;q=0, gzip").body, "gzip a"));
    r = static_answer(files, &rq);
    assert_true(str_is(r.body, "brotli a"));
    assert_true(str_is(header_of(r.headers, r.n_headers, "content-encoding"), "br"));
    assert_true(str_find(header_of(r.headers, r.n_headers, "cache-control"), STR("immutable"), 0) >
                0);
    rq.if_none_match = header_of(r.headers, r.n_headers, "etag");
    again = static_answer(files, &rq);
    assert_int_equal(again.status, 304);
    assert_int_equal(again.body.n, 0);
    assert_non_null(header_of(again.headers, again.n_headers, "etag").p);
    rq.accept_encoding = STR_NONE; /* other bytes, other tag */
    assert_int_equal(static_answer(files, &rq).status, 200);
    rq.method = STR("HEAD");
    again = static_answer(files, &rq);
    assert_int_equal(again.body.n, 0);
    assert_int_equal(again.content_length, 5);
    rq.method = STR("POST");
    assert_int_equal(static_answer(files, &rq).status, 405);
    r = get(files, "/assets/logo.svg", NULL);
    assert_true(str_is(header_of(r.headers, r.n_headers, "cache-control"), "no-cache"));
    arena_free(a);
}

static void static_paths(void **state)
{
    static const char *const home[] = {
        "/",       "/index.html", "/calls",       "/calls/0192/notes",
        "/apiary", "/liver",      "//etc/passwd", "/%2e%2e/x"};
    static const char *const none[] = {"",
                                       "index.html",
                                       "*",
                                       "/api",
                                       "/api/v1/calls",
                                       "/hooks/ucm/x",
                                       "/live",
                                       "/livez",
                                       "/readyz",
                                       "/metrics",
                                       "/live/x",
                                       "/leak.txt",
                                       "/.env",
                                       "/../etc/passwd.txt",
                                       "/pipe.x",
                                       "/assets/../index.html",
                                       "/assets/index-BkYz1a2_.js.gz",
                                       "/alone.txt",
                                       "/alone.txt.gz",
                                       "/INDEX.HTML",
                                       "/assets/nothing.js",
                                       "/index.html/.",
                                       "/a.b"};
    struct arena *a = arena_new();
    const struct static_files *files = site(a);

    (void)state;
    clean();
    for (size_t i = 0; i < COUNT(home); i++)
        if (!str_is(get(files, home[i], NULL).body, "<p>home"))
            fail_msg("%s is not the page", home[i]);
    assert_int_equal(get(files, "/..", NULL).status, 404);
    for (size_t i = 0; i < COUNT(none); i++)
        if (get(files, none[i], NULL).status != 404)
            fail_msg("%s is found", none[i]);
    arena_free(a);
}

static void static_missing(void **state)
{
    struct arena *a = arena_new();
    const struct static_files *files;
    struct static_answer r;

    (void)state;
    crypto_init();
    assert_null(static_load(a, "/nonexistent/folder", &files));
    assert_int_equal(static_count(files), 0);
    r = get(files, "/calls", "br");
    assert_int_equal(r.status, 200);
    assert_true(str_find(r.body, STR("npm run build"), 0) > 0);
    assert_true(str_is(header_of(r.headers, r.n_headers, "cache-control"), "no-cache"));
    assert_null(static_load(a, NULL, &files));
    arena_free(a);
}

static void static_limits(void **state)
{
    struct arena *a = arena_new();
    const struct static_files *files = site(a);
    char name[256];
    size_t n;

    (void)state;
    assert_true(static_bytes(files) > 0);
    snprintf(name, sizeof(name), "%s/big.bin", folder);
    put("big.bin", "x");
    assert_int_equal(truncate(name, (off_t)STATIC_MAX_BYTES), 0);
    assert_ptr_equal(static_load(a, folder, &files), E_TOO_LARGE);
    assert_int_equal(truncate(name, 5), 0);
    assert_null(static_load(a, folder, &files));
    assert_int_equal(get(files, "/big.bin", NULL).content_length, 5);
    n = (size_t)snprintf(name, sizeof(name), "%s", folder);
    for (int depth = 0; depth <= STATIC_MAX_DEPTH; depth++) {
        n += (size_t)snprintf(name + n, sizeof(name) - n, "/d");
        assert_int_equal(mkdir(name, 0700), 0);
    }
    assert_ptr_equal(static_load(a, folder, &files), E_TOO_LARGE);
    assert_true(arena_why(a).n > 0);
    clean();
    arena_free(a);
}

const struct CMUnitTest http_leaf_tests[] = {
    cmocka_unit_test(ranges),          cmocka_unit_test(range_texts),
    cmocka_unit_test(validators),      cmocka_unit_test(encodings),
    cmocka_unit_test(cookies),         cmocka_unit_test(hosts),
    cmocka_unit_test(public_urls),     cmocka_unit_test(origins),
    cmocka_unit_test(addresses),       cmocka_unit_test(networks),
    cmocka_unit_test(clients),         cmocka_unit_test(security),
    cmocka_unit_test(static_variants), cmocka_unit_test(static_paths),
    cmocka_unit_test(static_missing),  cmocka_unit_test(static_limits),
};
const size_t n_http_leaf_tests = COUNT(http_leaf_tests);
