/* What people type in the second step: a code of the app, a recovery code. Whatever the bytes, a code is that of a step
 * near, and a recovery code's dashes, blanks and case do not matter. */
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "people/factors/inner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct uuid account = {{7}};
    struct str s = str_n(data, size), seed = STR("12345678901234567890");
    int64_t now = 1111111111 * TIME_S, step = totp_step(seed, s, now);
    struct arena *a = arena_new();
    struct hash one, two;
    struct qr qr;

    if (step != -1 && llabs(step - now / TIME_S / 30) > 1)
        abort();
    one = recovery_hash(a, account, s);
    two = recovery_hash(a, account, str_lower(a, s));
    if (memcmp(one.b, two.b, sizeof one.b) != 0)
        abort();
    if (size < 200 && qr_make(a, totp_uri(a, s, STR("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")), &qr) == NULL && (qr.size < 21 || !qr.path.n))
        abort();
    arena_free(a);
    return 0;
}
