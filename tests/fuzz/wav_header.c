/* libFuzzer target: WAV files through sniffing, demuxer, decoder, resampler and meter. The magic is
 * put in place so that no run is spent on guessing it. */
#include "decode_all.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    uint8_t copy[4096];

    if (n < 12 || n > sizeof copy)
        return 0;
    memcpy(copy, data, n);
    memcpy(copy, n % 16 == 15 ? "RF64" : "RIFF", 4);
    memcpy(copy + 8, "WAVE", 4);
    fuzz_decode(copy, n);
    return 0;
}
