/* A key set (the first line) and a token of any bytes: whatever is refused must say why, nothing that was not signed by a
 * key of the set may hold; and claims as the sign-in reads them, of the token's own middle part. */
#include <stdlib.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "core/jwt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(struct arena *a, struct str token, const struct jwt_keys *keys, enum jwt_kind kind)
{
    struct jwt_want want = {kind, STR("https://id.example.com"), STR("ringsight"), STR("n-1"), 1800000000};
    const struct json *claims = NULL;
    const struct err *e = jwt_verify(a, token, keys, &want, &claims);

    if ((e == NULL) != (claims != NULL) || (e && !arena_why(a).n) || (!e && !keys->n))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str rest = str_n(data, size), line = STR("");
    struct jwt_keys *keys = ARENA_NEW(a, struct jwt_keys);
    const struct json *set;
    struct str bytes;

    crypto_init();
    if (size)
        str_split(&rest, '\n', &line);
    if (!json_parse(a, line, &set) && jwt_keys_parse(a, set, keys) && !arena_why(a).n)
        abort();
    if (keys->n > JWT_KEYS_MAX)
        abort();
    look(a, rest, keys, JWT_ID);
    look(a, rest, keys, JWT_LOGOUT);
    if (crypto_unbase64url(a, rest, &bytes) && !str_eq(crypto_base64url(a, bytes), rest))
        abort(); /* one spelling for the same bytes */
    arena_free(a);
    return 0;
}
