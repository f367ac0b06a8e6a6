/* Mails: addresses that are none, headers that nothing breaks out of, templates that escape what people
 * typed, every template of the product filled; and where the SMTP password comes from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/settings.h"
#include "net/mail_message.h"
#include "net/secret.h"
#include "net/smtp.h"
#include "people/mail/inner.h"

extern const struct CMUnitTest mail_tests[];
extern const size_t n_mail_tests;

static void addresses_are_what_every_server_takes(void **state)
{
    static const char *const good[] = {"a@b.example", "first.last+tag@sub.example.com", "x_y-z'o@1-2.example",
                                       "-@xn--bcher-kva.example"};
    static const char *const bad[] = {
        "", "a", "@b.example", "a@", "a@b", "a@.example", "a@b.", "a@-b.example", "a@b-.example", "a@b..example",
        ".a@b.example", "a.@b.example", "a..b@c.example", "a b@c.example", "a@b c.example", "a@b@c.example",
        "a,b@c.example", "a;b@c.example", "<a@b.example>", "\"a\"@b.example", "a@[127.0.0.1]", "zo\xc3\xab@b.example",
        "a@b.example\r\nRCPT TO:<c@d.example>", "a\n@b.example", "a\\b@c.example", "a:b@c.example"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!mail_address_ok(str_of(good[i])))
            fail_msg("%s is refused", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (mail_address_ok(str_of(bad[i])))
            fail_msg("%s is taken", bad[i]);
    assert_false(mail_address_ok(str_n("a\0b@c.example", 13)));
}

static struct str message(struct arena *a, const char *name, const char *subject)
{
    struct str out;

    if (mail_message_write(a, &(struct mail_message){
            .from = STR("from@b.example"), .from_name = str_of(name), .to = STR("to@c.example"), .to_name = str_of(name),
            .subject = str_of(subject), .text = STR("text"), .html = STR("<p>text"), .id = STR("1@b.example"),
            .date = INT64_C(1796000000) * 1000000}, &out))
        fail_msg("%.*s", STR_ARG(arena_why(a)));
    return out;
}

/* With a file: a frame around the words and it, whose line ends nothing breaks; refused where it is no file for a mail. */
static void a_file_goes_along(void **state)
{
    static const char *const bad[] = {"", ".hidden", "a b.pdf", "a\"b", "a/b", "a\r\nb", "\xc3\xa9.pdf"};
    struct arena *a = arena_new();
    struct mail_message m = {
        .from = STR("from@b.example"), .from_name = STR(""), .to = STR("to@c.example"), .to_name = STR(""), .subject = STR("s"),
        .text = STR("text"), .html = STR("<p>text"), .id = STR("1@b.example"), .date = INT64_C(1796000000) * 1000000,
        .off = STR("https://calls.example/report-mails?off=1"),
        .file = {STR("report-2026.pdf"), STR("application/pdf"), STR("%PDF-1.7 --boundary")}};
    struct str out;

    (void)state;
    assert_null(mail_message_write(a, &m, &out));
    assert_true(str_find(out, STR("\r\nContent-Type: multipart/mixed; boundary="), 0) > 0);
    assert_true(str_find(out, STR("\r\nList-Unsubscribe: <https://calls.example/report-mails?off=1>\r\n"), 0) > 0);
    assert_true(str_find(out, STR("filename=\"report-2026.pdf\"\r\n"), 0) > 0);
    assert_true(str_find(out, STR("JVBERi0xLjcgLS1ib3VuZGFyeQ=="), 0) > 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        m.file.name = str_of(bad[i]);
        assert_ptr_equal(mail_message_write(a, &m, &out), E_BAD_INPUT);
    }
    m.file.name = STR("a.pdf");
    m.off = STR("https://x\r\nBcc: a@b.example");
    assert_ptr_equal(mail_message_write(a, &m, &out), E_BAD_INPUT);
    m.off = STR_NONE;
    m.file.bytes = str_n(arena_alloc(a, MAIL_FILE_MAX + 1), MAIL_FILE_MAX);
    assert_null(mail_message_write(a, &m, &out));
    m.file.bytes.n++;
    assert_ptr_equal(mail_message_write(a, &m, &out), E_TOO_LARGE);
    arena_free(a);
}

static void nothing_breaks_out_of_a_header(void **state)
{
    static const char *const names[] = {"Plain", "With \"quotes\" and \\", "Bcc: x@y.example", "A\r\nBcc: x@y.example",
                                        "A\n\nbody", "\xe5\x90\x8d\xe5\x89\x8d", "=?UTF-8?B?QQ==?=", "a\tb", "a\x7f", "<b>,;:"};
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct str m = message(a, names[i], names[i]), line;
        struct str head = str_sub(m, 0, (size_t)str_find(m, STR("\r\n\r\n"), 0));
        size_t lines = 0;

        assert_int_equal(str_find(head, STR("\nBcc"), 0), -1);
        while (str_split(&head, '\n', &line)) {
            lines += line.n && line.p[0] != ' ';
            assert_true(line.n <= 200);
            for (size_t k = 0; k + 1 < line.n; k++)
                assert_in_range((unsigned char)line.p[k], ' ', '~');
        }
        assert_int_equal(lines, 9);
    }
    assert_true(str_starts(message(a, "x", "y"), STR("Date: Mon, 30 Nov 2026 00:53:20 +0000\r\n")));
    arena_free(a);
}

static void facts_are_never_markup_or_lines(void **state)
{
    struct arena *a = arena_new();
    const struct mail_fact facts[] = {{"name", STR("<a href='x'>\"&\r\n{{link}}")}, {"link", STR("https://x/#y")}};
    struct str out;

    (void)state;
    assert_null(mail_fill(a, STR("1 {{name}} 2 {{link}}"), facts, 2, true, &out));
    assert_true(str_is(out, "1 &lt;a href=&#39;x&#39;&gt;&quot;&amp;  {{link}} 2 https://x/#y"));
    assert_null(mail_fill(a, STR("{{name}}"), facts, 2, false, &out));
    assert_true(str_is(out, "<a href='x'>\"&  {{link}}"));
    assert_ptr_equal(mail_fill(a, STR("{{unknown}}"), facts, 2, false, &out), E_INTERNAL);
    assert_ptr_equal(mail_fill(a, STR("{{name"), facts, 2, false, &out), E_INTERNAL);
    arena_free(a);
}

static void every_template_is_filled_by_its_facts(void **state)
{
    static const struct { const char *name, *facts[6]; } all[] = {
        {"invitation", {"tenant", "by", "role", "link", "until", "service"}},
        {"password-reset", {"name", "link", "until", "service"}},
        {"password-changed", {"name", "at", "service"}},
        {"webhook-off", {"name", "url", "reason", "link", "service"}}};
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct mail_fact facts[6];
        struct mail_written w;
        size_t n = 0;

        for (; n < 6 && all[i].facts[n]; n++)
            facts[n] = (struct mail_fact){all[i].facts[n], str_fmt(a, "*%s*", all[i].facts[n])};
        if (mail_write(a, RINGSIGHT_SOURCE_DIR "/templates", str_of(all[i].name), facts, n, &w))
            fail_msg("%s: %.*s", all[i].name, STR_ARG(arena_why(a)));
        assert_true(w.subject.n > 0 && str_find(w.text, STR("{{"), 0) < 0 && str_find(w.html, STR("{{"), 0) < 0);
        for (size_t k = 0; k < n; k++) /* both parts tell the same */
            if (str_find(w.text, facts[k].value, 0) < 0 || str_find(w.html, facts[k].value, 0) < 0)
                fail_msg("%s does not tell {{%s}} in both parts", all[i].name, facts[k].name);
    }
    arena_free(a);
}

static void a_secret_comes_from_a_file_or_a_command(void **state)
{
    struct arena *a = arena_new();
    char path[] = "/tmp/ringsight-secret-XXXXXX";
    int fd = mkstemp(path);
    struct str out;

    (void)state;
    assert_true(fd >= 0 && write(fd, "hush\r\n", 6) == 6);
    close(fd);
    assert_null(secret_read(a, "smtp_password", path, "", &out));
    assert_true(str_is(out, "hush"));
    assert_int_equal(chmod(path, 0644), 0);
    assert_ptr_equal(secret_read(a, "smtp_password", path, "", &out), E_BAD_INPUT);
    assert_non_null(strstr(str_c(a, arena_why(a)), "chmod 600"));
    unlink(path);
    assert_ptr_equal(secret_read(a, "smtp_password", path, "", &out), E_BAD_INPUT);
    assert_null(secret_read(a, "smtp_password", "", "printf 'of a command\\n'", &out));
    assert_true(str_is(out, "of a command"));
    assert_ptr_equal(secret_read(a, "smtp_password", "", "echo hush; false", &out), E_BAD_INPUT);
    assert_ptr_equal(secret_read(a, "smtp_password", "", "printf 'two\\nlines\\n'", &out), E_BAD_INPUT);
    assert_ptr_equal(secret_read(a, "smtp_password", "", "", &out), E_BAD_INPUT);
    assert_ptr_equal(secret_read(a, "smtp_password", "x", "y", &out), E_BAD_INPUT);
    arena_free(a);
}

static const struct err *opened(struct arena *a, const char *url, const char *tls, const struct smtp **ret)
{
    struct settings s = {.smtp_url = url, .smtp_from = "calls@example.com", .smtp_from_name = "Ringsight", .smtp_user = "",
                         .smtp_password_file = "", .smtp_password_command = "", .smtp_tls = tls};

    return smtp_open(a, &s, ret);
}

static void starttls_is_asked_for_save_on_loopback(void **state)
{
    static const struct { const char *url, *tls; bool asked; } all[] = {
        {"smtp://mail.example.com:587", "", true},   {"smtp://mail.example.com", "off", false},
        {"smtp://127.0.0.1:2525", "", false},        {"smtp://localhost", "", false},
        {"smtp://[::1]:25", "", false},              {"smtp://127.0.0.1:2525", "required", true},
        {"smtps://mail.example.com", "", false},     {"smtp://127.0.0.1.example.com", "", true},
        {"smtp://localhost.example.com", "", true}};
    static const char *const bad[] = {"mail.example.com", "http://x", "smtp://", "smtp://u:p@x", "smtp://x/y", "smtp://x y"};
    struct arena *a = arena_new();
    const struct smtp *m;

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (opened(a, all[i].url, all[i].tls, &m))
            fail_msg("%s: %.*s", all[i].url, STR_ARG(arena_why(a)));
        if (m->tls != all[i].asked)
            fail_msg("%s, \"%s\": STARTTLS is %s", all[i].url, all[i].tls, m->tls ? "asked for" : "not asked for");
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_ptr_equal(opened(a, bad[i], "", &m), E_BAD_INPUT);
    assert_ptr_equal(opened(a, "smtp://x", "perhaps", &m), E_BAD_INPUT);
    assert_null(opened(a, "", "", &m));
    assert_null(m);
    arena_free(a);
}

const struct CMUnitTest mail_tests[] = {
    cmocka_unit_test(addresses_are_what_every_server_takes),
    cmocka_unit_test(a_file_goes_along),
    cmocka_unit_test(nothing_breaks_out_of_a_header),
    cmocka_unit_test(facts_are_never_markup_or_lines),
    cmocka_unit_test(every_template_is_filled_by_its_facts),
    cmocka_unit_test(a_secret_comes_from_a_file_or_a_command),
    cmocka_unit_test(starttls_is_asked_for_save_on_loopback),
};
const size_t n_mail_tests = sizeof mail_tests / sizeof *mail_tests;
