/* A UCM delivery of any bytes: first line the time zone, the rest the body. Whatever is taken must
 * survive being stored and fold into a call; whatever is refused must say why. */
#include <stdlib.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "intake/calls/fold.h"
#include "providers/ucm/ucm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void settings_of(struct arena *a, struct str zone, struct hook *h)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "zone");
    jw_text(&w, zone);
    jw_close(&w, '}');
    if (json_parse(a, jw_done(&w), &h->settings))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str rest = str_n(data, size), zone = STR("");
    struct event_list list = {0};
    struct call_row row;
    struct hook h = {0};
    struct call_event back;

    crypto_init();
    if (size)
        str_split(&rest, '\n', &zone);
    settings_of(a, zone, &h);
    h.body = rest;
    if (ucm_provider.parse(a, &h, &list)) {
        if (!arena_why(a).n)
            abort();
    } else {
        for (size_t i = 0; i < list.n; i++) {
            struct str text = event_encode(a, &list.v[i]);
            if (event_decode(a, text, &back) || !str_eq(event_encode(a, &back), text))
                abort();
        }
        if (list.n)
            call_fold(a, list.v, list.n, &row);
    }
    arena_free(a);
    return 0;
}
