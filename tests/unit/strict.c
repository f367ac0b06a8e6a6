/* Request smuggling cases (TRUST.md A19), each judged by the pure head check or decoder and then
 * sent through a real libh2o connection: a fault gives one 400, a close, and the request behind it
 * is never seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#define H2O_USE_LIBUV 0
#include <h2o.h>

#include "core/arena.h"
#include "http/strict.h"

#define H "Host: a.test\r\n"
#define TE "Transfer-Encoding: chunked\r\n"
#define G "GET / HTTP/1.1\r\n"
#define P "POST / HTTP/1.1\r\n"
#define HIDDEN "GET /hidden HTTP/1.1\r\n" H "\r\n"

/* good: how many requests the handler must see; 0 stands for "400, close, nothing seen". */
struct sample {
    const char *name, *bytes;
    unsigned good;
    const char *body;
};

static const struct sample heads[] = {
    {"plain", G H "\r\n", 1, ""},
    {"pipelined", G H "\r\n" G H "\r\n", 2, ""},
    {"http/1.0 without host", "GET / HTTP/1.0\r\n\r\n", 1, ""},
    {"host with port", G "Host: a.test:8080\r\n\r\n", 1, ""},
    {"host ipv6", G "Host: [::1]:8080\r\n\r\n", 1, ""},
    {"blanks around value", G "Host: \t a.test \t\r\n\r\n", 1, ""},
    {"options star", "OPTIONS * HTTP/1.1\r\n" H "\r\n", 1, ""},
    {"one empty line first", "\r\n" G H "\r\n", 1, ""},
    {"latin-1 in a value", G H "X-Name: M\xfcller\r\n\r\n", 1, ""},
    {"empty value", G H "X-A:\r\n\r\n", 1, ""},
    {"content-length", P H "Content-Length: 5\r\n\r\nhello", 1, "hello"},
    {"content-length with blank behind", P H "Content-Length: 5 \r\n\r\nhello", 1, "hello"},
    {"content-length 0", P H "Content-Length: 0\r\n\r\n", 1, ""},
    {"te in capitals", P H "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", 1, ""},

    {"no host", G "\r\n" HIDDEN, 0, NULL},
    {"two hosts", G H "Host: b.test\r\n\r\n" HIDDEN, 0, NULL},
    {"two equal hosts", G H H "\r\n" HIDDEN, 0, NULL},
    {"two hosts, http/1.0", "GET / HTTP/1.0\r\n" H H "\r\n" HIDDEN, 0, NULL},
    {"empty host", G "Host:\r\n\r\n" HIDDEN, 0, NULL},
    {"host with path", G "Host: a.test/x\r\n\r\n" HIDDEN, 0, NULL},
    {"host with user", G "Host: u@a.test\r\n\r\n" HIDDEN, 0, NULL},
    {"host list", G "Host: a.test, b.test\r\n\r\n" HIDDEN, 0, NULL},
    {"host with blank", G "Host: a test\r\n\r\n" HIDDEN, 0, NULL},
    {"host port letters", G "Host: a.test:http\r\n\r\n" HIDDEN, 0, NULL},
    {"host latin-1", G "Host: \xe4.test\r\n\r\n" HIDDEN, 0, NULL},
    {"bare lf everywhere", "GET / HTTP/1.1\nHost: a.test\n\n" HIDDEN, 0, NULL},
    {"bare lf after request line", "GET / HTTP/1.1\n" H "\r\n" HIDDEN, 0, NULL},
    {"bare lf after header", G "Host: a.test\nX: y\r\n\r\n" HIDDEN, 0, NULL},
    {"bare lf at the end", G H "\n" HIDDEN, 0, NULL},
    {"bare lf first", "\n" G H "\r\n" HIDDEN, 0, NULL},
    {"two empty lines first", "\r\n\r\n" G H "\r\n" HIDDEN, 0, NULL},
    {"bare cr in value", G H "X: a\rb\r\n\r\n" HIDDEN, 0, NULL},
    {"bare cr ends line", G H "X: a\rContent-Length: 9\r\n\r\n" HIDDEN, 0, NULL},
    {"cr cr lf", G H "X: a\r\r\n\r\n" HIDDEN, 0, NULL},
    {"folded by blank", G H "X: a\r\n b\r\n\r\n" HIDDEN, 0, NULL},
    {"folded by tab", G H "X: a\r\n\tb\r\n\r\n" HIDDEN, 0, NULL},
    {"folded first header", G " X: a\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"folded transfer-encoding", P H "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" HIDDEN, 0,
     NULL},
    {"cl and te", P H "Content-Length: 5\r\n" TE "\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"te and cl", P H TE "Content-Length: 5\r\n\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"cl 0 and te", P H "Content-Length: 0\r\n" TE "\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"two lengths", P H "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!" HIDDEN, 0, NULL},
    {"two equal lengths", P H "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" HIDDEN, 0,
     NULL},
    {"length list", P H "Content-Length: 5, 5\r\n\r\nhello" HIDDEN, 0, NULL},
    {"length +5", P H "Content-Length: +5\r\n\r\nhello" HIDDEN, 0, NULL},
    {"length -1", P H "Content-Length: -1\r\n\r\nhello" HIDDEN, 0, NULL},
    {"length hex", P H "Content-Length: 0x5\r\n\r\nhello" HIDDEN, 0, NULL},
    {"length with leading zero", P H "Content-Length: 05\r\n\r\nhello" HIDDEN, 0, NULL},
    {"length empty", P H "Content-Length:\r\n\r\n" HIDDEN, 0, NULL},
    {"length with blank inside", P H "Content-Length: 5 5\r\n\r\nhello" HIDDEN, 0, NULL},
    {"length too large", P H "Content-Length: 99999999999999999999\r\n\r\nhello" HIDDEN, 0, NULL},
    {"length fraction", P H "Content-Length: 5.0\r\n\r\nhello" HIDDEN, 0, NULL},
    {"te twice", P H TE TE "\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"te identity", P H "Transfer-Encoding: identity\r\n\r\n" HIDDEN, 0, NULL},
    {"te gzip, chunked", P H "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"te chunked, chunked", P H "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" HIDDEN, 0,
     NULL},
    {"te xchunked", P H "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"te quoted", P H "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"te vertical tab",
     P H "Transfer-Encoding: \x0b"
         "chunked\r\n\r\n0\r\n\r\n" HIDDEN,
     0, NULL},
    {"te nbsp", P H "Transfer-Encoding: chunked\xa0\r\n\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"te empty", P H "Transfer-Encoding:\r\n\r\n" HIDDEN, 0, NULL},
    {"te in http/1.0", "POST / HTTP/1.0\r\n" H TE "\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"blank before colon", P H "Content-Length : 5\r\n\r\nhello" HIDDEN, 0, NULL},
    {"tab before colon", P H "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"no colon", G H "nonsense\r\n\r\n" HIDDEN, 0, NULL},
    {"no name", G H ": a\r\n\r\n" HIDDEN, 0, NULL},
    {"bracket in name", G H "X[1]: a\r\n\r\n" HIDDEN, 0, NULL},
    {"latin-1 in name", G H "X-\xe4: a\r\n\r\n" HIDDEN, 0, NULL},
    {"control byte in value",
     G H "X: a\x01"
         "b\r\n\r\n" HIDDEN,
     0, NULL},
    {"del in value", G H "X: a\x7f\r\n\r\n" HIDDEN, 0, NULL},
    {"escape in target", "GET /\x1b HTTP/1.1\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"latin-1 in target", "GET /\xe4 HTTP/1.1\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"fragment in target", "GET /a#b HTTP/1.1\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"absolute form", "GET http://b.test/ HTTP/1.1\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"authority form", "CONNECT b.test:443 HTTP/1.1\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"star without options", "GET * HTTP/1.1\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"relative target", "GET x HTTP/1.1\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"empty target", "GET  HTTP/1.1\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"two blanks", "GET  / HTTP/1.1\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"tab instead of blank", "GET\t/ HTTP/1.1\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"blank behind version", "GET / HTTP/1.1 \r\n" H "\r\n" HIDDEN, 0, NULL},
    {"http/0.9", "GET /\r\n\r\n" HIDDEN, 0, NULL},
    {"http/1.2", "GET / HTTP/1.2\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"http/2.0", "GET / HTTP/2.0\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"http/1.10", "GET / HTTP/1.10\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"lower case http", "GET / http/1.1\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"http/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" HIDDEN, 0, NULL},
    {"method with colon", "GET: / HTTP/1.1\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"method latin-1", "G\xc4T / HTTP/1.1\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"blank first", " GET / HTTP/1.1\r\n" H "\r\n" HIDDEN, 0, NULL},
    {"two content types", P H "Content-Type: a/b\r\nContent-Type: c/d\r\n\r\n" HIDDEN, 0, NULL},
    {"two authorizations", G H "Authorization: a\r\nauthorization: b\r\n\r\n" HIDDEN, 0, NULL},
    {"tls hello", "\x16\x03\x01\x02\x01\r\n\r\n" HIDDEN, 0, NULL},
};

#define C P H TE "\r\n"

static const struct sample bodies[] = {
    {"one chunk", C "5\r\nhello\r\n0\r\n\r\n", 1, "hello"},
    {"two chunks", C "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", 1, "hello"},
    {"empty body", C "0\r\n\r\n", 1, ""},
    {"hex, leading zeros", C "0000000A\r\n0123456789\r\n00\r\n\r\n", 1, "0123456789"},
    {"chunk of line ends", C "4\r\n\r\n\r\n\r\n0\r\n\r\n", 1, "\r\n\r\n"},
    {"pipelined behind", C "5\r\nhello\r\n0\r\n\r\n" G H "\r\n", 2, "hello"},

    {"0x5", C "0x5\r\nhello\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"size +5", C "+5\r\nhello\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"size -0", C "-0\r\n\r\n" HIDDEN, 0, NULL},
    {"blank before size", C " 5\r\nhello\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"blank behind size", C "5 \r\nhello\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"tab behind size", C "5\t\r\nhello\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"no size", C "\r\nhello\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"size of 9 digits", C "000000005\r\nhello\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"size overflow", C "10000000000000005\r\nhello\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"size underscore", C "1_0\r\nhello\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"not hex", C "g\r\nhello\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"extension", C "5;a=b\r\nhello\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"extension with bare lf", C "5;a\nhello\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"size ends in lf", C "5\nhello\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"size ends in cr x", C "5\rXhello\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"size ends in cr cr lf", C "5\r\r\nhello\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"data ends in lf", C "5\r\nhello\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"data ends in nothing", C "5\r\nhello0\r\n\r\n" HIDDEN, 0, NULL},
    {"data ends in cr cr lf", C "5\r\nhello\r\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"data too long", C "5\r\nhello!\r\n0\r\n\r\n" HIDDEN, 0, NULL},
    {"last chunk ends in lf", C "5\r\nhello\r\n0\n\r\n" HIDDEN, 0, NULL},
    {"end is lf", C "5\r\nhello\r\n0\r\n\n" HIDDEN, 0, NULL},
    {"trailer", C "5\r\nhello\r\n0\r\nX: y\r\n\r\n" HIDDEN, 0, NULL},
    {"trailer content-length", C "0\r\nContent-Length: 9\r\n\r\n" HIDDEN, 0, NULL},
    {"no end line", C "0\r\n" HIDDEN, 0, NULL},
};

/* ---- the real library, one connection at a time over a socket pair ---- */

static h2o_globalconf_t config;
static h2o_context_t context;
static unsigned seen_good, seen_hidden;
static char seen_body[256];
static bool answer_faults = true;

static int on_request(h2o_handler_t *self, h2o_req_t *req)
{
    static h2o_generator_t generator;
    h2o_iovec_t body = h2o_iovec_init(H2O_STRLIT("{}"));

    (void)self;
    req->res.status = 200;
    req->res.reason = "OK";
    if (strict_is_fault(req->method.base)) {
        assert_non_null(strict_fault_reason(req->method.base));
        assert_int_equal(req->entity.len, 0);
        if (answer_faults) {
            req->res.status = 400;
            req->res.reason = "Bad Request";
        }
    } else {
        if (seen_good++ == 0)
            snprintf(seen_body, sizeof(seen_body), "%.*s", (int)req->entity.len, req->entity.base);
        if (h2o_memis(req->path.base, req->path.len, H2O_STRLIT("/hidden")))
            seen_hidden++;
    }
    req->res.content_length = body.len;
    h2o_start_response(req, &generator);
    h2o_send(req, &body, 1, H2O_SEND_STATE_FINAL);
    return 0;
}

static void library_start(void)
{
    static bool started;
    h2o_hostconf_t *host;
    h2o_handler_t *handler;

    seen_good = seen_hidden = 0;
    seen_body[0] = '\0';
    if (started)
        return;
    started = true;
    h2o_config_init(&config);
    config.http1.upgrade_to_http2 = 0;
    host = h2o_config_register_host(&config, h2o_iovec_init(H2O_STRLIT("default")), 65535);
    handler = h2o_create_handler(h2o_config_register_path(host, "/", 0), sizeof(*handler));
    handler->on_req = on_request;
    h2o_context_init(&context, h2o_evloop_create(), &config);
}

/* Sends the bytes `step` at a time and returns the whole answer, which ends in a close. */
static size_t converse(struct str bytes, size_t step, char *answer, size_t max)
{
    h2o_accept_ctx_t accept = {.ctx = &context, .hosts = config.hosts};
    size_t n = 0, sent = 0;
    ssize_t got;
    int pair[2];

    library_start();
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    h2o_accept(&accept, h2o_evloop_socket_create(context.loop, pair[0],
                                                 H2O_SOCKET_FLAG_IS_ACCEPTED_CONNECTION));
    for (unsigned turn = 0; turn < 100000; turn++) {
        size_t part = bytes.n - sent < step ? bytes.n - sent : step;
        if (part && send(pair[1], bytes.p + sent, part, MSG_NOSIGNAL) != (ssize_t)part)
            part = bytes.n - sent; /* refused already: the rest has no reader */
        sent += part;
        if (sent == bytes.n)
            shutdown(pair[1], SHUT_WR);
        h2o_evloop_run(context.loop, 1);
        while ((got = read(pair[1], answer + n, max - 1 - n)) > 0)
            n += (size_t)got;
        if (got == 0)
            break;
        assert_true(turn < 99999);
    }
    close(pair[1]);
    answer[n] = '\0';
    return n;
}

static unsigned count(const char *text, const char *what)
{
    unsigned n = 0;

    for (const char *p = strstr(text, what); p; p = strstr(p + 1, what))
        n++;
    return n;
}

static void try_sample(const struct sample *s, size_t step)
{
    char answer[16384];

    library_start();
    converse((struct str){s->bytes, strlen(s->bytes)}, step, answer, sizeof(answer));
    if (seen_hidden || seen_good != s->good || count(answer, "HTTP/1.1 200") != s->good ||
        count(answer, "HTTP/1.1 400") != (s->good ? 0u : 1u) ||
        count(answer, "HTTP/1.1 ") != (s->good ? s->good : 1u))
        fail_msg("%s (by %zu): %u requests, answer:\n%s", s->name, step, seen_good, answer);
    if (s->body && strcmp(s->body, seen_body) != 0)
        fail_msg("%s: body is '%s'", s->name, seen_body);
}

static void heads_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        const char *end =
            strstr(heads[i].bytes[0] == '\r' && heads[i].bytes[2] != '\r' ? heads[i].bytes + 2
                                                                          : heads[i].bytes,
                   "\r\n\r\n");
        struct str raw = {heads[i].bytes, 0};
        raw.n = end ? (size_t)(end - raw.p) + 4 : strlen(raw.p);
        const char *fault = strict_head_fault(raw);
        if (heads[i].good ? fault != NULL : fault == NULL)
            fail_msg("%s: %s", heads[i].name, fault ? fault : "accepted");
    }
}

static void heads_through_the_library(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        try_sample(&heads[i], 1 << 20);
}

static void heads_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        try_sample(&heads[i], 1);
}

static void chunks_through_the_library(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        try_sample(&bodies[i], 1 << 20);
        try_sample(&bodies[i], 7);
        try_sample(&bodies[i], 1);
    }
}

static void long_heads_are_refused(void **state)
{
    static const struct {
        size_t target, value, headers;
        bool good;
    } cases[] = {
        {STRICT_MAX_TARGET, 1, 0, true},
        {STRICT_MAX_TARGET + 1, 1, 0, false},
        {1, 1, STRICT_MAX_HEADERS - 2, true},
        {1, 1, STRICT_MAX_HEADERS - 1, false},
        {1, 1, 150, false},
        {1, 32000, 0, true},
        {1, 33000, 0, false},
        {1, 120000, 0, false},
    };
    struct arena *a = arena_new();
    char answer[16384];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf b = buf_new(a, 1 << 20);
        buf_add(&b, STR("GET /"));
        for (size_t n = 1; n < cases[i].target; n++)
            buf_char(&b, 'a');
        buf_add(&b, STR(" HTTP/1.1\r\n" H "X: "));
        for (size_t n = 0; n < cases[i].value; n++)
            buf_char(&b, 'a');
        buf_add(&b, STR("\r\n"));
        for (size_t n = 0; n < cases[i].headers; n++)
            buf_fmt(&b, "X-%zu: y\r\n", n);
        buf_add(&b, STR("\r\n"));
        library_start();
        converse(buf_str(&b), 1 << 20, answer, sizeof(answer));
        assert_int_equal(seen_good, cases[i].good);
        assert_int_equal(count(answer, "HTTP/1.1 400"), !cases[i].good);
    }
    arena_free(a);
}

/* The same bytes cut anywhere must give the same data and the same rest. */
static void decoder_does_not_care_for_cuts(void **state)
{
    static const char wire[] = "5\r\nhello\r\n1\r\n \r\nb\r\nwide world!\r\n0\r\n\r\nGET /";
    static const char data[] = "hello wide world!";

    (void)state;
    for (size_t cut = 0; cut < sizeof(wire) - 1; cut++) {
        struct phr_chunked_decoder d = {.consume_trailer = 1};
        char buf[sizeof(wire)], out[sizeof(wire)];
        size_t first = cut, second = sizeof(wire) - 1 - cut, n;
        ssize_t left;

        memcpy(buf, wire, first);
        left = phr_decode_chunked(&d, buf, &first);
        memcpy(out, buf, first);
        n = first;
        if (left >= 0) {
            assert_true(cut >= sizeof(wire) - 1 - strlen("GET /"));
        } else {
            assert_int_equal(left, -2);
            memcpy(buf, wire + cut, second);
            left = phr_decode_chunked(&d, buf, &second);
            memcpy(out + n, buf, second);
            n += second;
            assert_int_equal(left, 5);
            assert_memory_equal(buf + second, "GET /", 5);
        }
        assert_int_equal(n, strlen(data));
        assert_memory_equal(out, data, n);
    }
}

static void decoder_can_leave_the_trailer(void **state)
{
    struct phr_chunked_decoder d = {0};
    char buf[] = "2\r\nok\r\n0\r\n\r\n";
    size_t n = strlen(buf);

    (void)state;
    assert_int_equal(phr_decode_chunked(&d, buf, &n), 2);
    assert_int_equal(n, 2);
    assert_memory_equal(buf, "ok\r\n", 4);
}

static void markers_are_ours_only(void **state)
{
    (void)state;
    assert_false(strict_is_fault("REFUSED"));
    assert_false(strict_is_fault("GET"));
    assert_false(strict_is_fault(NULL));
    assert_null(strict_fault_reason("REFUSED"));
}

static void selftest_finds_a_lax_handler(void **state)
{
    (void)state;
    library_start();
    assert_null(strict_selftest(&context));
    answer_faults = false;
    assert_non_null(strict_selftest(&context));
    answer_faults = true;
}

const struct CMUnitTest strict_tests[] = {
    cmocka_unit_test(heads_are_judged),
    cmocka_unit_test(heads_through_the_library),
    cmocka_unit_test(heads_byte_by_byte),
    cmocka_unit_test(chunks_through_the_library),
    cmocka_unit_test(long_heads_are_refused),
    cmocka_unit_test(decoder_does_not_care_for_cuts),
    cmocka_unit_test(decoder_can_leave_the_trailer),
    cmocka_unit_test(markers_are_ours_only),
    cmocka_unit_test(selftest_finds_a_lax_handler),
};
const size_t n_strict_tests = sizeof(strict_tests) / sizeof(strict_tests[0]);
