/* libFuzzer target: MP3 and whatever else the bytes look like (ID3 tags, Ogg, FLAC) through
 * sniffing, demuxer, decoder, resampler and meter. */
#include "decode_all.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_decode(data, n);
    return 0;
}
