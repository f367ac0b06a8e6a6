/* What 3CX sends, of any bytes: the first byte says which way in it comes (template, CDR lines, call
 * log), then up to two lines are the CDR fields and their time zone, the rest is the body. Whatever
 * is taken must survive being stored and fold into a call; whatever is refused must say why. */
#include <stdlib.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "intake/calls/fold.h"
#include "net/poll.h"
#include "providers/threecx/threecx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void settings_of(struct arena *a, struct str from, struct str *rest, struct hook *h)
{
    static const char *const names[] = {"cdr_fields", "cdr_zone"};
    struct jw w = jw_new(a);
    struct str line;

    jw_open(&w, '{');
    jw_key(&w, "calls_from");
    jw_text(&w, from);
    jw_key(&w, "recordings");
    jw_text(&w, STR("fetch"));
    for (size_t i = 0; str_is(from, "cdr") && i < 2 && str_split(rest, '\n', &line); i++) {
        jw_key(&w, names[i]);
        jw_text(&w, line);
    }
    jw_close(&w, '}');
    if (json_parse(a, jw_done(&w), &h->settings))
        abort();
}

static void check(struct arena *a, const struct hook *h)
{
    struct event_list list = {0};
    struct call_event back;
    struct call_row row;

    if (threecx_provider.parse(a, h, &list)) {
        if (!arena_why(a).n)
            abort();
        return;
    }
    for (size_t i = 0; i < list.n; i++) {
        struct str text = event_encode(a, &list.v[i]);
        if (event_decode(a, text, &back) || !str_eq(event_encode(a, &back), text))
            abort();
    }
    if (list.n)
        call_fold(a, list.v, list.n, &row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const methods[] = {"POST", THREECX_CDR_METHOD, POLL_METHOD};
    static const char *const from[] = {"template", "cdr", "calllog"};
    struct arena *a = arena_new();
    struct str rest = str_n(data, size);
    struct hook h = {.query = STR("page=log"), .headers = STR("")};
    size_t way;

    crypto_init();
    if (size) {
        way = (size_t)data[0] % 3;
        rest = str_sub(rest, 1, rest.n);
        settings_of(a, str_of(from[way]), &rest, &h);
        h.method = str_of(methods[way]);
        h.body = rest.p ? rest : STR("");
        check(a, &h);
    }
    arena_free(a);
    return 0;
}
