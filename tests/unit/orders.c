/* d1-11, TRUST.md W3: of each provider's recorded deliveries, the events of its richest call (the one
 * with the most) come in one thousand random orders, each once to three times, and give one row, byte
 * for byte; those of every other call in fifty. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/crypto.h"
#include "core/json.h"
#include "intake/calls/fold.h"

#define MAX_FILE (4u << 20)
#define MAX_EVENTS 4096
#define MOST 512 /* of one call that are shuffled */
#define ORDERS 1000
#define ORDERS_OF_OTHERS 50

struct told {
    size_t n;
    struct call_event v[MAX_EVENTS];
};

static uint64_t dice = 0x9e3779b97f4a7c15u;

static size_t roll(size_t sides)
{
    dice ^= dice >> 12;
    dice ^= dice << 25;
    dice ^= dice >> 27;
    return (size_t)((dice * 2685821657736338717u) >> 33) % sides;
}

static void read_delivery(struct arena *a, const char *path, struct told *told)
{
    FILE *f = fopen(path, "rb");
    const struct json *tree, *events;
    char *text;
    size_t n;

    if (!f)
        return;
    text = arena_alloc(a, MAX_FILE);
    n = fread(text, 1, MAX_FILE, f);
    fclose(f);
    assert_null(json_parse(a, str_n(text, n), &tree));
    events = json_get(tree, "events");
    for (size_t i = 0; i < json_count(events) && told->n < MAX_EVENTS; i++)
        if (event_decode(a, json_canonical(a, json_at(events, i)), &told->v[told->n++]))
            fail_msg("%s: %.*s", path, STR_ARG(arena_why(a)));
}

static void read_provider(struct arena *a, const char *slug, struct told *told)
{
    struct str folder = str_fmt(a, "%s/tests/providers/%s", RINGSIGHT_SOURCE_DIR, slug);
    DIR *d = opendir(str_c(a, folder));
    struct dirent *entry;

    if (!d)
        fail_msg("%.*s is missing", STR_ARG(folder));
    while (d && (entry = readdir(d)))
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
            read_delivery(a, str_c(a, str_fmt(a, "%.*s/%s/events.json", STR_ARG(folder),
                                              entry->d_name)), told);
    closedir(d);
}

static int by_key(const void *x, const void *y)
{
    const struct str *a = &((const struct call_event *)x)->call_key;
    const struct str *b = &((const struct call_event *)y)->call_key;
    size_t n = a->n < b->n ? a->n : b->n;
    int order = memcmp(a->p, b->p, n);

    return order ? order : (a->n > b->n) - (a->n < b->n);
}

static struct str fold(struct arena *a, const struct call_event *v, size_t n)
{
    struct call_row row;

    call_fold(a, v, n, &row);
    return call_row_json(a, &row);
}

static void shuffle(const char *slug, const struct call_event *of, size_t n, int orders)
{
    struct arena *keep = arena_new();
    struct str first = fold(keep, of, n);
    struct call_event *v = ARENA_ARRAY(keep, 3 * n, struct call_event);

    for (int k = 0; k < orders; k++) {
        struct arena *a = arena_new();
        size_t m = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t copies = 1 + roll(3); copies > 0; copies--)
                v[m++] = of[i];
        for (size_t i = m; i > 1; i--) {
            size_t j = roll(i);
            struct call_event swap = v[i - 1];
            v[i - 1] = v[j];
            v[j] = swap;
        }
        if (!str_eq(fold(a, v, m), first))
            fail_msg("%s, order %d of %.*s differs:\n%.*s", slug, k, STR_ARG(of->call_key),
                     STR_ARG(first));
        arena_free(a);
    }
    arena_free(keep);
}

/* At least `least` events must be told of the richest call, or the test would prove little. */
static void check(const char *slug, size_t least)
{
    struct arena *a = arena_new();
    struct told *told = ARENA_NEW(a, struct told);
    size_t end, from = 0, most = 0;

    crypto_init();
    read_provider(a, slug, told);
    qsort(told->v, told->n, sizeof *told->v, by_key);
    for (size_t i = 0; i < told->n; i = end) {
        for (end = i + 1; end < told->n && str_eq(told->v[end].call_key, told->v[i].call_key);)
            end++;
        if (end - i > most && end - i <= MOST) {
            from = i;
            most = end - i;
        }
        if (end - i > 1 && end - i <= MOST)
            shuffle(slug, told->v + i, end - i, ORDERS_OF_OTHERS);
    }
    if (most < least)
        fail_msg("%s: the richest call has %zu events, %zu are wanted", slug, most, least);
    shuffle(slug, told->v + from, most, ORDERS);
    arena_free(a);
}

static void d1_11_ucm_in_1000_orders(void **state)
{
    (void)state;
    check("ucm", 5);
}

static void d1_11_exotel_in_1000_orders(void **state)
{
    (void)state;
    check("exotel", 5);
}

static void d1_11_twilio_in_1000_orders(void **state)
{
    (void)state;
    check("twilio", 5);
}

static void d1_11_3cx_in_1000_orders(void **state)
{
    (void)state;
    check("3cx", 3);
}

static void d1_11_asterisk_in_1000_orders(void **state)
{
    (void)state;
    check("asterisk", 3);
}

static void d1_11_generic_in_1000_orders(void **state)
{
    (void)state;
    check("generic", 3);
}

const struct CMUnitTest orders_tests[] = {
    cmocka_unit_test(d1_11_ucm_in_1000_orders),    cmocka_unit_test(d1_11_exotel_in_1000_orders),
    cmocka_unit_test(d1_11_twilio_in_1000_orders), cmocka_unit_test(d1_11_3cx_in_1000_orders),
    cmocka_unit_test(d1_11_asterisk_in_1000_orders), cmocka_unit_test(d1_11_generic_in_1000_orders),
};
const size_t n_orders_tests = sizeof orders_tests / sizeof *orders_tests;
