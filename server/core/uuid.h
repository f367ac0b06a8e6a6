/* UUID version 7 (RFC 9562 section 5.7): 48 bits of milliseconds, then random. */
#ifndef RINGSIGHT_CORE_UUID_H
#define RINGSIGHT_CORE_UUID_H

#include "core/str.h"

struct uuid {
    uint8_t b[16];
};

#define UUID_TEXT 37

struct uuid uuid_new(void);
bool uuid_is_zero(struct uuid u);
bool uuid_eq(struct uuid a, struct uuid b);
/* Lower-case text with hyphens and a closing NUL. */
struct str uuid_text(struct uuid u, char out[UUID_TEXT]);
/* Takes the hyphenated form in either case; false and untouched otherwise. */
bool uuid_parse(struct str s, struct uuid *ret);

#endif
