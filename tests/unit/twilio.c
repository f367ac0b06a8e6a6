/* Twilio's published signatures, byte for byte; whose hosts get the account's credentials; and that
 * a call is the same whatever order its callbacks come in (EXPECTATIONS.md d1-01, d1-03, d1-05,
 * d1-11). The deliveries as such are recorded in tests/providers/twilio. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "intake/calls/fold.h"
#include "providers/twilio/twilio.h"

#define URL "https://mycompany.com/myapp.php?foo=1&bar=2"
#define PARAMS "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309"
#define HASH "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"

struct vector {
    const char *token, *url, *params, *signature;
};

/* From the tests of Twilio's Python library, and its documentation (the last). */
static const struct vector vectors[] = {
    {"12345", URL, PARAMS, "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
    {"12345", "https://mycompany.com:443/myapp.php?foo=1&bar=2", PARAMS, "kvajT1Ptam85bY51eRf/AJRuM3w="},
    {"12345", "http://mycompany.com:80/myapp.php?foo=1&bar=2", PARAMS, "0ZXoZLH/DfblKGATFgpif+LLRf4="},
    {"12345", URL, "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
     "IK+Dwps556ElfBT0I3Rgjkr1wJU="},
    {"12345", URL "&bodySHA256=" HASH, "", "a9nBmqA0ju/hNViExpshrM61xv4="},
    {"token", "https://api.acme.com/twilio/voice",
     "CallSid=CA1&From=%2B5511987654321&StirVerstat=TN-Validation-Passed-A",
     "A8xudRcvIv+pFEwk/mgVzWhDutw="},
};

static void d1_01_published_signatures(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct arena *a = arena_new();
        struct form params = {0};
        struct str got;

        assert_null(form_urlencoded(a, str_of(vectors[i].params), &params));
        got = twilio_signature(a, str_of(vectors[i].token), str_of(vectors[i].url), &params);
        if (!str_is(got, vectors[i].signature))
            fail_msg("vector %zu: %.*s", i, STR_ARG(got));
        arena_free(a);
    }
}

/* Verifies a delivery called at `url` under token 12345. */
static bool verifies(const char *url, const char *method, const char *type, const char *body,
                     const char *signature)
{
    struct arena *a = arena_new();
    const char *mark = strchr(url, '?');
    struct hook h = {.method = str_of(method), .url = str_of(url), .body = str_of(body),
                     .query = mark ? str_of(mark + 1) : STR("")};
    bool good;

    assert_null(json_parse(a, STR("{\"auth_token\":\"12345\"}"), &h.settings));
    h.headers = str_fmt(a, "Content-Type: %s\r\nX-Twilio-Signature: %s\r\n", type, signature);
    good = twilio_verify(a, &h) == NULL;
    assert_true(good || arena_why(a).n > 0);
    arena_free(a);
    return good;
}

#define FORM "application/x-www-form-urlencoded; charset=UTF-8"
#define BODY "{\"property\": \"value\", \"boolean\": true}"

/* d1-01: the configured address may have a port or none, and Twilio signs with it or without. */
static void ports_and_bodies(void **state)
{
    static const char *const same[] = {URL, "https://mycompany.com:443/myapp.php?foo=1&bar=2",
                                       "https://mycompany.com:8443/myapp.php?foo=1&bar=2"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_true(verifies(same[i], "POST", FORM, PARAMS, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
        assert_true(verifies(same[i], "POST", FORM, PARAMS, "kvajT1Ptam85bY51eRf/AJRuM3w="));
        assert_false(verifies(same[i], "POST", FORM, PARAMS, "0ZXoZLH/DfblKGATFgpif+LLRf4="));
        assert_false(verifies(same[i], "POST", FORM, PARAMS "&x=1", "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
    }
    assert_true(verifies("http://mycompany.com/myapp.php?foo=1&bar=2", "POST", FORM, PARAMS,
                         "0ZXoZLH/DfblKGATFgpif+LLRf4="));
    assert_true(verifies(URL "&bodySHA256=" HASH, "POST", "application/json", BODY,
                         "a9nBmqA0ju/hNViExpshrM61xv4="));
    assert_false(verifies(URL "&bodySHA256=" HASH, "POST", "application/json", BODY " ",
                          "a9nBmqA0ju/hNViExpshrM61xv4="));
    assert_false(verifies(URL, "POST", FORM, PARAMS, ""));
    assert_false(verifies(URL, "POST", FORM, PARAMS, "RSOYDt4T1cUTdK1PDd93/VVr8B8"));
    assert_false(verifies("", "POST", FORM, PARAMS, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
}

/* What was signed as a GET cannot be sent again with a body of somebody's own. */
static void body_must_be_signed(void **state)
{
    struct arena *a = arena_new();
    const char *signature = str_c(a, twilio_signature(a, STR("12345"), STR(URL), NULL));

    (void)state;
    assert_true(verifies(URL, "GET", "", "", signature));
    assert_true(verifies(URL, "POST", FORM, "", signature));
    assert_false(verifies(URL, "POST", FORM, "CallSid=CA1", signature));
    assert_false(verifies(URL, "POST", "application/json", BODY, signature));
    assert_false(verifies(URL, "POST", "", "CallSid=CA1", signature));
    assert_false(verifies(URL, "POST", "text/plain", "CallSid=CA1", signature));
    arena_free(a);
}

/* d1-03: an empty secret never verifies, whatever is signed with it. */
static void d1_03_empty_token(void **state)
{
    static const char *const settings[] = {"{}", "{\"auth_token\":\"\"}", "{\"auth_token\":null}",
                                           "{\"auth_token\":\"\",\"auth_token_2\":\"\"}",
                                           "{\"auth_token\":\"12345\"}",
                                           "{\"auth_token\":\"12345\",\"auth_token_2\":\"\"}"};

    (void)state;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct arena *a = arena_new();
        struct hook h = {.method = STR("GET"), .url = STR(URL), .query = STR("")};

        assert_null(json_parse(a, str_of(settings[i]), &h.settings));
        h.headers = str_fmt(a, "X-Twilio-Signature: %.*s\r\n",
                            STR_ARG(twilio_signature(a, STR(""), STR(URL), NULL)));
        assert_ptr_equal(twilio_verify(a, &h), E_BAD_SIGNATURE);
        arena_free(a);
    }
}

static void settings_are_checked(void **state)
{
    static const struct {
        const char *json, *wrong; /* the setting at fault, NULL: none */
    } cases[] = {
        {"{}", NULL},
        {"{\"account_sid\":\"AC0123456789abcdef0123456789abcdef\"}", NULL},
        {"{\"account_sid\":\"SK0123456789abcdef0123456789abcdef\"}", "account_sid"},
        {"{\"account_sid\":\"AC0123456789abcdef0123456789abcde\"}", "account_sid"},
        {"{\"account_sid\":\"AC0123456789abcdef0123456789abcdeF\"}", "account_sid"},
        {"{\"api_key\":\"SK0123456789abcdef0123456789abcdef\"}", NULL},
        {"{\"api_key\":\"AC0123456789abcdef0123456789abcdef\"}", "api_key"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *a = arena_new();
        const struct json *values;
        const char *name = NULL;

        assert_null(json_parse(a, str_of(cases[i].json), &values));
        if ((twilio_provider.check(a, values, &name) == NULL) != (cases[i].wrong == NULL))
            fail_msg("%s", cases[i].json);
        if (cases[i].wrong)
            assert_string_equal(name, cases[i].wrong);
        arena_free(a);
    }
}

#define PATH "/2010-04-01/Accounts/AC1/Recordings/RE1"

/* d1-05: the address of a recording comes in a callback, and our credentials go there. */
static void d1_05_recording_addresses(void **state)
{
    static const struct {
        const char *url, *name;
        bool allowed;
    } cases[] = {
        {"https://api.twilio.com" PATH, "https://api.twilio.com" PATH, true},
        {"http://api.twilio.com" PATH ".mp3?Download=1#x", "https://api.twilio.com" PATH, true},
        {"https://API.Twilio.com" PATH ".wav", "https://API.Twilio.com" PATH, true},
        {"https://api.dublin.ie1.twilio.com" PATH, "https://api.dublin.ie1.twilio.com" PATH, true},
        {"http://127.0.0.1:9100" PATH ".json", "http://127.0.0.1:9100" PATH, true},
        {"http://127.0.0.1:91000" PATH, "http://127.0.0.1:91000" PATH, false},
        {"http://127.0.0.1:9101" PATH, "http://127.0.0.1:9101" PATH, false},
        {"https://evil.example" PATH, "https://evil.example" PATH, false},
        {"https://api.twilio.com.evil.example" PATH, "https://api.twilio.com.evil.example" PATH, false},
        {"https://eviltwilio.com" PATH, "https://eviltwilio.com" PATH, false},
        {"https://api.eviltwilio.com" PATH, "https://api.eviltwilio.com" PATH, false},
        {"https://www.twilio.com" PATH, "https://www.twilio.com" PATH, false},
        {"https://api.twilio.com@evil.example" PATH, "https://api.twilio.com@evil.example" PATH, false},
        {"https://evil.example\\@api.twilio.com" PATH, "https://evil.example\\@api.twilio.com" PATH, false},
        {"https://evil.example/@api.twilio.com" PATH, "https://evil.example/@api.twilio.com" PATH, false},
        {"https://api.twilio.com/2010-04-01/Accounts/AC1/Calls", "https://api.twilio.com/2010-04-01/Accounts/AC1/Calls", false},
        {"ftp://api.twilio.com" PATH, "", false},
        {"file:///etc/passwd", "", false},
        {"", "", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *a = arena_new();
        struct str name = twilio_recording_name(a, str_of(cases[i].url));
        const struct err *e = twilio_recording_allowed(a, name, STR("http://127.0.0.1:9100/"));

        if (!str_is(name, cases[i].name))
            fail_msg("%s became %.*s", cases[i].url, STR_ARG(name));
        if ((e == NULL) != cases[i].allowed)
            fail_msg("%s is %sallowed", cases[i].url, e ? "not " : "");
        arena_free(a);
    }
}

/* ---- any order ---- */

#define STAMP(m, s) "&Timestamp=Tue%2C+03+Aug+2027+09%3A" m "%3A" s "+%2B0000"
#define FIRST "CallSid=CA1&Direction=inbound&From=%2B442079460101&To=%2B442079460100"
#define SECOND "CallSid=CA2&ParentCallSid=CA1&Direction=outbound-dial&From=%2B442079460101&To=client%3Aanna"
#define THIRD "CallSid=CA3&ParentCallSid=CA1&Direction=outbound-dial&From=%2B442079460101&To=sip%3Abob%40x.sip.twilio.com"
#define RECORDED "&RecordingUrl=https%3A%2F%2Fapi.twilio.com" PATH

/* A call that bob let ring and anna took, with its recording, told completely. */
static const char *const callbacks[] = {
    FIRST "&CallStatus=ringing&CallerName=Ann+Lee",
    THIRD "&CallStatus=initiated&SequenceNumber=0" STAMP("15", "02"),
    THIRD "&CallStatus=ringing&SequenceNumber=1" STAMP("15", "03"),
    THIRD "&CallStatus=no-answer&SequenceNumber=2&CallDuration=0" STAMP("15", "22"),
    SECOND "&CallStatus=initiated&SequenceNumber=0" STAMP("15", "23"),
    SECOND "&CallStatus=ringing&SequenceNumber=1" STAMP("15", "24"),
    SECOND "&CallStatus=in-progress&SequenceNumber=2" STAMP("15", "30"),
    SECOND "&CallStatus=completed&SequenceNumber=3&CallDuration=120" STAMP("17", "30"),
    FIRST "&CallStatus=completed&SequenceNumber=0&CallDuration=151" STAMP("17", "31"),
    "CallSid=CA1&RecordingSid=RE1&RecordingStatus=completed&RecordingDuration=119&RecordingChannels=2"
    "&RecordingSource=DialVerb&RecordingStartTime=Tue%2C+03+Aug+2027+09%3A15%3A30+%2B0000" RECORDED,
    FIRST "&CallStatus=in-progress&DialCallSid=CA2&DialCallStatus=completed&DialCallDuration=120" RECORDED,
};

#define N_CALLBACKS (sizeof callbacks / sizeof *callbacks)

static struct str folded(struct arena *a, const size_t *order, size_t n)
{
    struct event_list list = {0};
    struct call_row row;

    for (size_t i = 0; i < n; i++) {
        struct hook h = {.method = STR("POST"), .headers = STR("Content-Type: " FORM "\r\n"),
                         .body = str_of(callbacks[order[i]])};
        assert_null(twilio_parse(a, &h, &list));
    }
    call_fold(a, list.v, list.n, &row);
    return call_row_json(a, &row);
}

static void is(const struct json *row, const char *key, const char *want)
{
    if (!str_is(json_text(row, key), want))
        fail_msg("%s is %.*s, not %s", key, STR_ARG(json_text(row, key)), want);
}

/* d1-11, W3: a thousand orders, with repeats, give one row byte for byte. */
static void d1_11_any_order_is_one_call(void **state)
{
    struct arena *keep = arena_new();
    size_t order[2 * N_CALLBACKS];
    const struct json *row;
    struct str want;

    (void)state;
    for (size_t i = 0; i < 2 * N_CALLBACKS; i++)
        order[i] = i % N_CALLBACKS;
    want = folded(keep, order, N_CALLBACKS);
    assert_null(json_parse(keep, want, &row));
    is(row, "direction", "inbound");
    is(row, "disposition", "answered");
    is(row, "agent", "anna");
    is(row, "customer_number", "+442079460101");
    is(row, "customer_name", "Ann Lee");
    is(row, "started", "2027-08-03T09:15:00Z");
    is(row, "answered", "2027-08-03T09:15:30Z");
    is(row, "ended", "2027-08-03T09:17:31Z");
    assert_int_equal(json_int(row, "talk", 0), 120);
    assert_int_equal(json_int(row, "wait", 0), 30);
    assert_int_equal(json_count(json_get(row, "legs")), 3);
    assert_int_equal(json_count(json_get(row, "recordings")), 1);
    srandom(7);
    for (int round = 0; round < 1000; round++) {
        struct arena *a = arena_new();
        for (size_t i = 2 * N_CALLBACKS - 1; i > 0; i--) {
            size_t j = (size_t)random() % (i + 1), t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        if (!str_eq(folded(a, order, 2 * N_CALLBACKS), want))
            fail_msg("order %d gives another call", round);
        arena_free(a);
    }
    arena_free(keep);
}

/* One callback at the end is what Twilio sends by default: it must do. */
static void only_the_last_callback(void **state)
{
    struct arena *a = arena_new();
    const struct json *row;
    size_t first = 8, nobody[] = {8, 3}, second = 7;

    (void)state;
    assert_null(json_parse(a, folded(a, &first, 1), &row));
    is(row, "disposition", "answered");
    is(row, "started", "2027-08-03T09:15:00Z");
    assert_int_equal(json_int(row, "talk", 0), 151);
    assert_null(json_parse(a, folded(a, nobody, 2), &row)); /* TwiML answered, nobody else did */
    is(row, "disposition", "no_answer");
    is(row, "agent", "bob");
    assert_int_equal(json_int(row, "duration", 0), 151);
    assert_null(json_parse(a, folded(a, &second, 1), &row));
    is(row, "started", "2027-08-03T09:15:30Z"); /* nobody said when it began: no later than this */
    assert_int_equal(json_int(row, "wait", -1), -1);
    arena_free(a);
}

const struct CMUnitTest twilio_tests[] = {
    cmocka_unit_test(d1_01_published_signatures), cmocka_unit_test(ports_and_bodies),
    cmocka_unit_test(body_must_be_signed),  cmocka_unit_test(d1_03_empty_token),
    cmocka_unit_test(d1_05_recording_addresses),  cmocka_unit_test(d1_11_any_order_is_one_call),
    cmocka_unit_test(only_the_last_callback), cmocka_unit_test(settings_are_checked),
};
const size_t n_twilio_tests = sizeof twilio_tests / sizeof *twilio_tests;
