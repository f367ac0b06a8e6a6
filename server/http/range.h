/* Range and conditional requests (RFC 9110 sections 13 and 14). Pure. */
#ifndef RINGSIGHT_HTTP_RANGE_H
#define RINGSIGHT_HTTP_RANGE_H

#include "core/str.h"

enum range_kind {
    RANGE_WHOLE = 0, /* answer 200 with everything */
    RANGE_PART,      /* answer 206 with first..last */
    RANGE_OUTSIDE    /* answer 416 with Content-Range: bytes * / total */
};

struct range {
    enum range_kind kind;
    int64_t first, last; /* both inclusive, only for RANGE_PART */
};

/* Reads a Range header (STR_NONE if missing) for a body of `total` bytes. Another unit, a malformed
 * value and several ranges are ignored, as section 14.2 allows: the whole body is always right. */
struct range range_parse(struct str header, int64_t total);

#define RANGE_TEXT 80
/* The value of Content-Range: "bytes 0-499/1234" or "bytes * / 1234" without the blanks. */
struct str range_content(struct range r, int64_t total, char out[RANGE_TEXT]);

/* Whether If-Range (STR_NONE if missing) still lets the Range count: the same strong ETag, or the
 * very Last-Modified date we sent (STR_NONE if we send none). Otherwise the whole body goes out. */
bool range_still_valid(struct str if_range, struct str etag, struct str last_modified);

/* Whether If-None-Match names `etag` (with its quotes) or is "*"; weak comparison. */
bool etag_matches(struct str if_none_match, struct str etag);

enum accept_encoding { ACCEPT_GZIP = 1, ACCEPT_BR = 2 };
/* The set of our encodings that Accept-Encoding allows, q=0 excluded, "*" understood. STR_NONE and
 * anything beyond 1 KB allow none. */
unsigned accept_encodings(struct str header);

#endif
