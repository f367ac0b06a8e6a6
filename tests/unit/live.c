/* Live push, the parts without a database or sockets: filter, queue limits, text of a notice,
 * resume arithmetic, tickets and origins, and the desk that both threads share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/crypto.h"
#include "core/json.h"
#include "core/time.h"
#include "live/inner.h"

static const struct uuid none;
static struct feed feed;

static struct uuid id_of(uint8_t n)
{
    struct uuid u = {{0}};

    u.b[15] = n;
    return u;
}

static void add(uint8_t agent)
{
    struct notice n = notice_new(uuid_new(), STR("call.changed"), id_of(9), id_of(agent));

    feed_add(&feed, &n);
}

static struct place own_place(uint8_t agent)
{
    static struct uuid ids[3];

    ids[agent] = id_of(agent);
    return (struct place){.agents = &ids[agent], .n_agents = 1};
}

static void scopes(void **state)
{
    struct uuid both[] = {id_of(1), id_of(3)};
    struct place team = {.agents = both, .n_agents = 2};
    struct place all = {.all = true}, own = own_place(1), nobody = {.all = false};
    struct notice mine = notice_new(id_of(5), STR("x"), none, id_of(1));
    struct notice other = notice_new(id_of(5), STR("x"), none, id_of(2));
    struct notice agentless = notice_new(id_of(5), STR("x"), none, none);
    struct notice resync = notice_new(none, STR("resync"), none, none);

    (void)state;
    assert_true(place_sees(&all, &mine) && place_sees(&all, &other) && place_sees(&all, &agentless));
    assert_true(place_sees(&own, &mine));
    assert_false(place_sees(&own, &other));
    assert_false(place_sees(&own, &agentless));
    assert_true(place_sees(&team, &mine));
    assert_false(place_sees(&team, &other) || place_sees(&team, &agentless));
    assert_false(place_sees(&nobody, &mine));
    assert_false(place_sees(&nobody, &agentless));
    assert_true(place_sees(&all, &resync) && place_sees(&own, &resync) &&
                place_sees(&nobody, &resync));
}

/* Two readers of one feed, each in its order, each its own part, none twice. */
static void feed_in_order(void **state)
{
    struct place all = {.all = true}, own = own_place(1);
    struct notice n;
    struct uuid last = none;
    size_t n_all = 0, n_own = 0;

    (void)state;
    memset(&feed, 0, sizeof feed);
    for (int i = 0; i < 5000; i++) {
        add((uint8_t)(i % 3));
        assert_true(place_hear(&feed, &all, 0));
        assert_true(place_hear(&feed, &own, 0));
        while (i % 7 == 0 && place_read(&feed, &all, &n)) {
            assert_memory_equal(&n, &feed.ring[n_all % FEED_SIZE], sizeof n);
            n_all++;
        }
        while (i % 500 == 0 && place_read(&feed, &own, &n)) {
            assert_true(uuid_eq(n.agent, id_of(1)));
            assert_false(uuid_eq(n.id, last));
            last = n.id;
            n_own++;
        }
    }
    while (place_read(&feed, &all, &n))
        n_all++;
    while (place_read(&feed, &own, &n))
        n_own++;
    assert_int_equal(n_all, 5000);
    assert_int_equal(n_own, 1667);
    assert_false(place_read(&feed, &all, &n));
}

static void slow_reader(void **state)
{
    struct place p = {.all = true}, q = {.all = true}, quiet = own_place(1);
    int heard = 0, behind = 0;

    (void)state;
    memset(&feed, 0, sizeof feed);
    for (int i = 0; i < 1100; i++) {
        add(2);
        heard += place_hear(&feed, &p, 0);
        behind += place_hear(&feed, &q, 400); /* a replay waits, too */
        assert_true(place_hear(&feed, &quiet, 0)); /* nothing for it: never too slow */
    }
    assert_int_equal(heard, 1000);
    assert_int_equal(behind, 600);
    assert_int_equal(quiet.waiting, 0);
    assert_true(quiet.next == feed.next);
}

/* One notice waits while a thousand for others pass over it: it would be lost, so it is cut. */
static void overrun(void **state)
{
    struct place own = own_place(1);
    bool ok = true;

    (void)state;
    memset(&feed, 0, sizeof feed);
    add(1);
    assert_true(place_hear(&feed, &own, 0));
    for (unsigned i = 1; i < FEED_SIZE; i++) {
        add(2);
        ok = ok && place_hear(&feed, &own, 0);
    }
    assert_true(ok);
    add(2);
    assert_false(place_hear(&feed, &own, 0));
}

static void texts(void **state)
{
    struct arena *a = arena_new();
    char out[NOTICE_TEXT], id[UUID_TEXT];
    struct notice n = notice_new(uuid_new(), STR("call.changed"), uuid_new(), uuid_new());
    size_t length = notice_text(&n, out);
    const struct json *tree;

    (void)state;
    assert_null(json_parse(a, str_n(out, length), &tree));
    assert_int_equal(json_count(tree), 3);
    assert_true(str_eq(json_text(tree, "id"), uuid_text(n.id, id)));
    assert_true(str_is(json_text(tree, "kind"), "call.changed"));
    assert_true(str_eq(json_text(tree, "object"), uuid_text(n.object, id)));
    n = notice_new(uuid_new(), STR("a-kind-that-is-far-too-long-for-what-a-notice-may-hold"), n.id, n.id);
    length = notice_text(&n, out);
    assert_true(length < NOTICE_TEXT);
    assert_null(json_parse(a, str_n(out, length), &tree));
    assert_int_equal(json_text(tree, "kind").n, LIVE_KIND_MAX);
    n = notice_new(none, STR("resync"), none, none);
    assert_true(str_is(str_n(out, notice_text(&n, out)), "{\"kind\":\"resync\"}"));
    arena_free(a);
}

static enum resume resume_at(int64_t at, int64_t now, int64_t *from)
{
    struct uuid u = uuid_new();
    char text[UUID_TEXT];

    for (int i = 0; i < 6; i++)
        u.b[i] = (uint8_t)(at / TIME_MS >> (40 - 8 * i));
    return resume_from(uuid_text(u, text), now, from);
}

static void resume(void **state)
{
    int64_t now = time_now() / TIME_MS * TIME_MS, from = 0;
    struct uuid u = uuid_new();

    (void)state;
    assert_true(uuid_time(u) > now - TIME_S && uuid_time(u) < now + TIME_S);
    assert_int_equal(resume_from(STR(""), now, &from), RESUME_NONE);
    assert_int_equal(resume_from(STR("nonsense"), now, &from), RESUME_LOST);
    assert_int_equal(resume_from(STR("00000000-0000-0000-0000-000000000000"), now, &from), RESUME_LOST);
    assert_int_equal(resume_from(STR("ffffffff-ffff-ffff-ffff-ffffffffffff"), now, &from), RESUME_LOST);
    assert_int_equal(resume_at(now - 60 * TIME_S, now, &from), RESUME_FROM);
    assert_true(from == now - 70 * TIME_S);
    assert_int_equal(resume_at(now - 24 * 3600 * TIME_S, now, &from), RESUME_FROM);
    assert_int_equal(resume_at(now - 24 * 3600 * TIME_S - TIME_MS, now, &from), RESUME_LOST);
    assert_int_equal(resume_at(now + 10 * TIME_S, now, &from), RESUME_FROM);
    assert_int_equal(resume_at(now + 11 * TIME_S, now, &from), RESUME_LOST);
}

static void tickets_and_origins(void **state)
{
    struct arena *a = arena_new();
    struct str ours = STR("https://calls.example:8443");

    (void)state;
    assert_true(ticket_fits(crypto_token(a, 32)));
    assert_false(ticket_fits(crypto_token(a, 31)));
    assert_false(ticket_fits(STR("")));
    assert_false(ticket_fits(STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%2")));
    assert_true(origin_fits(ours, true, ours));
    assert_true(origin_fits(STR_NONE, false, ours));
    assert_false(origin_fits(STR(""), true, ours));
    assert_false(origin_fits(STR("null"), true, ours));
    assert_false(origin_fits(STR("https://calls.example"), true, ours));
    assert_false(origin_fits(STR("http://calls.example:8443"), true, ours));
    assert_false(origin_fits(STR("https://calls.example:8443.evil.example"), true, ours));
    arena_free(a);
}

static void no_wake(void)
{
}

/* Seats are used again, and an answer for the one before does not reach the one after. */
static void desk(void **state)
{
    struct seat first, second, third;
    struct sitter who = {.account = id_of(3), .sight = crypto_sha256(STR("{4}")), .scope = "own"};
    struct standing list[4];
    struct live_tenant *t;
    unsigned slot = 0;

    (void)state;
    desk_open(no_wake);
    assert_true(seat_take(&first));
    t = desk_add_tenant(id_of(7));
    assert_true(desk_admit(first, t, &who));
    assert_int_equal(t->sockets, 1);
    assert_int_equal(desk_sitters(&slot, list, 4), 1);
    assert_true(uuid_eq(list[0].tenant, id_of(7)));
    assert_true(seat_valid(first));
    seat_leave(first);
    assert_int_equal(t->sockets, 0);
    assert_false(seat_valid(first));
    assert_true(seat_take(&second));
    assert_int_equal(second.slot, first.slot);
    assert_false(seat_valid(first));
    assert_true(desk_admit(first, t, &who)); /* too late: nobody is seated */
    assert_int_equal(t->sockets, 0);
    assert_true(desk_admit(second, t, &who));
    assert_int_equal(t->sockets, 1);
    t->sockets = TENANT_SOCKETS_MAX;
    assert_true(seat_take(&third));
    assert_false(desk_admit(third, t, &who));
    seat_leave(third);
    desk_forget_tenants();
    assert_ptr_equal(desk_tenant(id_of(7)), t);
    t->sockets = 1;
    seat_leave(second);
    desk_forget_tenants();
    assert_null(desk_tenant(id_of(7)));
}

/* A tenant whose news is on its way stays until it is taken. */
static void desk_holds(void **state)
{
    struct answer *news;

    (void)state;
    news = answer_new(ANSWER_NEWS);
    news->tenant = desk_add_tenant(id_of(8));
    desk_answer(news);
    desk_answer(answer_new(ANSWER_CLOSE));
    desk_forget_tenants();
    assert_non_null(desk_tenant(id_of(8)));
    news = desk_answers();
    assert_int_equal(news->kind, ANSWER_NEWS);
    assert_int_equal(news->next->kind, ANSWER_CLOSE);
    assert_null(news->next->next);
    assert_null(desk_answers());
    tenant_drop(news->tenant);
    desk_forget_tenants();
    assert_null(desk_tenant(id_of(8)));
    arena_free(news->next->a);
    arena_free(news->a);
}

static void desk_waits(void **state)
{
    struct ask ask = {.resume = RESUME_NONE}, got[3];
    size_t n = 0, all = 0;
    int64_t now = time_mono();

    (void)state;
    assert_int_equal(desk_wait(now + 20 * TIME_MS, now), DESK_POLL);
    assert_true(time_mono() - now >= 20 * TIME_MS);
    desk_poked(NULL);
    now = time_mono();
    assert_int_equal(desk_wait(now + 10 * TIME_S, now), DESK_POLL);
    assert_true(time_mono() - now < 5 * TIME_S);
    while (desk_ask(&ask))
        n++;
    assert_int_equal(n, 2048);
    assert_int_equal(desk_wait(now + 10 * TIME_S, now + 10 * TIME_S), DESK_ASKED);
    while ((n = desk_asks(got, 3)) > 0)
        all += n;
    assert_int_equal(all, 2048);
    desk_close();
    assert_int_equal(desk_wait(now + 10 * TIME_S, now + 10 * TIME_S), DESK_STOP);
}

const struct CMUnitTest live_tests[] = {
    cmocka_unit_test(scopes),
    cmocka_unit_test(feed_in_order),
    cmocka_unit_test(slow_reader),
    cmocka_unit_test(overrun),
    cmocka_unit_test(texts),
    cmocka_unit_test(resume),
    cmocka_unit_test(tickets_and_origins),
    cmocka_unit_test(desk),
    cmocka_unit_test(desk_holds),
    cmocka_unit_test(desk_waits),
};
const size_t n_live_tests = sizeof(live_tests) / sizeof(live_tests[0]);
