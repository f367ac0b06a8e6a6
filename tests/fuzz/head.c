/* The strict head check against libh2o's own parser: what the check accepts, the library must read
 * as exactly the same bytes and the same number of headers; what it refuses must come out as the
 * marker. */
#include <stdlib.h>
#include <string.h>

#include "http/strict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct phr_header headers[100];
    const char *method, *path, *bytes = (const char *)data;
    size_t method_n, path_n, n = 100;
    const char *fault;
    int minor, ret;

    if (size == 0 || size > 200000)
        return 0;
    fault = strict_head_fault((struct str){bytes, size});
    ret =
        phr_parse_request(bytes, size, &method, &method_n, &path, &path_n, &minor, headers, &n, 0);
    if (ret == -1)
        abort();
    if (!fault && (ret != (int)size || strict_is_fault(method)))
        abort();
    if (ret >= 0 && strict_is_fault(method) &&
        (ret != (int)size || n != 0 || minor != 0 || !strict_fault_reason(method)))
        abort();
    if (ret >= 0 && !strict_is_fault(method)) {
        if (strict_head_fault((struct str){bytes, (size_t)ret}))
            abort();
        for (size_t i = 0; i < n; i++)
            if (headers[i].name_len == 0 || memchr(headers[i].value, '\r', headers[i].value_len))
                abort();
    }
    return 0;
}
