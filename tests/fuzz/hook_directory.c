/* The snapshot of the hook addresses: any bytes are taken or refused without harm, and what is taken
 * is the same when it is written again. */
#include <stdlib.h>

#include "intake/directory/directory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str in = str_n(data, size);
    struct door *v;
    size_t n;

    if (directory_unpack(a, in, &v, &n)) {
        struct str again = directory_pack(a, v, n);
        struct door *w;
        size_t m;
        if (!directory_unpack(a, again, &w, &m) || m != n || again.n != size)
            abort();
    }
    arena_free(a);
    return 0;
}
