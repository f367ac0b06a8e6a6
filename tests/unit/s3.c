/* The XML that buckets answer with, and what may be a bucket at all. Requests are tested against the
 * simulated store (tests/api/stores.test.ts). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/s3.h"

static void elements_come_one_after_the_other(void **state)
{
    struct arena *a = arena_new();
    struct str xml = STR("<L><C><Key>a&amp;b&#x3c;&#62;&quot;</Key></C><C><Key></Key></C><Key>late");
    struct str part;
    size_t at = 0, in = 0;

    (void)state;
    part = s3_xml(a, xml, "C", &at);
    assert_true(str_is(part, "<Key>a&amp;b&#x3c;&#62;&quot;</Key>"));
    assert_true(str_is(s3_xml(a, part, "Key", &in), "a&b<>\""));
    in = 0;
    part = s3_xml(a, xml, "C", &at);
    assert_non_null(s3_xml(a, part, "Key", &in).p);
    assert_null(s3_xml(a, xml, "C", &at).p);
    assert_null(s3_xml(a, xml, "Key", &at).p); /* not closed */
    at = 0;
    part = s3_xml(a, STR("<K>&#999999999;&bogus;&#0;&</K>"), "K", &at);
    assert_true(str_is(part, "&#999999999;&bogus;&#0;&"));
    arena_free(a);
}

static void a_bucket_is_checked_with_a_cure(void **state)
{
    struct arena *a = arena_new();
    const struct s3 good = {.endpoint = STR("https://minio.example.com:9000"), .region = STR("eu-1"),
                            .bucket = STR("recordings"), .prefix = STR("a/"), .id = STR("I"),
                            .secret = STR("S")};
    struct s3 bad;

    (void)state;
    assert_null(s3_check(&good, a));
#define BAD(member, value, word)                                                                   \
    bad = good;                                                                                    \
    bad.member = STR(value);                                                                       \
    assert_ptr_equal(s3_check(&bad, a), E_BAD_INPUT);                                              \
    assert_true(str_find(arena_why(a), STR(word), 0) >= 0);
    BAD(endpoint, "minio.example.com", "endpoint")
    BAD(endpoint, "https://minio.example.com/path", "endpoint")
    BAD(endpoint, "https://user:pw@minio.example.com", "endpoint")
    BAD(bucket, "a", "bucket")
    BAD(bucket, "a/../b", "bucket")
    BAD(region, "", "region")
    BAD(region, "eu 1", "region")
    BAD(prefix, "/a", "prefix")
    BAD(secret, "", "access key")
#undef BAD
    arena_free(a);
}

const struct CMUnitTest s3_tests[] = {
    cmocka_unit_test(elements_come_one_after_the_other),
    cmocka_unit_test(a_bucket_is_checked_with_a_cure),
};
const size_t n_s3_tests = sizeof s3_tests / sizeof *s3_tests;
