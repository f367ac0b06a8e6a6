/* What s3.c and s3_call.c share. Not for others. */
#ifndef RINGSIGHT_NET_S3_INT_H
#define RINGSIGHT_NET_S3_INT_H

#include "net/s3.h"

#define S3_QUICK_MS 30000 /* a call without much content */
#define S3_LONG_MS 900000 /* one that carries a recording */

struct s3_call {
    const struct s3 *s;
    struct arena *a;
    const char *method;
    struct str key, query;
    size_t n_headers;
    struct http_header headers[5];
    struct str hash;  /* hex SHA-256 of the content */
    struct str bytes; /* or from a file: */
    int fd;
    uint64_t size;
    uint64_t at;      /* how much of the file is sent */
    int64_t total_ms;
    http_sink *sink;
    void *sink_arg;
    size_t max_bytes;
    struct http_response r;
};

struct s3_call s3_call_new(const struct s3 *s, struct arena *a, const char *method, struct str key);
void s3_header(struct s3_call *c, struct str name, struct str value);
/* Until it succeeds, cannot succeed, or has failed often enough. Where *sunk (may be NULL) is not 0
 * bytes were sunk already, and the caller must go on from another place. */
const struct err *s3_run(struct s3_call *c, const uint64_t *sunk) MUST_USE;
/* The error with the store's own words, where it has some. */
const struct err *s3_why(struct s3_call *c, const struct err *e) MUST_USE;

/* Percent-encoded as signatures want it; '/' stays in paths. */
void s3_encode(struct buf *b, struct str s, bool path);
/* A client would take "." and ".." for steps in the path, and ask for another key. */
const struct err *s3_key_ok(struct arena *a, struct str key) MUST_USE;

#endif
