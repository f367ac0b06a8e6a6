/* HTTP/1 framing, taken strictly. libh2o 2.2.5 forgives much that lets one byte stream be read as
 * two different lists of requests (TRUST.md finding 5), so this file defines the two parser
 * functions that the library calls through its PLT: `phr_parse_request` wraps the library's own
 * and refuses what RFC 9112 refuses, `phr_decode_chunked` replaces it. The dynamic linker prefers
 * the executable's; strict_selftest proves that it did. */
#ifndef RINGSIGHT_HTTP_STRICT_H
#define RINGSIGHT_HTTP_STRICT_H

#include <sys/types.h>

#include "core/str.h"

/* Limits of a request head, in bytes and header lines. */
#define STRICT_MAX_HEAD (32u << 10)
#define STRICT_MAX_TARGET (8u << 10)
#define STRICT_MAX_HEADERS 80
#define STRICT_MAX_METHOD 32

/* Why the head is refused, as a constant sentence, or NULL if it is fine. `raw` is the whole head
 * up to and with the empty line. Pure. */
const char *strict_head_fault(struct str raw);

/* A refused head reaches the request handler as a request of its own making: HTTP/1.0, path "/",
 * no headers, no body, and a method whose address lies in a table of ours. The handler must ask
 * this first and answer 400; the library then closes, and no byte behind the fault is looked at.
 * `method` is req->input.method.base. */
bool strict_is_fault(const char *method);
/* The sentence for the log, NULL if `method` is no marker of ours. */
const char *strict_fault_reason(const char *method);

/* picohttpparser's decoder state, layout as in libh2o 2.2.5. Zero-filled before the start. */
struct phr_chunked_decoder {
    size_t bytes_left_in_chunk;
    char consume_trailer;
    char _hex_count;
    char _state;
};

struct phr_header {
    const char *name;
    size_t name_len;
    const char *value;
    size_t value_len;
};

/* Called by libh2o. Returns the head's length, or -2 while it is incomplete; a fault is never -1
 * but the marker request described above, which takes the whole buffer. */
int phr_parse_request(const char *buf, size_t len, const char **ret_method, size_t *ret_method_len,
                      const char **ret_path, size_t *ret_path_len, int *ret_minor_version,
                      struct phr_header *headers, size_t *num_headers, size_t last_len);

/* Called by libh2o. Removes the framing of RFC 9112 section 7.1 from buf[0..*bufsz) in place and
 * sets *bufsz to the length of the data. Returns the number of bytes behind the body (they follow
 * the data in buf), -2 while it is incomplete, -1 for a fault: size not 1 to 8 hex digits, any
 * extension, any trailer, anything but CRLF where CRLF must be. */
ssize_t phr_decode_chunked(struct phr_chunked_decoder *decoder, char *buf, size_t *bufsz);

/* How often libh2o has called the two above since the start; the self-test watches them. */
uint64_t strict_heads_seen(void);
uint64_t strict_chunks_seen(void);

struct st_h2o_context_t;
/* Before the first listen, on the loop's own thread: sends bad requests through the given context
 * (over socket pairs, its handlers and all) and wants 400 and a closed connection for each, and
 * the calls to arrive here. NULL if all is well, else a sentence why the server must not start.
 * Runs the context's loop for some milliseconds, 5 seconds at most. */
const char *strict_selftest(struct st_h2o_context_t *ctx) MUST_USE;

#endif
