/* A JSON document, alone and as a row of documents: what parses must print to a text that parses
 * to the same bytes, and reading any of it must not fail. */
#include <stdlib.h>

#include "core/arena.h"
#include "core/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(struct arena *a, const struct json *v)
{
    struct str key;
    const struct json *value;
    void *it = NULL;

    for (size_t i = 0; json_kind(v) == J_LIST && i < json_count(v); i++)
        read_all(a, json_at(v, i));
    if (json_kind(v) != J_OBJECT)
        return;
    while (json_next(v, &it, &key, &value)) {
        (void)json_int(v, str_c(a, key), 0);
        (void)json_number(v, str_c(a, key), 0);
        read_all(a, value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str rest = str_n(data, size), text;
    const struct json *tree, *again;

    if (!json_parse(a, rest, &tree)) {
        read_all(a, tree);
        text = json_canonical(a, tree);
        if (json_parse(a, text, &again) || !str_eq(json_canonical(a, again), text))
            abort();
    }
    for (int i = 0; i < 64 && rest.n && !json_parse_next(a, &rest, &tree); i++)
        read_all(a, tree);
    arena_free(a);
    return 0;
}
