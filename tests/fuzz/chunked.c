/* The chunk decoder: any cut of the input gives the same verdict, data and rest, and decoded data
 * put back into chunks decodes to itself. The first byte says where to cut. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/strict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char whole[65536], part[65536], out[65536], again[65536 + 64];

static void decode_whole(const char *bytes, size_t n, ssize_t *ret_left, size_t *ret_n)
{
    struct phr_chunked_decoder d = {.consume_trailer = 1};

    memcpy(whole, bytes, n);
    *ret_n = n;
    *ret_left = phr_decode_chunked(&d, whole, ret_n);
    if (*ret_n > n || (*ret_left >= 0 && *ret_n + (size_t)*ret_left > n))
        abort();
}

static void decode_in_parts(const char *bytes, size_t n, size_t step, ssize_t left, size_t data)
{
    struct phr_chunked_decoder d = {.consume_trailer = 1};
    size_t got = 0, fed = 0;
    ssize_t ret = -2;

    while (fed < n && ret == -2) {
        size_t m = n - fed < step ? n - fed : step;
        memcpy(part, bytes + fed, m);
        fed += m;
        ret = phr_decode_chunked(&d, part, &m);
        memcpy(out + got, part, m);
        got += m;
    }
    if (ret >= 0)
        ret += (ssize_t)(n - fed);
    if (ret != left || (ret != -1 && (got != data || memcmp(out, whole, data) != 0)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data + 1;
    size_t n, kept, len;
    ssize_t left;

    if (size < 2 || size > 60000)
        return 0;
    n = size - 1;
    decode_whole(bytes, n, &left, &kept);
    decode_in_parts(bytes, n, (size_t)data[0] + 1, left, kept);
    if (left < 0 || kept == 0)
        return 0;
    len = (size_t)snprintf(again, sizeof(again), "%zx\r\n", kept);
    memcpy(again + len, whole, kept);
    memcpy(again + len + kept, "\r\n0\r\n\r\n", 7);
    memcpy(out, whole, kept);
    n = len + kept + 7;
    decode_whole(again, n, &left, &len);
    if (left != 0 || len != kept || memcmp(whole, out, kept) != 0)
        abort();
    return 0;
}
