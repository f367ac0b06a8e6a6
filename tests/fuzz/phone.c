/* A number of any bytes, read in the region of its first two. What comes out is E.164, comes out
 * again when read anywhere, and is alike to what was sent if that was digits. */
#include <stdlib.h>

#include "core/phone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
    if (!held)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str all = str_n(data, size), region = str_sub(all, 0, 2), sent = str_sub(all, 2, size);
    struct str e164, again;
    enum phone_kind kind = phone_normal(a, sent, region, &e164);

    must((kind == PHONE_E164) == (e164.n > 0));
    if (kind == PHONE_E164) {
        must(e164.p[0] == '+' && e164.n > 2 && e164.n <= 20);
        for (size_t i = 1; i < e164.n; i++)
            must(e164.p[i] >= '0' && e164.p[i] <= '9');
        must(phone_normal(a, e164, STR("ZZ"), &again) == PHONE_E164 && str_eq(e164, again));
    }
    (void)phone_alike(sent, e164);
    (void)phone_region_of_zone(a, sent);
    arena_free(a);
    return 0;
}
