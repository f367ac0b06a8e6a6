/* Reading the Cookie header (RFC 6265 section 4.2). Pure. */
#ifndef RINGSIGHT_HTTP_COOKIE_H
#define RINGSIGHT_HTTP_COOKIE_H

#include "core/str.h"

#define COOKIE_HEADER_MAX 8192
#define COOKIE_PAIRS_MAX 64
#define COOKIE_VALUE_MAX 512

enum cookie_result {
    COOKIE_MISSING = 0,
    COOKIE_FOUND,
    COOKIE_DOUBLED, /* the name stands twice: a neighbour host may have planted one; trust none */
    COOKIE_BAD      /* beyond the limits, or a byte that no cookie value has */
};

/* Looks for `name` in `header` (several Cookie headers joined by "; "; STR_NONE if there is none).
 * *ret_value is set for COOKIE_FOUND only and points into the header. */
enum cookie_result cookie_get(struct str header, const char *name, struct str *ret_value);

#endif
