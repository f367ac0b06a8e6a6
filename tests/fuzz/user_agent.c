/* What a browser calls itself. Whatever the bytes, what is shown of it is a few words of ours: none of the client's own
 * get through. */
#include <stdlib.h>

#include "people/sessions/inner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str words = device_words(a, str_n(data, size));

    if (!words.n || words.n > 40)
        abort();
    for (size_t i = 0; i < words.n; i++) {
        char c = words.p[i];
        if (!(c == ' ' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
            abort();
    }
    arena_free(a);
    return 0;
}
