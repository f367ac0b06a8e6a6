/* Records of the spool: what comes back, and what a crash or a bad disk leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "intake/directory/directory.h"
#include "intake/spool/spool_int.h"

static const struct key key = {{1, 2, 3}};
static const struct uuid segment = {{4, 5, 6}}, other_segment = {{4, 5, 7}};

static struct str three(struct arena *a)
{
    struct buf b = buf_new(a, 1 << 20);

    for (uint8_t i = 1; i <= 3; i++) {
        struct spooled d = {.tenant = {{i}}, .integration = {{7}}, .id = {{8, i}}, .job = {{9, i}},
                            .received_at = 1000 + i, .method = STR("POST"), .query = STR("a=1"),
                            .source = STR("192.0.2.1"), .headers = STR("x: y\r\n"),
                            .body = str_fmt(a, "body %d", i)};
        buf_add(&b, spool_record(a, &key, segment, &d));
    }
    return buf_str(&b);
}

struct found {
    size_t good, damaged, torn;
    char bodies[32];
};

static struct found read_all(struct str text, struct uuid of, const struct key *k)
{
    struct arena *a = arena_new();
    struct found f = {0};
    struct spooled d;
    enum spool_read got;

    while ((got = spool_next(a, k, of, &text, &d)) != SPOOL_END) {
        f.good += got == SPOOL_GOOD;
        f.damaged += got == SPOOL_DAMAGED;
        f.torn += got == SPOOL_TORN;
        if (got == SPOOL_GOOD && f.good < 8)
            f.bodies[f.good - 1] = d.body.p[d.body.n - 1];
    }
    arena_free(a);
    return f;
}

static void records_come_back_as_they_were(void **state)
{
    struct arena *a = arena_new();
    struct str text = three(a), rest = text;
    struct spooled d;

    (void)state;
    assert_int_equal(spool_next(a, &key, segment, &rest, &d), SPOOL_GOOD);
    assert_int_equal(d.tenant.b[0], 1);
    assert_int_equal(d.id.b[1], 1);
    assert_int_equal(d.job.b[1], 1);
    assert_int_equal(d.received_at, 1001);
    assert_true(str_is(d.method, "POST") && str_is(d.query, "a=1") && str_is(d.source, "192.0.2.1"));
    assert_true(str_is(d.headers, "x: y\r\n") && str_is(d.body, "body 1"));
    assert_true(str_find(text, STR("body"), 0) < 0); /* sealed */
    assert_string_equal(read_all(text, segment, &key).bodies, "123");
    arena_free(a);
}

static void a_cut_anywhere_loses_only_what_was_not_whole(void **state)
{
    struct arena *a = arena_new();
    struct str text = three(a);
    size_t one = text.n / 3;

    (void)state;
    for (size_t n = 0; n <= text.n; n++) {
        struct found f = read_all(str_sub(text, 0, n), segment, &key);
        assert_int_equal(f.good, n / one);
        assert_int_equal(f.damaged, 0);
        assert_int_equal(f.torn, n % one ? 1 : 0);
    }
    arena_free(a);
}

static void a_changed_byte_costs_one_record(void **state)
{
    struct arena *a = arena_new();
    struct str text = three(a);
    size_t one = text.n / 3;

    (void)state;
    for (size_t i = 0; i < text.n; i++) {
        struct str copy = str_dup(a, text);
        struct found f;
        ((char *)(uintptr_t)copy.p)[i] ^= 0x20;
        f = read_all(copy, segment, &key);
        assert_int_equal(f.good, 2);
        assert_true(f.damaged + f.torn >= 1);
        if (i < 2 * one) /* something whole follows: that was no crash */
            assert_true(f.damaged >= 1);
    }
    arena_free(a);
}

static void unwritten_room_is_a_torn_end(void **state)
{
    struct arena *a = arena_new();
    struct buf b = buf_new(a, 1 << 20);
    static const char zeros[4096];
    struct found f;

    (void)state;
    buf_add(&b, three(a));
    buf_add(&b, str_n(zeros, sizeof zeros));
    f = read_all(buf_str(&b), segment, &key);
    assert_int_equal(f.good, 3);
    assert_int_equal(f.damaged, 0);
    assert_int_equal(f.torn, 1);
    arena_free(a);
}

static void a_record_opens_only_in_its_place_and_under_its_key(void **state)
{
    struct arena *a = arena_new();
    static const struct key wrong = {{9}};

    (void)state;
    assert_int_equal(read_all(three(a), other_segment, &key).good, 0);
    assert_int_equal(read_all(three(a), other_segment, &key).damaged, 3);
    assert_int_equal(read_all(three(a), segment, &wrong).good, 0);
    arena_free(a);
}

static void the_list_of_addresses_comes_back(void **state)
{
    struct arena *a = arena_new();
    struct door v[2] = {
        {.token = {{1}}, .tenant = {{2}}, .integration = {{3}}, .slug = STR("acme"),
         .provider = STR("generic"), .zone = STR("UTC"), .settings = STR("{}"), .old_ends_at = 77,
         .is_old = true, .sources = STR("")},
        {.token = {{2}}, .slug = STR("b"), .provider = STR("ucm"), .zone = STR("UTC"),
         .settings = STR("{}"), .secrets = STR("sealed"), .old_secrets = STR("older"),
         .old_ends_at = INT64_MIN, .sources = STR("10.0.0.0/8")}};
    struct str packed = directory_pack(a, v, 2);
    struct door *back;
    size_t n;

    (void)state;
    assert_true(directory_unpack(a, packed, &back, &n));
    assert_int_equal(n, 2);
    assert_true(str_is(back[0].slug, "acme") && back[0].is_old && back[0].old_ends_at == 77);
    assert_null(back[0].secrets.p);
    assert_true(str_is(back[1].secrets, "sealed") && str_is(back[1].old_secrets, "older"));
    assert_true(str_is(back[1].sources, "10.0.0.0/8"));
    for (size_t i = 0; i < packed.n; i++)
        assert_false(directory_unpack(a, str_sub(packed, 0, i), &back, &n));
    arena_free(a);
}

const struct CMUnitTest spool_tests[] = {
    cmocka_unit_test(records_come_back_as_they_were),
    cmocka_unit_test(a_cut_anywhere_loses_only_what_was_not_whole),
    cmocka_unit_test(a_changed_byte_costs_one_record),
    cmocka_unit_test(unwritten_room_is_a_torn_end),
    cmocka_unit_test(a_record_opens_only_in_its_place_and_under_its_key),
    cmocka_unit_test(the_list_of_addresses_comes_back),
};
const size_t n_spool_tests = sizeof spool_tests / sizeof *spool_tests;
