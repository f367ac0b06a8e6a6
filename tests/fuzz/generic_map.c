/* A field map and a delivery, both of any bytes: the map is what stands before the first blank line,
 * then the header block, then the body. A map that was never checked must be borne too, for previews
 * run it. What comes out must survive being stored. */
#include <stdlib.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "intake/calls/fold.h"
#include "providers/generic/generic_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str part(struct str *rest)
{
    ptrdiff_t blank = str_find(*rest, STR("\n\n"), 0);
    struct str head = blank < 0 ? *rest : str_sub(*rest, 0, (size_t)blank);

    *rest = blank < 0 ? STR("") : str_sub(*rest, (size_t)blank + 2, rest->n);
    return head;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str rest = str_n(data, size), text = part(&rest);
    struct hook h = {.method = STR("POST"), .query = STR("a=1"), .headers = part(&rest)};
    struct event_list list = {0};
    const struct json *map;
    struct call_row row;
    struct call_event back;

    crypto_init();
    h.body = rest;
    if (!json_parse(a, text, &map)) {
        if (generic_map_check(a, map) && !arena_why(a).n)
            abort();
        if (!str_utf8(generic_map_preview(a, map, &h)))
            abort();
        arena_set_why(a, STR(""));
        if (generic_map_run(a, map, &h, &list, NULL) && !arena_why(a).n)
            abort();
        for (size_t i = 0; i < list.n; i++) {
            struct str json = event_encode(a, &list.v[i]);
            if (event_decode(a, json, &back) || !str_eq(event_encode(a, &back), json))
                abort();
        }
        if (list.n)
            call_fold(a, list.v, list.n, &row);
    }
    arena_free(a);
    return 0;
}
