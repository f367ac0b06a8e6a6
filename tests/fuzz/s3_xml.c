/* The answers of a bucket: another company's bytes. */
#include <stdlib.h>
#include <string.h>

#include "net/s3.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str xml = str_n(data, size), part;
    size_t at = 0, in;

    while ((part = s3_xml(a, xml, "Contents", &at)).p) {
        in = 0;
        if (s3_xml(a, part, "Key", &in).n > size || in > part.n)
            abort();
    }
    arena_free(a);
    return 0;
}
