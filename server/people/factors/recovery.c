/* Recovery codes. Knows no database and no HTTP. */
#include "people/factors/inner.h"

#define GROUP 4
#define LETTERS 24 /* of 15 bytes in base32 */

struct str recovery_new(struct arena *a)
{
    struct buf b = buf_new(a, LETTERS * 2);
    char bytes[RECOVERY_BYTES];
    struct str text;

    crypto_random(bytes, sizeof bytes);
    text = totp_base32(a, str_n(bytes, sizeof bytes));
    for (size_t i = 0; i < text.n; i++) {
        if (i && i % GROUP == 0)
            buf_char(&b, '-');
        buf_char(&b, text.p[i]);
    }
    return buf_str(&b);
}

struct hash recovery_hash(struct arena *a, struct uuid account, struct str code)
{
    struct buf b = buf_new(a, UUID_TEXT + 64);
    char text[UUID_TEXT];

    buf_add(&b, uuid_text(account, text));
    buf_char(&b, '|');
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        if (c == '-' || c == ' ')
            continue;
        buf_char(&b, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
    return crypto_sha256(buf_str(&b));
}
