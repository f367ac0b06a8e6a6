/* libFuzzer target: a spreadsheet as it lies beside recordings, archive and all. */
#include "media/child/package.h"
#include "xlsx_lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_lines l = {0};

    if (package_read(data, n, fuzz_put, &l) >= WIRE_REASONS)
        abort();
    return 0;
}
