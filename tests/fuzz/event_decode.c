/* Stored event texts, one a line: what decodes must encode to a text that decodes to itself, and
 * the events of all lines must fold to the same bytes forwards and backwards. */
#include <stdlib.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "intake/calls/fold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_EVENTS 64

static struct str folded(struct arena *a, const struct call_event *v, size_t n)
{
    struct call_row row;

    call_fold(a, v, n, &row);
    return call_row_json(a, &row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str rest = str_n(data, size), line;
    struct call_event v[MAX_EVENTS], reversed[MAX_EVENTS], back;
    size_t n = 0;

    crypto_init();
    while (size && n < MAX_EVENTS && str_split(&rest, '\n', &line)) {
        struct str text;
        if (event_decode(a, line, &v[n]))
            continue;
        text = event_encode(a, &v[n]);
        if (event_decode(a, text, &back) || !str_eq(event_encode(a, &back), text))
            abort();
        n++;
    }
    for (size_t i = 0; i < n; i++)
        reversed[i] = v[n - 1 - i];
    if (n && !str_eq(folded(a, v, n), folded(a, reversed, n)))
        abort();
    arena_free(a);
    return 0;
}
