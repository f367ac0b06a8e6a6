/* The calls of an open line: which messages belong together, when a call is over, what a list of
 * channels brings to light; and the line itself against a server on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/crypto.h"
#include "intake/lines/book.h"
#include "net/line.h"
#include "net_server.h"

static struct arena *a;
static struct book *b;
static int64_t now;

static int set_up(void **state)
{
    (void)state;
    crypto_init();
    a = arena_new();
    b = book_new();
    now = 1000 * TIME_S;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    book_free(b);
    arena_free(a);
    return 0;
}

static void say(const char *event, const char *id, const char *linked)
{
    book_take(b, uuid_new(),
              str_fmt(a, "X-Received: 2026-08-03T09:40:00Z\r\nEvent: %s\r\nChannel: PJSIP/x-%s\r\n"
                         "Uniqueid: %s\r\nLinkedid: %s\r\n\r\n",
                      event, id, id, linked),
              now);
}

static void record(const char *id, const char *linked)
{
    book_take(b, uuid_new(),
              str_fmt(a, "X-Received: 2026-08-03T09:40:00Z\r\nX-Linkedid: %s\r\nEvent: Cdr\r\n"
                         "UniqueID: %s\r\n\r\n",
                      linked, id),
              now);
}

static struct ami_message listed(const char *id, const char *linked)
{
    struct str text = str_fmt(a, "Event: CoreShowChannel\r\nUniqueid: %s\r\nLinkedid: %s\r\n\r\n",
                              id, linked);
    struct ami_message m;

    assert_true(ami_next(&text, false, &m));
    return m;
}

static bool due(struct book_part *ret)
{
    return book_next(b, now, false, ret);
}

static void a_call_is_over_when_its_channels_are_and_all_is_quiet(void **state)
{
    struct book_part part;

    (void)state;
    say("Newchannel", "1785750000.1", "1785750000.1");
    say("Newchannel", "1785750001.2", "1785750000.1");
    say("Hangup", "1785750001.2", "1785750000.1");
    now += 3600 * TIME_S;
    assert_false(due(&part)); /* one channel is up */
    assert_int_equal(book_open(b), 1);
    say("Hangup", "1785750000.1", "1785750000.1");
    now += BOOK_GRACE_US - 1;
    assert_false(due(&part)); /* its records may still come */
    record("1785750000.1", "");
    now += BOOK_GRACE_US - 1;
    assert_false(due(&part));
    now += 1;
    assert_true(due(&part));
    assert_int_equal(part.n, 5);
    assert_true(str_starts(part.body, STR("X-Received: ")));
    assert_true(due(&part)); /* until it is done */
    book_done(b);
    assert_false(due(&part));
    assert_int_equal(book_open(b), 0);
}

static void a_transfer_joins_two_calls(void **state)
{
    struct book_part part;

    (void)state;
    say("Newchannel", "1785750000.1", "1785750000.1");
    say("Newchannel", "1785750040.4", "1785750040.4");
    say("Newchannel", "1785750041.5", "1785750040.4");
    assert_int_equal(book_open(b), 2);
    say("BridgeEnter", "1785750041.5", "1785750000.1");
    assert_int_equal(book_open(b), 1);
    say("Hangup", "1785750040.4", "1785750000.1");
    say("Hangup", "1785750041.5", "1785750000.1");
    say("Hangup", "1785750000.1", "1785750000.1");
    now += BOOK_GRACE_US;
    assert_true(due(&part));
    assert_int_equal(part.n, 7);
    book_done(b);
    assert_false(due(&part));
}

static void a_record_that_comes_late_finds_its_call(void **state)
{
    struct book_part part;

    (void)state;
    say("Newchannel", "1785750000.1", "1785750000.1");
    say("Newchannel", "1785750001.2", "1785750000.1");
    assert_int_equal(book_linked(b, STR("1785750001.2")).n, 0); /* no need: it is here */
    say("Hangup", "1785750001.2", "1785750000.1");
    say("Hangup", "1785750000.1", "1785750000.1");
    now += BOOK_GRACE_US;
    assert_true(due(&part));
    book_done(b);
    assert_true(str_is(book_linked(b, STR("1785750001.2")), "1785750000.1"));
    assert_int_equal(book_linked(b, STR("1785750009.9")).n, 0);
    record("1785750001.2", "1785750000.1");
    now += BOOK_GRACE_US;
    assert_true(due(&part));
    assert_int_equal(part.n, 1);
}

static void channels_that_a_list_leaves_out_are_gone(void **state)
{
    struct ami_message one, moved, unknown;
    struct book_gone *gone;
    size_t n;

    (void)state;
    say("Newchannel", "1785750000.1", "1785750000.1");
    say("Newchannel", "1785750001.2", "1785750000.1");
    say("Newchannel", "1785750002.3", "1785750002.3");
    say("Hangup", "1785750002.3", "1785750002.3");
    one = listed("1785750000.1", "1785750000.1");
    moved = listed("1785750001.2", "1785749999.8");
    unknown = listed("1785750005.6", "1785750005.6");
    book_list_begin(b);
    assert_true(book_knows(b, &one, now));
    assert_false(book_knows(b, &unknown, now)); /* it began while nobody listened */
    assert_false(book_knows(b, &moved, now));   /* it was transferred meanwhile */
    say("Newchannel", "1785750010.7", "1785750010.7"); /* while the list is on its way */
    gone = book_list_end(b, a, &n);
    assert_int_equal(n, 1);
    assert_true(str_is(gone[0].channel, "1785750001.2"));
    assert_true(str_is(gone[0].linked, "1785750000.1"));
    say("X-Gone", "1785750001.2", "1785750000.1");
    book_list_end(b, a, &n);
    assert_int_equal(n, 0);
}

static void a_long_call_is_told_in_parts(void **state)
{
    struct book_part part;
    size_t told = 0, parts = 0;

    (void)state;
    say("Newchannel", "1785750000.1", "1785750000.1");
    for (size_t i = 0; i < 6000; i++) {
        say("BridgeEnter", "1785750000.1", "1785750000.1");
        if (!due(&part))
            continue;
        told += part.n;
        parts++;
        book_done(b);
        assert_int_equal(book_open(b), 1); /* it goes on */
    }
    assert_true(parts >= 2);
    say("Hangup", "1785750000.1", "1785750000.1");
    now += BOOK_GRACE_US;
    assert_true(due(&part));
    assert_int_equal(told + part.n, 6002);
}

static void what_is_open_can_be_given_up(void **state)
{
    struct book_part part;

    (void)state;
    say("Newchannel", "1785750000.1", "1785750000.1");
    say("Newchannel", "1785750002.3", "1785750002.3");
    assert_false(due(&part));
    for (size_t i = 0; i < 2; i++) {
        assert_true(book_next(b, now, true, &part));
        book_done(b);
    }
    assert_false(book_next(b, now, true, &part));
    say("Newchannel", "1785750010.4", "1785750010.4");
    now += BOOK_STALE_US + 1;
    assert_true(due(&part)); /* nobody spoke of it for hours */
}

/* ---- the line ---- */

static const struct err *exchange(struct server *s, struct line_config config, struct str *ret)
{
    char buf[4096];
    struct line *l = NULL;
    size_t n = 0;
    const struct err *e;

    config.use = "asterisk";
    config.host = STR("127.0.0.1");
    config.port = s->port;
    config.connect_ms = 5000;
    e = line_open(a, &config, &l);
    if (!e)
        e = line_write(l, STR("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n"), 5000);
    if (!e)
        e = line_read(l, buf, sizeof buf, 5000, &n);
    *ret = str_dup(a, str_n(buf, n));
    line_close(l);
    return e;
}

static void a_line_goes_through_the_guard_and_the_certificate(void **state)
{
    struct http_client_config open = {0}, shut = {0};
    const struct http_client *client, *guarded;
    struct server plain, tls;
    struct str got;

    (void)state;
    server_start(&plain, false);
    server_start(&tls, true);
    assert_null(net_allowances_parse(a, STR("asterisk=127.0.0.1/32"), &open.allowances));
    client = http_client_new(a, &open);
    guarded = http_client_new(a, &shut);
    assert_null(exchange(&plain, (struct line_config){.client = client, .plain = true}, &got));
    assert_true(str_starts(got, STR("HTTP/1.1 ")));
    assert_ptr_equal(exchange(&plain, (struct line_config){.client = guarded, .plain = true}, &got),
                     E_ADDRESS_REFUSED);
    assert_ptr_equal(exchange(&tls, (struct line_config){.client = client}, &got), E_UPSTREAM);
    assert_null(exchange(&tls, (struct line_config){.client = client, .tls = HTTP_TLS_PINNED,
                                                    .pin = crypto_hex(a, str_n(tls.pin, 32))},
                         &got));
    assert_true(str_starts(got, STR("HTTP/1.1 ")));
    tls.pin[0] ^= 1;
    assert_ptr_equal(exchange(&tls, (struct line_config){.client = client, .tls = HTTP_TLS_PINNED,
                                                         .pin = crypto_hex(a, str_n(tls.pin, 32))},
                              &got),
                     E_UPSTREAM);
    server_stop(&plain);
    server_stop(&tls);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

const struct CMUnitTest lines_tests[] = {
    TEST(a_call_is_over_when_its_channels_are_and_all_is_quiet),
    TEST(a_transfer_joins_two_calls),
    TEST(a_record_that_comes_late_finds_its_call),
    TEST(channels_that_a_list_leaves_out_are_gone),
    TEST(a_long_call_is_told_in_parts),
    TEST(what_is_open_can_be_given_up),
    TEST(a_line_goes_through_the_guard_and_the_certificate),
};
const size_t n_lines_tests = sizeof lines_tests / sizeof *lines_tests;
