/* libFuzzer target: WebM and other Matroska files through the whole decode path. The magic is put
 * in place so that no run is spent on guessing it. */
#include "decode_all.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    uint8_t copy[4096];

    if (n < 4 || n > sizeof copy)
        return 0;
    memcpy(copy, data, n);
    memcpy(copy, "\x1a\x45\xdf\xa3", 4);
    fuzz_decode(copy, n);
    return 0;
}
