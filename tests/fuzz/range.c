/* Range header: a part always lies inside the body and is never empty. */
#include <stdlib.h>
#include <string.h>

#include "http/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t totals[] = {0, 1, 2, 500, 65536, INT64_MAX - 1, INT64_MAX};
    struct str s = str_n(data, size);
    char text[RANGE_TEXT];

    for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++) {
        struct range r = range_parse(s, totals[i]);
        if (r.kind == RANGE_PART && (r.first < 0 || r.first > r.last || r.last >= totals[i]))
            abort();
        if (r.kind != RANGE_PART && (r.first != 0 || r.last != 0))
            abort();
        if (range_content(r, totals[i], text).n >= RANGE_TEXT)
            abort();
    }
    (void)range_still_valid(s, STR("\"abc\""), STR("Sat, 21 Nov 2026 09:30:00 GMT"));
    if (etag_matches(s, STR("\"abc\"")) && size == 0)
        abort();
    return 0;
}
