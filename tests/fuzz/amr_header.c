/* libFuzzer target: files of bare frames, AMR of both bands and AAC, through the whole decode path.
 * The input's first byte says which; AAC must find its own frames. */
#include "decode_all.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const magic[] = {"#!AMR\n", "#!AMR-WB\n", ""};
    uint8_t copy[4096];
    size_t m;

    if (n < 1 || n > 4000)
        return 0;
    m = strlen(magic[data[0] % 3]);
    memcpy(copy, magic[data[0] % 3], m);
    memcpy(copy + m, data + 1, n - 1);
    fuzz_decode(copy, m + n - 1);
    return 0;
}
