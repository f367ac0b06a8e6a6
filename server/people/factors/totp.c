/* Codes of authenticator apps. Knows no database and no HTTP. */
#include "people/factors/inner.h"

#include <liboath/oath.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/time.h"

#define DIGITS 6

static void start(void)
{
    if (oath_init() != OATH_OK)
        abort();
}

static void ready(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, start);
}

static bool is_code_of(struct str seed, int64_t step, struct str code)
{
    char made[DIGITS + 1];

    return oath_hotp_generate(seed.p, seed.n, (uint64_t)step, DIGITS, false, OATH_HOTP_DYNAMIC_TRUNCATION, made) == OATH_OK &&
           crypto_eq(str_n(made, DIGITS), code);
}

int64_t totp_step(struct str seed, struct str code, int64_t now)
{
    int64_t step = now / TIME_S / TOTP_STEP_S, found = -1;
    char digits[DIGITS];
    size_t n = 0;

    for (size_t i = 0; i < code.n; i++) {
        if (code.p[i] == ' ')
            continue;
        if (n == DIGITS || code.p[i] < '0' || code.p[i] > '9')
            return -1;
        digits[n++] = code.p[i];
    }
    if (n != DIGITS)
        return -1;
    ready();
    /* All three, and the latest counts, were two the same. */
    for (int64_t at = step > 0 ? step - 1 : 0; at <= step + 1; at++)
        if (is_code_of(seed, at, str_n(digits, DIGITS)))
            found = at;
    return found;
}

struct str totp_base32(struct arena *a, struct str bytes)
{
    char *text = NULL;
    size_t n = 0;
    struct str out;

    ready();
    if (oath_base32_encode(bytes.p, bytes.n, &text, &n) != OATH_OK)
        abort();
    while (n && text[n - 1] == '=')
        n--;
    out = str_dup(a, str_n(text, n));
    crypto_wipe(text, n);
    free(text);
    return out;
}

/* Key Uri Format of Google Authenticator, which other apps read too. */
struct str totp_uri(struct arena *a, struct str label, struct str base32)
{
    struct buf b = buf_new(a, 4096);

    buf_add(&b, STR("otpauth://totp/Ringsight:"));
    for (size_t i = 0; i < label.n; i++) {
        unsigned char c = (unsigned char)label.p[i];
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_')
            buf_char(&b, (char)c);
        else
            buf_fmt(&b, "%%%02X", c);
    }
    buf_fmt(&b, "?secret=%.*s&issuer=Ringsight&algorithm=SHA1&digits=%d&period=%d", STR_ARG(base32), DIGITS, TOTP_STEP_S);
    return buf_str(&b);
}
