/* libFuzzer target: MP4, M4A and 3GP files through the whole decode path. The first box's name is
 * put in place so that no run is spent on guessing it. */
#include "decode_all.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    uint8_t copy[4096];

    if (n < 8 || n > sizeof copy)
        return 0;
    memcpy(copy, data, n);
    memcpy(copy + 4, "ftyp", 4);
    fuzz_decode(copy, n);
    return 0;
}
