/* An Exotel callback of any bytes, query and body. */
#include "tests/fuzz/hook_bytes.h"

#include "providers/exotel/exotel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct hook h = {0};

    crypto_init();
    hook_from_bytes(a, data, size, &h);
    check_hook(&exotel_provider, a, &h);
    arena_free(a);
    return 0;
}
