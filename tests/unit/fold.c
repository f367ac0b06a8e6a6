/* The fold: what call comes of a set of events, and that neither order nor repeats change a byte of
 * it (TRUST.md W3). Scenarios come from the recorded deliveries of tests/providers and from short
 * event texts here; a random test makes the sets nobody thought of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "core/json.h"
#include "intake/calls/fold.h"

#define MAX_FILE (1u << 20)
#define MAX_EVENTS 64
#define ORDERS 1000

struct set {
    size_t n;
    struct call_event v[MAX_EVENTS];
};

/* Small and repeatable: a failing order can be found again (xorshift64*). */
static uint64_t dice = 88172645463325252u;

static size_t roll(size_t sides)
{
    dice ^= dice >> 12;
    dice ^= dice << 25;
    dice ^= dice >> 27;
    return (size_t)((dice * 2685821657736338717u) >> 33) % sides;
}

static void add(struct arena *a, struct set *set, struct str text)
{
    assert_true(set->n < MAX_EVENTS);
    if (event_decode(a, text, &set->v[set->n]))
        fail_msg("%.*s: %.*s", STR_ARG(text), STR_ARG(arena_why(a)));
    set->n++;
}

/* The events of a recorded delivery that belong to the call; call NULL: all. */
static void add_delivery(struct arena *a, struct set *set, const char *folder, const char *call)
{
    const char *path = str_c(a, str_fmt(a, "%s/tests/providers/%s/events.json",
                                        RINGSIGHT_SOURCE_DIR, folder));
    char *text = arena_alloc(a, MAX_FILE);
    FILE *f = fopen(path, "rb");
    const struct json *tree, *events;
    size_t n;

    if (!f)
        fail_msg("%s is missing", path);
    n = fread(text, 1, MAX_FILE, f);
    fclose(f);
    assert_null(json_parse(a, str_n(text, n), &tree));
    events = json_get(tree, "events");
    assert_true(json_count(events) > 0);
    for (size_t i = 0; i < json_count(events); i++)
        if (!call || str_is(json_text(json_at(events, i), "call_key"), call))
            add(a, set, json_canonical(a, json_at(events, i)));
}

static struct str fold_json(struct arena *a, const struct call_event *v, size_t n)
{
    struct call_row row;

    call_fold(a, v, n, &row);
    return call_row_json(a, &row);
}

/* Folds the set in many orders, each event one to three times, and compares the bytes. */
static void check_orders(const struct set *set, int orders)
{
    struct arena *keep = arena_new();
    struct str first = fold_json(keep, set->v, set->n);

    for (int k = 0; k < orders; k++) {
        struct arena *a = arena_new();
        struct call_event v[3 * MAX_EVENTS];
        size_t n = 0;

        for (size_t i = 0; i < set->n; i++)
            for (size_t copies = 1 + roll(3); copies > 0; copies--)
                v[n++] = set->v[i];
        for (size_t i = n; i > 1; i--) {
            size_t j = roll(i);
            struct call_event swap = v[i - 1];
            v[i - 1] = v[j];
            v[j] = swap;
        }
        if (!str_eq(fold_json(a, v, n), first))
            fail_msg("order %d differs:\n%.*s\n%.*s", k, STR_ARG(first),
                     STR_ARG(fold_json(a, v, n)));
        arena_free(a);
    }
    arena_free(keep);
}

/* The call without its legs and recordings, for comparing in one line. */
static struct str summary(struct arena *a, const struct call_row *c)
{
    char started[32];

    return str_fmt(a, "%s %s %.*s>%.*s customer=%.*s agent=%.*s queue=%.*s %.*s d=%lld t=%lld "
                      "w=%lld legs=%zu rec=%zu",
                   call_direction_name(c->direction), call_disposition_name(c->disposition),
                   STR_ARG(c->from), STR_ARG(c->to), STR_ARG(c->customer_number),
                   STR_ARG(c->agent), STR_ARG(c->queue),
                   STR_ARG(c->started == TIME_NONE ? STR("-") : time_iso(c->started, started)),
                   (long long)c->duration, (long long)c->talk, (long long)c->wait, c->n_legs,
                   c->n_recordings);
}

static void expect(struct arena *a, const struct set *set, const char *want)
{
    struct call_row row;
    struct str got;

    call_fold(a, set->v, set->n, &row);
    got = summary(a, &row);
    if (!str_is(got, want))
        fail_msg("\n got  %.*s\n want %s", STR_ARG(got), want);
    check_orders(set, ORDERS);
}

static const struct {
    const char *folder, *call, *want;
} recorded[] = {
    {"ucm/001-answered-inbound", NULL,
     "inbound answered 02079460101>1001 customer=02079460101 agent=1001 queue= "
     "2026-08-03T09:15:00Z d=189 t=180 w=9 legs=1 rec=1"},
    {"ucm/002-answered-outbound", NULL,
     "outbound answered 1002>02079460202 customer=02079460202 agent=1002 queue= "
     "2026-08-03T10:00:00Z d=434 t=420 w=14 legs=1 rec=1"},
    {"ucm/003-internal", NULL,
     "internal answered 1001>1003 customer= agent=1001 queue= "
     "2026-08-03T11:00:00Z d=65 t=60 w=5 legs=1 rec=0"},
    {"ucm/004-missed-call", NULL,
     "inbound no_answer 02079460101>1001 customer=02079460101 agent=1001 queue= "
     "2026-08-03T09:15:00Z d=30 t=0 w=30 legs=1 rec=0"},
    {"ucm/005-busy", NULL,
     "outbound busy 1002>02079460202 customer=02079460202 agent=1002 queue= "
     "2026-08-03T10:00:00Z d=3 t=0 w=3 legs=1 rec=0"},
    /* Three attempts; the credit goes to the one who talked, the wait ends with her. */
    {"ucm/007-queue-with-attempts", NULL,
     "inbound answered 02079460303>6500 customer=02079460303 agent=1003 queue=6500 "
     "2026-08-03T09:20:00Z d=331 t=300 w=31 legs=4 rec=1"},
    /* Six rows, one of no length: one answered call. */
    {"ucm/008-ring-all", NULL,
     "inbound answered 02079460404>6400 customer=02079460404 agent=1004 queue= "
     "2026-08-03T09:35:00Z d=624 t=600 w=24 legs=5 rec=1"},
    {"ucm/009-transfer-group", NULL,
     "inbound answered 02079460505>02079460100 customer=02079460505 agent=1005 queue= "
     "2026-08-03T09:40:00Z d=250 t=240 w=6 legs=2 rec=2"},
    {"ucm/011-parked-call", "178575103576764-1003",
     "inbound answered 02079460606>1003 customer=02079460606 agent=1003 queue= "
     "2026-08-03T09:57:15Z d=30 t=30 w=0 legs=2 rec=1"},
    {"ucm/011-parked-call", "1785751000333333-02079460606",
     "inbound no_answer 02079460606>02079460100 customer=02079460606 agent= queue= "
     "2026-08-03T09:56:40Z d=35 t=0 w=35 legs=1 rec=0"},
    {"ucm/024-voicemail", NULL,
     "inbound voicemail 02079460101>1001 customer=02079460101 agent= queue= "
     "2026-08-03T09:15:00Z d=42 t=0 w=42 legs=1 rec=0"},
    {"ucm/057-main-record-alone", NULL,
     "unknown answered 02079460505>02079460100 customer= agent= queue= "
     "2026-08-03T09:40:00Z d=250 t=240 w=10 legs=1 rec=0"},
    {"ucm/065-queue-abandoned", NULL,
     "inbound no_answer 02079460303>6500 customer=02079460303 agent=1001 queue=6500 "
     "2026-08-03T09:20:00Z d=31 t=0 w=31 legs=2 rec=0"},
    {"generic/001-least", NULL,
     "inbound unknown +442079460101>+442079460100 customer=+442079460101 agent= queue= "
     "2026-08-03T09:15:00Z d=-1 t=-1 w=-1 legs=1 rec=0"},
    {"generic/002-all-fields", NULL,
     "inbound answered +442079460101>+442079460100 customer=+442079460101 agent=ann@acme "
     "queue=support 2026-08-03T09:15:00Z d=189 t=180 w=9 legs=1 rec=1"},
    {"generic/003-legs", NULL,
     "inbound answered +442079460101>+442079460100 customer=+442079460101 agent=1002 queue= "
     "2026-08-03T09:15:00Z d=314 t=300 w=9 legs=2 rec=2"},
};

static void d1_17_recorded_calls(void **state)
{
    (void)state;
    crypto_init();
    for (size_t i = 0; i < sizeof recorded / sizeof *recorded; i++) {
        struct arena *a = arena_new();
        struct set set = {0};
        add_delivery(a, &set, recorded[i].folder, recorded[i].call);
        expect(a, &set, recorded[i].want);
        arena_free(a);
    }
}

#define K "\"call_key\":\"k\","
#define AT(hms) "\"2026-08-03T" hms "Z\""
#define IN(leg, agent, start, answer, end, talk)                                                   \
    "{" K "\"direction\":\"inbound\",\"disposition\":\"answered\",\"from\":\"07\",\"to\":\"1\","   \
    "\"leg_key\":\"" leg "\",\"agent\":\"" agent "\",\"started\":" AT(start) ",\"answered\":"      \
    AT(answer) ",\"ended\":" AT(end) ",\"talk\":" talk "}"
#define RANG(leg, agent)                                                                           \
    "{" K "\"direction\":\"inbound\",\"disposition\":\"no_answer\",\"from\":\"07\",\"to\":\"1\","  \
    "\"leg_key\":\"" leg "\",\"agent\":\"" agent "\",\"started\":" AT("10:00:00") ",\"ended\":"    \
    AT("10:00:20") "}"
#define HEAD(disposition, agent) "inbound " disposition " 07>1 customer=07 agent=" agent

static const struct {
    const char *events[5], *want;
} written[] = {
    /* A queue's own answered row lies around the agent's: not twice the talk. */
    {{IN("1", "", "10:00:00", "10:00:01", "10:02:01", "120"),
      IN("2", "11", "10:00:05", "10:00:11", "10:02:01", "110")},
     HEAD("answered", "11") " queue= 2026-08-03T10:00:00Z d=121 t=120 w=1 legs=2 rec=0"},
    /* Half overlapping: the union. */
    {{IN("1", "11", "10:00:00", "10:00:00", "10:01:00", "60"),
      IN("2", "12", "10:00:30", "10:00:30", "10:02:00", "90")},
     HEAD("answered", "12") " queue= 2026-08-03T10:00:00Z d=120 t=120 w=0 legs=2 rec=0"},
    /* The same agent twice outweighs one long leg of another. */
    {{IN("1", "11", "10:00:00", "10:00:00", "10:01:00", "60"),
      IN("2", "12", "10:01:00", "10:01:00", "10:02:30", "90"),
      IN("3", "11", "10:02:30", "10:02:30", "10:03:30", "60")},
     HEAD("answered", "11") " queue= 2026-08-03T10:00:00Z d=210 t=210 w=0 legs=3 rec=0"},
    /* Equal talk: who began first. */
    {{IN("2", "11", "10:01:00", "10:01:00", "10:02:00", "60"),
      IN("1", "12", "10:00:00", "10:00:00", "10:01:00", "60")},
     HEAD("answered", "12") " queue= 2026-08-03T10:00:00Z d=120 t=120 w=0 legs=2 rec=0"},
    /* All began at once and talked the same: the smaller name, whatever came first. */
    {{IN("1", "12", "10:00:00", "10:00:00", "10:01:00", "60"),
      IN("2", "11", "10:00:00", "10:00:00", "10:01:00", "60")},
     HEAD("answered", "11") " queue= 2026-08-03T10:00:00Z d=60 t=60 w=0 legs=2 rec=0"},
    /* Nobody answered: one phone is named, two are not. */
    {{RANG("1", "11")},
     HEAD("no_answer", "11") " queue= 2026-08-03T10:00:00Z d=20 t=0 w=20 legs=1 rec=0"},
    {{RANG("1", "11"), RANG("2", "12")},
     HEAD("no_answer", "") " queue= 2026-08-03T10:00:00Z d=20 t=0 w=20 legs=2 rec=0"},
    /* Told again with more: the more advanced state holds, its empty fields take nothing. */
    {{RANG("1", "11"), IN("1", "", "10:00:00", "10:00:21", "10:01:21", "60")},
     HEAD("answered", "11") " queue= 2026-08-03T10:00:00Z d=81 t=60 w=21 legs=1 rec=0"},
    /* Two ends: the later one, and what was told with it. */
    {{IN("1", "11", "10:00:00", "10:00:10", "10:01:10", "60"),
      IN("1", "12", "10:00:00", "10:00:20", "10:02:20", "120")},
     HEAD("answered", "12") " queue= 2026-08-03T10:00:00Z d=140 t=120 w=20 legs=1 rec=0"},
    /* The clocks went back during the call: ended "before" it started. */
    {{"{" K "\"direction\":\"inbound\",\"disposition\":\"answered\",\"from\":\"07\",\"to\":"
      "\"1\",\"leg_key\":\"1\",\"agent\":\"11\",\"started\":" AT("10:50:00") ",\"answered\":"
      AT("10:50:10") ",\"ended\":" AT("10:05:00") ",\"duration\":900,\"talk\":890}"},
     HEAD("answered", "11") " queue= 2026-08-03T10:50:00Z d=900 t=890 w=10 legs=1 rec=0"},
    /* Figures without times: the longest, for the legs may lie in each other. */
    {{"{" K "\"direction\":\"inbound\",\"from\":\"07\",\"to\":\"1\",\"leg_key\":\"1\","
      "\"talk\":30}",
      "{" K "\"direction\":\"inbound\",\"from\":\"07\",\"to\":\"1\",\"leg_key\":\"2\","
      "\"talk\":40,\"agent\":\"11\"}"},
     HEAD("answered", "11") " queue= - d=-1 t=40 w=-1 legs=2 rec=0"},
    /* Totals add nothing where legs speak, and what no leg says where they do not. */
    {{IN("1", "11", "10:00:00", "10:00:10", "10:01:10", "60"),
      "{" K "\"totals\":true,\"duration\":900,\"talk\":800,\"queue\":\"77\","
      "\"agent\":\"99\",\"started\":" AT("09:00:00") "}"},
     HEAD("answered", "11") " queue=77 2026-08-03T10:00:00Z d=70 t=60 w=10 legs=1 rec=0"},
    /* One recording named by both legs of a transfer is one. */
    {{"{" K "\"direction\":\"inbound\",\"from\":\"07\",\"to\":\"1\",\"leg_key\":\"1\","
      "\"talk\":9,\"recordings\":[{\"name\":\"a.wav\"}]}",
      "{" K "\"direction\":\"inbound\",\"from\":\"07\",\"to\":\"1\",\"leg_key\":\"2\","
      "\"talk\":5,\"recordings\":[{\"name\":\"a.wav\",\"folder\":\"queue\"},"
      "{\"name\":\"b.wav\"}]}"},
     HEAD("answered", "") " queue= - d=-1 t=9 w=-1 legs=2 rec=2"},
    /* A call-back inside the house before the call comes in is no internal call. */
    {{"{" K "\"direction\":\"internal\",\"from\":\"11\",\"to\":\"12\",\"leg_key\":\"1\","
      "\"started\":" AT("09:59:00") ",\"ended\":" AT("09:59:05")
      ",\"disposition\":\"busy\"}",
      IN("2", "11", "10:00:00", "10:00:10", "10:01:10", "60")},
     HEAD("answered", "11") " queue= 2026-08-03T09:59:00Z d=130 t=60 w=70 legs=2 rec=0"},
};

static void d1_17_written_calls(void **state)
{
    (void)state;
    crypto_init();
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        struct arena *a = arena_new();
        struct set set = {0};
        for (size_t k = 0; k < 5 && written[i].events[k]; k++)
            add(a, &set, str_of(written[i].events[k]));
        expect(a, &set, written[i].want);
        arena_free(a);
    }
}

/* Legs stand by start, then by number, and a recording knows its leg. */
static void legs_in_order(void **state)
{
    struct arena *a = arena_new();
    struct set set = {0};
    struct call_row row;

    (void)state;
    crypto_init();
    add(a, &set, STR(RANG("10", "12")));
    add(a, &set, STR(RANG("9", "11")));
    add(a, &set, STR(IN("1", "13", "10:00:20", "10:00:25", "10:01:25", "60")));
    add(a, &set, STR("{" K "\"leg_key\":\"1\",\"recordings\":[{\"name\":\"r\"}]}"));
    call_fold(a, set.v, set.n, &row);
    assert_int_equal(row.n_legs, 3);
    assert_true(str_is(row.legs[0].leg_key, "9"));
    assert_true(str_is(row.legs[1].leg_key, "10"));
    assert_true(str_is(row.legs[2].leg_key, "1"));
    assert_int_equal(row.n_recordings, 1);
    assert_true(str_is(row.recordings[0].leg_key, "1"));
    assert_true(leg_key_order(STR("7"), STR("07")) != 0);
    assert_true(leg_key_order(STR("9"), STR("h:1")) < 0);
    arena_free(a);
}

/* A random event out of few values, so that legs repeat, disagree and overlap. */
static struct str random_event(struct arena *a)
{
    static const char *const words[] = {"", "1001", "1002", "07"};
    static const char *const folders[] = {"", "queue", "monitor"};
    struct event_list list = {0};
    struct call_event *ev = event_add(a, &list);
    int64_t base = INT64_C(1785748500) * TIME_S;

    ev->call_key = STR("k");
    ev->totals = roll(6) == 0;
    ev->leg_key = ev->totals ? STR("") : str_fmt(a, "%zu", roll(4));
    ev->from = str_of(words[roll(4)]);
    ev->to = str_of(words[roll(4)]);
    ev->from_name = str_of(words[roll(4)]);
    ev->agent = str_of(words[roll(3)]);
    ev->queue = str_of(words[roll(4)]);
    ev->trunk = str_of(words[roll(4)]);
    ev->direction = (enum call_direction)roll(4);
    ev->disposition = (enum call_disposition)roll(6);
    ev->started = roll(4) ? base + (int64_t)roll(4) * TIME_S : TIME_NONE;
    ev->answered = roll(3) ? base + (int64_t)roll(6) * TIME_S : TIME_NONE;
    ev->ended = roll(4) ? base + (int64_t)roll(9) * TIME_S : TIME_NONE;
    ev->duration = roll(3) ? (int64_t)roll(5) : -1;
    ev->talk = roll(3) ? (int64_t)roll(5) : -1;
    for (size_t n = roll(3); n > 0; n--) {
        struct recording_ref *ref = event_add_recording(a, ev);
        ref->name = str_of(words[1 + roll(3)]);
        ref->folder = str_of(folders[roll(3)]);
        ref->seconds = (int64_t)roll(3) - 1;
    }
    return event_encode(a, ev);
}

static void random_sets(void **state)
{
    (void)state;
    crypto_init();
    for (int i = 0; i < 400; i++) {
        struct arena *a = arena_new();
        struct set set = {0};
        struct call_row row;

        for (size_t n = 1 + roll(10); n > 0; n--)
            add(a, &set, random_event(a));
        check_orders(&set, 25);
        call_fold(a, set.v, set.n, &row);
        assert_true(row.n_legs >= 1);
        assert_true(row.talk >= -1 && row.wait >= -1 && row.duration >= -1);
        if (row.disposition != CALL_ANSWERED)
            assert_true(row.talk <= 0);
        arena_free(a);
    }
}

/* A phone system gone mad, or a sender who tries: 10,000 legs of one call take no long time. */
static void many_legs(void **state)
{
    struct arena *a = arena_new();
    struct event_list list = {0};
    struct call_row row;

    (void)state;
    crypto_init();
    for (size_t i = 0; i < 10000; i++) {
        struct call_event *ev = event_add(a, &list);
        ev->call_key = STR("k");
        ev->leg_key = str_fmt(a, "%zu", i);
        ev->agent = str_fmt(a, "a%zu", i);
        ev->disposition = CALL_ANSWERED;
        ev->answered = ev->started = (int64_t)i * TIME_S;
        ev->talk = 2;
        event_add_recording(a, ev)->name = str_fmt(a, "r%zu", i);
    }
    call_fold(a, list.v, list.n, &row);
    assert_int_equal(row.n_legs, 10000);
    assert_int_equal(row.n_recordings, 10000);
    assert_int_equal(row.talk, 10001);
    assert_true(str_is(row.agent, "a0"));
    arena_free(a);
}

const struct CMUnitTest fold_tests[] = {
    cmocka_unit_test(d1_17_recorded_calls), cmocka_unit_test(d1_17_written_calls),
    cmocka_unit_test(legs_in_order),  cmocka_unit_test(random_sets),
    cmocka_unit_test(many_legs),
};
const size_t n_fold_tests = sizeof fold_tests / sizeof *fold_tests;
