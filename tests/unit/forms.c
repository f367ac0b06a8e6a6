/* Forms as phone systems send them: urlencoded after the WHATWG URL standard, multipart after RFC
 * 7578, JSON flattened, and which of them a delivery is. What is wrong is refused with a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "providers/form.h"

/* The form as text: name=value pairs parted by '|'. */
static const char *shown(struct arena *a, const struct form *f)
{
    struct buf b = buf_new(a, 1 << 20);

    for (size_t i = 0; i < f->n; i++)
        buf_fmt(&b, "%s%.*s=%.*s", i ? "|" : "", STR_ARG(f->v[i].name), STR_ARG(f->v[i].value));
    return str_c(a, buf_str(&b));
}

static void urlencoded(void **state)
{
    static const struct { const char *text, *want; } cases[] = {
        {"a=1&b=2", "a=1|b=2"},
        {"From=%2B44+20%207946&x=a%26b%3Dc", "From=+44 20 7946|x=a&b=c"},
        {"a=b=c&&d&=e", "a=b=c|d=|=e"},
        {"p=100%&q=%zz&r=%4", "p=100%|q=%zz|r=%4"},
        {"L%5B0%5D%5BStatus%5D=busy", "L[0][Status]=busy"},
        {"u=%C3%A9", "u=\xc3\xa9"},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *a = arena_new();
        struct form f = {0};
        assert_null(form_urlencoded(a, str_of(cases[i].text), &f));
        assert_string_equal(shown(a, &f), cases[i].want);
        arena_free(a);
    }
}

#define PART(name, value) "\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define TYPE "multipart/form-data; boundary=xyz"

static void multipart(void **state)
{
    static const struct { const char *type, *body, *want; } good[] = {
        {TYPE, "--xyz" PART("a", "1") "--xyz" PART("b[0]", "") "--xyz--\r\n", "a=1|b[0]="},
        {"Multipart/Form-Data; charset=\"u;tf\"; Boundary=\"xyz\"", "--xyz" PART("a", "1") "--xyz--",
         "a=1"},
        {TYPE, "a preamble\r\n--xyz" PART("a", "--xyzzy\r\n--xyz1\r\nb") "--xyz--", "a=--xyzzy\r\n--xyz1\r\nb"},
        {TYPE, "--xyz\r\ncontent-type: text/plain\r\ncontent-disposition:form-data;name=a\r\n\r\n1"
               "\r\n--xyz--", "a=1"},
        {TYPE, "--xyz" PART("f\"; filename=\"x.txt", "text") "--xyz--", "f=text"},
        {TYPE, "--xyz--", ""},
    };
    static const struct { const char *type, *body, *why; } bad[] = {
        {"multipart/form-data", "--xyz--", "boundary"},
        {"multipart/form-data; boundary=\"xyz", "--xyz--", "boundary"},
        {TYPE, "a=1", "boundary is not in the body"},
        {TYPE, "--xyz" PART("a", "1"), "cut off"},
        {TYPE, "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n--xyz--", "no blank line"},
        {TYPE, "--xyz\r\nContent-Type: text/plain\r\n\r\n1\r\n--xyz--", "no name"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct arena *a = arena_new();
        struct form f = {0};
        if (form_multipart(a, str_of(good[i].type), str_of(good[i].body), &f))
            fail_msg("case %zu: %.*s", i, STR_ARG(arena_why(a)));
        assert_string_equal(shown(a, &f), good[i].want);
        arena_free(a);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena *a = arena_new();
        struct form f = {0};
        assert_ptr_equal(form_multipart(a, str_of(bad[i].type), str_of(bad[i].body), &f), E_BAD_PAYLOAD);
        assert_non_null(strstr(str_c(a, arena_why(a)), bad[i].why));
        arena_free(a);
    }
}

static void multipart_bytes(void **state)
{
    static const char body[] = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\0\xff"
                               "2\r\n--x--";
    struct arena *a = arena_new();
    struct form f = {0};

    (void)state;
    assert_null(form_multipart(a, STR("multipart/form-data; boundary=x"),
                               str_n(body, sizeof body - 1), &f));
    assert_true(str_eq(form_value(&f, "a"), STR("1\0\xff" "2")));
    assert_true(str_is(event_text(a, form_value(&f, "a"), 10), "1?2"));
    arena_free(a);
}

static void json(void **state)
{
    struct arena *a = arena_new();
    struct form f = {0};

    (void)state;
    assert_null(form_json(a, STR("{\"CallSid\":\"1\",\"none\":null,\"n\":12,\"yes\":true,"
                                 "\"Legs\":[{\"Status\":\"busy\"},{\"Insights\":{\"a\":\"b\"}}]}"), &f));
    assert_string_equal(shown(a, &f), "CallSid=1|n=12|yes=true|Legs[0][Status]=busy|Legs[1][Insights][a]=b");
    assert_ptr_equal(form_json(a, STR("[1]"), &f), E_BAD_PAYLOAD);
    assert_ptr_equal(form_json(a, STR("{\"a\":"), &f), E_BAD_PAYLOAD);
    arena_free(a);
}

/* Names within names, and fields without end: refused before they take more room than the body. */
static void limits(void **state)
{
    struct arena *a = arena_new();
    struct buf b = buf_new(a, 1 << 20), j = buf_new(a, 1 << 20);
    struct form f = {0}, g = {0};

    (void)state;
    for (int i = 0; i <= FORM_MAX_FIELDS; i++)
        buf_add(&b, STR("a=1&"));
    assert_ptr_equal(form_urlencoded(a, buf_str(&b), &f), E_BAD_PAYLOAD);
    assert_int_equal(f.n, FORM_MAX_FIELDS);
    buf_add(&j, STR("{\""));
    for (int i = 0; i < 500000; i++)
        buf_char(&j, 'k');
    buf_add(&j, STR("\":[1"));
    for (int i = 0; i < 900; i++)
        buf_add(&j, STR(",1"));
    buf_add(&j, STR("]}"));
    assert_ptr_equal(form_json(a, buf_str(&j), &g), E_BAD_PAYLOAD);
    assert_true(arena_used(a) < 16u << 20);
    arena_free(a);
}

static void deliveries(void **state)
{
    static const struct { const char *method, *query, *type, *body, *want; } cases[] = {
        {"GET", "a=1", "application/json", "{\"a\":\"2\"}", "a=1"},
        {"POST", "a=1", "", "", "a=1"},
        {"POST", "a=1", "application/x-www-form-urlencoded; charset=UTF-8", "a=2", "a=2"},
        {"POST", "", "Application/JSON", " {\"a\":\"3\"}\n", "a=3"},
        {"POST", "", "multipart/form-data; boundary=x",
         "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n4\r\n--x--", "a=4"},
        {"POST", "", "", "{\"a\":\"5\"}", "a=5"},
        {"POST", "", "", "a=6", "a=6"},
        {"POST", "", "text/html", "<html>", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *a = arena_new();
        struct form f = {0};
        struct hook h = {.method = str_of(cases[i].method), .query = str_of(cases[i].query),
                         .body = str_of(cases[i].body), .headers = STR("Host: a\r\n")};
        const struct err *e;

        if (cases[i].type[0])
            h.headers = str_fmt(a, "Host: a\r\ncontent-TYPE: %s\r\n", cases[i].type);
        e = form_of_hook(a, &h, &f);
        if (cases[i].want)
            assert_string_equal(shown(a, &f), cases[i].want);
        else
            assert_non_null(strstr(str_c(a, arena_why(a)), "text/html"));
        assert_int_equal(e == NULL, cases[i].want != NULL);
        arena_free(a);
    }
}

const struct CMUnitTest forms_tests[] = {
    cmocka_unit_test(urlencoded), cmocka_unit_test(multipart), cmocka_unit_test(multipart_bytes),
    cmocka_unit_test(json),       cmocka_unit_test(limits),    cmocka_unit_test(deliveries),
};
const size_t n_forms_tests = sizeof forms_tests / sizeof *forms_tests;
