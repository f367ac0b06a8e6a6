/* Calls that two phone systems told of: which are one, which counts, and that no order shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/time.h"
#include "intake/numbers/same.h"

#define EXOTEL {{1}}
#define PBX {{2}}
#define THIRD {{3}}
#define ANN {{0xa}}
#define BOB {{0xb}}

/* id, system, agent, seconds from..to, recorded, agent named, talk */
static struct same_call call(uint8_t id, struct uuid system, struct uuid agent, int64_t from, int64_t to,
                             bool recorded)
{
    static const char keys[][2] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

    return (struct same_call){.id = {{id}}, .integration = system, .agent = agent,
        .call_key = str_of(keys[id % 10]), .number = STR("+919845012345"), .direction = CALL_INBOUND,
        .has_recording = recorded, .has_agent_key = !uuid_is_zero(agent), .talk = to - from,
        .started = from * TIME_S, .ended = to * TIME_S};
}

#define U(...) ((struct uuid)__VA_ARGS__)

static void told_by_two_systems(void **state)
{
    struct same_call front = call(1, U(EXOTEL), U({{0}}), 100, 220, true);
    struct same_call pbx = call(2, U(PBX), U(ANN), 130, 219, false), x;

    (void)state;
    pbx.number = STR("09845012345");
    assert_true(same_call(&front, &pbx));
    assert_true(same_call(&pbx, &front));
    x = pbx, x.integration = front.integration; /* one system does not tell of a call twice */
    assert_false(same_call(&front, &x));
    x = pbx, x.number = STR("09845012346");
    assert_false(same_call(&front, &x));
    x = pbx, x.direction = CALL_OUTBOUND;
    assert_false(same_call(&front, &x));
    x = pbx, x.direction = CALL_INTERNAL;
    assert_false(same_call(&front, &x));
    x = pbx, x.direction = CALL_UNKNOWN;
    assert_true(same_call(&front, &x));
    x = pbx, x.alone = true;
    assert_false(same_call(&front, &x));
    x = front, x.agent = U(BOB);
    assert_false(same_call(&x, &pbx));
    x = pbx, x.number = STR("anonymous"); /* nobody is not the same nobody */
    assert_false(same_call(&x, &pbx));
}

static void time_tells(void **state)
{
    struct same_call front = call(1, U(EXOTEL), U({{0}}), 100, 160, true);
    static const struct {
        int64_t from, to;
        bool same;
    } v[] = {
        {100, 160, true}, {91, 151, true}, {120, 158, true}, {100, 100, true},
        {165, 225, false}, /* rang again at once, through the other system */
        {40, 95, false},   {0, 60, false}, {128, 400, true}, {150, 400, false},
        {170, 170, true},  {171, 171, false}, /* clocks may differ by ten seconds */
    };

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        struct same_call other = call(2, U(PBX), U({{0}}), v[i].from, v[i].to, false);
        if (same_call(&front, &other) != v[i].same)
            fail_msg("%d..%d", (int)v[i].from, (int)v[i].to);
    }
}

static uint8_t first_of(struct same_call *v, size_t n, size_t x, size_t *ret_members)
{
    struct arena *a = arena_new();
    uint8_t id = v[same_group(a, v, n, x)].id.b[0];

    *ret_members = 0;
    for (size_t i = 0; i < n; i++)
        *ret_members += v[i].in_group;
    arena_free(a);
    return id;
}

/* Exotel put the caller through twice, first to nobody; a third system wrote it down too, and
 * somebody else called at the same time. Whichever is looked at, in whatever order they stand. */
static void one_group_in_any_order(void **state)
{
    const struct same_call all[] = {
        call(1, U(EXOTEL), U({{0}}), 100, 400, true), call(2, U(PBX), U({{0}}), 110, 130, false),
        call(3, U(PBX), U(ANN), 135, 399, true),      call(4, U(THIRD), U({{0}}), 101, 402, false),
    };
    struct same_call stranger = call(5, U(PBX), U(BOB), 120, 380, true);
    size_t at[4], members;

    (void)state;
    stranger.number = STR("+919845099999");
    for (at[0] = 0; at[0] < 4; at[0]++)
        for (at[1] = 0; at[1] < 4; at[1]++)
            for (at[2] = 0; at[2] < 4; at[2]++)
                for (at[3] = 0; at[3] < 4; at[3]++) {
                    struct same_call v[5];
                    if (((1u << at[0]) | (1u << at[1]) | (1u << at[2]) | (1u << at[3])) != 15)
                        continue;
                    for (size_t x = 0; x < 4; x++) {
                        for (size_t i = 0; i < 4; i++)
                            v[i] = all[at[i]];
                        v[4] = stranger;
                        assert_int_equal(first_of(v, 5, x, &members), 3);
                        assert_int_equal(members, 4);
                        assert_false(v[4].in_group);
                    }
                }
}

static void who_counts(void **state)
{
    struct same_call v[2] = {call(1, U(EXOTEL), U({{0}}), 100, 200, true),
                             call(2, U(PBX), U(ANN), 110, 200, false)};
    size_t members;

    (void)state;
    assert_int_equal(first_of(v, 2, 0, &members), 2); /* who knows the agent */
    v[0] = call(1, U(EXOTEL), U({{0}}), 100, 200, true);
    v[1] = call(2, U(PBX), U({{0}}), 110, 200, false);
    v[1].has_agent_key = true;
    assert_int_equal(first_of(v, 2, 0, &members), 1); /* then who has the recording */
    v[0] = call(1, U(EXOTEL), U({{0}}), 100, 200, false);
    v[1] = call(2, U(PBX), U({{0}}), 110, 200, false);
    assert_int_equal(first_of(v, 2, 1, &members), 1); /* then the longer talk */
    v[0] = call(1, U(EXOTEL), U({{0}}), 100, 200, false);
    v[1] = call(2, U(PBX), U({{0}}), 100, 200, false);
    assert_int_equal(first_of(v, 2, 1, &members), 1); /* then an order that never changes */
    v[0] = call(1, U(EXOTEL), U({{0}}), 100, 200, false);
    v[1] = call(2, U(PBX), U({{0}}), 900, 1000, false);
    assert_int_equal(first_of(v, 2, 1, &members), 2);
    assert_int_equal(members, 1);
}

const struct CMUnitTest same_tests[] = {
    cmocka_unit_test(told_by_two_systems),
    cmocka_unit_test(time_tells),
    cmocka_unit_test(one_group_in_any_order),
    cmocka_unit_test(who_counts),
};
const size_t n_same_tests = sizeof same_tests / sizeof *same_tests;
