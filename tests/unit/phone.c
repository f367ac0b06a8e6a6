/* Phone numbers to E.164: what has a country gets it, everything else survives as sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/phone.h"

struct case_ {
    const char *sent, *region, *e164; /* e164: "" as sent, NULL withheld */
};

static void check(const struct case_ *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct arena *a = arena_new();
        struct str e164;
        enum phone_kind kind = phone_normal(a, str_of(v[i].sent), str_of(v[i].region), &e164);
        enum phone_kind want = !v[i].e164 ? PHONE_WITHHELD : *v[i].e164 ? PHONE_E164 : PHONE_AS_SENT;
        if (kind != want || !str_is(e164, v[i].e164 ? v[i].e164 : ""))
            fail_msg("%s in %s: kind %d, \"%.*s\"", v[i].sent, v[i].region, kind, STR_ARG(e164));
        arena_free(a);
    }
}

static void numbers_get_their_country(void **state)
{
    static const struct case_ v[] = {
        {"09845012345", "IN", "+919845012345"},
        {"9845012345", "IN", "+919845012345"},
        {"919845012345", "IN", "+919845012345"},
        {"+91 98450-12345", "IN", "+919845012345"},
        {"+919845012345", "", "+919845012345"},
        {"+919845012345", "US", "+919845012345"},
        {"00919845012345", "GB", "+919845012345"},
        {"00919845012345", "", "+919845012345"},
        {"tel:+919845012345", "", "+919845012345"},
        {"020 7946 0018", "GB", "+442079460018"},
        {"(212) 736-5000", "US", "+12127365000"},
        {"011442079460018", "US", "+442079460018"},
        {"12127365000", "IN", "+12127365000"},
        {"02 1234 5678", "IT", "+390212345678"}, /* Italy keeps its zero */
        {"  0171 4000000 ", "DE", "+491714000000"},
        {"+15005550006", "IN", "+15005550006"}, /* possible is enough behind a plus */
    };

    (void)state;
    check(v, sizeof v / sizeof *v);
}

static void what_has_no_country_survives(void **state)
{
    static const struct case_ v[] = {
        {"1001", "IN", ""}, {"203", "US", ""}, {"112", "DE", ""}, {"58888", "IN", ""}, {"*21#", "US", ""},
        {"sip:alice@example.com", "US", ""}, {"sip:+12127365000@example.com", "US", ""},
        {"464", "US", ""}, {"alice", "US", ""}, {"+12127365000 x22", "US", ""}, {"12127365000,22", "US", ""},
        {"whatsapp:+14155238886", "US", ""}, {"9845012345", "", ""}, {"9845012345", "XX", ""},
        {"9845012345", "in", ""}, {"+4300720 946 018", "GB", ""}, {"+", "US", ""}, {"+0", "US", ""}, {"+999999999999", "US", ""},
        {"00000000000", "US", ""}, {"1-800-FLOWERS", "US", ""}, {"+1+2127365000", "US", ""},
        {"+12127365000+", "US", ""}, {"\xff\xfe\x31\x32\x33\x34\x35\x36\x37\x38", "US", ""},
        {"111111111111111111111111111111111111111111111111111111111111111111", "US", ""},
    };

    (void)state;
    check(v, sizeof v / sizeof *v);
}

static void who_hides_is_nobody(void **state)
{
    static const struct case_ v[] = {
        {"", "IN", NULL}, {"  ", "IN", NULL}, {"anonymous", "IN", NULL}, {"Anonymous", "IN", NULL},
        {"Restricted", "US", NULL}, {"+266696687", "US", NULL}, {"266696687", "US", NULL},
        {"+7378742833", "US", NULL}, {"+86 56-696", "CN", NULL}, {"+464", "US", NULL}, {"+86282452253", "IN", NULL}, {"No Caller ID", "US", NULL},
        {"UNKNOWN", "US", NULL}, {"<unknown>", "US", NULL}, {"sip:anonymous@anonymous.invalid", "US", NULL},
        {"anonymous@anonymous.invalid", "US", NULL}, {"Private Number", "US", NULL},
    };

    (void)state;
    check(v, sizeof v / sizeof *v);
    check(&(struct case_){NULL, NULL, NULL}, 1);
}

static void a_zone_tells_the_region(void **state)
{
    static const char *const v[][2] = {{"Asia/Kolkata", "IN"}, {"Asia/Calcutta", "IN"},
        {"Europe/London", "GB"}, {"America/New_York", "US"}, {"Europe/Stockholm", "SE"},
        {"Asia/Dubai", "AE"}, {"UTC", ""}, {"Etc/GMT+5", ""}, {"Nowhere/Land", ""}, {"", ""}};
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof *v; i++)
        if (!str_is(phone_region_of_zone(a, str_of(v[i][0])), v[i][1]))
            fail_msg("%s is not in %s", v[i][0], v[i][1]);
    assert_true(phone_region_known(STR("AE")));
    assert_false(phone_region_known(STR("AA")));
    assert_false(phone_region_known(STR("001")));
    assert_false(phone_region_known(STR_NONE));
    arena_free(a);
}

static void one_number_with_and_without_its_prefix(void **state)
{
    (void)state;
    assert_true(phone_alike(STR("+919845012345"), STR("09845012345")));
    assert_true(phone_alike(STR("+91 98450-12345"), STR("9845012345")));
    assert_true(phone_alike(STR("5012345"), STR("+919845012345")));
    assert_false(phone_alike(STR("012345"), STR("+919845012345"))); /* too few to tell */
    assert_false(phone_alike(STR("+919845012345"), STR("+919845012346")));
    assert_false(phone_alike(STR("anonymous"), STR("anonymous")));
    assert_false(phone_alike(STR_NONE, STR("+919845012345")));
}

const struct CMUnitTest phone_tests[] = {
    cmocka_unit_test(numbers_get_their_country),
    cmocka_unit_test(what_has_no_country_survives),
    cmocka_unit_test(who_hides_is_nobody),
    cmocka_unit_test(a_zone_tells_the_region),
    cmocka_unit_test(one_number_with_and_without_its_prefix),
};
const size_t n_phone_tests = sizeof phone_tests / sizeof *phone_tests;
