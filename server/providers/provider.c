/* What all adapters need of a delivery: headers, Basic credentials, settings. Pure; reads the raw
 * header block as it was stored, so it must bear any bytes. */
#include "providers/provider.h"

#include "core/crypto.h"

struct str hook_header(const struct hook *h, const char *name)
{
    struct str rest = h->headers, line;

    while (str_split(&rest, '\n', &line)) {
        struct str key;
        if (!str_split(&line, ':', &key) || !line.p)
            continue;
        if (str_case_eq(key, str_of(name)))
            return str_trim(line);
    }
    return STR_NONE;
}

bool hook_basic(struct arena *a, const struct hook *h, struct str *ret_user,
                struct str *ret_password)
{
    struct str value = hook_header(h, "authorization"), plain, user;

    if (value.n < 6 || !str_case_eq(str_sub(value, 0, 6), STR("basic ")))
        return false;
    if (!crypto_unbase64(a, str_trim(str_sub(value, 6, value.n)), &plain))
        return false;
    if (!str_split(&plain, ':', &user) || !plain.p) /* the password may hold colons */
        return false;
    *ret_user = user;
    *ret_password = plain;
    return true;
}

struct str hook_setting(const struct hook *h, const char *name)
{
    return json_text(h->settings, name);
}
