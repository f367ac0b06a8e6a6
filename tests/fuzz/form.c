/* A form of any bytes: first line the content type, the rest the body. All readers see it; whatever
 * is refused must say why, and every value must be fit for an event once it is cleaned. */
#include <stdlib.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "providers/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct arena *a, const struct err *e, const struct form *f)
{
    if (e && !arena_why(a).n)
        abort();
    if (f->n > FORM_MAX_FIELDS)
        abort();
    for (size_t i = 0; i < f->n; i++) {
        struct str clean = event_text(a, f->v[i].value, EVENT_MAX_TEXT);
        if (clean.n > EVENT_MAX_TEXT || !str_utf8(clean) || !str_utf8(event_key(a, f->v[i].name)))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str rest = str_n(data, size), type = STR("");
    struct form one = {0}, two = {0}, three = {0}, four = {0};
    struct hook h = {.method = STR("POST")};

    crypto_init();
    if (size)
        str_split(&rest, '\n', &type);
    check(a, form_urlencoded(a, rest, &one), &one);
    check(a, form_multipart(a, type, rest, &two), &two);
    check(a, form_json(a, rest, &three), &three);
    h.headers = str_fmt(a, "Content-Type: %.*s\r\n", STR_ARG(type));
    h.body = rest;
    check(a, form_of_hook(a, &h, &four), &four);
    arena_free(a);
    return 0;
}
