/* The small pure parts of the adapters, each against what is published: the UCM's login token and
 * status codes, its requests byte for byte, event texts and keys, header and JSON round trips. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "providers/asterisk/ami.h"
#include "providers/provider.h"
#include "providers/ucm/ucm_api.h"

#define EQ(got, want) eq((got), (want), __LINE__)

static void eq(struct str got, const char *want, int line)
{
    if (!str_is(got, want))
        fail_msg("line %d: got \"%.*s\", want \"%s\"", line, STR_ARG(got), want);
}

/* The first pair is published with its hash in a public client's test; the second follows the
 * documented rule and shows that leading zeros count. */
static void ucm_tokens(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    crypto_init();
    EQ(ucm_token(a, STR("1234567890123456"), STR("secret")), "257dab1c80b18009e7f7a98e1392eedd");
    EQ(ucm_token(a, STR("0000001652831717"), STR("cdrapi123")),
       "0faa24433e3c7a9bcfa8000f735305d5");
    arena_free(a);
}

/* The challenge is a published one, the secret is ours. */
static void asterisk_login_key(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    crypto_init();
    EQ(ami_login_key(a, STR("840415273"), STR("secret")), "81c3ab5534a432bec402f6d988ee45b4");
    arena_free(a);
}

static void ucm_requests(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    EQ(ucm_challenge_request(a, STR("cdrapi")),
       "{\"request\":{\"action\":\"challenge\",\"user\":\"cdrapi\",\"version\":\"1.0\"}}");
    EQ(ucm_login_request(a, STR("a\"b"), STR("00ff")),
       "{\"request\":{\"action\":\"login\",\"user\":\"a\\\"b\",\"token\":\"00ff\"}}");
    EQ(ucm_recapi_request(a, STR("sid1"), STR("queue"), STR("a.wav")),
       "{\"request\":{\"action\":\"recapi\",\"cookie\":\"sid1\",\"filedir\":\"queue\","
       "\"filename\":\"a.wav\"}}");
    EQ(ucm_record_infos_request(a, STR("sid1"), STR("71050")),
       "{\"request\":{\"action\":\"getRecordInfosByCall\",\"cookie\":\"sid1\",\"id\":\"71050\"}}");
    arena_free(a);
}

static void ucm_statuses(void **state)
{
    static const struct {
        enum ucm_verdict verdict;
        int codes[12];
    } classes[] = {
        {UCM_RETRY, {-7, -8, -9, -45, -46, -51, -57, -251}},
        {UCM_LOGIN, {-5, -6}},
        {UCM_STOP, {-37, -47, -68, -70, -71}},
        {UCM_ABSENT, {-15, -16}},
        {UCM_REFUSED, {-1, -19, -24, -25, -26, -50, -12345, 7}},
    };

    (void)state;
    assert_int_equal(ucm_verdict_of(0), UCM_OK);
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        for (size_t k = 0; classes[i].codes[k]; k++) {
            assert_int_equal(ucm_verdict_of(classes[i].codes[k]), classes[i].verdict);
            assert_true(strlen(ucm_status_text(classes[i].codes[k])) > 0);
        }
}

static void ucm_answers(void **state)
{
    struct arena *a = arena_new();
    struct ucm_answer got;
    int64_t wait;

    (void)state;
    assert_null(ucm_answer_read(
        a, STR("{\"response\":{\"challenge\":\"0000001652831717\"},\"status\":0}"), &got));
    EQ(got.challenge, "0000001652831717");
    assert_null(ucm_answer_read(a, STR("{\"response\":{\"cookie\":\"sid1-2\"},\"status\":\"0\"}"),
                                &got));
    EQ(got.cookie, "sid1-2");
    assert_null(ucm_answer_read(
        a, STR("{\"response\":{\"cookie\":\"sid1234567890-1652831717\"},\"status\":0}"), &got));
    EQ(got.cookie, "sid1234567890-1652831717");
    assert_null(ucm_answer_err(a, &got, "log in", &wait));
    assert_null(ucm_answer_read(
        a, STR("{\"response\":{\"remain_num\":3,\"remain_time\":0},\"status\":-37}"), &got));
    assert_int_equal(got.tries_left, 3);
    assert_ptr_equal(ucm_answer_err(a, &got, "log in", &wait), E_UPSTREAM_AUTH);
    assert_true(str_find(arena_why(a), STR("3 more tries"), 0) > 0);
    assert_null(ucm_answer_read(a, STR("{\"status\":-57}"), &got));
    assert_ptr_equal(ucm_answer_err(a, &got, "log in", &wait), E_UPSTREAM_BUSY);
    assert_int_equal(wait, 60);
    assert_null(ucm_answer_read(a, STR("{\"status\":\"-15\",\"response\":{}}"), &got));
    assert_ptr_equal(ucm_answer_err(a, &got, "fetch", &wait), E_NOT_READY);
    assert_ptr_equal(ucm_answer_read(a, STR("<html>"), &got), E_UPSTREAM);
    assert_ptr_equal(ucm_answer_read(a, STR("{\"hello\":1}"), &got), E_UPSTREAM);
    assert_ptr_equal(ucm_answer_read(a, STR("[]"), &got), E_UPSTREAM);
    assert_ptr_equal(ucm_answer_read(a, STR(""), &got), E_UPSTREAM);
    arena_free(a);
}

static void ucm_names_and_folders(void **state)
{
    static const struct {
        const char *hint, *dirs[UCM_FILEDIRS];
    } folders[] = {
        {"", {"monitor", "queue"}},
        {"monitor", {"monitor", "queue"}},
        {"queue", {"queue", "monitor"}},
        {"meetme", {"meetme", "monitor", "queue"}},
        {"voicemail/default", {"voicemail/default", "monitor", "queue"}},
        {"../../etc", {"monitor", "queue"}},
    };
    struct str names[2];

    (void)state;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const char *dirs[UCM_FILEDIRS];
        size_t k = 0;
        ucm_filedirs(str_of(folders[i].hint), dirs);
        for (; folders[i].dirs[k]; k++)
            assert_string_equal(dirs[k], folders[i].dirs[k]);
        assert_null(dirs[k]);
    }
    assert_int_equal(ucm_record_names(STR("2026-08/a.wav,2026-08/b.wav,c.wav"), names, 2), 2);
    EQ(names[0], "a.wav");
    EQ(names[1], "b.wav");
    assert_int_equal(ucm_record_names(STR("2022-08/auto-1.wav@"), names, 2), 1);
    EQ(names[0], "auto-1.wav");
    assert_int_equal(ucm_record_names(STR(""), names, 2), 0);
    EQ(ucm_record_name(STR("../../etc/x.wav")), "x.wav");
    assert_null(ucm_record_name(STR("a.wav@b.wav")).p);
    assert_null(ucm_record_name(STR("2026-08/")).p);
    assert_null(ucm_record_name(STR("..")).p);
    assert_null(ucm_record_name(STR("a\\b")).p);
    assert_null(ucm_record_name(STR("a\nb")).p);
}

static void texts_and_keys(void **state)
{
    struct arena *a = arena_new();
    struct str x, y;

    (void)state;
    crypto_init();
    EQ(event_text(a, STR("  a\x01\x7f b \r\n"), 100), "a b");
    EQ(event_text(a, STR_NONE, 100), "");
    EQ(event_text(a, STR("\x01\x02"), 100), "");
    EQ(event_text(a, STR("aé"), 2), "a"); /* never half a character */
    EQ(event_text(a, STR("aé"), 3), "aé");
    EQ(event_text(a, STR("ab cd"), 3), "ab");
    EQ(event_key(a, STR(" k ")), "k");
    x = event_key(a, str_n(memset(arena_alloc(a, 300), 'x', 300), 300));
    y = event_key(a, str_n(memset(arena_alloc(a, 301), 'x', 301), 301));
    assert_int_equal(x.n, 34);
    assert_false(str_eq(x, y));
    arena_free(a);
}

static void headers(void **state)
{
    struct arena *a = arena_new();
    struct str user, password;
    struct hook h = {.headers = STR("Host: a\r\nX-One:  first \r\nx-one: second\r\nEmpty:\r\n"
                                    "no colon\r\nAuthorization: Basic dTpwOnE=\r\n")};

    (void)state;
    crypto_init();
    EQ(hook_header(&h, "x-ONE"), "first");
    EQ(hook_header(&h, "empty"), "");
    assert_null(hook_header(&h, "no colon").p);
    assert_null(hook_header(&h, "X-On").p);
    assert_true(hook_basic(a, &h, &user, &password));
    EQ(user, "u");
    EQ(password, "p:q");
    h.headers = STR("Authorization: Bearer dTpw\r\n");
    assert_false(hook_basic(a, &h, &user, &password));
    h.headers = STR("Authorization: Basic\r\n");
    assert_false(hook_basic(a, &h, &user, &password));
    h.headers = STR_NONE;
    assert_null(hook_header(&h, "host").p);
    arena_free(a);
}

/* Listing recordings in another order makes no other event; wrong types do not come back. */
static void event_json(void **state)
{
    static const char *const bad[] = {
        "", "[]", "{}", "{\"call_key\":1}", "{\"call_key\":\"\"}",
        "{\"call_key\":\"a\",\"talk\":-1}", "{\"call_key\":\"a\",\"talk\":\"1\"}",
        "{\"call_key\":\"a\",\"talk\":1.5}", "{\"call_key\":\"a\",\"started\":\"yesterday\"}",
        "{\"call_key\":\"a\",\"started\":5}", "{\"call_key\":\"a\",\"recordings\":{}}",
        "{\"call_key\":\"a\",\"recordings\":[{}]}", "{\"call_key\":\"a\",\"recordings\":[1]}",
    };
    struct arena *a = arena_new();
    struct event_list list = {0};
    struct call_event *ev = event_add(a, &list), back;
    struct str one;

    (void)state;
    ev->call_key = STR("k");
    event_add_recording(a, ev)->name = STR("b");
    event_add_recording(a, ev)->name = STR("a");
    one = event_encode(a, ev);
    EQ(one, "{\"call_key\":\"k\",\"recordings\":[{\"name\":\"a\"},{\"name\":\"b\"}]}");
    ev->recordings[0].name = STR("a");
    ev->recordings[1].name = STR("b");
    assert_true(str_eq(event_encode(a, ev), one));
    assert_null(event_decode(a, one, &back));
    assert_int_equal(back.n_recordings, 2);
    assert_true(back.started == TIME_NONE && back.talk == -1 && back.recordings[0].seconds == -1);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_ptr_equal(event_decode(a, str_of(bad[i]), &back), E_BAD_PAYLOAD);
    for (int d = CALL_UNKNOWN; d <= CALL_INTERNAL; d++)
        assert_int_equal(call_direction_of(str_of(call_direction_name((enum call_direction)d))), d);
    for (int d = 0; d <= CALL_VOICEMAIL; d++)
        assert_int_equal(
            call_disposition_of(str_of(call_disposition_name((enum call_disposition)d))), d);
    arena_free(a);
}

const struct CMUnitTest providers_words_tests[] = {
    cmocka_unit_test(ucm_tokens),            cmocka_unit_test(ucm_requests),
    cmocka_unit_test(ucm_statuses),          cmocka_unit_test(ucm_answers),
    cmocka_unit_test(ucm_names_and_folders), cmocka_unit_test(texts_and_keys),
    cmocka_unit_test(headers),               cmocka_unit_test(event_json),
    cmocka_unit_test(asterisk_login_key),
};
const size_t n_providers_words_tests =
    sizeof providers_words_tests / sizeof *providers_words_tests;
