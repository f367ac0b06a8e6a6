/* The CDR listener's parts that need no socket. What it does with sockets: tests/api/cdr.test.ts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/arena.h"
#include "intake/cdr/cdr.h"

static void ranges(void **state)
{
    static const char *const bad[] = {"", "5015", "0.0.0.0", "0.0.0.0:", "0.0.0.0:80", ":5015",
                                      "0.0.0.0:5099-5015", "0.0.0.0:5015-70000", "0.0.0.0:a-b"};
    struct arena *a = arena_new();
    struct cdr_range r;

    (void)state;
    assert_null(cdr_range_parse(a, STR(" 0.0.0.0:5015-5099 "), &r));
    assert_string_equal(r.host, "0.0.0.0");
    assert_int_equal(r.first, 5015);
    assert_int_equal(r.last, 5099);
    assert_null(cdr_range_parse(a, STR("[::1]:5015"), &r));
    assert_string_equal(r.host, "::1");
    assert_int_equal(r.last, 5015);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_ptr_equal(cdr_range_parse(a, str_of(bad[i]), &r), E_BAD_INPUT);
        assert_true(arena_why(a).n > 0);
    }
    arena_free(a);
}

static void whole_lines(void **state)
{
    (void)state;
    assert_int_equal(cdr_ready(STR("a\nb\nc"), false), 4);
    assert_int_equal(cdr_ready(STR("a\nb\nc"), true), 5);
    assert_int_equal(cdr_ready(STR("abc"), false), 0);
    assert_int_equal(cdr_ready(STR(""), true), 0);
}

const struct CMUnitTest cdr_tests[] = {
    cmocka_unit_test(ranges),
    cmocka_unit_test(whole_lines),
};
const size_t n_cdr_tests = sizeof cdr_tests / sizeof *cdr_tests;
