/* JSON as it comes from outside: parsing never crashes, and what was taken is written and read back
 * to the same bytes. */
#include <stdlib.h>

#include "core/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new();
    struct str rest = str_n(data, n), text;
    const struct json *v, *again;

    while (rest.n && !json_parse_next(a, &rest, &v)) {
        text = json_canonical(a, v);
        if (json_kind(v) == J_REAL || str_find(text, STR("e"), 0) >= 0)
            continue; /* numbers near the ends of a double may be written longer than they came */
        if (json_parse(a, text, &again) || !str_eq(text, json_canonical(a, again)))
            abort();
    }
    arena_free(a);
    return 0;
}
