/* Provider adapters against recorded deliveries: each folder of tests/providers/<provider>/ has
 * request.http (as received), settings.json (of the integration), events.json (what must come of
 * it) and, where the clock matters, now (RFC 3339). PROVIDERS_WRITE=1 writes events.json anew, to
 * be read before it is committed. The protocol's own words are tested in providers_words.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "net/poll.h"
#include "providers/provider.h"
#include "providers/ucm/ucm.h"

#define MAX_FILE (4u << 20)
#define MAX_FOLDERS 500

static bool read_file(struct arena *a, const char *path, struct str *ret)
{
    FILE *f = fopen(path, "rb");
    char *p;
    size_t n;

    if (!f)
        return false;
    p = arena_alloc(a, MAX_FILE);
    n = fread(p, 1, MAX_FILE, f);
    fclose(f);
    assert_true(n < MAX_FILE);
    *ret = str_n(p, n);
    return true;
}

static struct str need_file(struct arena *a, const char *folder, const char *name)
{
    const char *path = str_c(a, str_fmt(a, "%s/%s", folder, name));
    struct str s;

    if (!read_file(a, path, &s))
        fail_msg("%s is missing", path);
    return s;
}

/* Takes the request apart as the web process stores it. */
static void read_request(struct arena *a, const char *folder, struct hook *h)
{
    struct str all = need_file(a, folder, "request.http"), line, target;
    ptrdiff_t end = str_find(all, STR("\r\n\r\n"), 0);

    if (end < 0)
        fail_msg("%s/request.http has no blank line (CR LF)", folder);
    h->body = str_sub(all, (size_t)end + 4, all.n);
    h->headers = str_sub(all, 0, (size_t)end + 2);
    assert_true(str_split(&h->headers, '\n', &line));
    assert_true(str_split(&line, ' ', &h->method));
    assert_true(str_split(&line, ' ', &target));
    h->url = str_fmt(a, "https://calls.example.test%.*s", STR_ARG(target));
    if (str_find(target, STR("?"), 0) >= 0)
        str_split(&target, '?', &line);
    h->query = target;
}

static struct str outcome_of(struct arena *a, const struct provider *p, const struct hook *h)
{
    struct event_list list = {0};
    struct jw w = jw_new(a);
    /* A page that we asked for is proved by our asking. */
    const struct err *e = p->verify && !str_is(h->method, POLL_METHOD) ? p->verify(a, h) : NULL;

    if (!e)
        e = p->parse(a, h, &list);
    jw_open(&w, '{');
    if (e) {
        jw_key(&w, "error");
        jw_text(&w, str_of(e->code));
        jw_key(&w, "why");
        jw_text(&w, arena_why(a));
    } else {
        jw_key(&w, "events");
        jw_open(&w, '[');
        for (size_t i = 0; i < list.n; i++) {
            buf_char(&w.b, i ? ' ' : '\n');
            jw_raw(&w, event_encode(a, &list.v[i]));
            buf_char(&w.b, '\n');
        }
        jw_close(&w, ']');
        jw_key(&w, "skipped");
        jw_int(&w, (int64_t)list.skipped);
    }
    jw_close(&w, '}');
    buf_char(&w.b, '\n');
    return jw_done(&w);
}

static struct str canonical(struct arena *a, struct str json, const char *what)
{
    const struct json *tree;

    if (json_parse(a, json, &tree))
        fail_msg("%s: %.*s", what, STR_ARG(arena_why(a)));
    return json_canonical(a, tree);
}

static void write_file(const char *path, struct str s)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(s.p, 1, s.n, f), s.n);
    assert_int_equal(fclose(f), 0);
}

/* Every event an adapter makes must survive storing. */
static void check_round_trip(struct arena *a, const char *folder, struct str outcome)
{
    const struct json *tree, *events;

    assert_null(json_parse(a, outcome, &tree));
    events = json_get(tree, "events");
    for (size_t i = 0; i < json_count(events); i++) {
        struct str text = json_canonical(a, json_at(events, i));
        struct call_event ev;

        if (event_decode(a, text, &ev))
            fail_msg("%s: event %zu: %.*s", folder, i, STR_ARG(arena_why(a)));
        assert_true(str_eq(event_encode(a, &ev), text));
    }
}

static bool check_folder(const struct provider *p, const char *folder)
{
    struct arena *a = arena_new();
    struct hook h = {0};
    struct str now, got, want;
    bool same;

    read_request(a, folder, &h);
    assert_null(json_parse(a, need_file(a, folder, "settings.json"), &h.settings));
    if (read_file(a, str_c(a, str_fmt(a, "%s/now", folder)), &now))
        assert_true(time_parse(str_trim(now), &h.now));
    got = outcome_of(a, p, &h);
    if (getenv("PROVIDERS_WRITE"))
        write_file(str_c(a, str_fmt(a, "%s/events.json", folder)), got);
    check_round_trip(a, folder, got);
    got = canonical(a, got, folder);
    want = canonical(a, need_file(a, folder, "events.json"), folder);
    same = str_eq(got, want);
    if (!same)
        print_error("%s\n  want %.*s\n  got  %.*s\n", folder, STR_ARG(want), STR_ARG(got));
    arena_free(a);
    return same;
}

static int by_name(const void *x, const void *y)
{
    const char *const *a = x, *const *b = y;

    return strcmp(*a, *b);
}

static void check_provider(const struct provider *p, size_t least)
{
    struct arena *a = arena_new();
    const char *root = str_c(a, str_fmt(a, "%s/tests/providers/%s", RINGSIGHT_SOURCE_DIR, p->slug));
    const char *names[MAX_FOLDERS];
    size_t n = 0, bad = 0;
    struct dirent *entry;
    DIR *dir = opendir(root);

    assert_non_null(dir);
    while ((entry = readdir(dir)))
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' && n < MAX_FOLDERS)
            names[n++] = str_c(a, str_fmt(a, "%s/%s", root, entry->d_name));
    closedir(dir);
    qsort(names, n, sizeof *names, by_name);
    for (size_t i = 0; i < n; i++)
        bad += !check_folder(p, names[i]);
    if (bad)
        fail_msg("%zu of %zu folders of %s differ", bad, n, p->slug);
    assert_true(n >= least);
    arena_free(a);
}

static void recorded_deliveries(void **state)
{
    (void)state;
    crypto_init();
    for (const struct provider *const *p = providers; *p; p++)
        check_provider(*p, 12);
}

/* What the UCM kept while we were away comes in one go; more than the limit is refused. */
static void many_records(void **state)
{
    (void)state;
    crypto_init();
    for (size_t n = EVENT_MAX_PER_DELIVERY; n <= EVENT_MAX_PER_DELIVERY + 1; n++) {
        struct arena *a = arena_new();
        struct buf body = buf_new(a, MAX_FILE);
        struct event_list list = {0};
        struct hook h = {0};
        const struct err *e;

        for (size_t i = 0; i < n; i++)
            buf_fmt(&body, "{\"AcctId\":\"%zu\",\"session\":\"s-%zu\"}\n", i, i / 3);
        h.body = buf_str(&body);
        e = ucm_provider.parse(a, &h, &list);
        if (n == EVENT_MAX_PER_DELIVERY) {
            assert_null(e);
            assert_int_equal(list.n, n);
        } else {
            assert_ptr_equal(e, E_BAD_PAYLOAD);
        }
        arena_free(a);
    }
}

static void check_hostile(const struct provider *p, const char *unit)
{
    struct arena *a = arena_new();
    struct buf body = buf_new(a, 1u << 20);
    struct event_list list = {0};
    struct hook h = {0};

    while (!body.over)
        buf_add(&body, str_of(unit));
    h.body = buf_str(&body);
    if (p->parse(a, &h, &list))
        assert_true(arena_why(a).n > 0 && arena_why(a).n < 1000);
    assert_true(list.n <= EVENT_MAX_PER_DELIVERY);
    assert_true(arena_used(a) < 64u << 20);
    arena_free(a);
}

/* TRUST.md W4: hostile bodies cost memory in proportion to their size and no more. */
static void hostile_bodies(void **state)
{
    static const char *const units[] = {"[]", "{}\n", "[", "{\"a\":", "\"", "\\", "{\"cdr\":[]}",
                                        "[[],", "\xff", "{\"session\":\"1\"}", "a=%", "CallSid=1&"};

    (void)state;
    crypto_init();
    for (const struct provider *const *p = providers; *p; p++)
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
            check_hostile(*p, units[i]);
}

/* Only what differs in the secret may differ in the answer: no prefix, case or length passes. */
static void basic_credentials(void **state)
{
    static const struct {
        const char *user, *password;
        bool good;
    } cases[] = {
        {"pbx", "s:3cret", true}, {"pbx", "s:3cre", false},  {"pbx", "s:3crett", false},
        {"PBX", "s:3cret", false}, {"", "", false},          {"pbx", "", false},
        {"pbxs", ":3cret", false},
    };

    (void)state;
    crypto_init();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *a = arena_new();
        struct hook h = {0};
        struct str pair = str_fmt(a, "%s:%s", cases[i].user, cases[i].password);

        assert_null(json_parse(a, STR("{\"hook_username\":\"pbx\",\"hook_password\":\"s:3cret\"}"),
                               &h.settings));
        h.headers = str_fmt(a, "Host: a\r\naUTHORIZATION:  bASIC %.*s \r\n",
                            STR_ARG(crypto_base64(a, pair)));
        assert_int_equal(ucm_provider.verify(a, &h) == NULL, cases[i].good);
        arena_free(a);
    }
}

/* Every setting can be drawn: a label, a sentence, choices where it is a choice. */
static void settings_tables(void **state)
{
    (void)state;
    for (const struct provider *const *p = providers; *p; p++)
        for (const struct provider_setting *s = (*p)->settings; s->name; s++) {
            assert_true(s->label && s->label[0]);
            assert_true(s->doc && s->doc[strlen(s->doc) - 1] == '.');
            assert_int_equal(s->kind == SETTING_CHOICE, s->choices != NULL);
        }
}

const struct CMUnitTest providers_tests[] = {
    cmocka_unit_test(recorded_deliveries), cmocka_unit_test(many_records),
    cmocka_unit_test(hostile_bodies),      cmocka_unit_test(basic_credentials),
    cmocka_unit_test(settings_tables),
};
const size_t n_providers_tests = sizeof providers_tests / sizeof *providers_tests;
