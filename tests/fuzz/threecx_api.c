/* Answers of 3CX's token endpoint and XAPI, of any bytes, and names of recordings as they come back
 * from storage. */
#include <stdlib.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "core/time.h"
#include "providers/threecx/threecx_api.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str text = str_n(data, size), name = STR(""), rest = text, first;
    struct threecx_wanted wanted = {.start = 1785748500, .end = 1785748689, .agent = STR("1001"),
                                    .number = STR("+442079460101")};
    struct threecx_token token;
    int64_t id;
    size_t n;

    crypto_init();
    if (size && str_split(&rest, '\n', &name) && threecx_wanted_read(name, &wanted))
        if (!threecx_find_url(a, STR("https://pbx.example.test"), &wanted).n)
            abort();
    if (!threecx_token_read(a, text, 0, &token) && (!token.token.n || token.expires_at <= 0))
        abort();
    if (!threecx_page_read(a, text, &n, &first) && (n > 0) != (first.n > 0))
        abort();
    if (!threecx_find_read(a, rest.p ? rest : text, &wanted, &id) && id < 0)
        abort();
    if (threecx_error_text(a, text).n > 1000)
        abort();
    arena_free(a);
    return 0;
}
