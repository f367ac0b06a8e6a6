/* A whole request as fuzz input, the form of tests/providers/<provider>/NNN/request.http, and what
 * holds for every provider: what is refused says why, and what is taken survives being stored and
 * folds into a call. Included by the providers' targets. */
#ifndef RINGSIGHT_TESTS_FUZZ_HOOK_BYTES_H
#define RINGSIGHT_TESTS_FUZZ_HOOK_BYTES_H

#include <stdlib.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "intake/calls/fold.h"
#include "providers/provider.h"

/* Request line, header lines, blank line, body; whatever is missing is empty. */
static void hook_from_bytes(struct arena *a, const uint8_t *data, size_t size, struct hook *h)
{
    struct str all = str_n(data, size), line = STR(""), target;
    ptrdiff_t blank = str_find(all, STR("\r\n\r\n"), 0);

    h->headers = blank < 0 ? all : str_sub(all, 0, (size_t)blank + 2);
    h->body = blank < 0 ? STR("") : str_sub(all, (size_t)blank + 4, size);
    if (size)
        str_split(&h->headers, '\n', &line);
    if (!h->headers.p)
        h->headers = STR("");
    h->method = str_starts(line, STR("GET ")) ? STR("GET") : STR("POST");
    str_split(&line, ' ', &target);
    target = STR("");
    str_split(&line, ' ', &target);
    h->url = str_fmt(a, "https://calls.example.test%.*s", STR_ARG(target));
    line = STR("");
    str_split(&target, '?', &line);
    h->query = target.p ? target : STR("");
}

static void check_hook(const struct provider *p, struct arena *a, const struct hook *h)
{
    struct event_list list = {0};
    struct call_event back;
    struct call_row row;

    if (p->verify && p->verify(a, h) && !arena_why(a).n)
        abort();
    if (p->parse(a, h, &list)) {
        if (!arena_why(a).n)
            abort();
        return;
    }
    for (size_t i = 0; i < list.n; i++) {
        struct str text = event_encode(a, &list.v[i]);
        if (event_decode(a, text, &back) || !str_eq(event_encode(a, &back), text))
            abort();
        if (!str_utf8(list.v[i].call_key))
            abort();
    }
    if (list.n)
        call_fold(a, list.v, list.n, &row);
}

#endif
