/* A generic delivery of any bytes, header block, blank line and body: the signature check and the
 * form. Whatever is taken must survive being stored; whatever is refused must say why. */
#include <stdlib.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "intake/calls/fold.h"
#include "providers/generic/generic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECRET "{\"secret\":\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"}"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str all = str_n(data, size);
    ptrdiff_t blank = str_find(all, STR("\r\n\r\n"), 0);
    struct event_list list = {0};
    struct call_row row;
    struct hook h = {.now = INT64_C(1785748530) * TIME_S};
    struct call_event back;

    crypto_init();
    h.headers = blank < 0 ? STR("") : str_sub(all, 0, (size_t)blank + 2);
    h.body = blank < 0 ? all : str_sub(all, (size_t)blank + 4, size);
    if (json_parse(a, STR(SECRET), &h.settings))
        abort();
    if (generic_provider.verify(a, &h) && !arena_why(a).n)
        abort();
    if (generic_parse(a, &h, &list)) {
        if (!arena_why(a).n)
            abort();
    } else {
        for (size_t i = 0; i < list.n; i++) {
            struct str text = event_encode(a, &list.v[i]);
            if (event_decode(a, text, &back) || !str_eq(event_encode(a, &back), text))
                abort();
        }
        if (list.n)
            call_fold(a, list.v, list.n, &row);
    }
    arena_free(a);
    return 0;
}
